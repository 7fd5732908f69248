"""How SUNAT's number fields may look: 12 digits and two or ten decimals, never negative."""

from decimal import Decimal

from shared.money import LARGEST_AMOUNT

TOLERANCE = Decimal(1)
"""What SUNAT allows between a figure and the same figure worked out by itself."""
_ABOVE_TWELVE_DIGITS = Decimal(10) ** 12
_ABOVE_THREE_DIGITS = Decimal(1000)
_CENTS, _TEN, _FIVE = -2, -10, -5


def _decimals(number: Decimal) -> int:
    exponent = number.normalize().as_tuple().exponent
    return exponent if isinstance(exponent, int) else _TEN - 1


def is_amount(number: Decimal) -> bool:
    """`n(12,2)`."""
    return number.is_finite() and 0 <= number <= LARGEST_AMOUNT and _decimals(number) >= _CENTS


def is_quantity(number: Decimal) -> bool:
    """`n(12,10)`."""
    return number.is_finite() and 0 <= number < _ABOVE_TWELVE_DIGITS and _decimals(number) >= _TEN


def is_factor(number: Decimal) -> bool:
    """`n(3,5)`."""
    return number.is_finite() and 0 <= number < _ABOVE_THREE_DIGITS and _decimals(number) >= _FIVE


def differ(one: Decimal, other: Decimal) -> bool:
    """Whether two figures are further apart than SUNAT allows."""
    return abs(one - other) > TOLERANCE
