"""Amounts are exact."""

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.money import LARGEST_AMOUNT, json_number, parse_amount, to_cents


@pytest.mark.parametrize(
    ("amount", "cents"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68"), ("1", "1.00")]
)
def test_halves_round_away_from_zero(amount: str, cents: str) -> None:
    assert to_cents(Decimal(amount)) == Decimal(cents)


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1,50", "1e30", "9" * 40])
def test_what_is_no_plain_amount_is_none(text: str) -> None:
    assert parse_amount(text) is None


@given(st.decimals(min_value=-LARGEST_AMOUNT, max_value=LARGEST_AMOUNT, places=2))
def test_an_amount_survives_its_text_and_its_json_number(amount: Decimal) -> None:
    assert parse_amount(str(amount)) == amount
    assert Decimal(json.dumps(json_number(amount))) == amount
