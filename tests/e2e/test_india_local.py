"""Both ocr-structured routes without any provider's key: the offline engine reads, the reconciler does the sums."""

from tests.benchmarks.bench_gst import Figures, compare, post
from tests.support.gst_papers import STYLES, draw
from tests.support.platform import Platform

V4, LEGACY = "/api/ocr-structured-v4", "/api/ocr-structured"


async def test_a_pdf_with_an_e_invoices_code_is_read_and_reconciled_without_a_key(platform: Platform) -> None:
    drawing = draw(next(each for each in STYLES if each.qr and each.summary == "next"))
    status, answer = await post(platform, V4, drawing)
    assert status == 200, answer
    assert compare(answer, drawing, Figures()) == []
    assert answer["reconciliation"]["error_absolute"] == 0
    assert any(each.startswith("QR_NOT_VERIFIED") for each in answer["reconciliation"]["warnings"])
    assert answer["meta"]["pages_processed"] == 2


async def test_freight_and_tcs_of_a_rows_only_layout_are_worked_out_without_a_key(platform: Platform) -> None:
    drawing = draw(next(each for each in STYLES if each.tcs))
    status, answer = await post(platform, V4, drawing)
    assert status == 200, answer
    assert answer["tcs"]["amount"] == float(drawing.truth["fields"]["tcs_amount"])
    assert answer["reconciliation"]["error_absolute"] <= 1


async def test_a_photographed_invoice_is_read_by_the_older_route_without_a_key(platform: Platform) -> None:
    drawing = draw(next(each for each in STYLES if each.file == "photo"))
    status, answer = await post(platform, LEGACY, drawing)
    assert status == 200, answer
    truth = drawing.truth
    assert answer["voucher"]["invoice_number"] == truth["fields"]["invoice_number"]
    assert answer["voucher"]["total_invoice_amount"] == str(truth["fields"]["printed_grand_total"])
    assert answer["party"]["party_gstin_number"] == truth["fields"]["buyer_gstin"]
    assert answer["party"]["party_pincode"] == truth["party"]["party_pincode"]
    assert len(answer["items"]) == len(truth["items"])
    assert answer["voucher"]["reconciliation"]["status"] in {"matched", "unmatched"}
