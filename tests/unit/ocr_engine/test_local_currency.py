"""Currencies beside amounts, the sign before the cents, and the order of a date's figures."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.local.amounts import decimal_sign, parse_money, without_currency
from ocr_engine.local.currency import CODES, find_currencies
from ocr_engine.local.dates import find_dates, find_doubtful_dates, month_comes_first
from ocr_engine.local.receipt.origin import find_origin
from ocr_engine.local.spelling import repair_digits
from tests.support.printed import printed

SIGNS = ("$", "US$", "S$", "R$", "RM", "€", "£", "₹", "Rs.", "S/", "B/.", "CHF", "EUR", "kr", "zł", *CODES)
amounts = st.decimals(min_value=0, max_value=9_999_999, places=2)


@given(amount=amounts, sign=st.sampled_from(SIGNS), behind=st.booleans(), spaced=st.booleans())
def test_a_currency_before_or_behind_is_no_part_of_the_amount(
    amount: Decimal, sign: str, *, behind: bool, spaced: bool
) -> None:
    space = " " if spaced else ""
    text = f"{amount:,.2f}{space}{sign}" if behind else f"{sign}{space}{amount:,.2f}"
    assert parse_money(text) == amount, text


@pytest.mark.parametrize("text", ["Frijoles 500", "KRAFT", "Marks", "Herr M", "BRLX"])
def test_words_that_begin_like_a_sign_stay(text: str) -> None:
    assert without_currency(text).startswith(text.split(" ", maxsplit=1)[0][:3])


@pytest.mark.parametrize(
    ("texts", "currency"),
    [
        (["TOTAL RM 5.00"], "MYR"),
        (["Amount(RM)"], "MYR"),
        (["QTY ITEM  RM", "1 TEA 5.00"], "MYR"),
        (["SUMME EUR 8,65"], "EUR"),
        (["Total 12,50 €"], "EUR"),
        (["TOTAL B/. 5.60"], "PAB"),
        (["IMPORTE TOTAL S/ 44.30"], "PEN"),
        (["TOTAL R$ 18,00"], "BRL"),
        (["Total $67.07"], "$"),
        (["GEL PEN 0.50", "BOX B1 2.00"], None),
        (["Total 5.00"], None),
    ],
)
def test_the_papers_currency_is_seen_beside_its_amounts(texts: list[str], currency: str | None) -> None:
    seen = find_currencies(texts)
    assert (seen.most_common(1)[0][0] if seen else None) == currency


@pytest.mark.parametrize(
    ("text", "currency", "country"),
    [
        ("ABC SDN BHD\nTotal $8.20", "MYR", "MY"),
        ("ABC PTE LTD\nTotal $8.20", "SGD", "SG"),
        ("Austin, TX 78701\nTotal $8.20", "USD", "US"),
        ("RUC 1-2-3 DV 45\nITBMS\nTotal $8.20", "USD", "PA"),
        ("RFC: ABC010203XY1\nTotal $8.20", "MXN", "MX"),
        ("Tel +44 20 7946 0958\nTotal 8.20", "GBP", "GB"),
        ("MwSt 19%\nSumme 8,20", "EUR", "DE"),
        ("Total 8.20", None, None),
    ],
)
def test_currency_and_country_prove_each_other(text: str, currency: str | None, country: str | None) -> None:
    currencies, countries = find_origin(printed(f"{text}\n"))
    assert (currencies[0].value if currencies else None) == currency
    assert (countries[0].value if countries else None) == country


def test_the_sign_before_the_cents_is_voted_by_the_whole_paper() -> None:
    assert decimal_sign(["1.234,50", "8,00", "2.00"]) == ","
    assert parse_money("1.234,50", ",") == parse_money("1,234.50", ".") == Decimal("1234.50")


@pytest.mark.parametrize(
    ("seen", "repaired"),
    [("1O.5O", "10.50"), ("l2,00", "12,00"), ("Sopa 2B", "Sopa 28"), ("BOLSA", "BOLSA"), ("8S", "85")],
)
def test_letters_are_mended_inside_numbers_only(seen: str, repaired: str) -> None:
    assert repair_digits(seen) == repaired


def test_a_date_that_has_only_one_order_decides_for_the_others() -> None:
    assert month_comes_first(["12/31/2023", "05/06/2023"]) is True
    assert month_comes_first(["31/12/2023", "05/06/2023"]) is False
    assert month_comes_first(["05/06/2023"]) is None
    (found,) = find_dates("05/06/2023", month_first=True)
    assert (found.value, found.other) == (dt.date(2023, 5, 6), dt.date(2023, 6, 5))


@given(st.dates(min_value=dt.date(2000, 1, 1), max_value=dt.date(2068, 12, 31)), st.sampled_from("/-."))
def test_every_numeric_date_is_read_in_either_order(day: dt.date, sign: str) -> None:
    for form, first in ((f"%d{sign}%m{sign}%Y", False), (f"%m{sign}%d{sign}%Y", True), (f"%d{sign}%m{sign}%y", False)):
        (found,) = find_dates(day.strftime(form), month_first=first)
        assert found.value == day
    (iso,) = find_dates(f"{day.year}{sign}{day.month:02}{sign}{day.day:02}")
    assert (iso.value, iso.other) == (day, None)


def test_dates_that_lost_a_sign_are_read_only_when_asked_for() -> None:
    assert list(find_dates("568017 05 02-18")) == []
    assert [found.value for found in find_doubtful_dates("568017 05 02-18")] == [dt.date(2018, 2, 5)]
    assert [found.value for found in find_doubtful_dates("No 20180502")] == [dt.date(2018, 5, 2)]
    assert list(find_doubtful_dates("03 21 51 40")) == []
