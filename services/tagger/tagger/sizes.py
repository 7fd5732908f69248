"""Sizes in product names: `500ml`, `1 L`, `5lb`, `x10`, split off and told apart by kind of measure."""

import re
from dataclasses import dataclass
from decimal import Decimal

_UNITS: dict[str, tuple[str, Decimal]] = {
    **dict.fromkeys(("ml", "cc", "mls"), ("ml", Decimal(1))),
    **dict.fromkeys(("l", "lt", "lts", "ltr", "ltrs", "litro", "litros"), ("ml", Decimal(1000))),
    **dict.fromkeys(("gl", "gal", "gls", "galon", "galón", "galones"), ("ml", Decimal("3785.41"))),
    **dict.fromkeys(("g", "gr", "grs", "gms", "gramo", "gramos"), ("g", Decimal(1))),
    **dict.fromkeys(("kg", "kgs", "kilo", "kilos"), ("g", Decimal(1000))),
    **dict.fromkeys(("lb", "lbs", "libra", "libras"), ("g", Decimal("453.592"))),
    **dict.fromkeys(("mg", "mgs"), ("mg", Decimal(1))),
    **dict.fromkeys(("oz", "onz", "onza", "onzas"), ("oz", Decimal(1))),
    **dict.fromkeys(("in", "pulg", "pulgadas", '"'), ("in", Decimal(1))),
    **dict.fromkeys(("ft", "pie", "pies"), ("ft", Decimal(1))),
    **dict.fromkeys(("m", "mt", "mts", "metro", "metros"), ("m", Decimal(1))),
    **dict.fromkeys(("cm", "cms"), ("m", Decimal("0.01"))),
    **dict.fromkeys(
        ("un", "u", "und", "unds", "uds", "unid", "unidades", "pk", "pack", "ct", "rollos"), ("u", Decimal(1))
    ),
}
_OUNCE = {"ml": Decimal("29.5735"), "g": Decimal("28.3495")}
"""An ounce on a label is a volume or a weight; only the other side's unit tells."""

_TOLERANCE = Decimal("0.02")
"""12 oz is printed as 354 or 355 ml, 1 lb as 453 or 454 g."""

_NUMBER = r"\d{1,5}(?:[.,]\d{1,3})?"
_MEASURE = re.compile(
    rf"(?<![\w/])(?<!\d[.,])({_NUMBER}|\d{{1,2}}/\d{{1,2}})\s?("
    + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
    + r")(?![\w%])"
)
_PACK = re.compile(r"(?<![\w/.,])(\d{1,3})\s?x\s?(?=\d)")
_TIMES = re.compile(r"(?<!\w)x\s?(\d{1,3})(?![\w.,/])")


@dataclass(frozen=True)
class Size:
    """An amount in `ml`, `g`, `mg`, `oz`, `in`, `ft`, `m`, or `u` for pieces in a pack."""

    number: Decimal
    unit: str


def take_sizes(text: str) -> tuple[str, tuple[Size, ...]]:
    """The text without its sizes, and those sizes in the order in which they stood; one of each unit counts."""
    found: dict[str, Size] = {}

    def keep(number: str, unit: str) -> str:
        size = _size(number, unit)
        if size is None:
            return " "
        found.setdefault(size.unit, size)
        return " "

    text = _PACK.sub(lambda match: keep(match[1], "un"), text)
    text = _MEASURE.sub(lambda match: keep(match[1], match[2]), text)
    text = _TIMES.sub(lambda match: keep(match[1], "un"), text)
    return text, tuple(found.values())


def sizes_agree(first: tuple[Size, ...], second: tuple[Size, ...]) -> bool:
    """Whether two names may be one product: sizes, where both have one, must be equal."""
    if not first or not second:
        return True
    pairs = [(one, other) for one in first for other in second if _comparable(one, other)]
    return bool(pairs) and all(_equal(one, other) for one, other in pairs)


def _size(number: str, unit: str) -> Size | None:
    base, factor = _UNITS[unit]
    if "/" in number:
        over, under = number.split("/")
        if int(under) == 0:
            return None
        amount = Decimal(over) / Decimal(under)
    else:
        amount = Decimal(number.replace(",", "."))
    return Size(amount * factor, base) if amount else None


def _comparable(one: Size, other: Size) -> bool:
    units = {one.unit, other.unit}
    return len(units) == 1 or ("oz" in units and not units.isdisjoint(_OUNCE))


def _equal(one: Size, other: Size) -> bool:
    first, second = _in_unit_of(one, other), _in_unit_of(other, one)
    return abs(first - second) <= _TOLERANCE * max(first, second)


def _in_unit_of(size: Size, other: Size) -> Decimal:
    if size.unit == "oz" and other.unit in _OUNCE:
        return size.number * _OUNCE[other.unit]
    return size.number
