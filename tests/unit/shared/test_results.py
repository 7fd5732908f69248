"""A reading as the object that each family's clients know."""

import json
from typing import Any

import pytest

from shared.contracts.lumis import HEADER_FIELDS
from shared.contracts.reading import Box, Candidate, ReadField, Reading
from shared.india_result import india_legacy_result, india_v4_result
from shared.lumis_result import lumis_result
from shared.odoo_result import odoo_result

BOX: Box = (0.5, 0.25, 0.2, 0.02, 1.5)


def field(value: str | None, *others: str, box: Box | None = BOX, confidence: float = 0.9) -> ReadField:
    if value is None:
        return ReadField(candidates=tuple(Candidate(value=each, source="ocr") for each in others))
    candidates = tuple(
        Candidate(value=each, page=0, box=box, source="ocr", confidence=confidence) for each in (value, *others)
    )
    return ReadField(value=value, confidence=confidence, page=0, box=box, source="ocr", candidates=candidates)


def reading(schema: str, items: list[dict[str, ReadField]] | None = None, **fields: ReadField) -> Reading:
    return Reading(schema_name=schema, provider="local", fields=fields, items=tuple(items or ()), pages_read=2)


def test_a_lumis_object_has_every_key_and_numbers_for_amounts() -> None:
    line = {"name": field("Pan"), "quantity": field("2"), "unit_price": field("1.25"), "total_price": field("2.50")}
    shown = lumis_result(reading("lumis", [line], total=field("1234.50"), ruc=field("8-1-2"), dv=field(None, "12")))
    assert set(shown) == {*HEADER_FIELDS, "products"}
    assert (shown["total"], shown["ruc"], shown["dv"], shown["cufe"]) == (1234.5, "8-1-2", None, None)
    assert shown["products"] == [{"name": "Pan", "quantity": 2, "unit_price": 1.25, "total_price": 2.5}]


def test_the_selected_value_is_the_first_candidate_and_has_its_place() -> None:
    shown = odoo_result(reading("odoo_expense", total=field("12.50", "10.00")), "ALL TEXT")
    total = shown["total"]
    assert total["selected_value"] == total["candidates"][0] == {"content": 12.5, "coords": list(BOX), "page": 0}
    assert [each["content"] for each in total["candidates"]] == [12.5, 10]
    assert shown["full_text_annotation"] == "ALL TEXT"


def test_features_that_were_not_found_are_absent() -> None:
    shown = odoo_result(reading("odoo_expense", total=field(None, "3.00"), date=field("2024-01-31")), "")
    assert set(shown) == {"full_text_annotation", "date"}


def test_a_value_without_a_place_still_has_five_coordinates() -> None:
    shown = odoo_result(reading("odoo_expense", currency=field("EUR", box=None)), "")
    assert shown["currency"]["selected_value"]["coords"] == [0.0] * 5


@pytest.mark.parametrize(("perspective", "number"), [("client", "BE1"), ("supplier", "FR2")])
def test_the_vat_number_is_the_other_partys(perspective: str, number: str) -> None:
    read = reading("odoo_invoice", supplier_vat=field("BE1"), client_vat=field("FR2"))
    assert odoo_result(read, "", perspective)["VAT_Number"]["selected_value"]["content"] == number


def test_an_invoice_shows_its_type_swift_code_orders_and_lines() -> None:
    line = {"description": field("Stuhl"), "tax_rates": field("9,12"), "quantity": field("2"), "discount": field(None)}
    read = reading("odoo_invoice", [line], type=field("refund"), swift_code=field("COBADEFFXXX"), qr_bill=field("SPC"))
    read = read.model_copy(update={"tables": {"purchase_orders": ({"number": field("PO1")}, {"number": field("PO2")})}})
    shown = odoo_result(read, "")
    assert shown["type"] == "refund"
    swift: dict[str, Any] = json.loads(shown["SWIFT_code"]["selected_value"]["content"])
    assert swift == {"bic": "COBADEFFXXX", "country_code": "DE", "verified_bic": False}
    assert "qr-bill" in shown
    assert [each["content"] for each in shown["purchase_order"]["selected_values"]] == ["PO1", "PO2"]
    (shown_line,) = shown["invoice_lines"]
    assert set(shown_line) == {"description", "taxes", "quantity"}
    assert [(each["content"], each["amount_type"]) for each in shown_line["taxes"]["selected_values"]] == [
        (9, "percent"),
        (12, "percent"),
    ]


def test_a_v4_object_shows_figures_as_printed_and_nothing_computed() -> None:
    line = {"name": field("Widget"), "qty": field("10"), "rate_printed": field("1000.00"), "gst_rate": field("18")}
    charge = {"label": field("Freight"), "ex_tax": field("500.00"), "taxable": field("true")}
    read = reading("india_gst_v4", [line], invoice_number=field("007"), printed_grand_total=field("10679.00"))
    shown = india_v4_result(read.model_copy(update={"tables": {"charges": (charge,)}}))
    assert shown["doc_level"]["invoice_number"] == "007"
    assert shown["items"][0]["raw"]["rate_printed"] == 1000
    assert shown["items"][0]["gst"] == {
        "rate": 18,
        "cgst": None,
        "sgst": None,
        "igst": None,
        "cess_rate": None,
        "cess": None,
    }
    assert shown["charges"][0]["taxable"] is True
    assert shown["printed"]["grand_total"] == 10679
    assert shown["meta"] == {"pages_processed": 2, "language": None, "overall_confidence": 0.9}
    assert "totals" not in shown


def test_the_legacy_object_is_text_throughout() -> None:
    read = reading(
        "india_legacy", [{"name": field("Widget"), "tax_rate": field("18")}], invoice_date=field("2024-01-15")
    )
    shown = india_legacy_result(read)
    assert shown["voucher"]["invoice_date"] == "15-01-2024"
    assert shown["voucher"]["invoice_number"] == ""
    assert shown["items"][0] == {
        "name": "Widget",
        "hsn_sac_code": "",
        "quantity": "",
        "unit": "",
        "price": "",
        "discount_rate": "",
        "tax_rate": "18",
    }
