"""Whole documents: the published example, what a screen shows, confidence, strategies told, and from a reading on."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reconciler.handlers import SCHEMAS
from shared.contracts.documents import DocumentRecognized, DocumentReconciled
from shared.contracts.india import INDIA_GST_V4, IndiaGstOutcome, V4Document
from shared.contracts.india.figures import amount_of, day_of, percent_of
from shared.contracts.reading import ReadField, Reading
from tests.support.gst_pages import invoice, line, solve

DATA = Path(__file__).parents[2] / "data" / "india"
AT = datetime(2024, 1, 15, tzinfo=UTC)


def published() -> dict[str, Any]:
    example: dict[str, Any] = json.loads((DATA / "v4_published_example.json").read_text())
    return example


def test_the_published_example_comes_back_with_its_own_figures() -> None:
    shown = solve(published()).document.to_json()
    expected = published()
    assert [warning.partition(":")[0] for warning in shown["reconciliation"].pop("warnings")] == [
        "GSTIN_CHECK_DIGIT"
    ] * 2
    assert shown["meta"].pop("overall_confidence") < expected["meta"].pop("overall_confidence")
    del expected["reconciliation"]["warnings"]
    assert shown == expected


def test_a_reconciled_document_reconciles_to_itself() -> None:
    once = solve(published()).document
    again = solve(once.to_json()).document
    assert [again.items, again.totals, again.charges] == [once.items, once.totals, once.charges]


def test_the_head_may_be_called_voucher_info() -> None:
    page = published()
    page["voucher_info"] = page.pop("doc_level")
    assert solve(page).document.doc_level.invoice_number == "INV-2024-001"


def test_a_screen_gets_amounts_grouped_as_india_does() -> None:
    page = invoice(line(2, 100000, 18, 180000, d1=10), total=212400)
    hints = solve(page).document.items[0].ui_hints
    assert hints.qty_x_rate_text == "2 × ₹1,00,000.00"
    assert hints.discount_row is not None
    assert [hints.discount_row.percent, hints.discount_row.amount] == [10, 20000]
    assert hints.tax_row is not None
    assert [hints.tax_row.label, hints.tax_row.amount] == ["GST @18%", 32400]


def test_a_price_with_tax_is_shown_without_it() -> None:
    item = solve(invoice(line(10, 118, 18, 1180), total=1180)).document.items[0]
    assert [item.rate_ex_tax, item.raw.rate_printed] == [100, 118]
    assert [item.totals.line_ex_tax, item.totals.line_inc_tax] == [1000, 1180]


def test_missing_figures_are_worked_out_and_what_was_printed_stays() -> None:
    item = solve(invoice(line(None, 50, 18, 450, d1=10), total=531)).document.items[0]
    assert [item.qty, item.raw.rate_printed] == [10, 50]
    item = solve(invoice(line(10, None, 18, 500), total=590)).document.items[0]
    assert [item.rate_ex_tax, item.raw.rate_printed] == [50, None]


def test_every_strategy_that_was_tried_is_told_best_first() -> None:
    told = solve(invoice(line(10, 118, 18, 1180), total=1180)).document.reconciliation.alternates_considered
    assert [each.selected for each in told] == [True, *[False] * (len(told) - 1)]
    assert [each.score for each in told] == sorted(each.score for each in told)
    assert [told[0].name, told[0].price_mode, told[0].grand_total] == ["from_printed_with_tax", "WITH_TAX", 1180]
    assert (told[1].name, told[1].grand_total, told[1].error_absolute) == (
        "as_is",
        Decimal("1392.40"),
        Decimal("212.40"),
    )


def test_where_one_strategy_alone_applies_none_is_told() -> None:
    assert solve(invoice(line(3, 50, 0, 150), total=150)).document.reconciliation.alternates_considered == ()


def test_prices_that_may_or_may_not_include_tax_are_told_where_nothing_decides() -> None:
    result = solve(invoice(line(10, 118, 18, 1180)))
    assert {finding.code for finding in result.findings} == {"NO_ANCHORS", "PRICE_MODE_AMBIGUOUS"}
    assert result.document.totals.grand_total == Decimal("1392.40")


def test_confidence_falls_with_each_warning() -> None:
    head = {"invoice_date": "2025-10-01"}
    clean = solve(invoice(line(10, 100, 18, 1000, uom="PCS"), head=head, total=1180))
    one = solve(invoice(line(10, 100, 18, 1000, uom="blob"), head=head, total=1180))
    two = solve(invoice(line(10, 100, 12, 1000, uom="blob"), head=head, total=1120))
    three = solve(invoice(line(10, 100, 12, 1000, uom="blob"), head=head, total=1520))
    assert [len(each.findings) for each in (clean, one, two, three)] == [0, 1, 2, 3]
    overall = [each.document.meta.overall_confidence or 0 for each in (clean, one, two, three)]
    assert overall == sorted(overall, reverse=True)
    assert len(set(overall)) == 4
    assert overall[-1] < 0.7
    of_items = [each.document.items[0].confidence or 0 for each in (clean, one, two)]
    assert of_items == sorted(of_items, reverse=True)
    assert len(set(of_items)) == 3


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,00,000.00", "100000.00"),
        ("₹ 1,234.50", "1234.50"),
        ("Rs. 12/-", "12"),
        ("(5.00)", "-5.00"),
        ("−3", "-3"),
        ("10 PCS", "10"),
        (True, None),
        ("2 x 50", None),
        ("n/a", None),
        (float("nan"), None),
        ("1e400", None),
        (Decimal("1e999999999"), None),
        (Decimal("-1e-999999999"), "0"),
        (0.1, "0.1"),
    ],
)
def test_amounts_are_understood_as_they_are_written(text: object, amount: str | None) -> None:
    assert amount_of(text) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("text", "percent"), [("18%", "18"), (" 18 % ", "18"), ("9+9", "18"), ("2.5% + 2.5%", "5"), ("18,00", "18")]
)
def test_percents_are_understood_as_they_are_written(text: str, percent: str) -> None:
    assert percent_of(text) == Decimal(percent)


@pytest.mark.parametrize(
    "text",
    ["2024-01-05", "05-01-2024", "5/1/2024", "05.01.24", "5 Jan 2024", "05-Jan-24", "January 5, 2024", "5th Jan 2024"],
)
def test_days_come_before_months(text: str) -> None:
    assert day_of(text) == "2024-01-05"


def test_a_day_that_does_not_exist_is_not_known() -> None:
    assert day_of("31-02-2024") is None


def read(**values: str) -> dict[str, ReadField]:
    return {key: ReadField(value=value, confidence=0.9, source="gemini") for key, value in values.items()}


def test_a_reading_becomes_a_document_that_survives_the_bus() -> None:
    reading = Reading(
        schema_name=INDIA_GST_V4,
        provider="gemini",
        fields=read(
            invoice_number="A-1",
            supplier_gstin="27AAPFU0939F1ZV",
            place_of_supply_state_code="29",
            invoice_date="2024-01-15",
            printed_grand_total="1770.00",
            language="en",
        ),
        items=(
            read(
                name="Widget", hsn="8517", qty="10", uom="PCS", rate_printed="100", gst_rate="18", amount_printed="1000"
            ),
        ),
        tables={"charges": (read(label="Freight", ex_tax="500", gst_rate_hint="18"),)},
        pages=3,
        pages_read=2,
        warnings=("PAGES_LEFT: one page was not read",),
    )
    event = DocumentRecognized(
        request_id="r-1",
        origin="o",
        user_id="u",
        schema_name=INDIA_GST_V4,
        received_at=AT,
        answer_by=AT,
        reading=reading,
    )
    outcome = SCHEMAS[INDIA_GST_V4](event)
    assert isinstance(outcome, IndiaGstOutcome)
    assert outcome.warnings == ("PAGES_LEFT",)
    document = outcome.document
    assert document.reconciliation.warnings == ("PAGES_LEFT: one page was not read",)
    assert [document.totals.grand_total, document.items[0].gst.igst, document.charges[0].gst_amount] == [1770, 180, 90]
    assert [document.meta.pages_processed, document.meta.language, document.items[0].confidence] == [2, "en", 0.9]
    told = DocumentReconciled(
        **event.model_dump(exclude={"reading", "mode", "retry"}), provider="gemini", outcome=outcome
    )
    assert DocumentReconciled.model_validate_json(told.model_dump_json()) == told


def test_absurd_figures_are_left_out_and_told() -> None:
    result = solve(invoice(line("999999999999", "999999999999", 18), total=10))
    assert "FIGURE_IMPLAUSIBLE" in {finding.code for finding in result.findings}
    assert V4Document.model_validate_json(result.document.model_dump_json()) == result.document
