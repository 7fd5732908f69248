"""Exact arithmetic: no float, no lost cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.errors import Refused
from shared.money import to_cents
from sunat_emitter.documents import amounts

CENTS = st.integers(0, 10**9).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(CENTS, min_size=1, max_size=40), st.data())
def test_a_spread_amount_adds_up_to_the_cent_and_no_share_exceeds_its_weight(
    weights: list[Decimal], data: st.DataObject
) -> None:
    whole = sum(weights, Decimal(0))
    amount = data.draw(st.integers(0, int(whole * 100)).map(lambda cents: Decimal(cents) / 100))
    shares = amounts.spread(amount, weights)
    assert sum(shares) == amount
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))
    assert all(
        abs(share - amount * weight / whole) <= Decimal("0.01")
        for share, weight in zip(shares, weights, strict=True)
        if whole
    )


def test_the_cent_that_is_left_goes_to_the_largest_line() -> None:
    assert amounts.spread(Decimal("10.00"), [Decimal(30), Decimal(31), Decimal(29)]) == (
        Decimal("3.33"),
        Decimal("3.45"),
        Decimal("3.22"),
    )


@given(st.lists(st.decimals(0, 1000, places=4), min_size=1, max_size=60))
def test_settled_amounts_add_up_and_stay_within_a_cent(exact: list[Decimal]) -> None:
    rounded = [to_cents(each) for each in exact]
    wanted = to_cents(sum(exact, Decimal(0)))
    settled = amounts.settle(rounded, exact, wanted)
    assert sum(settled) == wanted
    assert all(abs(one - other) < Decimal("0.0101") for one, other in zip(settled, exact, strict=True))


@given(st.decimals("0.01", 10**8, places=2), st.decimals("0.0000000001", 10**6, places=10))
def test_a_unit_value_times_its_quantity_gives_the_amount_back(amount: Decimal, quantity: Decimal) -> None:
    unit = amounts.per_unit(amount, quantity)
    assert abs(unit * quantity - amount) <= Decimal("0.0001")


def test_a_product_keeps_every_digit_until_it_is_rounded_once() -> None:
    assert amounts.product(Decimal("999999.9999999999"), Decimal("0.0000004999")) == Decimal("0.50")
    assert amounts.product(Decimal(3), Decimal("0.005")) == Decimal("0.02")


def test_an_amount_of_more_than_twelve_digits_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        amounts.product(Decimal(10) ** 7, Decimal(10) ** 6)
    assert refused.value.code == "MONTO_INVALIDO"


def test_a_factor_that_five_decimals_cannot_say_is_left_out() -> None:
    assert amounts.factor(Decimal(5), Decimal(90)) == Decimal("0.05556")
    assert amounts.factor(Decimal("333333.33"), Decimal(1_000_000)) == 0
    assert amounts.factor(Decimal(0), Decimal(0)) == 0


@pytest.mark.parametrize(("given_", "shown"), [("10", "10"), ("1E+3", "1000"), ("2.50", "2.5"), ("0.000", "0")])
def test_a_plain_number_has_neither_an_exponent_nor_trailing_zeros(given_: str, shown: str) -> None:
    assert str(amounts.plain(Decimal(given_))) == shown
