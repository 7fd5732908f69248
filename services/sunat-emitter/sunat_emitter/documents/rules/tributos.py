"""Rules on the taxes of each line."""

from collections.abc import Callable
from decimal import Decimal

from sunat_emitter.documents.model import Comprobante, Linea, Tributo
from sunat_emitter.documents.rules.catalogs import EXPORTACIONES, SISTEMAS_ISC
from sunat_emitter.documents.rules.format import differ, is_amount, is_factor
from sunat_emitter.documents.rules.payment import corrects_payment
from sunat_emitter.documents.rules.rule import LineRule
from sunat_emitter.documents.taxes import (
    AFECTACIONES,
    EXONERADO,
    EXPORTACION,
    GRATUITO,
    ICBPER,
    IGV,
    INAFECTO,
    ISC,
    IVAP,
    OTROS,
    SCHEMES,
)

_BAGS = 99_999
_UNTAXED_AT_MOST = Decimal("0.06")
_UNTAXED = frozenset({EXPORTACION, EXONERADO, INAFECTO})
_OWN = frozenset({IGV, IVAP, EXPORTACION, GRATUITO, EXONERADO, INAFECTO})
_WITHOUT_AFFECTATION = frozenset({"0112", "2100", "2101", "2102", "2103", "2104"})
"""Catalog 51: operations whose lines may have no tax of the IGV's kind."""
_PAID = frozenset({IGV, IVAP, ISC, ICBPER, OTROS})
_TOGETHER = (
    frozenset({IGV, ISC, OTROS}),
    frozenset({IVAP, OTROS}),
    frozenset({EXPORTACION, OTROS}),
    *(frozenset({code, ISC, OTROS}) for code in (GRATUITO, EXONERADO, INAFECTO)),
)


def _base(linea: Linea, _comprobante: Comprobante) -> bool:
    """3272: exact, but for a line with ISC, whose base holds that tax whatever its affectation."""
    isc = sum((tax.monto for tax in linea.tributos if tax.codigo == ISC and tax.base > 0), Decimal(0))
    bases = [tax.base for tax in linea.tributos if tax.codigo in _OWN]
    return any(differ(base, linea.valor_venta + isc) if isc else base != linea.valor_venta for base in bases)


def _unaffected(linea: Linea, comprobante: Comprobante) -> bool:
    """3105: no tax of the IGV's kind has a base, as on a line that is worth nothing."""
    return (
        not corrects_payment(comprobante)  # its lines are worth nothing (3315)
        and comprobante.tipo_operacion not in _WITHOUT_AFFECTATION
        and not any(tax.codigo in _OWN and tax.base > 0 for tax in linea.tributos)
    )


def _together(linea: Linea, _comprobante: Comprobante) -> bool:
    with_base = {tax.codigo for tax in linea.tributos if tax.base > 0}
    return bool(with_base) and not any(with_base <= allowed for allowed in _TOGETHER)


def _product(linea: Linea, codes: frozenset[str]) -> bool:
    return any(tax.codigo in codes and differ(tax.monto, tax.base * tax.tasa / 100) for tax in linea.tributos)


def _igv_product(linea: Linea, _comprobante: Comprobante) -> bool:
    return any(
        tax.afectacion in AFECTACIONES
        and AFECTACIONES[tax.afectacion].grava
        and differ(tax.monto, tax.base * tax.tasa / 100)
        for tax in linea.tributos
    )


def _taxed(tax: Tributo) -> bool:
    return tax.codigo in {IGV, IVAP} or (tax.codigo == GRATUITO and "11" <= tax.afectacion <= "17")


def _tax(broken: Callable[[Tributo], bool]) -> Callable[[Linea, Comprobante], bool]:
    """A rule on any of a line's taxes."""
    return lambda linea, _comprobante: any(broken(tax) for tax in linea.tributos)


TAXES = (
    LineRule(
        "3105",
        "El XML debe contener al menos un tributo por linea de afectacion por IGV",
        _unaffected,
    ),
    LineRule(
        "2036",
        "Código de tributo de la línea: el dato ingresado no corresponde al valor esperado (catálogo nro. 05)",
        _tax(lambda tax: tax.codigo not in SCHEMES),
    ),
    LineRule(
        "3067",
        "El código de tributo no debe repetirse a nivel de item",
        lambda linea, _each: len({tax.codigo for tax in linea.tributos}) < len(linea.tributos),
    ),
    LineRule(
        "3223",
        "La combinación de tributos no es permitida",
        _together,
    ),
    LineRule(
        "2040",
        "El tipo de afectacion del IGV es incorrecto",
        _tax(
            lambda tax: (
                tax.codigo in _OWN
                and (tax.afectacion not in AFECTACIONES or AFECTACIONES[tax.afectacion].tributo != tax.codigo)
            )
        ),
    ),
    LineRule(
        "3050",
        "Afectación de IGV no corresponde al código de tributo de la linea",
        _tax(lambda tax: tax.codigo in {ISC, OTROS} and bool(tax.afectacion)),
    ),
    LineRule(
        "2642",
        "Operaciones de exportacion, deben consignar Tipo Afectacion igual a 40",
        lambda linea, each: (
            each.tipo in {"01", "03"}
            and each.tipo_operacion in EXPORTACIONES
            and any(tax.codigo in _OWN and tax.base > 0 and tax.afectacion != "40" for tax in linea.tributos)
        ),
    ),
    LineRule(
        "3272", "La base imponible a nivel de línea difiere de la información consignada en el comprobante", _base
    ),
    LineRule(
        "3031",
        "El dato ingresado en TaxableAmount de la linea no cumple con el formato establecido",
        _tax(lambda tax: not is_amount(tax.base)),
    ),
    LineRule(
        "2033",
        "El dato ingresado en TaxAmount de la linea no cumple con el formato establecido",
        _tax(lambda tax: not is_amount(tax.monto)),
    ),
    LineRule(
        "3102",
        "El dato ingresado como factor de afectacion por linea no cumple con el formato establecido",
        _tax(lambda tax: not is_factor(tax.tasa)),
    ),
    LineRule(
        "2993",
        "El factor de afectación de IGV por linea debe ser diferente a 0.00",
        _tax(lambda tax: _taxed(tax) and tax.base > 0 and not tax.tasa),
    ),
    LineRule(
        "3101",
        "El factor de afectación de IGV por linea debe ser igual a 0.00 para Exoneradas, Inafectas, Exportación, "
        "Gratuitas de exoneradas o Gratuitas de inafectas",
        _tax(lambda tax: tax.codigo in _OWN and not _taxed(tax) and bool(tax.tasa)),
    ),
    LineRule(
        "3103",
        "El producto del factor y monto base de la afectación del IGV/IVAP no corresponde al monto de "
        "afectacion de linea",
        _igv_product,
    ),
    LineRule(
        "3110",
        "El monto de afectacion de IGV por linea debe ser igual a 0.00 para Exoneradas, Inafectas, "
        "Gratuitas de inafectas o Exportación",
        _tax(lambda tax: bool(tax.monto) and (tax.codigo in _UNTAXED or (tax.codigo == GRATUITO and not _taxed(tax)))),
    ),
    LineRule(
        "3111",
        "El monto de afectación de IGV por linea debe ser diferente a 0.00",
        _tax(lambda tax: _taxed(tax) and tax.base > _UNTAXED_AT_MOST and not tax.monto),
    ),
    LineRule(
        "2041",
        "El sistema de calculo del ISC es incorrecto",
        _tax(lambda tax: tax.codigo == ISC and tax.sistema_isc not in SISTEMAS_ISC),
    ),
    LineRule(
        "3210",
        "Solo debe consignar sistema de calculo si el tributo es ISC",
        _tax(lambda tax: tax.codigo != ISC and bool(tax.sistema_isc)),
    ),
    LineRule(
        "3104",
        "El factor de afectación de ISC por linea debe ser diferente a 0.00",
        _tax(lambda tax: tax.codigo == ISC and tax.base > 0 and not tax.tasa),
    ),
    LineRule(
        "3108",
        "El producto del factor y monto base de la afectación del ISC no corresponde al monto de afectacion de linea",
        lambda linea, _each: _product(linea, frozenset({ISC})),
    ),
    LineRule(
        "3109",
        "El producto del factor y monto base de la afectación de otros tributos no corresponde al monto de "
        "afectacion de linea",
        lambda linea, _each: _product(linea, frozenset({OTROS})),
    ),
    LineRule(
        "3237",
        "Debe consignar el campo cantidad de bolsas de plástico",
        _tax(lambda tax: tax.codigo == ICBPER and tax.bolsas is None),
    ),
    LineRule(
        "2892",
        "La cantidad de bolsas de plástico o su tasa no cumple con el formato establecido",
        _tax(
            lambda tax: (
                tax.codigo == ICBPER
                and (not 0 <= (tax.bolsas or 0) <= _BAGS or not is_factor(tax.por_unidad or Decimal(0)))
            )
        ),
    ),
    LineRule(
        "3236",
        "La cantidad de bolsas de plástico no coincide con la cantidad de unidades del ítem",
        lambda linea, _each: any(
            tax.codigo == ICBPER and bool(tax.bolsas) and tax.bolsas != round(linea.cantidad) for tax in linea.tributos
        ),
    ),
    LineRule(
        "3238",
        "La tasa del tributo ICBPER debe ser mayor a 0.00",
        _tax(lambda tax: tax.codigo == ICBPER and bool(tax.bolsas) and not tax.por_unidad),
    ),
    LineRule(
        "4318",
        "El importe del tributo ICBPER no corresponde a la cantidad de bolsas por su tasa",
        _tax(
            lambda tax: (
                tax.codigo == ICBPER and tax.monto != round((tax.bolsas or 0) * (tax.por_unidad or Decimal(0)), 2)
            )
        ),
    ),
    LineRule(
        "3292",
        "El importe total de impuestos por línea no coincide con la sumatoria de los impuestos por línea",
        lambda linea, _each: differ(
            linea.total_tributos, sum((tax.monto for tax in linea.tributos if tax.codigo in _PAID), Decimal(0))
        ),
    ),
)
