"""The schema `india_gst_v4`: a reading becomes a document, the document a reconciled one (`reconciler.india`)."""

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.india.engine import reconcile as reconcile_document
from shared.contracts.documents import DocumentRecognized
from shared.contracts.india.gst_v4 import IndiaGstOutcome, V4Document
from shared.contracts.reading import ReadField, Reading

_HEAD = (
    "supplier_name",
    "supplier_gstin",
    "invoice_number",
    "invoice_date",
    "place_of_supply_state_code",
    "buyer_gstin",
    "currency",
    "reverse_charge",
)
_GST = ("cgst", "sgst", "igst", "cess_rate", "cess")

_Row = Mapping[str, ReadField]


def reconcile(event: DocumentRecognized) -> IndiaGstOutcome:
    """The invoice with figures that are checked out. Nothing is mandatory, so that every reading has an outcome."""
    reading = event.reading
    result = reconcile_document(document_of(reading))
    told = result.document.reconciliation
    document = result.document.model_copy(
        update={"reconciliation": told.model_copy(update={"warnings": (*reading.warnings, *told.warnings)})}
    )
    codes = (*(warning.partition(":")[0] for warning in reading.warnings), *(each.code for each in result.findings))
    return IndiaGstOutcome(document=document, warnings=tuple(dict.fromkeys(codes)))


def document_of(reading: Reading) -> V4Document:
    """The reading's values in the document's shape; what is not understood there is not known."""
    head = {key: reading.value(key) for key in _HEAD}
    rows = (reading.fields, *reading.items)
    return V4Document.model_validate(
        {
            "doc_level": head,
            "items": tuple(map(_item, reading.items)),
            **{key: tuple(map(_texts, reading.tables.get(key, ()))) for key in ("header_discounts", "charges")},
            "tcs": {
                "rate": reading.value("tcs_rate"),
                "amount": reading.value("tcs_amount"),
                "base_used": reading.value("tcs_base"),
            },
            "round_off": reading.value("round_off"),
            "printed": {
                "taxable_subtotal": reading.value("printed_taxable_subtotal"),
                "gst_total": reading.value("printed_gst_total"),
                "hsn_tax_table": tuple(map(_texts, reading.tables.get("hsn_tax_table", ()))),
                "grand_total": reading.value("printed_grand_total"),
            },
            "meta": {
                "pages_processed": reading.pages_read,
                "language": reading.value("language"),
                "overall_confidence": _mean(each for row in rows for each in row.values()),
            },
        }
    )


def _item(row: _Row) -> dict[str, Any]:
    texts = _texts(row)
    return {
        **{key: texts.get(key) for key in ("name", "hsn", "qty", "uom")},
        "discount": {"flat_per_unit": texts.get("flat_per_unit")},
        "gst": {"rate": texts.get("gst_rate"), **{key: texts.get(key) for key in _GST}},
        "raw": {
            "rate_printed": texts.get("rate_printed"),
            "price_mode_detected": texts.get("price_mode"),
            "discount_pct_printed": texts.get("discount_pct_printed"),
            "special_discount_pct_printed": texts.get("special_discount_pct_printed"),
            "amount_printed": texts.get("amount_printed"),
        },
        "confidence": _mean(row.values()),
    }


def _texts(row: _Row) -> dict[str, str | None]:
    return {key: field.value for key, field in row.items()}


def _mean(fields: Iterable[ReadField]) -> float | None:
    """The mean confidence of what was read; None where the reader told none."""
    told = [field.confidence for field in fields if field.value is not None and field.confidence > 0]
    return sum(told) / len(told) if told else None
