"""A GST invoice read under `india_legacy`: the voucher, its lines with prices before tax, and the buyer."""

from collections.abc import Sequence
from decimal import Decimal

from ocr_engine.local.found import Found, field_of, source_of
from ocr_engine.local.india.charges import Charge
from ocr_engine.local.india.items import Item
from ocr_engine.local.india.paper import GstPaper, read_paper
from ocr_engine.local.india.parties import address_in
from ocr_engine.local.india.reader import figure_field, head_fields, item_words, sum_found, told, total_found, with_code
from ocr_engine.local.page import Document, Line
from ocr_engine.local.table.figure import Figure
from shared.contracts.india.keys import INDIA_LEGACY, LEGACY_FIELDS
from shared.contracts.reading import ReadField, Reading

_Row = dict[str, ReadField]
_HUNDRED = Decimal(100)
_PRICE = Decimal("0.0001")
_SHARE = Decimal("0.01")
_KEYS = {
    "buyer": "party_gstin_number",
    "number": "invoice_number",
    "date": "invoice_date",
    "total": "total_invoice_amount",
}


def read_legacy(document: Document, mode: int = 1) -> Reading:
    """The reading of a GST invoice as printed; `mode` is the upload's and says nothing here."""
    del mode
    paper = read_paper(document)
    head = head_fields(paper)
    totals = paper.totals
    cut = sum((abs(each.value) for each in totals.discounts), Decimal(0))
    fields = {key: ReadField() for key in LEGACY_FIELDS} | {
        "invoice_number": head["invoice_number"],
        "invoice_date": head["invoice_date"],
        "invoice_due_date": field_of(paper.due),
        "invoice_discount": told(cut, "computed") if totals.discounts else ReadField(),
        "invoice_discount_mode": told("before_tax", "computed") if totals.discounts else ReadField(),
        "round_off": field_of([sum_found(totals.round_off, paper.lines)] if totals.round_off else []),
        "total_invoice_amount": field_of(total_found(paper), 0.3),
        "party_gstin_number": head["buyer_gstin"],
        **_party(paper),
    }
    fields, warnings = with_code(fields, paper.signed, _KEYS)
    return Reading(
        schema_name=INDIA_LEGACY,
        provider="local",
        fields=fields,
        items=tuple(_item(item, paper.lines) for item in paper.tables.items),
        tables={"additional_charges": tuple(_charge(each, paper.lines) for each in paper.charges)},
        pages=document.pages,
        pages_read=document.pages_read,
        warnings=(*document.warnings, *(warning.partition(":")[0] for warning in warnings)),
    )


def _party(paper: GstPaper) -> _Row:
    """The buyer; the PAN is a part of the GSTIN where there is one."""
    gstin = next((each.value for each in paper.buyer_gstins), None)
    pan = {"party_pan_number": told(gstin[2:12] if gstin else None, "computed")}
    if paper.buyer is None:
        return pan
    block, name = paper.buyer
    address = address_in(block, name)
    source = source_of(paper.lines[block.heading.line])
    found = [Found(name.text, name.span.text, name.weight, name.span, source)] if name else []
    return pan | {
        "party_name": field_of(found),
        "party_address": told(address.text or None, source),
        "party_city": told(address.city or None, source),
        "party_pincode": told(address.pin or None, source),
    }


def _item(item: Item, lines: Sequence[Line]) -> _Row:
    line = lines[item.line]
    return {
        **item_words(item, line, ("name", "hsn_sac_code", "unit")),
        "quantity": figure_field(item.qty, line),
        "price": _price(item, line),
        "discount_rate": told(_share(item), source_of(line)),
        "tax_rate": told(item.gst_rate, source_of(line)),
    }


def _price(item: Item, line: Line) -> ReadField:
    """The unit price without tax."""
    if item.rate is None or item.mode != "WITH_TAX":
        return figure_field(item.rate, line)
    price = item.rate.value / (1 + (item.gst_rate or Decimal(0)) / _HUNDRED)
    return told(price.quantize(_PRICE), "computed")


def _share(item: Item) -> Decimal | None:
    """All discounts of the line in one percent."""
    left = Decimal(1)
    for percent in item.discounts:
        left *= 1 - percent / _HUNDRED
    gross = item.qty.value * item.rate.value if item.qty and item.rate else Decimal(0)
    if item.off is not None and gross:
        left -= item.off / gross
    return None if left == 1 else ((1 - left) * _HUNDRED).quantize(_PRICE if item.off else _SHARE)


def _charge(charge: Charge, lines: Sequence[Line]) -> _Row:
    line = lines[charge.line]
    source = source_of(line)
    return {
        "name": told(charge.label, source),
        "amount": figure_field(Figure(charge.value, charge.span), line),
        "tax_rate": told(charge.rate, "computed" if charge.inferred else source),
        "amount_includes_tax": told("false", "computed"),
    }
