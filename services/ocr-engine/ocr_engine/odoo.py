"""What an invoice's own XML says under the schema `odoo_invoice`: it is taken over what was read. Pure."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from ocr_engine.evidence import Evidence
from ocr_engine.local.embedded.invoice import EmbeddedInvoice, EmbeddedLine
from ocr_engine.local.embedded.reader import read_xml
from ocr_engine.proof import proven, same_value
from shared.contracts.faults import XML_DIFFERS
from shared.contracts.odoo import INVOICE_ITEM, INVOICE_TABLES
from shared.contracts.reading import ReadField, Reading
from shared.money import parse_amount, to_cents

_CONFIDENCE = 0.99
_HEADER = {
    "invoice_id": "number",
    "date": "date",
    "due_date": "due_date",
    "currency": "currency",
    "subtotal": "net",
    "total_tax_amount": "tax",
    "total": "total",
    "iban": "iban",
    "swift_code": "bic",
    "payment_ref": "payment_ref",
}
_PRINTED_ALIKE = frozenset({"invoice_id", "date", "total", "subtotal", "total_tax_amount"})
"""Names are worded otherwise in print, which is no difference."""
_CREDIT_NOTES = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""UNTDID 1001, as EN 16931 lists it for credit notes."""
_CORRECTION = "384"

_Row = dict[str, ReadField]


def confirm_invoice(reading: Reading, evidence: Evidence) -> Reading:
    """The reading with everything that the attached XML says; the printed places are kept."""
    invoice = read_xml(evidence.xml)
    if invoice is None:
        return reading
    fields = dict(reading.fields)
    warnings = list(reading.warnings)
    for key, value in _header(invoice).items():
        before = fields.get(key, ReadField())
        if before.value is not None and key in _PRINTED_ALIKE and not same_value(before.value, value):
            warnings.append(XML_DIFFERS)
        fields[key] = proven(before, value, "xml", _CONFIDENCE)
    return reading.model_copy(
        update={
            "fields": fields,
            "items": _items(reading.items, invoice.lines),
            "tables": {**reading.tables, **_tables(invoice)},
            "warnings": tuple(dict.fromkeys(warnings)),
        }
    )


def _header(invoice: EmbeddedInvoice) -> dict[str, str]:
    said = {key: invoice.values.get(place) for key, place in _HEADER.items()}
    said |= {
        "type": _type(invoice),
        "supplier": invoice.seller.name,
        "supplier_vat": invoice.seller.vat,
        "supplier_country": invoice.seller.country,
        "email": invoice.seller.email,
        "client": invoice.buyer.name,
        "client_vat": invoice.buyer.vat,
    }
    return {key: value for key, value in said.items() if value}


def _type(invoice: EmbeddedInvoice) -> str:
    code = invoice.values.get("type_code")
    negative = invoice.values.get("total", "").startswith("-")
    return "refund" if code in _CREDIT_NOTES or (code == _CORRECTION and negative) else "invoice"


def _tables(invoice: EmbeddedInvoice) -> dict[str, tuple[_Row, ...]]:
    orders: list[dict[str, str | None]] = [{"number": number} for number in invoice.orders]
    taxes: list[dict[str, str | None]] = [
        {"rate": tax.rate, "base": tax.base, "amount": tax.amount} for tax in invoice.taxes
    ]
    tables = {"purchase_orders": orders, "taxes": taxes}
    return {
        name: tuple(_row({key: row.get(key) for key in INVOICE_TABLES[name]}) for row in rows)
        for name, rows in tables.items()
        if rows
    }


def _row(values: dict[str, str | None]) -> _Row:
    return {
        key: proven(ReadField(), value, "xml", _CONFIDENCE) if value else ReadField() for key, value in values.items()
    }


def _items(read: Sequence[_Row], lines: Sequence[EmbeddedLine]) -> tuple[_Row, ...]:
    """The XML's lines, each with the places of the printed line of the same amount."""
    if not lines:
        return tuple(read)
    left = list(read)
    result = []
    for line in lines:
        own = _printed(left, line)
        if own is not None:
            left.remove(own)
        # What was computed of the print is computed anew, of what the XML says.
        before = {key: field for key, field in (own or {}).items() if field.source != "computed"}
        said = {key: value for key, value in _line(line).items() if value is not None}
        taken = {key: proven(before.get(key, ReadField()), value, "xml", _CONFIDENCE) for key, value in said.items()}
        result.append(_with_total({**dict.fromkeys(INVOICE_ITEM, ReadField()), **before, **taken}, line))
    return tuple(result)


def _with_total(row: _Row, line: EmbeddedLine) -> _Row:
    """The line's amount with tax, which XML does not hold, where it is not printed either."""
    amount, rate = parse_amount(line.amount or ""), parse_amount(line.tax_rate or "")
    if row["total"].value is not None or amount is None or rate is None:
        return row
    gross = to_cents(amount * (Decimal(100) + rate) / 100)
    return {**row, "total": ReadField(value=f"{gross:f}", confidence=_CONFIDENCE, source="computed")}


def _printed(left: Iterable[_Row], line: EmbeddedLine) -> _Row | None:
    for row in left:
        subtotal = row.get("subtotal", ReadField()).value
        if subtotal is not None and line.amount is not None and same_value(subtotal, line.amount):
            return row
    return None


def _line(line: EmbeddedLine) -> dict[str, str | None]:
    return {
        "description": line.name,
        "product": line.code,
        "unit": line.unit,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "discount": line.discount,
        "tax_rates": line.tax_rate,
        "subtotal": line.amount,
    }
