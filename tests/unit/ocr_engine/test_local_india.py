"""The parts of the offline rules for GST invoices, each by itself."""

import base64
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.gst import is_gstin
from ocr_engine.local.india.einvoice import signed_invoice
from ocr_engine.local.india.gstins import repaired
from ocr_engine.local.india.kinds import Kind, ends_rows, is_carried, kind_of
from ocr_engine.local.india.spelled import spelled_amount
from ocr_engine.local.india.states import state_in
from tests.support.gst_papers import STYLES
from tests.support.gst_papers.invoice import make_invoice
from tests.support.gst_papers.qr import token
from tests.support.gst_papers.words import spelled

AMOUNTS = st.decimals(min_value=1, max_value=999_999_999, places=2)


@given(AMOUNTS)
def test_an_amount_written_out_is_read_back(amount: Decimal) -> None:
    assert spelled_amount(f"Rupees {spelled(amount)} Only") == amount


@given(AMOUNTS)
def test_words_without_blanks_are_read_too(amount: Decimal) -> None:
    assert spelled_amount(f"Rupees{spelled(amount)}Only".replace(" ", "")) == amount


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("Rupees One Lakh Two Thousand and Fifty Paise Only", "102000.50"),
        ("INR Twelve Crore Five Lacs Only", "120500000"),
        ("Four Thousand Thirty Three Rupees", "4033"),
        ("One Thousand Two Hundred Thirty-nine only", "1239"),
        ("Rs. Ninety Nine and Paise Five Only", "99.05"),
    ],
)
def test_the_usual_ways_of_writing_an_amount_out(text: str, amount: str) -> None:
    assert spelled_amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Karnataka (29)", "29"),
        ("29-Karnataka", "29"),
        ("07", "07"),
        ("7", "07"),
        ("Tamil Nadu", "33"),
        ("TAMILNADU", "33"),
        ("Orissa", "21"),
        ("Maharashtra, Code: 27", "27"),
        ("Jammu & Kashmir", "01"),
        ("nowhere", None),
        ("77", None),
    ],
)
def test_a_place_of_supply_is_a_code_or_a_name(text: str, code: str | None) -> None:
    assert state_in(text) == code


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Sub Total", Kind.SUBTOTAL),
        ("Total Amount Before Tax", Kind.SUBTOTAL),
        ("Taxable Value", Kind.SUBTOTAL),
        ("OUTPUT CGST 9%", Kind.CGST),
        ("Add: SGST @ 9%", Kind.SGST),
        ("UTGST", Kind.SGST),
        ("IGST18 (18%)", Kind.IGST),
        ("Total GST", Kind.TAX),
        ("Tax Amount", Kind.TAX),
        ("Less : Round Off", Kind.ROUND_OFF),
        ("R/Off", Kind.ROUND_OFF),
        ("TCS @ 0.1%", Kind.TCS),
        ("Less: Trade Discount 5%", Kind.DISCOUNT),
        ("Packing & Forwarding", Kind.CHARGE),
        ("Freight Outward", Kind.CHARGE),
        ("Grand Total", Kind.TOTAL),
        ("Total Amount after Tax", Kind.TOTAL),
        ("Net Payable", Kind.TOTAL),
        ("Total", Kind.SUM),
        ("Total 35 Nos", Kind.SUM),
        ("Bank: State Bank", Kind.OTHER),
        ("LED Panel Light 18W Round", None),
        ("Cotton Bed Sheet", None),
    ],
)
def test_a_label_says_what_its_amount_is(label: str, kind: Kind | None) -> None:
    assert kind_of(label) is kind


def test_goods_with_a_code_are_goods_whatever_they_are_called() -> None:
    assert not ends_rows("3 total station survey kit 90158090 1 nos")
    assert ends_rows("output cgst 9%")


@pytest.mark.parametrize("label", ["carried forward", "brought forward", "c/f", "page total", "continued to page 2"])
def test_a_sum_that_is_carried_over_is_no_line(label: str) -> None:
    assert is_carried(label)


def test_a_gstin_is_repaired_where_the_check_character_then_holds() -> None:
    gstin = make_invoice(STYLES[0]).seller.gstin
    assert repaired(gstin) == gstin
    assert repaired(gstin.replace("0", "O").replace("1", "I")) == gstin
    assert repaired(f"{gstin[:13]}2{gstin[14]}") == gstin


def test_a_gstin_that_does_not_check_is_kept_as_printed() -> None:
    gstin = make_invoice(STYLES[0]).seller.gstin
    wrong = gstin[:14] + next(each for each in "ABC" if each != gstin[14])
    assert repaired(wrong) == wrong
    assert not is_gstin(wrong)


def test_fifteen_characters_of_another_form_are_no_gstin() -> None:
    assert repaired("INVOICENUMBER12") is None
    assert repaired("123456789012345") is None


def test_an_e_invoices_code_tells_parties_number_date_and_total() -> None:
    invoice = make_invoice(next(each for each in STYLES if each.qr))
    found = signed_invoice(["https://example.in", token(invoice)])
    assert found is not None
    assert (found.seller, found.buyer) == (invoice.seller.gstin, invoice.buyer.gstin)
    assert (found.number, found.date) == (invoice.number, invoice.date.isoformat())
    assert found.total == invoice.total


def test_a_code_with_a_false_gstin_does_not_tell_it() -> None:
    data = {"SellerGstin": "27AABCT1234C1Z5", "DocNo": "7", "TotInvVal": "12.50", "DocDt": "31/02/2024"}
    body = base64.urlsafe_b64encode(json.dumps({"data": json.dumps(data)}).encode()).decode().rstrip("=")
    found = signed_invoice([f"e30.{body}.sig"])
    assert found is not None
    assert (found.seller, found.date, found.total) == (None, None, Decimal("12.50"))


@given(st.text(max_size=200))
def test_no_code_is_too_odd(text: str) -> None:
    assert signed_invoice([text]) is None
    signed_invoice([f"a.{text}.b"])


@given(st.binary(max_size=120))
def test_no_payload_is_too_odd(content: bytes) -> None:
    body = base64.urlsafe_b64encode(content).decode()
    signed_invoice([f"e30.{body}.sig"])
