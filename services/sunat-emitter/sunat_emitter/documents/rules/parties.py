"""Rules on who issues and who receives."""

import re
from decimal import Decimal

from stdnum.pe import ruc

from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.rules.catalogs import DOCUMENTOS_IDENTIDAD, EXPORTACIONES
from sunat_emitter.documents.rules.rule import Rule, Severidad, Violation
from sunat_emitter.ubigeos import find_ubigeo

_RUC = re.compile(r"\d{11}")
_DNI = re.compile(r"\d{8}")
_OTHER = re.compile(r"\S{1,15}")
_NAME = re.compile(r"\S.{2,1499}")
_ADDRESS = re.compile(r"\S.{2,199}")
_LOCAL = re.compile(r"\d+")
_LONGEST_URBANIZATION, _LONGEST_PLACE, _LOCAL_DIGITS = 25, 30, 4
_ANY_CUSTOMER = frozenset({"0202", "0401"})
"""Catalog 51: operations whose customer may have any document, or none."""
IDENTIFIED_ABOVE = Decimal(700)
"""Soles. A boleta above it names its customer (Reglamento de Comprobantes de Pago, art. 4); one unit of the currencies
below is worth more than a sol, so the figure holds for them too."""
_WORTH_MORE = frozenset({"PEN", "USD", "EUR", "GBP", "CAD", "CHF", "AUD"})


def _on_factura(comprobante: Comprobante) -> bool:
    """A factura, or a note on one."""
    return comprobante.serie.startswith("F")


def _malformed(comprobante: Comprobante, kind: str) -> bool:
    cliente = comprobante.cliente
    pattern = _DNI if kind == "1" else _OTHER
    kinds = {"1"} if kind == "1" else DOCUMENTOS_IDENTIDAD - {"1", "6"}
    return cliente.tipo_documento in kinds and not pattern.fullmatch(cliente.numero_documento)


def _malformed_other(comprobante: Comprobante) -> bool:
    return _malformed(comprobante, "") or (
        comprobante.cliente.tipo_documento in DOCUMENTOS_IDENTIDAD - {"1", "6"}
        and comprobante.cliente.numero_documento == "-"
    )


def _not_allowed(comprobante: Comprobante) -> bool:
    """2800: whose documents a factura takes, by the kind of operation."""
    kind, operation = comprobante.cliente.tipo_documento, comprobante.tipo_operacion
    if not _on_factura(comprobante):
        return False
    if comprobante.tipo in {"07", "08"}:
        return kind not in DOCUMENTOS_IDENTIDAD
    if operation in _ANY_CUSTOMER:
        return kind != "-" and kind not in DOCUMENTOS_IDENTIDAD
    if operation == "0112":
        return kind not in {"1", "6"}
    if operation in EXPORTACIONES:
        return kind == "6" or kind not in DOCUMENTOS_IDENTIDAD
    return kind != "6"


def _unidentified(comprobante: Comprobante) -> bool:
    nobody = comprobante.cliente.tipo_documento == "-" or comprobante.cliente.numero_documento in {"", "-"}
    large = comprobante.totales.total > IDENTIFIED_ABOVE and comprobante.moneda in _WORTH_MORE
    return not _on_factura(comprobante) and nobody and large and comprobante.tipo_operacion not in EXPORTACIONES


def _place(text: str, longest: int) -> bool:
    return len(text) > longest


PARTIES = (
    Rule(
        "2014",
        "El XML no contiene el tag o no existe información del número de documento de identidad del receptor",
        lambda each: not each.cliente.numero_documento,
    ),
    Rule(
        "2015",
        "El XML no contiene el tag o no existe información del tipo de documento de identidad del receptor",
        lambda each: not each.cliente.tipo_documento,
    ),
    Rule(
        "2016",
        "El dato ingresado en el tipo de documento de identidad del receptor no cumple con el estandar o no esta "
        "permitido",
        lambda each: each.cliente.tipo_documento not in DOCUMENTOS_IDENTIDAD | {"-", ""},
    ),
    Rule(
        "2017",
        "El numero de documento de identidad del receptor debe ser RUC",
        lambda each: each.cliente.tipo_documento == "6" and not _RUC.fullmatch(each.cliente.numero_documento),
    ),
    Rule(
        "2800",
        "El dato ingresado en el tipo de documento de identidad del receptor no esta permitido",
        _not_allowed,
    ),
    Rule(
        "2801",
        "El DNI ingresado no cumple con el estandar",
        lambda each: _on_factura(each) and _malformed(each, "1"),
    ),
    Rule(
        "2802",
        "El dato ingresado como numero de documento de identidad del receptor no cumple con el formato establecido",
        lambda each: _on_factura(each) and _malformed(each, ""),
    ),
    Rule(
        "4207",
        "El DNI debe tener 8 caracteres numéricos",
        lambda each: not _on_factura(each) and _malformed(each, "1"),
    ),
    Rule(
        "4208",
        "El dato ingresado como numero de documento de identidad del receptor no cumple con el formato establecido",
        lambda each: not _on_factura(each) and _malformed_other(each),
    ),
    Rule(
        "2022",
        "RegistrationName - El nombre o razón social del receptor no cumple con el estandar",
        lambda each: not _NAME.fullmatch(each.cliente.nombre),
    ),
    Rule(
        "2514",
        "Para boletas mayores a S/ 700.00 debe consignar el número de documento de identidad del receptor",
        _unidentified,
    ),
    Rule(
        "1034",
        "Número de RUC del emisor no cumple con el formato establecido",
        lambda each: not _RUC.fullmatch(each.emisor.ruc),
    ),
    Rule(
        "1037",
        "El XML no contiene el tag o no existe informacion de RegistrationName del emisor del documento",
        lambda each: not each.emisor.razon_social,
    ),
    Rule(
        "4338",
        "La razón social del emisor no cumple con el formato establecido",
        lambda each: bool(each.emisor.razon_social) and not _NAME.fullmatch(each.emisor.razon_social),
    ),
    Rule(
        "4092",
        "El nombre comercial del emisor no cumple con el formato establecido",
        lambda each: bool(each.emisor.nombre_comercial) and not _NAME.fullmatch(each.emisor.nombre_comercial),
    ),
    Rule(
        "3030",
        "El XML no contiene el tag o no existe información del código de local anexo del emisor",
        lambda each: not each.emisor.direccion.codigo_local,
    ),
    Rule(
        "3239",
        "El código de local anexo consignado no cumple con el formato establecido",
        lambda each: (
            bool(each.emisor.direccion.codigo_local) and not _LOCAL.fullmatch(each.emisor.direccion.codigo_local)
        ),
    ),
    Rule(
        "4242",
        "El dato ingresado como local anexo no cumple con el formato establecido",
        lambda each: (
            bool(_LOCAL.fullmatch(each.emisor.direccion.codigo_local))
            and len(each.emisor.direccion.codigo_local) != _LOCAL_DIGITS
        ),
    ),
    Rule(
        "4093",
        "El codigo de ubigeo del domicilio fiscal del emisor no es válido",
        lambda each: find_ubigeo(each.emisor.direccion.ubigeo) is None,
    ),
    Rule(
        "4094",
        "La dirección completa y detallada del domicilio fiscal del emisor no cumple con el formato establecido",
        lambda each: bool(each.emisor.direccion.direccion) and not _ADDRESS.fullmatch(each.emisor.direccion.direccion),
    ),
    Rule(
        "4095",
        "La urbanización del domicilio fiscal del emisor no cumple con el formato establecido",
        lambda each: _place(each.emisor.direccion.urbanizacion, _LONGEST_URBANIZATION),
    ),
    Rule(
        "4096",
        "La provincia del domicilio fiscal del emisor no cumple con el formato establecido",
        lambda each: _place(each.emisor.direccion.provincia, _LONGEST_PLACE),
    ),
    Rule(
        "4097",
        "El departamento del domicilio fiscal del emisor no cumple con el formato establecido",
        lambda each: _place(each.emisor.direccion.departamento, _LONGEST_PLACE),
    ),
    Rule(
        "4098",
        "El distrito del domicilio fiscal del emisor no cumple con el formato establecido",
        lambda each: _place(each.emisor.direccion.distrito, _LONGEST_PLACE),
    ),
)


def check_digits(comprobante: Comprobante, *, strict: bool) -> list[Violation]:
    """RUCs whose check digit is wrong. SUNAT looks them up instead, so that it is a warning unless asked otherwise."""
    cliente = comprobante.cliente
    numbers = [("emisor", comprobante.emisor.ruc)]
    if cliente.tipo_documento == "6":
        numbers.append(("receptor", cliente.numero_documento))
    how: Severidad = "reject" if strict else "observation"
    return [
        Violation("RUC", f"El dígito verificador del RUC del {whose} no es válido", how)
        for whose, number in numbers
        if _RUC.fullmatch(number) and not ruc.is_valid(number)
    ]
