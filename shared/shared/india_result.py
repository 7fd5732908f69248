"""A reading of an India schema as the object that clients know, its figures as printed: nothing is reconciled here."""

import datetime as dt
from collections.abc import Mapping
from statistics import fmean
from typing import Any

from shared.contracts.india import LEGACY_ITEM, LEGACY_TABLES, V4_TABLES
from shared.contracts.reading import ReadField, Reading
from shared.money import json_number, parse_amount

_DOC_LEVEL = (
    "supplier_name",
    "supplier_gstin",
    "invoice_number",
    "invoice_date",
    "place_of_supply_state_code",
    "buyer_gstin",
    "currency",
)
_TEXTS = frozenset({*_DOC_LEVEL, "name", "hsn", "uom", "price_mode", "label", "type", "language"})
_PARTY = ("party_name", "party_gstin_number", "party_pan_number", "party_address", "party_city", "party_pincode")
_VOUCHER = (
    "invoice_number",
    "invoice_date",
    "invoice_due_date",
    "invoice_discount",
    "invoice_discount_mode",
    "round_off",
    "total_invoice_amount",
)

Fields = Mapping[str, ReadField]


def india_v4_result(reading: Reading) -> dict[str, Any]:
    """The raw side of a v4 document (v4 response schema): as a model or the engine read it, numbers as JSON numbers."""
    fields = reading.fields
    confidences = [field.confidence for field in fields.values() if field.value is not None]
    confidences += [field.confidence for item in reading.items for field in item.values() if field.value is not None]
    return {
        "doc_level": {key: _value(key, fields) for key in _DOC_LEVEL},
        "items": [_item(item) for item in reading.items],
        "header_discounts": _table(reading, "header_discounts"),
        "charges": _table(reading, "charges"),
        "tcs": {
            "rate": _value("tcs_rate", fields),
            "amount": _value("tcs_amount", fields),
            "base_used": _text("tcs_base", fields) or None,
        },
        "round_off": _value("round_off", fields),
        "printed": {
            "taxable_subtotal": _value("printed_taxable_subtotal", fields),
            "gst_total": _value("printed_gst_total", fields),
            "hsn_tax_table": _table(reading, "hsn_tax_table"),
            "grand_total": _value("printed_grand_total", fields),
        },
        "meta": {
            "pages_processed": reading.pages_read,
            "language": _value("language", fields),
            "overall_confidence": round(fmean(confidences), 2) if confidences else 0,
        },
    }


def india_legacy_result(reading: Reading) -> dict[str, Any]:
    """Voucher, items and party of the older schema: everything a string, `""` where unknown, dates `dd-mm-yyyy`."""
    fields = reading.fields
    charges = [
        {key: _text(key, row) for key in LEGACY_TABLES["additional_charges"]}
        for row in reading.tables.get("additional_charges", ())
    ]
    return {
        "voucher": {**{key: _text(key, fields) for key in _VOUCHER}, "additional_charges": charges},
        "items": [{key: _text(key, item) for key in LEGACY_ITEM} for item in reading.items],
        "party": {key: _text(key, fields) for key in _PARTY},
    }


def _item(item: Fields) -> dict[str, Any]:
    sure = [field.confidence for field in item.values() if field.value is not None]
    gst = {"rate": "gst_rate", "cgst": "cgst", "sgst": "sgst", "igst": "igst", "cess_rate": "cess_rate", "cess": "cess"}
    raw = {
        "rate_printed": "rate_printed",
        "price_mode_detected": "price_mode",
        "discount_pct_printed": "discount_pct_printed",
        "special_discount_pct_printed": "special_discount_pct_printed",
        "amount_printed": "amount_printed",
    }
    return {
        **{key: _value(key, item) for key in ("name", "hsn", "qty", "uom")},
        "discount": {"flat_per_unit": _value("flat_per_unit", item)},
        "gst": {shown: _value(key, item) for shown, key in gst.items()},
        "raw": {shown: _value(key, item) for shown, key in raw.items()},
        "confidence": round(fmean(sure), 2) if sure else 0,
    }


def _table(reading: Reading, name: str) -> list[dict[str, Any]]:
    return [{key: _value(key, row) for key in V4_TABLES[name]} for row in reading.tables.get(name, ())]


def _value(key: str, fields: Fields) -> Any:
    field = fields.get(key)
    if field is None or field.value is None:
        return None
    if key == "taxable" and field.value in {"true", "false"}:
        return field.value == "true"
    if key in _TEXTS:
        return field.value
    amount = parse_amount(field.value)
    return None if amount is None else json_number(amount)


def _text(key: str, fields: Fields) -> str:
    field = fields.get(key)
    if field is None or field.value is None:
        return ""
    if key.endswith("_date"):
        try:
            return dt.date.fromisoformat(field.value).strftime("%d-%m-%Y")
        except ValueError:
            return ""
    return field.value
