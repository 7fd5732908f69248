"""GST invoices of many trades, as their usual programs lay them out, read by the rules and reconciled."""

from decimal import Decimal

import pytest

from ocr_engine.local.india.legacy import read_legacy
from ocr_engine.local.india.reader import read_gst
from reconciler.india.engine import reconcile
from reconciler.schemas.india_gst_v4 import document_of
from shared.contracts.reading import Reading
from tests.support.gst_papers import trades
from tests.support.gst_papers.typed import typed


def column(reading: Reading, key: str) -> list[str | None]:
    return [item[key].value for item in reading.items]


@pytest.mark.parametrize(
    ("text", "number", "date", "total", "lines"),
    [
        (trades.MARKETPLACE, "DEL5-21033", "2024-05-13", "1239.00", 1),
        (trades.DISCOUNT_BELOW, "SGT/118", "2025-06-05", "4033", 2),
        (trades.ACCOUNTING, "BAS/24-25/0091", "2024-07-01", "11428.00", 2),
        (trades.PHARMACY, "004512", "2024-08-14", "2413.00", 3),
        (trades.SERVICES, "ZS-2025-014", "2025-02-02", "542800.00", 2),
        (trades.WHOLE_RUPEES, "VC-77", "2024-03-03", "117834", 2),
        (trades.CREDIT_NOTE, "CN/25/019", "2025-11-11", "-3540.00", 1),
        (trades.FREELANCE, "2025-26/041", "2025-04-15", "135700.00", 2),
        (trades.FERTILISER, "GAC/2425/1189", "2024-09-14", "84775.00", 3),
        (trades.RESTAURANT, "8821", "2025-01-05", "441.00", 2),
        (trades.JEWELLER, "KJ-0912", "2024-11-02", "40088.90", 2),
        (trades.TWO_PAGES, "UB-4432", "2025-08-12", "42834.00", 5),
    ],
)
def test_number_date_total_and_lines_are_read_and_reconcile(
    text: str, number: str, date: str, total: str, lines: int
) -> None:
    reading = read_gst(typed(text))
    shown = [reading.value(key) for key in ("invoice_number", "invoice_date", "printed_grand_total")]
    assert shown == [number, date, total]
    assert len(reading.items) == lines
    error = reconcile(document_of(reading)).document.reconciliation.error_absolute
    assert error is not None
    assert error <= Decimal("0.05")


def test_shipping_among_the_goods_is_a_charge_with_its_rate() -> None:
    (charge,) = read_gst(typed(trades.MARKETPLACE)).tables["charges"]
    assert (charge["ex_tax"].value, charge["inc_tax"].value, charge["gst_rate_hint"].value) == ("33.90", "40.00", "18")


def test_a_percent_below_the_rupees_of_a_discount_is_the_discount() -> None:
    assert column(read_gst(typed(trades.DISCOUNT_BELOW)), "discount_pct_printed") == ["5", "5"]


def test_rates_come_from_the_tax_summary_where_lines_have_none() -> None:
    reading = read_gst(typed(trades.ACCOUNTING))
    assert column(reading, "gst_rate") == ["28", "28"]
    assert column(reading, "name") == ["Brake Shoe Set", "Clutch Plate"]


def test_free_goods_packs_and_batches_are_neither_quantity_nor_name() -> None:
    reading = read_gst(typed(trades.PHARMACY))
    assert column(reading, "qty") == ["10", "20", "5"]
    assert column(reading, "rate_printed") == ["110.71", "24.00", "117.86"]
    assert reading.value("supplier_name") == "KRISHNA MEDICAL AGENCIES"


def test_the_rate_in_a_heading_and_the_sums_under_columns_are_read() -> None:
    reading = read_gst(typed(trades.SERVICES))
    assert column(reading, "gst_rate") == ["18", "18"]
    assert reading.value("printed_gst_total") == "82800.00"
    assert read_legacy(typed(trades.SERVICES)).value("party_name") == "Delta Exports Limited"


def test_a_discount_of_the_whole_and_freight_are_told_apart() -> None:
    reading = read_gst(typed(trades.WHOLE_RUPEES))
    assert [row["value"].value for row in reading.tables["header_discounts"]] == ["2012"]
    assert [row["ex_tax"].value for row in reading.tables["charges"]] == ["1500"]


def test_a_credit_note_has_its_own_number_and_negative_figures() -> None:
    reading = read_gst(typed(trades.CREDIT_NOTE))
    assert (column(reading, "qty"), column(reading, "amount_printed")) == (["-2"], ["-3000.00"])
    assert reading.value("printed_gst_total") == "-540.00"


def test_tax_that_is_withheld_does_not_lower_the_total() -> None:
    assert read_gst(typed(trades.FREELANCE)).value("printed_grand_total") == "135700.00"


def test_the_tax_of_freight_belongs_to_the_freight() -> None:
    reading = read_gst(typed(trades.FERTILISER))
    (charge,) = reading.tables["charges"]
    assert (charge["ex_tax"].value, charge["gst_amount"].value) == ("1500.00", "270.00")
    assert reading.value("printed_gst_total") == "7190.00"
    assert (reading.value("tcs_amount"), reading.value("tcs_rate")) == ("84.69", "0.100")


def test_lines_go_on_over_a_page_without_the_pages_sum() -> None:
    assert column(read_gst(typed(trades.TWO_PAGES)), "amount_printed") == [
        "14500.00",
        "8500.00",
        "2500.00",
        "7440.00",
        "3360.00",
    ]
