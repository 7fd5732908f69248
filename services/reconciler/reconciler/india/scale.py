"""Exact arithmetic on integers: paise for amounts, millionths for quantities and rates, 1/10000 for percents.

Integers are exact as Decimals are, and several times as fast; every figure that leaves the engine is a Decimal again.
"""

from decimal import ROUND_HALF_UP, Decimal

MICRO = 10**6
"""A quantity or a unit price of 1."""
WHOLE = 10**6
"""100 percent."""
KEPT_ALL = WHOLE * WHOLE
"""The share that two discounts of 0 percent leave."""


def half_up(numerator: int, denominator: int) -> int:
    """The quotient as a whole number, half away from zero; the denominator is positive."""
    if numerator >= 0:
        return (2 * numerator + denominator) // (2 * denominator)
    return -((denominator - 2 * numerator) // (2 * denominator))


def paise(amount: Decimal | None) -> int | None:
    """Rupees as paise."""
    return None if amount is None else _scaled(amount, 2)


def micro(amount: Decimal | None) -> int | None:
    """A quantity or a unit price in millionths."""
    return None if amount is None else _scaled(amount, 6)


def percent(amount: Decimal | None) -> int | None:
    """A percent in ten-thousandths."""
    return None if amount is None else _scaled(amount, 4)


def rupees(amount: int) -> Decimal:
    """Paise as rupees with two decimals; zero has no sign."""
    return Decimal(amount).scaleb(-2)


def percents(amount: int) -> Decimal:
    """A percent out of ten-thousandths, with two decimals, or as many as it needs."""
    return Decimal(amount // 100).scaleb(-2) if amount % 100 == 0 else Decimal(amount).scaleb(-4)


def part(amount: int, share: int) -> int:
    """A share (in ten-thousandths of a percent) of an amount in paise."""
    return half_up(amount * share, WHOLE)


def tax_of(amount: int, rate: int, *, halves: bool) -> int:
    """Tax in paise at a rate: IGST, or CGST and SGST each rounded by itself."""
    return 2 * half_up(amount * rate, 2 * WHOLE) if halves else half_up(amount * rate, WHOLE)


def without_tax(amount: int, rate: int) -> int:
    """What is left of a tax-inclusive amount."""
    return half_up(amount * WHOLE, WHOLE + rate)


def _scaled(amount: Decimal, places: int) -> int:
    return int(amount.scaleb(places).to_integral_value(rounding=ROUND_HALF_UP))
