"""Whole GST invoices with a text layer, read by the rules alone and reconciled."""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any

import pytest

from ocr_engine.local.document import opened
from ocr_engine.local.india.legacy import read_legacy
from ocr_engine.local.india.reader import DISAGREES, NOT_VERIFIED, read_gst
from ocr_engine.local.orientation import Orientation
from ocr_engine.local.page import Document
from reconciler.india.engine import reconcile
from reconciler.schemas.india_gst_v4 import document_of
from shared.contracts.reading import Reading
from shared.money import parse_amount
from tests.support.gst_papers import STYLES, UNSEEN, GstDrawing, draw
from tests.support.gst_papers.invoice import Style
from tests.support.gst_papers.qr import token

TEXTS = tuple(each for each in STYLES if each.file == "pdf")


@cache
def paper(style: Style) -> tuple[GstDrawing, Document]:
    drawing = draw(style)
    return drawing, opened(drawing.content, Orientation()).document


def first(**wanted: object) -> Style:
    return next(each for each in TEXTS if all(getattr(each, key) == value for key, value in wanted.items()))


def same(shown: str | None, wanted: object) -> bool:
    if wanted is None or shown is None:
        return shown == wanted
    if isinstance(wanted, Decimal):
        return parse_amount(shown) == wanted
    return "".join(shown.split()).upper() == "".join(str(wanted).split()).upper()


def misses(reading: Reading, truth: dict[str, Any]) -> list[str]:
    found = [key for key, value in truth["fields"].items() if not same(reading.value(key), value)]
    if len(reading.items) != len(truth["items"]):
        found.append(f"{len(reading.items)} lines")
    for item, wanted in zip(reading.items, truth["items"], strict=False):
        found += [key for key, value in wanted.items() if not same(item[key].value, value) and wanted["rate_printed"]]
    return found


@pytest.mark.parametrize("style", TEXTS, ids=lambda style: str(style.seed))
def test_every_field_and_line_of_a_text_pdf_is_read(style: Style) -> None:
    drawing, document = paper(style)
    assert misses(read_gst(document), drawing.truth) == []


@pytest.mark.parametrize("style", TEXTS, ids=lambda style: str(style.seed))
def test_what_was_read_reconciles_to_the_total_that_was_printed(style: Style) -> None:
    drawing, document = paper(style)
    result = reconcile(document_of(read_gst(document))).document
    assert result.totals.grand_total == drawing.truth["fields"]["printed_grand_total"]
    assert result.reconciliation.error_absolute is not None
    assert result.reconciliation.error_absolute <= 1


@pytest.mark.parametrize("style", TEXTS, ids=lambda style: str(style.seed))
def test_the_buyer_is_told_apart_from_the_seller_and_the_consignee(style: Style) -> None:
    drawing, document = paper(style)
    reading = read_legacy(document)
    assert [key for key, value in drawing.truth["party"].items() if not same(reading.value(key), value)] == []
    assert reading.value("party_gstin_number") == drawing.truth["fields"]["buyer_gstin"]


def test_charges_discounts_and_tcs_are_no_lines() -> None:
    for style in (each for each in TEXTS if each.charges or each.header_discount or each.tcs):
        drawing, document = paper(style)
        reading = read_gst(document)
        charges = [parse_amount(row["ex_tax"].value or "") for row in reading.tables["charges"]]
        assert charges == drawing.truth["charges"]
        assert total(row["value"].value for row in reading.tables["header_discounts"]) == (
            drawing.truth["discount"] or 0
        )
        assert same(reading.value("tcs_amount"), drawing.truth["fields"]["tcs_amount"])


def total(values: Iterable[str | None]) -> Decimal:
    return sum((parse_amount(value or "") or Decimal(0) for value in values), Decimal(0))


def test_the_tax_summary_of_the_next_page_is_read_without_its_total() -> None:
    drawing, document = paper(first(summary="next"))
    rows = read_gst(document).tables["hsn_tax_table"]
    assert sorted(row["hsn"].value or "" for row in rows) == sorted(each["hsn"] for each in drawing.truth["items"])
    assert total(row["igst"].value for row in rows) == drawing.truth["fields"]["printed_gst_total"]


def test_a_rate_that_says_with_tax_is_told_and_becomes_a_price_without_it() -> None:
    _, document = paper(first(prices_with_tax=True, columns="rate"))
    item, legacy = read_gst(document).items[0], read_legacy(document).items[0]
    assert item["price_mode"].value == "WITH_TAX"
    with_tax, rate = (Decimal(item[key].value or "0") for key in ("rate_printed", "gst_rate"))
    assert abs(Decimal(legacy["price"].value or "0") - with_tax / (1 + rate / 100)) < Decimal("0.0001")


def test_a_discount_in_rupees_is_told_per_unit() -> None:
    _, document = paper(first(discounts="amount"))
    for item in read_gst(document).items[:-1]:
        off = Decimal(item["flat_per_unit"].value or "0") * Decimal(item["qty"].value or "0")
        gross = Decimal(item["qty"].value or "0") * Decimal(item["rate_printed"].value or "0")
        assert abs(gross - off - Decimal(item["amount_printed"].value or "0")) < Decimal("0.01")


def test_two_percents_in_one_cell_are_two_discounts() -> None:
    _, document = paper(first(discounts="plus"))
    for item in read_gst(document).items:
        assert item["discount_pct_printed"].value
        assert item["special_discount_pct_printed"].value


def test_the_code_of_an_e_invoice_is_the_source_of_what_it_holds_and_said_to_be_unproven() -> None:
    _, document = paper(first(qr=True))
    reading = read_gst(document)
    assert NOT_VERIFIED in reading.warnings
    for key in ("supplier_gstin", "buyer_gstin", "invoice_number", "invoice_date", "printed_grand_total"):
        assert reading.fields[key].source == "qr", key


def test_a_code_with_another_total_does_not_replace_the_printed_one() -> None:
    drawing, document = paper(first(qr=True))
    from tests.support.gst_papers.invoice import make_invoice  # noqa: PLC0415

    invoice = make_invoice(drawing.style)
    printed = invoice.total
    invoice.total = printed + 500
    reading = read_gst(replace(document, qr=(token(invoice),)))
    assert reading.value("printed_grand_total") == f"{printed:f}"
    assert f"{DISAGREES}printed_grand_total" in reading.warnings


def test_a_second_copy_of_the_invoice_is_not_read_twice() -> None:
    drawing, document = paper(first(ship_to=True, words=2))
    marked = [
        replace(line, page=1, tokens=(replace(line.tokens[0], text="Duplicate"),) if nth == 0 else line.tokens)
        for nth, line in enumerate(document.lines)
    ]
    both = replace(document, lines=(*document.lines, *marked), pages=2, pages_read=2)
    assert len(read_gst(both).items) == len(drawing.truth["items"])


def test_a_paper_without_anything_gives_an_empty_reading() -> None:
    empty = Document((), 1, 1)
    assert read_gst(empty).items == ()
    assert all(field.value is None for field in read_legacy(empty).fields.values())


def test_the_drawings_are_the_same_every_time() -> None:
    assert draw(STYLES[0]).content == draw(STYLES[0]).content
    assert len({each.seed for each in STYLES}) == len(STYLES) == 20
    assert len(UNSEEN) == 6
