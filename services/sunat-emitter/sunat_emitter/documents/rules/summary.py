"""SUNAT's rules on resúmenes diarios and comunicaciones de baja that one of ours can break (its sheets RC 1.1, RA 1.0).

What only SUNAT's own books can tell (2282, 2663, 2987; 2105, 2323, 2375, 2398) is left to SUNAT.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Generic, TypeVar

from sunat_emitter.documents.rules.catalogs import DOCUMENTOS_IDENTIDAD, MONEDAS
from sunat_emitter.documents.rules.format import is_amount
from sunat_emitter.documents.rules.rule import Violation, severidad
from sunat_emitter.documents.summary import (
    AGREGAR,
    ANULAR,
    IDENTIFIED_ABOVE,
    MODIFICAR,
    MOST_LINES,
    Baja,
    LineaRA,
    LineaRC,
    Resumen,
)
from sunat_emitter.documents.taxes import TASA_IVAP, TASAS_IGV

DAYS_TO_VOID = 7
"""Calendar days from the day of issue within which a document can be voided (2957)."""
_BOLETA, _FACTURA = re.compile(r"B[A-Z0-9]{3}"), re.compile(r"F[A-Z0-9]{3}")
_RUC, _DNI, _OTHER = re.compile(r"\d{11}"), re.compile(r"\d{8}"), re.compile(r"\S{1,20}")
_LARGEST_NUMBER = 99_999_999
_SHORTEST_NAME, _SHORTEST_REASON = 3, 3
_TOLERANCE = Decimal(5)
_NOTES = frozenset({"07", "08"})

_Linea = TypeVar("_Linea", LineaRC, LineaRA)


@dataclass(frozen=True)
class _Rule(Generic[_Linea]):
    """A rule on each line."""

    codigo: str
    mensaje: str
    broken: Callable[[_Linea], bool]


def summary_violations(resumen: Resumen, hoy: date | None = None) -> tuple[Violation, ...]:
    """What SUNAT would hold against an RC; empty where it is clean.

    Args:
        resumen: As it is to be built.
        hoy: Today in Lima; without it nothing is said about time.
    """
    found = [*_on_head(resumen, "2236", hoy), *_on_lines(_SUMMARY, resumen.lineas), *_on_repeats(resumen.lineas)]
    if hoy is not None and _too_old(resumen, hoy):
        if any(linea.condicion == ANULAR for linea in resumen.lineas):
            found.append(_TOO_LATE)
        found.append(_violation("4443", "El comprobante fue informado fuera del plazo establecido"))
    return tuple(found)


def voiding_violations(baja: Baja, hoy: date | None = None) -> tuple[Violation, ...]:
    """What SUNAT would hold against an RA; empty where it is clean. `hoy` as for an RC."""
    found = [*_on_head(baja, "2301", hoy), *_on_lines(_VOIDING, baja.lineas)]
    if _repeated(f"{linea.tipo}-{linea.numero_completo}" for linea in baja.lineas):
        found.append(_violation("2348", "Los documentos informados en el archivo XML se encuentran duplicados"))
    if hoy is not None and _too_old(baja, hoy):
        found.append(_TOO_LATE)
    return tuple(found)


def _violation(codigo: str, mensaje: str) -> Violation:
    return Violation(codigo, mensaje, severidad(codigo))


_TOO_LATE = _violation(
    "2957", "El comprobante no puede ser dado de baja por exceder el plazo desde su fecha de emision"
)


def _too_old(envio: Resumen | Baja, hoy: date) -> bool:
    return hoy > envio.fecha_referencia + timedelta(days=DAYS_TO_VOID)


def _on_head(envio: Resumen | Baja, ahead: str, hoy: date | None) -> Iterator[Violation]:
    if not 0 < len(envio.lineas) <= MOST_LINES:
        yield _violation("0158", f"El archivo debe contener de 1 a {MOST_LINES} comprobantes")
    if hoy is not None and envio.fecha_generacion > hoy:
        yield _violation(ahead, "La fecha del IssueDate no debe ser mayor a la fecha de recepción")
    if envio.fecha_referencia > envio.fecha_generacion:
        message = "La fecha de generación debe ser mayor o igual a la fecha de emisión de los documentos"
        yield _violation("2671", message)
    if len(envio.emisor.razon_social) < _SHORTEST_NAME:
        yield _violation("2228", "RegistrationName - El dato ingresado no cumple con el estandar")


def _on_lines(rules: Iterable[_Rule[_Linea]], lineas: Sequence[_Linea]) -> Iterator[Violation]:
    """One violation for each line that breaks a rule, naming the document."""
    for rule in rules:
        for linea in lineas:
            if rule.broken(linea):
                yield _violation(rule.codigo, f"{rule.mensaje} - {linea.tipo} {linea.numero_completo}")


def _on_repeats(lineas: Sequence[LineaRC]) -> Iterator[Violation]:
    done: dict[str, list[str]] = {}
    for linea in lineas:
        done.setdefault(f"{linea.tipo} {linea.numero_completo}", []).append(linea.condicion)
    for name, conditions in done.items():
        if _repeated(conditions):
            message = 'El comprobante más "código de operación del ítem" no debe repetirse'
            yield _violation("3094", f"{message} - {name}")
        if {AGREGAR, MODIFICAR} <= set(conditions):
            yield _violation("3095", f"El comprobante no debe ser emitido y editado en el mismo envío - {name}")
        if {MODIFICAR, ANULAR} <= set(conditions):
            yield _violation("3096", f"El comprobante no debe ser editado y anulado en el mismo envío - {name}")


def _repeated(names: Iterable[str]) -> bool:
    return any(count > 1 for count in Counter(names).values())


def _is_number(numero: int) -> bool:
    return 0 < numero <= _LARGEST_NUMBER


def _changes_nothing(linea: LineaRC) -> bool:
    """A note that is added or modified without the document that it changes."""
    return linea.tipo in _NOTES and linea.condicion != ANULAR and linea.referencia is None


def _malformed_reference(linea: LineaRC) -> bool:
    changed = linea.referencia
    if changed is None or linea.condicion == ANULAR:
        return False
    return not _BOLETA.fullmatch(changed.serie) or not _is_number(changed.numero)


def _malformed_customer(linea: LineaRC, kinds: frozenset[str], pattern: re.Pattern[str]) -> bool:
    named = linea.nombrado
    return named is not None and named.tipo_documento in kinds and not pattern.fullmatch(named.numero_documento)


def _values(linea: LineaRC) -> tuple[Decimal, ...]:
    return (
        linea.gravado,
        linea.totales.exonerado,
        linea.totales.inafecto,
        linea.totales.exportacion,
        linea.totales.gratuito,
    )


def _taxes(linea: LineaRC) -> tuple[Decimal, ...]:
    return linea.totales.igv, linea.totales.ivap, linea.totales.isc, linea.totales.icbper, linea.totales.otros_tributos


def _parts(linea: LineaRC) -> Decimal:
    """What the total is held against: free operations are outside it."""
    return sum((*_values(linea)[:-1], *_taxes(linea)), linea.totales.otros_cargos)


def _off(found: Decimal, expected: Decimal) -> bool:
    return abs(found - expected) > _TOLERANCE


def _wrong_igv(linea: LineaRC) -> bool:
    base = linea.gravado + linea.totales.isc
    return linea.totales.igv > 0 and all(_off(linea.totales.igv, base * rate / 100) for rate in TASAS_IGV)


_FORMAT = "Dato no cumple con formato de acuerdo al tipo de documento"
_SUMMARY: tuple[_Rule[LineaRC], ...] = (
    _Rule(
        "2241",
        "DocumentTypeCode - El valor del tipo de documento es invalido",
        lambda linea: linea.tipo not in {"03", *_NOTES},
    ),
    _Rule("2513", _FORMAT, lambda linea: not _BOLETA.fullmatch(linea.serie) or not _is_number(linea.numero)),
    _Rule(
        "2514",
        "No existe información de receptor de documento",
        lambda linea: linea.totales.total > IDENTIFIED_ABOVE and linea.nombrado is None,
    ),
    _Rule(
        "2016",
        "El dato ingresado en el tipo de documento de identidad del receptor no cumple con el estandar",
        lambda linea: linea.nombrado is not None and linea.nombrado.tipo_documento not in {"-", *DOCUMENTOS_IDENTIDAD},
    ),
    _Rule(
        "2014",
        "El XML no contiene el número de documento de identidad del receptor del documento",
        lambda linea: linea.nombrado is not None and not linea.nombrado.numero_documento,
    ),
    _Rule(
        "2017",
        "El numero de documento de identidad del receptor debe ser RUC",
        lambda linea: _malformed_customer(linea, frozenset({"6"}), _RUC),
    ),
    _Rule(
        "4207",
        "El DNI debe tener 8 caracteres numéricos",
        lambda linea: _malformed_customer(linea, frozenset({"1"}), _DNI),
    ),
    _Rule(
        "4208",
        "El dato ingresado como numero de documento de identidad del receptor no cumple con el formato establecido",
        lambda linea: _malformed_customer(linea, DOCUMENTOS_IDENTIDAD - {"1", "6"}, _OTHER),
    ),
    _Rule("2524", "Debe indicar el documento afectado por la nota", _changes_nothing),
    _Rule(
        "2582",
        "Solo se debe incluir el tag de Comprobante de referencia cuando se trata de una nota de credito o debito",
        lambda linea: linea.referencia is not None and linea.tipo not in _NOTES,
    ),
    _Rule(
        "2513",
        _FORMAT,
        lambda linea: linea.condicion != ANULAR and linea.referencia is not None and linea.referencia.tipo != "03",
    ),
    _Rule("2920", _FORMAT, _malformed_reference),
    _Rule(
        "2251",
        "El dato ingresado en TotalAmount debe ser numerico mayor o igual a cero",
        lambda linea: not is_amount(linea.totales.total),
    ),
    _Rule(
        "2254",
        "PaidAmount - El dato ingresado no cumple con el estandar",
        lambda linea: not all(is_amount(value) for value in _values(linea)),
    ),
    _Rule(
        "2261",
        "cbc:Amount - El dato ingresado no cumple con el estandar",
        lambda linea: not is_amount(linea.totales.otros_cargos),
    ),
    _Rule(
        "2048",
        "El dato ingresado en TaxAmount no cumple con el formato establecido",
        lambda linea: not all(is_amount(tax) for tax in _taxes(linea)),
    ),
    _Rule("2071", "La moneda del comprobante no existe", lambda linea: linea.moneda not in MONEDAS),
    _Rule(
        "4027",
        "El importe total no coincide con la sumatoria de los valores de venta mas los tributos mas los cargos",
        lambda linea: _off(linea.totales.total, _parts(linea)),
    ),
    _Rule("4019", "El calculo del IGV no es correcto", _wrong_igv),
    _Rule(
        "4302",
        "El importe del IVAP no corresponden al determinado por la informacion consignada",
        lambda linea: linea.totales.ivap > 0 and _off(linea.totales.ivap, linea.gravado * TASA_IVAP / 100),
    ),
)
"""In the sheet's order. 2278, 2344, 2355 and 2357 cannot be broken by what `ubl` builds."""

_VOIDING: tuple[_Rule[LineaRA], ...] = (
    _Rule(
        "2308",
        "DocumentTypeCode - El valor del tipo de documento es invalido",
        lambda linea: linea.tipo not in {"01", *_NOTES},
    ),
    _Rule("2310", "El dato ingresado no cumple con el patron SERIE", lambda linea: not _FACTURA.fullmatch(linea.serie)),
    _Rule(
        "2312",
        "El dato ingresado en DocumentNumberID debe ser numerico y como maximo de 8 digitos",
        lambda linea: not _is_number(linea.numero),
    ),
    _Rule("2315", "El tag VoidReasonDescription esta vacío", lambda linea: not linea.motivo),
    _Rule(
        "4203",
        "El dato ingresado en VoidReasonDescription debe contener información válida",
        lambda linea: 0 < len(linea.motivo) < _SHORTEST_REASON,
    ),
)
