"""Rules on a document's sums, taxes and discounts."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from sunat_emitter.documents.model import Ajuste, Comprobante, Totales
from sunat_emitter.documents.rules.catalogs import AJUSTES_GLOBALES, DESCUENTOS
from sunat_emitter.documents.rules.format import TOLERANCE, differ, is_amount, is_factor
from sunat_emitter.documents.rules.rule import Rule
from sunat_emitter.documents.taxes import (
    EXONERADO,
    EXPORTACION,
    GRATUITO,
    ICBPER,
    IGV,
    INAFECTO,
    ISC,
    IVAP,
    OTROS,
    TASA_IGV,
    TASAS_IGV,
)

_NONE = Decimal(0)
_RATE_UNTIL_2025, _RATE_SINCE_2026, _REDUCED_SINCE = Decimal(10), Decimal("10.5"), date(2026, 1, 1)
"""The reduced rate of restaurants and hotels (Ley 31556, as extended)."""
_SOLD = frozenset({IGV, IVAP, EXPORTACION, EXONERADO, INAFECTO})


def _adjusted(comprobante: Comprobante, *codes: str) -> Decimal:
    return sum((each.monto for each in comprobante.ajustes if each.codigo in codes), _NONE)


def _on_lines(comprobante: Comprobante, *codes: str) -> Decimal:
    return sum((each.monto for linea in comprobante.lineas for each in linea.ajustes if each.codigo in codes), _NONE)


def _affecting(comprobante: Comprobante) -> Decimal:
    """What the document's discounts and charges take off the taxed base."""
    return _adjusted(comprobante, "02", "04") - _adjusted(comprobante, "49")


def _sold(comprobante: Comprobante, codes: frozenset[str]) -> Decimal:
    """Values of the lines that have one of these taxes on a base."""
    return sum(
        (
            linea.valor_venta
            for linea in comprobante.lineas
            if any(tax.codigo in codes and tax.base > 0 for tax in linea.tributos)
        ),
        _NONE,
    )


def _bases(comprobante: Comprobante, code: str) -> Decimal:
    return sum((tax.base for linea in comprobante.lineas for tax in linea.tributos if tax.codigo == code), _NONE)


def _montos(comprobante: Comprobante, code: str) -> Decimal:
    return sum((tax.monto for linea in comprobante.lineas for tax in linea.tributos if tax.codigo == code), _NONE)


def _rates(comprobante: Comprobante) -> set[Decimal]:
    """Rates of the IGV on lines, free ones too."""
    return {
        tax.tasa
        for linea in comprobante.lineas
        for tax in linea.tributos
        if tax.base > 0 and (tax.codigo == IGV or (tax.codigo == GRATUITO and "11" <= tax.afectacion <= "16"))
    }


def _current(comprobante: Comprobante) -> frozenset[Decimal]:
    """The rates that hold on the day of issue; a note may be on a document of another year."""
    if comprobante.tipo in {"07", "08"}:
        return TASAS_IGV
    return TASAS_IGV - {_RATE_UNTIL_2025 if comprobante.fecha_emision >= _REDUCED_SINCE else _RATE_SINCE_2026}


def _igv(comprobante: Comprobante) -> Decimal:
    rate = next((tax.tasa for each in comprobante.lineas for tax in each.tributos if tax.codigo == IGV), TASA_IGV)
    return (_bases(comprobante, IGV) - _affecting(comprobante)) * rate / 100


def _ivap(comprobante: Comprobante) -> Decimal:
    rate = next((tax.tasa for each in comprobante.lineas for tax in each.tributos if tax.codigo == IVAP), _NONE)
    return (_bases(comprobante, IVAP) - _affecting(comprobante)) * rate / 100


def _value(comprobante: Comprobante) -> Decimal:
    return _sold(comprobante, _SOLD) - _adjusted(comprobante, "02") + _adjusted(comprobante, "49")


def _payable(totales: Totales) -> Decimal:
    given = totales.precio_venta + totales.otros_cargos - totales.descuento_no_base
    return given - totales.anticipos + totales.redondeo


def _taxes(totales: Totales) -> Decimal:
    return totales.igv + totales.ivap + totales.isc + totales.icbper + totales.otros_tributos


def _mixed_ivap(comprobante: Comprobante) -> bool:
    kinds = {
        tax.codigo == IVAP for each in comprobante.lineas for tax in each.tributos if tax.afectacion and tax.base > 0
    }
    return len(kinds) > 1


def _taxed_base(comprobante: Comprobante) -> bool:
    expected = _sold(comprobante, frozenset({IGV})) - _affecting(comprobante)
    return bool(comprobante.totales.gravado) and differ(comprobante.totales.gravado, expected)


def _ivap_base(comprobante: Comprobante) -> bool:
    expected = _sold(comprobante, frozenset({IVAP})) - _affecting(comprobante)
    return bool(comprobante.totales.ivap_base) and differ(comprobante.totales.ivap_base, expected)


def _present(comprobante: Comprobante, code: str) -> bool:
    return any(tax.codigo == code for linea in comprobante.lineas for tax in linea.tributos)


def _format(code: str, field: str, figure: Callable[[Totales], Decimal]) -> Rule:
    message = f"El dato ingresado en {field} no cumple con el formato establecido"
    return Rule(code, message, lambda each: not is_amount(figure(each.totales)))


def _sum_of_lines(code: str, what: str, figure: Callable[[Totales], Decimal], tax: str) -> Rule:
    message = f"La sumatoria del total valor de venta - {what} de línea no corresponden al total"
    return Rule(code, message, lambda each: differ(figure(each.totales), _sold(each, frozenset({tax}))))


def _adjustment(code: str, message: str, broken: Callable[[Ajuste], bool]) -> Rule:
    return Rule(code, message, lambda each: any(broken(ajuste) for ajuste in each.ajustes))


FORMATS = (
    _format("2031", "LineExtensionAmount de los totales", lambda totales: totales.valor_venta),
    _format("3019", "TaxInclusiveAmount", lambda totales: totales.precio_venta),
    _format("2062", "PayableAmount", lambda totales: totales.total),
    _format("2065", "el campo Total Descuentos", lambda totales: totales.descuento_no_base),
    _format("2064", "ChargeTotalAmount", lambda totales: totales.otros_cargos),
    _format("3020", "el monto total de impuestos", lambda totales: totales.total_tributos),
    _format("2999", "el total valor de venta de operaciones gravadas", lambda totales: totales.gravado),
    _format("2048", "TaxAmount", lambda totales: totales.igv),
)

SUMS = (
    Rule(
        "3462",
        "La tasa del IGV debe ser la misma en todas las líneas o ítems del documento y debe corresponder con una "
        "tasa vigente",
        lambda each: len(_rates(each)) > 1 or not _rates(each) <= _current(each),
    ),
    Rule("2644", "Comprobante contiene operaciones sujetas al IVAP con operaciones no sujetas", _mixed_ivap),
    Rule(
        "2650",
        "No se permite importe de ISC en un comprobante sujeto al IVAP",
        lambda each: bool(_bases(each, ISC)) and bool(_bases(each, IVAP)),
    ),
    _sum_of_lines("3273", "Exportaciones", lambda totales: totales.exportacion, EXPORTACION),
    _sum_of_lines("3274", "operaciones inafectas", lambda totales: totales.inafecto, INAFECTO),
    _sum_of_lines("3275", "operaciones exoneradas", lambda totales: totales.exonerado, EXONERADO),
    _sum_of_lines("3276", "operaciones gratuitas", lambda totales: totales.gratuito, GRATUITO),
    Rule(
        "3277",
        "La sumatoria del total valor de venta - operaciones gravadas de línea no corresponden al total",
        _taxed_base,
    ),
    Rule("3293", "La sumatoria del total valor de venta - IVAP de línea no corresponden al total", _ivap_base),
    Rule(
        "3291",
        "El cálculo del IGV es Incorrecto",
        lambda each: _present(each, IGV) and differ(each.totales.igv, _igv(each)),
    ),
    Rule(
        "3295",
        "El importe del IVAP no corresponden al determinado por la información consignada",
        lambda each: _present(each, IVAP) and differ(each.totales.ivap, _ivap(each)),
    ),
    Rule(
        "3296",
        "La sumatoria del monto base - ISC de línea no corresponden al total",
        lambda each: differ(each.totales.isc_base, _bases(each, ISC)),
    ),
    Rule(
        "3298",
        "La sumatoria del total del importe del tributo ISC de línea no corresponden al total",
        lambda each: differ(each.totales.isc, _montos(each, ISC)),
    ),
    Rule(
        "3299",
        "La sumatoria del total del importe del tributo Otros tributos de línea no corresponden al total",
        lambda each: differ(each.totales.otros_tributos, _montos(each, OTROS)),
    ),
    Rule(
        "3302",
        "La sumatoria de los IGV de operaciones gratuitas de la línea no corresponden al total",
        lambda each: differ(each.totales.igv_gratuito, _montos(each, GRATUITO)),
    ),
    Rule(
        "3306",
        "La sumatoria del total del importe del tributo ICBPER de línea no corresponden al total",
        lambda each: each.totales.icbper != _montos(each, ICBPER),
    ),
    Rule(
        "3294",
        "La sumatoria de impuestos globales no corresponde al monto total de impuestos",
        lambda each: differ(each.totales.total_tributos, _taxes(each.totales)),
    ),
    Rule(
        "3278",
        "La sumatoria de valor de venta no corresponde a los importes consignados",
        lambda each: differ(each.totales.valor_venta, _value(each)),
    ),
    Rule(
        "3279",
        "La sumatoria del Total del valor de venta más los impuestos no concuerda con la base imponible",
        lambda each: differ(each.totales.precio_venta, each.totales.valor_venta + _taxes(each.totales)),
    ),
    Rule(
        "3300",
        "La sumatoria consignados en descuentos globales no corresponden al total",
        lambda each: differ(each.totales.descuento_no_base, _adjusted(each, "03") + _on_lines(each, "01")),
    ),
    Rule(
        "3301",
        "La sumatoria consignados en cargos globales no corresponden al total",
        lambda each: differ(each.totales.otros_cargos, _adjusted(each, "45", "46", "50") + _on_lines(each, "48")),
    ),
    Rule(
        "3303",
        "El monto para el redondeo del Importe Total excede el valor permitido",
        lambda each: abs(each.totales.redondeo) > TOLERANCE,
    ),
    Rule(
        "3280",
        "El importe total del comprobante no coincide con el valor calculado",
        lambda each: differ(each.totales.total, _payable(each.totales)),
    ),
)

ADJUSTMENTS = (
    _adjustment(
        "3071",
        "El dato ingresado como codigo de motivo de cargo/descuento global no es valido (catalogo nro 53)",
        lambda ajuste: ajuste.codigo not in AJUSTES_GLOBALES,
    ),
    _adjustment(
        "3114",
        "El dato ingresado como indicador de cargo/descuento no corresponde al valor esperado",
        lambda ajuste: ajuste.cargo == (ajuste.codigo in DESCUENTOS),
    ),
    _adjustment(
        "3025",
        "El factor de cargo/descuento global no cumple con el formato establecido",
        lambda ajuste: not is_factor(ajuste.factor),
    ),
    _adjustment(
        "2968",
        "El dato ingresado en el monto de cargo/descuento global no cumple con el formato establecido",
        lambda ajuste: not is_amount(ajuste.monto),
    ),
    _adjustment(
        "3016",
        "El dato ingresado en base monto por cargo/descuento globales no cumple con el formato establecido",
        lambda ajuste: not is_amount(ajuste.base),
    ),
    _adjustment(
        "3307",
        "El valor de cargo/descuento global difiere de los importes consignados",
        lambda ajuste: ajuste.factor > 0 and differ(ajuste.monto, ajuste.base * ajuste.factor),
    ),
)
