"""A reading of an Extract API schema as its result object: features with candidates, and the full text."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from shared.contracts.odoo import (
    APPLICANT_FIELDS,
    EXPENSE_FIELDS,
    INVOICE_FIELDS,
    INVOICE_ITEM,
    ODOO_APPLICANT,
    ODOO_EXPENSE,
    ODOO_INVOICE,
)
from shared.contracts.reading import Candidate, ReadField, Reading
from shared.money import json_number, parse_amount

_FIELDS: Mapping[str, tuple[str, ...]] = {
    ODOO_INVOICE: INVOICE_FIELDS,
    ODOO_EXPENSE: EXPENSE_FIELDS,
    ODOO_APPLICANT: APPLICANT_FIELDS,
}
_FEATURES = {"swift_code": "SWIFT_code", "qr_bill": "qr-bill", "supplier_country": "country"}
"""Features whose name differs from the reading's key."""
_NUMBERS = frozenset({"total", "subtotal", "total_tax_amount", "quantity", "unit_price", "discount"})
_TAXES = "tax_rates"
_NOWHERE = [0.0, 0.0, 0.0, 0.0, 0.0]
"""Coordinates of a value that stands nowhere on the page (computed, or out of embedded XML): clients need five."""


def odoo_result(reading: Reading, text: str, perspective: str = "client") -> dict[str, Any]:
    """The one object of `results` (Extract API, get_result), as version 122 has it.

    `text` is the document's whole text. `perspective` (`client` or `supplier`) says whose number `VAT_Number` is: the
    supplier's for a client. Features that were not found are left out.
    """
    result: dict[str, Any] = {"full_text_annotation": text}
    for key in _FIELDS[reading.schema_name]:
        field = reading.fields.get(key)
        if field is None or field.value is None:
            continue
        if key == "type":
            result["type"] = field.value
        elif key in {"supplier_vat", "client_vat"}:
            if (key == "supplier_vat") == (perspective == "client"):
                result["VAT_Number"] = _feature(key, field)
        else:
            result[_FEATURES.get(key, key)] = _feature(key, field)
    orders = [row["number"] for row in reading.tables.get("purchase_orders", ()) if "number" in row]
    if any(order.value for order in orders):
        result["purchase_order"] = _several([_shown("purchase_order", each) for each in _chosen(orders)])
    if reading.schema_name == ODOO_INVOICE:
        result["invoice_lines"] = [_line(item) for item in reading.items]
    return result


def _line(item: Mapping[str, ReadField]) -> dict[str, Any]:
    line = {
        key: _feature(key, field)
        for key in INVOICE_ITEM
        if key != _TAXES and (field := item.get(key)) is not None and field.value is not None
    }
    taxes = item.get(_TAXES)
    if taxes is not None and taxes.value:
        rates = [taxes.model_copy(update={"value": rate.strip()}) for rate in taxes.value.split(",")]
        shown = [_shown("rate", each) | {"amount_type": "percent"} for each in _chosen(rates)]
        line["taxes"] = _several(shown)
    return line


def _feature(key: str, field: ReadField) -> dict[str, Any]:
    """The feature with its value first among the candidates, which hold no content twice."""
    candidates: list[dict[str, Any]] = []
    for each in (*_chosen([field]), *field.candidates):
        shown = _shown(key, each)
        if all(shown["content"] != other["content"] for other in candidates):
            candidates.append(shown)
    return {"selected_value": candidates[0], "candidates": candidates}


def _several(shown: list[dict[str, Any]]) -> dict[str, Any]:
    return {"selected_values": shown, "candidates": shown}


def _chosen(fields: Iterable[ReadField]) -> list[Candidate]:
    return [
        Candidate(
            value=field.value,
            raw=field.raw,
            confidence=field.confidence,
            page=field.page,
            box=field.box,
            source=field.source or "computed",
        )
        for field in fields
        if field.value is not None
    ]


def _shown(key: str, candidate: Candidate) -> dict[str, Any]:
    coords = list(candidate.box) if candidate.box else list(_NOWHERE)
    return {"content": _content(key, candidate.value), "coords": coords, "page": candidate.page or 0}


def _content(key: str, value: str) -> Any:
    if key == "swift_code":
        return json.dumps({"bic": value, "country_code": value[4:6], "verified_bic": False})
    amount = parse_amount(value) if key in _NUMBERS or key == "rate" else None
    return value if amount is None else json_number(amount)
