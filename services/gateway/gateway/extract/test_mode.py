"""The fixed answers of the test mode (`integration_token`): a reading per kind, shaped like any other. Pure."""

from collections.abc import Mapping

from gateway.extract.protocol import SCHEMAS, Kind
from shared.contracts.odoo import OdooOutcome
from shared.contracts.reading import Box, Candidate, ReadField, Reading

_TEXT = """Ejemplo Papelería S.L.
Calle Mayor 1, 28013 Madrid
VAT: ESB12345674
INVOICE TEST-0001
Customer: Example Client Ltd, VAT GB999999973
Date: 2024-03-15    Due date: 2024-04-14
Order: P00042
Office chair   2 x 50.00   21 %   100.00
Subtotal 100.00   VAT 21.00   Total EUR 121.00
IBAN ES9121000418450200051332   BIC CAIXESBBXXX   Reference RF18 5390 0754 7034
accounts@ejemplo.example   www.ejemplo.example"""

_HEIGHT = 0.02


def _at(line: int, left: float, width: float) -> Box:
    """A box on the given line of the imagined page."""
    return (left + width / 2, 0.08 + 0.06 * line, width, _HEIGHT, 0.0)


def _field(value: str, box: Box | None = None, *others: str) -> ReadField:
    candidates = tuple(
        Candidate(value=other, raw=other, confidence=0.4, page=0, box=_at(12, 0.1, 0.1), source="text")
        for other in others
    )
    page = None if box is None else 0
    return ReadField(value=value, raw=value, confidence=1, page=page, box=box, source="text", candidates=candidates)


_INVOICE = Reading(
    schema_name=SCHEMAS["invoice"],
    provider="local",
    fields={
        "type": _field("invoice"),
        "supplier": _field("Ejemplo Papelería S.L.", _at(0, 0.1, 0.3)),
        "supplier_vat": _field("ESB12345674", _at(2, 0.16, 0.15)),
        "supplier_country": _field("ES", _at(1, 0.38, 0.1)),
        "client": _field("Example Client Ltd", _at(4, 0.22, 0.2)),
        "client_vat": _field("GB999999973", _at(4, 0.5, 0.15)),
        "invoice_id": _field("TEST-0001", _at(3, 0.2, 0.12), "P00042"),
        "date": _field("2024-03-15", _at(5, 0.16, 0.12), "2024-04-14"),
        "due_date": _field("2024-04-14", _at(5, 0.45, 0.12), "2024-03-15"),
        "currency": _field("EUR", _at(8, 0.6, 0.05)),
        "subtotal": _field("100.00", _at(8, 0.2, 0.08)),
        "total_tax_amount": _field("21.00", _at(8, 0.4, 0.07)),
        "total": _field("121.00", _at(8, 0.66, 0.08), "100.00"),
        "payment_ref": _field("RF18 5390 0754 7034", _at(9, 0.7, 0.2)),
        "iban": _field("ES9121000418450200051332", _at(9, 0.15, 0.28)),
        "swift_code": _field("CAIXESBBXXX", _at(9, 0.5, 0.12)),
        "aba": _field("021000021", _at(11, 0.1, 0.1)),
        "qr_bill": _field("SPC", _at(11, 0.4, 0.1)),
        "email": _field("accounts@ejemplo.example", _at(10, 0.1, 0.3)),
        "website": _field("www.ejemplo.example", _at(10, 0.45, 0.25)),
    },
    items=(
        {
            "description": _field("Office chair", _at(7, 0.1, 0.15)),
            "product": _field("CHAIR", _at(7, 0.1, 0.06)),
            "unit": _field("units", _at(7, 0.3, 0.05)),
            "quantity": _field("2", _at(7, 0.3, 0.02)),
            "unit_price": _field("50.00", _at(7, 0.35, 0.07)),
            "discount": _field("0", None),
            "tax_rates": _field("21", _at(7, 0.5, 0.05)),
            "subtotal": _field("100.00", _at(7, 0.65, 0.08)),
            "total": _field("121.00", None),
        },
    ),
    tables={
        "purchase_orders": ({"number": _field("P00042", _at(6, 0.18, 0.1))},),
        "taxes": ({"rate": _field("21"), "base": _field("100.00"), "amount": _field("21.00")},),
    },
)

_EXPENSE = Reading(
    schema_name=SCHEMAS["expense"],
    provider="local",
    fields={
        "description": _field("Lunch", _at(7, 0.1, 0.1)),
        "country": _field("ES", _at(1, 0.38, 0.1)),
        "date": _field("2024-03-15", _at(5, 0.16, 0.12)),
        "total": _field("23.50", _at(8, 0.66, 0.08), "21.36"),
        "currency": _field("EUR", _at(8, 0.6, 0.05)),
        "supplier": _field("Restaurante Ejemplo", _at(0, 0.1, 0.3)),
        "bill_reference": _field("T-0001", _at(3, 0.2, 0.12)),
    },
)

_APPLICANT = Reading(
    schema_name=SCHEMAS["applicant"],
    provider="local",
    fields={
        "name": _field("Alex Example", _at(0, 0.1, 0.2)),
        "email": _field("alex@example.com", _at(1, 0.1, 0.25)),
        "phone": _field("+34 910 000 000", _at(2, 0.1, 0.2)),
        "mobile": _field("+34 600 000 000", _at(3, 0.1, 0.2)),
    },
)

_READINGS: Mapping[Kind, tuple[Reading, str]] = {
    "invoice": (_INVOICE, _TEXT),
    "expense": (_EXPENSE, "Restaurante Ejemplo\nTicket T-0001\n2024-03-15\nLunch 23.50\nTotal EUR 23.50"),
    "applicant": (_APPLICANT, "Alex Example\nalex@example.com\n+34 910 000 000\n+34 600 000 000"),
}


def fixed_outcome(kind: Kind) -> OdooOutcome:
    """The answer to every test document of a kind, whatever was sent."""
    reading, text = _READINGS[kind]
    return OdooOutcome.model_validate(
        {"schema_name": reading.schema_name, "complete": True, "reading": reading, "full_text": text}
    )
