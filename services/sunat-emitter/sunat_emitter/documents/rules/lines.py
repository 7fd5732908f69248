"""Rules on each line: what is sold, its prices, discounts and taxes."""

import re
from collections.abc import Callable
from decimal import Decimal

from sunat_emitter.documents.model import Ajuste, Comprobante, Linea
from sunat_emitter.documents.rules.catalogs import (
    AJUSTES_DE_LINEA,
    DESCUENTOS,
    EXPORTACIONES,
    UNIDADES,
)
from sunat_emitter.documents.rules.format import differ, is_amount, is_factor, is_quantity
from sunat_emitter.documents.rules.rule import LineRule, Rule
from sunat_emitter.documents.taxes import (
    GRATUITO,
)

_LARGEST_LINE = 999
_LONGEST_DESCRIPTION, _LONGEST_CODE = 500, 30
_UNSPSC = re.compile(r"\d{8}")


def _free(linea: Linea) -> bool:
    return any(tax.codigo == GRATUITO and tax.base > 0 for tax in linea.tributos)


def _sum(ajustes: tuple[Ajuste, ...], code: str) -> Decimal:
    return sum((each.monto for each in ajustes if each.codigo == code), Decimal(0))


def _value(linea: Linea, comprobante: Comprobante) -> bool:
    """3271. A note's line has no discounts for SUNAT: they are in its unit value."""
    unit = linea.precio_unitario if _free(linea) else linea.valor_unitario
    adjusted = Decimal(0)
    if comprobante.tipo in {"01", "03"}:
        adjusted = _sum(linea.ajustes, "47") - _sum(linea.ajustes, "00")
    return differ(linea.valor_venta, unit * linea.cantidad + adjusted)


def _price(linea: Linea, _comprobante: Comprobante) -> bool:
    if _free(linea) or not linea.cantidad:
        return False
    paid = linea.valor_venta + linea.total_tributos - _sum(linea.ajustes, "01") + _sum(linea.ajustes, "48")
    return differ(linea.precio_unitario, paid / linea.cantidad)


def _adjustment(broken: Callable[[Ajuste], bool]) -> Callable[[Linea, Comprobante], bool]:
    """A rule on any of a line's discounts and charges."""
    return lambda linea, _comprobante: any(broken(ajuste) for ajuste in linea.ajustes)


def _repeated(comprobante: Comprobante) -> bool:
    numbers = [linea.numero for linea in comprobante.lineas]
    return len(set(numbers)) < len(numbers)


def _by_type(codes: tuple[str, str, str], message: str, broken: Callable[[Linea], bool]) -> tuple[LineRule, ...]:
    """The same rule, whose number differs on invoices, credit notes and debit notes."""

    def rule(code: str, tipos: frozenset[str]) -> LineRule:
        return LineRule(code, message, lambda linea, each: each.tipo in tipos and broken(linea))

    return tuple(
        rule(code, frozenset(tipos)) for code, tipos in zip(codes, (("01", "03"), ("07",), ("08",)), strict=True)
    )


DETAIL: tuple[Rule | LineRule, ...] = (
    Rule("2752", "El número de ítem no puede estar duplicado", _repeated),
    *_by_type(
        ("2023", "2137", "2187"),
        "El Numero de orden del item no cumple con el formato establecido",
        lambda linea: not 1 <= linea.numero <= _LARGEST_LINE,
    ),
    *_by_type(
        ("2025", "2139", "2189"),
        "Cantidad de unidades por ítem: el dato ingresado no cumple con el estandar",
        lambda linea: not is_quantity(linea.cantidad) or not linea.cantidad,
    ),
    LineRule(
        "2936",
        "El dato ingresado como unidad de medida no corresponde al valor esperado",
        lambda linea, _each: linea.unidad not in UNIDADES,
    ),
    LineRule(
        "2027",
        "Description del Item - El dato ingresado no cumple con el formato establecido",
        lambda linea, _each: not linea.descripcion.strip() or len(linea.descripcion) > _LONGEST_DESCRIPTION,
    ),
    LineRule(
        "4269",
        "El dato ingresado como codigo de producto no cumple con el formato establecido",
        lambda linea, _each: len(linea.codigo) > _LONGEST_CODE,
    ),
    LineRule(
        "4332",
        "El código producto de SUNAT no es válido",
        lambda linea, _each: bool(linea.codigo_sunat) and not _UNSPSC.fullmatch(linea.codigo_sunat),
    ),
    LineRule(
        "4331",
        "El XML no contiene el código producto de SUNAT",
        lambda linea, each: (
            not linea.codigo_sunat and each.tipo in {"01", "03"} and each.tipo_operacion in EXPORTACIONES
        ),
    ),
    LineRule(
        "2369",
        "El dato ingresado en PriceAmount del Valor de venta unitario por item no cumple con el formato establecido",
        lambda linea, _each: not is_quantity(linea.valor_unitario),
    ),
    LineRule(
        "2367",
        "El dato ingresado en PriceAmount del Precio de venta unitario por item no cumple con el formato establecido",
        lambda linea, _each: not is_quantity(linea.precio_unitario),
    ),
    LineRule(
        "2370",
        "El dato ingresado en LineExtensionAmount del item no cumple con el formato establecido",
        lambda linea, _each: not is_amount(linea.valor_venta),
    ),
    LineRule(
        "2640",
        "Operacion gratuita, solo debe consignar un monto referencial",
        lambda linea, _each: _free(linea) and linea.valor_unitario > 0,
    ),
    LineRule(
        "3234",
        "El código de precio '02' es sólo para operaciones gratuitas",
        lambda linea, _each: _free(linea) and not linea.gratuita,
    ),
    LineRule(
        "3224",
        "Si existe 'Valor referencial unitario en operac. no onerosas' con monto mayor a cero, "
        "la operacion debe ser gratuita (codigo de tributo 9996)",
        lambda linea, _each: linea.gratuita and linea.precio_unitario > 0 and not _free(linea),
    ),
    LineRule(
        "3270",
        "El precio unitario de la operación que está informando difiere de los cálculos realizados "
        "en base a la información remitida",
        _price,
    ),
    LineRule("3271", "El valor de venta por ítem difiere de los importes consignados", _value),
)

DISCOUNTS = (
    LineRule(
        "4268",
        "El dato ingresado como cargo/descuento no es valido a nivel de ítem",
        _adjustment(lambda ajuste: ajuste.codigo not in AJUSTES_DE_LINEA),
    ),
    LineRule(
        "3114",
        "El dato ingresado como indicador de cargo/descuento no corresponde al valor esperado",
        _adjustment(lambda ajuste: ajuste.cargo == (ajuste.codigo in DESCUENTOS)),
    ),
    LineRule(
        "3052",
        "El factor de cargo/descuento por linea no cumple con el formato establecido",
        _adjustment(lambda ajuste: not is_factor(ajuste.factor)),
    ),
    LineRule(
        "2955",
        "El formato ingresado en el monto de cargo/descuento por linea no cumple con el formato establecido",
        _adjustment(lambda ajuste: not is_amount(ajuste.monto)),
    ),
    LineRule(
        "3053",
        "El Monto base de cargo/descuento por linea no cumple con el formato establecido",
        _adjustment(lambda ajuste: not is_amount(ajuste.base)),
    ),
    LineRule(
        "3290",
        "El valor de cargo/descuento por ítem difiere de los importes consignados",
        _adjustment(lambda ajuste: ajuste.factor > 0 and differ(ajuste.monto, ajuste.base * ajuste.factor)),
    ),
)
