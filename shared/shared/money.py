"""Exact amounts: Decimal in code, Decimal128 in MongoDB, a JSON number only at the HTTP edge. Never float."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
LARGEST_AMOUNT = Decimal("999999999999.99")
"""12 digits before the point, as UBL and SUNAT allow; more is a misread number."""


def to_cents(amount: Decimal) -> Decimal:
    """The amount with two decimals, half away from zero, as tax authorities round."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def parse_amount(text: str) -> Decimal | None:
    """A plain decimal (`1234.50`, `-3`) as Decimal; None for anything else, for NaN, infinity and absurd sizes."""
    try:
        amount = Decimal(text)
    except InvalidOperation:
        return None
    if not amount.is_finite() or abs(amount) > LARGEST_AMOUNT:
        return None
    return amount


def json_number(amount: Decimal) -> int | float:
    """The amount as the number that a JSON body shows: an int where whole, else the shortest decimal.

    The only place where a float is made of money; up to 15 significant digits survive it exactly.
    """
    whole = amount.to_integral_value()
    return int(whole) if whole == amount else float(amount)
