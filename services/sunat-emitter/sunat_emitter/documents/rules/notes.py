"""Rules on credit and debit notes."""

import re
from collections.abc import Callable

from sunat_emitter.documents.model import Comprobante, Referencia
from sunat_emitter.documents.rules.catalogs import MOTIVOS
from sunat_emitter.documents.rules.payment import corrects_payment
from sunat_emitter.documents.rules.rule import Rule
from sunat_emitter.documents.taxes import EXPORTACION, IVAP

_SERIE = re.compile(r"[FBE][A-Z0-9]{3}|\d{4}")
_LARGEST_NUMBER = 99_999_999
_DESCRIPTION = re.compile(r"\S.{1,499}")
_EXPORT, _IVAP = "11", "12"
"""Catalogs 09 and 10: motives that are about one kind of tax alone."""


def _note(code: str, tipo: str, message: str, broken: Callable[[Comprobante, Referencia], bool]) -> Rule:
    def check(comprobante: Comprobante) -> bool:
        reference = comprobante.referencia
        return comprobante.tipo in tipo.split() and reference is not None and broken(comprobante, reference)

    return Rule(code, message, check)


def _number(reference: Referencia) -> bool:
    return bool(_SERIE.fullmatch(reference.serie)) and 0 < reference.numero <= _LARGEST_NUMBER


def _has(comprobante: Comprobante, tax: str) -> bool:
    return any(each.codigo == tax for linea in comprobante.lineas for each in linea.tributos)


def _only(comprobante: Comprobante, tax: str) -> bool:
    return all(each.codigo == tax for linea in comprobante.lineas for each in linea.tributos if each.afectacion)


NOTES = (
    Rule(
        "2524",
        "Debe indicar el documento afectado por la nota",
        lambda each: each.tipo in {"07", "08"} and each.referencia is None,
    ),
    _note(
        "2116",
        "07",
        "El tipo de documento modificado por la Nota de credito debe ser factura electronica o ticket",
        lambda each, reference: (
            each.serie.startswith("F") and (reference.tipo != "01" or not reference.serie.startswith("F"))
        ),
    ),
    _note(
        "2399",
        "07",
        "El tipo de documento modificado por la Nota de crédito debe ser boleta electronica",
        lambda each, reference: (
            each.serie.startswith("B") and (reference.tipo != "03" or not reference.serie.startswith("B"))
        ),
    ),
    _note(
        "2204",
        "08",
        "El tipo de documento modificado por la Nota de debito debe ser factura electronica o ticket",
        lambda each, reference: (
            each.serie.startswith("F") and (reference.tipo != "01" or not reference.serie.startswith("F"))
        ),
    ),
    _note(
        "2400",
        "08",
        "El tipo de documento modificado por la Nota de debito debe ser boleta electronica",
        lambda each, reference: (
            each.serie.startswith("B") and (reference.tipo != "03" or not reference.serie.startswith("B"))
        ),
    ),
    _note(
        "2117",
        "07",
        "La serie o numero del documento modificado por la Nota de Credito no cumple con el formato establecido",
        lambda _each, reference: not _number(reference),
    ),
    _note(
        "2205",
        "08",
        "La serie o numero del documento modificado por la Nota de Debito no cumple con el formato establecido",
        lambda _each, reference: not _number(reference),
    ),
    _note(
        "2172",
        "07 08",
        "ResponseCode - El tipo de nota no corresponde a un valor del catálogo",
        lambda each, reference: bool(reference.motivo_codigo) and reference.motivo_codigo not in MOTIVOS[each.tipo],
    ),
    _note(
        "2128",
        "07 08",
        "El XML no contiene el tag o no existe informacion de ResponseCode",
        lambda _each, reference: not reference.motivo_codigo,
    ),
    _note(
        "2136",
        "07 08",
        "El XML no contiene el tag o no existe informacion de cac:DiscrepancyResponse/cbc:Description",
        lambda _each, reference: not reference.motivo.strip(),
    ),
    _note(
        "2135",
        "07 08",
        "cac:DiscrepancyResponse/cbc:Description - El dato ingresado no cumple con la estructura",
        lambda _each, reference: bool(reference.motivo) and not _DESCRIPTION.fullmatch(reference.motivo),
    ),
    _note(
        "3107",
        "07 08",
        "El dato ingresado como codigo de tributo global es invalido para tipo de operación",
        lambda each, reference: (
            (reference.motivo_codigo == _EXPORT and not _only(each, EXPORTACION))
            or (reference.motivo_codigo == _IVAP and not _only(each, IVAP))
        ),
    ),
    _note(
        "2642",
        "07 08",
        "Operaciones de exportacion, deben consignar Tipo Afectacion igual a 40",
        lambda each, reference: reference.motivo_codigo == _EXPORT and not _only(each, EXPORTACION),
    ),
    _note(
        "2644",
        "07 08",
        "Comprobante operacion sujeta IVAP solo debe tener ítems con código afectación del IGV 17",
        lambda each, reference: reference.motivo_codigo == _IVAP and not _only(each, IVAP),
    ),
    _note(
        "3230",
        "07 08",
        "El tipo de nota debe ser 12 (ajustes afectos al IVAP) si existen ítems afectos al IVAP",
        lambda each, reference: reference.motivo_codigo != _IVAP and _has(each, IVAP),
    ),
    Rule(
        "3315",
        "El importe total de la Nota de Crédito de motivo 13 debe ser igual a 0.00",
        lambda each: corrects_payment(each) and bool(each.totales.total),
    ),
)
