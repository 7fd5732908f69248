"""Exact arithmetic on amounts: products, unit values at ten decimals, spreading to the cent."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

from shared.errors import Refused
from shared.money import CENT, LARGEST_AMOUNT, to_cents

_EXACT = Context(prec=64, rounding=ROUND_HALF_UP)
"""Enough for 12.10 digits times 12.10 digits, so that no product is rounded twice."""
TEN_DECIMALS = Decimal("1e-10")
FIVE_DECIMALS = Decimal("0.00001")
HUNDRED = Decimal(100)


def product(quantity: Decimal, price: Decimal) -> Decimal:
    """Quantity times price in cents.

    Raises:
        Refused: `MONTO_INVALIDO` where it has more than the 12 digits that SUNAT's amounts hold.
    """
    exact = _EXACT.multiply(quantity, price)
    if abs(exact) > LARGEST_AMOUNT:
        raise Refused("MONTO_INVALIDO", "El importe de una línea supera los 12 dígitos enteros que admite SUNAT")
    return to_cents(exact)


def percentage(base: Decimal, percent: Decimal) -> Decimal:
    """That percentage of an amount, in cents."""
    return to_cents(exact_percentage(base, percent))


def exact_percentage(base: Decimal, percent: Decimal) -> Decimal:
    """That percentage of an amount, unrounded."""
    return _EXACT.divide(_EXACT.multiply(base, percent), HUNDRED)


def per_unit(amount: Decimal, quantity: Decimal) -> Decimal:
    """What one unit is worth, at ten decimals without trailing zeros."""
    return plain(_EXACT.divide(amount, quantity).quantize(TEN_DECIMALS, rounding=ROUND_HALF_UP, context=_EXACT))


def factor(amount: Decimal, base: Decimal) -> Decimal:
    """The part of a base that an amount is (`MultiplierFactorNumeric`), at five decimals.

    0, which no document shows, where five decimals cannot give the amount back within SUNAT's tolerance of one
    (3290, 3307): the base is too large, or there is none.
    """
    if not base:
        return Decimal(0)
    share = _EXACT.divide(amount, base).quantize(FIVE_DECIMALS, rounding=ROUND_HALF_UP)
    return share if abs(_EXACT.multiply(base, share) - amount) <= 1 else Decimal(0)


def rate(amount: Decimal, base: Decimal) -> Decimal:
    """The percentage of a base that an amount is, at five decimals; 0 of nothing."""
    if not base:
        return Decimal(0)
    return _EXACT.divide(_EXACT.multiply(amount, HUNDRED), base).quantize(FIVE_DECIMALS, rounding=ROUND_HALF_UP)


def plain(number: Decimal) -> Decimal:
    """The same number without trailing zeros after the point, never with an exponent."""
    whole = number.to_integral_value()
    return whole.quantize(Decimal(1)) if whole == number else number.normalize(_EXACT)


def spread(amount: Decimal, weights: Sequence[Decimal]) -> tuple[Decimal, ...]:
    """An amount shared out in proportion, exact to the cent, no share above its weight.

    Shares are rounded down; the cents left over go one each to the largest weights. `amount` and `weights` are whole
    cents, none negative, and the amount is at most their sum.
    """
    whole = sum(weights, Decimal(0))
    if not whole:
        return tuple(Decimal("0.00") for _ in weights)
    shares = [
        _EXACT.divide(_EXACT.multiply(amount, weight), whole).quantize(CENT, rounding=ROUND_DOWN, context=_EXACT)
        for weight in weights
    ]
    left = int((amount - sum(shares, Decimal(0))) / CENT)
    for index in sorted(range(len(weights)), key=lambda each: weights[each], reverse=True)[:left]:
        shares[index] += CENT
    return tuple(shares)


def settle(rounded: Sequence[Decimal], exact: Sequence[Decimal], wanted: Decimal) -> tuple[Decimal, ...]:
    """Rounded amounts moved by single cents, so that their sum is `wanted`.

    Those move whose rounding erred most in the other direction, so that each stays within a cent of its exact value.
    """
    settled = list(rounded)
    cents = int((wanted - sum(settled, Decimal(0))) / CENT)
    step = CENT if cents > 0 else -CENT
    errors = [(exact[index] - settled[index]) * (1 if cents > 0 else -1) for index in range(len(settled))]
    for index in sorted(range(len(settled)), key=lambda each: errors[each], reverse=True)[: abs(cents)]:
        settled[index] += step
    return tuple(settled)
