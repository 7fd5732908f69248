"""How sure a GST invoice's values are, by its own figures and by a PDF's own text."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.answers import MODEL_CONFIDENCE, read_answer
from ocr_engine.evidence import Evidence
from ocr_engine.gst import confirm, is_gstin
from ocr_engine.question import ModelAnswer
from ocr_engine.schemas import SCHEMAS
from ocr_engine.validation import validate
from shared.contracts.reading import Reading
from tests.support.gst_values import LEGACY_VALUES, V4_VALUES

BARE = Evidence(pages=1, pages_read=1)


def reading(schema: str = "india_gst_v4", **changes: Any) -> Reading:
    values = (V4_VALUES if schema == "india_gst_v4" else LEGACY_VALUES) | changes
    return read_answer(ModelAnswer(json.dumps(values), "m"), SCHEMAS[schema], "gemini")


def line(**changes: Any) -> dict[str, Any]:
    return {**V4_VALUES["items"][0], **changes}


def test_figures_that_agree_are_surer_than_a_models_word() -> None:
    checked = validate(reading(), BARE)
    (item,) = checked.items
    assert {item[key].confidence for key in ("qty", "rate_printed", "discount_pct_printed")} == {0.95}
    assert item["amount_printed"].confidence == 0.97
    assert item["name"].confidence == MODEL_CONFIDENCE
    keys = ("printed_taxable_subtotal", "printed_gst_total", "printed_grand_total")
    assert {checked.fields[key].confidence for key in keys} == {0.95}
    assert checked.tables["hsn_tax_table"][0]["taxable"].confidence == 0.95


@pytest.mark.parametrize(
    "changes",
    [
        {"rate_printed": 1180.0, "price_mode": "WITH_TAX"},
        {"amount_printed": 10089.0},
        {"qty": 10, "flat_per_unit": 5, "amount_printed": 8500.0},
    ],
)
def test_a_line_may_agree_with_tax_in_it_or_with_rupees_off_each_piece(changes: dict[str, Any]) -> None:
    (item,) = confirm(reading(items=[line(**changes)]), BARE).items
    assert item["qty"].confidence == 0.95


def test_a_line_that_does_not_agree_is_doubted() -> None:
    (item,) = confirm(reading(items=[line(qty=7)]), BARE).items
    assert {item[key].confidence for key in ("qty", "rate_printed")} == {0.4}


def test_totals_that_do_not_agree_stay_a_models_word() -> None:
    checked = confirm(reading(printed_grand_total=11000.0), BARE)
    assert checked.fields["printed_grand_total"].confidence == MODEL_CONFIDENCE


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("27AABCT1234C1ZW", True),
        ("27AABCT1234C1Z5", False),
        ("27AABCU9603R1ZN", True),
        ("27AABCU9603R1Z", False),
        ("ZZAABCU9603R1ZN", False),
        ("", False),
    ],
)
def test_a_gstins_check_character_decides(text: str, *, holds: bool) -> None:
    assert is_gstin(text) is holds
    checked = confirm(reading(supplier_gstin=text or None), BARE)
    if text:
        assert checked.fields["supplier_gstin"].confidence == (0.97 if holds else 0.4)


def test_what_stands_in_a_pdfs_own_text_is_surer() -> None:
    text = "TECH  Solutions Pvt Ltd\nInvoice INV-2024-001\nTotal ₹ 10,679.00\nPremium\nWidget"
    checked = confirm(reading(printed_gst_total=None), Evidence(pages=1, pages_read=1, text=text))
    for key in ("supplier_name", "invoice_number", "printed_grand_total"):
        assert checked.fields[key].confidence == 0.9
    assert checked.items[0]["name"].confidence == 0.9
    assert checked.fields["currency"].confidence == MODEL_CONFIDENCE


def test_the_older_schema_is_checked_too() -> None:
    checked = validate(reading("india_legacy"), BARE)
    assert checked.fields["party_gstin_number"].confidence == 0.97


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.one_of(st.none(), st.text(max_size=8), st.integers(-(10**13), 10**13), FLOATS, st.booleans())


@given(st.dictionaries(st.sampled_from(sorted(V4_VALUES["items"][0])), VALUES), VALUES, VALUES)
def test_whatever_was_read_is_checked_without_a_value_being_changed(item: dict[str, Any], tax: Any, total: Any) -> None:
    read = reading(items=[item], printed_gst_total=tax, printed_grand_total=total)
    checked = confirm(read, Evidence(pages=1, pages_read=1, text="1,000.00 x"))
    assert [{key: field.value for key, field in row.items()} for row in checked.items] == [
        {key: field.value for key, field in row.items()} for row in read.items
    ]
