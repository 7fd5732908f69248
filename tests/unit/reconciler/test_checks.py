"""Figures that agree give no warning; each that does not gives its own."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.checks import itbms_is_possible, line_agrees, total_agrees, warnings_of
from shared.contracts.lumis import ExtractedData, Product
from shared.mandatory import line_price
from tests.support.papers import Invoice, Paper, make_invoice

TODAY = dt.date(2026, 11, 21)

papers = st.builds(Paper, kind=st.sampled_from(("fiscal", "tape", "page")), seed=st.integers(0, 5_000))
cents = st.integers(1, 100_000).map(lambda number: Decimal(number) / 100)


def product(quantity: str | None, unit: str | None, total: str | None) -> Product:
    figures = [None if text is None else Decimal(text) for text in (quantity, unit, total)]
    return Product(name="Pan", quantity=figures[0], unit_price=figures[1], total_price=figures[2])


def as_read(paper: Invoice) -> ExtractedData:
    return ExtractedData(
        ruc=paper.till.ruc,
        dv=paper.till.dv,
        invoice_number=paper.number,
        date=paper.issued.date().isoformat(),
        total=paper.total,
        tot_itbms=paper.tot_itbms,
        products=tuple(
            Product(
                name=line.name, quantity=Decimal(line.quantity), unit_price=line.unit_price, total_price=line.amount
            )
            for line in paper.lines
        ),
    )


@given(papers)
def test_a_sound_paper_gives_no_warning(paper: Paper) -> None:
    assert warnings_of(as_read(make_invoice(paper)), TODAY) == ()


@given(papers, st.sampled_from((Decimal(1), Decimal(-1))), cents)
def test_a_total_off_by_more_than_rounding_and_tax_is_told(paper: Paper, sign: Decimal, amount: Decimal) -> None:
    data = as_read(make_invoice(paper))
    assert data.total is not None
    assert data.tot_itbms is not None
    off = data.tot_itbms + amount + Decimal("0.20")
    changed = data.model_copy(update={"total": data.total + sign * off})
    assert "TOTAL_MISMATCH" in warnings_of(changed, TODAY)


@given(papers)
def test_prices_that_hold_the_tax_already_agree_too(paper: Paper) -> None:
    data = as_read(make_invoice(paper))
    lines = sum((line_price(line) or Decimal(0) for line in data.products), Decimal(0))
    assert total_agrees(data.products, data.tot_itbms, lines)


@given(papers)
def test_without_a_tax_figure_any_possible_tax_will_do(paper: Paper) -> None:
    data = as_read(make_invoice(paper))
    assert total_agrees(data.products, None, data.total)
    assert not total_agrees(data.products, None, (data.total or Decimal(0)) * 2)


def test_a_negative_line_is_a_discount() -> None:
    lines = [product("1", "10.00", "10.00"), product(None, None, "-2.00")]
    assert total_agrees(lines, Decimal("0.56"), Decimal("8.56"))
    assert not total_agrees(lines, Decimal("0.56"), Decimal("12.56"))


def test_nothing_is_compared_where_a_price_or_the_total_was_not_read() -> None:
    assert total_agrees([product("1", None, None), product("1", "1.00", "1.00")], None, Decimal(50))
    assert total_agrees([product("1", "1.00", "1.00")], None, None)
    assert total_agrees([], Decimal(1), Decimal(50))


@pytest.mark.parametrize(
    ("quantity", "unit", "total", "agrees"),
    [
        ("2", "1.50", "3.00", True),
        ("2", "1.50", "3.01", True),
        ("2", "1.50", "3.21", True),  # 7 % in the amount
        ("2", "1.50", "3.50", False),
        ("12.345", "0.919", "11.35", True),
        ("100", "0.33", "33.49", True),  # 0.3349 printed as 0.33
        ("100", "0.33", "34.00", False),
        ("3", None, "9.99", True),
        ("0", "1.50", "3.00", False),
        ("-1", "2.00", "-2.00", True),
    ],
)
def test_a_lines_figures_agree_within_rounding(quantity: str, unit: str | None, total: str, agrees: bool) -> None:
    assert line_agrees(product(quantity, unit, total)) is agrees


def test_a_lines_price_is_its_amount_else_quantity_times_unit_price() -> None:
    assert line_price(product("2", "1.50", "2.80")) == Decimal("2.80")
    assert line_price(product("3", "0.335", None)) == Decimal("1.01")
    assert line_price(product("3", None, None)) is None


@pytest.mark.parametrize(
    ("itbms", "total", "possible"),
    [("15.00", "115.00", True), ("15.02", "115.02", False), ("-0.01", "10.00", False), ("0", "10.00", True)],
)
def test_itbms_is_at_most_the_highest_rate_on_everything(itbms: str, total: str, possible: bool) -> None:
    assert itbms_is_possible(Decimal(itbms), Decimal(total)) is possible


@pytest.mark.parametrize(
    ("ruc", "dv", "warned"),
    [
        ("155751938-2-2024", "66", False),
        ("155751938-2-2024", "65", True),
        ("637793-1-457490", "0", False),  # printed without its leading zero
        ("not a RUC", "66", False),
        ("155751938-2-2024", None, False),
    ],
)
def test_check_digits_that_do_not_fit_their_ruc_are_told(ruc: str, dv: str | None, warned: bool) -> None:
    assert ("DV_MISMATCH" in warnings_of(ExtractedData(ruc=ruc, dv=dv), TODAY)) is warned


@pytest.mark.parametrize(("date", "warned"), [("2026-11-21", False), ("2026-11-22", True), (None, False)])
def test_a_date_after_the_upload_is_told(date: str | None, warned: bool) -> None:
    assert ("DATE_IMPLAUSIBLE" in warnings_of(ExtractedData(date=date), TODAY)) is warned
