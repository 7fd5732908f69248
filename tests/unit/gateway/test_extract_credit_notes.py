"""A credit note's amounts come positive, whatever its paper prints; an invoice's stay."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from gateway.extract.protocol import Version
from gateway.extract.shaping import results_of
from shared.contracts.odoo import ODOO_INVOICE, OdooOutcome
from shared.contracts.reading import Candidate, ReadField, Reading

Row = Mapping[str, str]


def field(value: str, *others: str) -> ReadField:
    candidates = tuple(Candidate(value=each, raw=each, source="text") for each in others)
    return ReadField(value=value, raw=value, source="text", candidates=candidates)


def shown(kind: str, lines: Sequence[Row] = (), **fields: ReadField) -> dict[str, Any]:
    rows = tuple({key: field(value) for key, value in line.items()} for line in lines)
    header = {"type": field(kind), **fields}
    reading = Reading(schema_name=ODOO_INVOICE, provider="local", fields=header, items=rows)
    outcome = OdooOutcome.model_validate(
        {"schema_name": ODOO_INVOICE, "complete": True, "reading": reading, "full_text": ""}
    )
    (result,) = results_of(outcome, Version("invoice", 123))
    return result


def test_a_credit_notes_sums_and_their_candidates_are_positive() -> None:
    result = shown("refund", total=field("-121.00", "-100.00", "121.00"), subtotal=field("-100.00"))
    total = result["total"]
    assert [each["content"] for each in total["candidates"]] == [121.0, 100.0]
    assert total["selected_value"] == total["candidates"][0]
    assert result["subtotal"]["selected_value"]["content"] == 100.0


@pytest.mark.parametrize(
    ("line", "turned"),
    [
        ({"quantity": "-5", "unit_price": "1.00", "subtotal": "-5.00"}, {"quantity": 5.0, "unit_price": 1.0}),
        ({"quantity": "5", "unit_price": "-1.00", "subtotal": "-5.00"}, {"quantity": 5.0, "unit_price": 1.0}),
        ({"quantity": "5", "unit_price": "1.00", "subtotal": "-5.00"}, {"quantity": 5.0, "unit_price": 1.0}),
        ({"unit_price": "-5.00", "subtotal": "-5.00"}, {"unit_price": 5.0}),
        ({"quantity": "5", "subtotal": "-5.00"}, {"quantity": 5.0}),
    ],
)
def test_a_credit_notes_lines_are_turned_with_what_carries_their_sign(line: Row, turned: dict[str, float]) -> None:
    assert shown("refund", [line])["invoice_lines"] == [{**turned, "subtotal": 5.0}]


def test_a_deduction_on_a_credit_note_stays_one() -> None:
    lines = [
        {"quantity": "-2", "unit_price": "50.00", "subtotal": "-100.00", "total": "-121.00"},
        {"quantity": "1", "unit_price": "10.00", "subtotal": "10.00", "total": "12.10"},
    ]
    given, taken = shown("refund", lines)["invoice_lines"]
    assert given == {"quantity": 2.0, "unit_price": 50.0, "subtotal": 100.0, "total": 121.0}
    assert taken == {"quantity": -1.0, "unit_price": 10.0, "subtotal": -10.0, "total": -12.1}


def test_positive_credit_notes_and_invoices_stay_as_they_were_read() -> None:
    lines = [
        {"quantity": "1", "unit_price": "50.00", "subtotal": "50.00"},
        {"quantity": "1", "unit_price": "-5.00", "subtotal": "-5.00"},
    ]
    for kind in ("refund", "invoice"):
        assert [each["subtotal"] for each in shown(kind, lines)["invoice_lines"]] == [50.0, -5.0]
    assert shown("invoice", total=field("100.00", "-5.00"))["total"]["candidates"][1]["content"] == -5.0
