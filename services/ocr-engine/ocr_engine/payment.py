"""What a QR code on an invoice says of its payment: a Swiss QR-bill, or a European transfer (EPC069-12). Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from stdnum import bic as bic_rules

from ocr_engine.local.invoice.identifiers import is_iban, qr_bill, qr_bill_reference
from ocr_engine.proof import proven
from shared.contracts.reading import ReadField, Reading

_CONFIDENCE = 0.99
_SWISS_IBAN = 3
_EUROPEAN = "BCD"
_TRANSFER = "SCT"
_FEWEST_LINES = 7
_BIC, _IBAN, _REFERENCE, _TEXT = 4, 6, 9, 10
"""Lines of a European transfer (EPC069-12, 2.3)."""


@dataclass(frozen=True)
class Payment:
    """How an invoice is to be paid, by reading keys."""

    values: dict[str, str]


def payment_of(codes: Sequence[str]) -> Payment | None:
    """The payment that the first code of a known kind asks for; its IBAN must hold. None without any."""
    bill = qr_bill(codes)
    if bill is not None:
        reference = qr_bill_reference(bill.value)
        said = {"qr_bill": bill.value, "iban": bill.value.splitlines()[_SWISS_IBAN], "payment_ref": reference}
        return Payment({key: value for key, value in said.items() if value})
    return next((payment for code in codes if (payment := _transfer(code))), None)


def confirm_payment(reading: Reading, codes: Sequence[str]) -> Reading:
    """The reading with what its payment code says; the places of what is printed alike are kept."""
    payment = payment_of(codes)
    if payment is None:
        return reading
    fields = dict(reading.fields)
    for key, value in payment.values.items():
        before = fields.get(key, ReadField())
        if before.value is None or _bare(before.value) != _bare(value):
            fields[key] = proven(before, value, "qr", _CONFIDENCE)
        else:
            fields[key] = before.model_copy(update={"confidence": max(before.confidence, _CONFIDENCE)})
    return reading.model_copy(update={"fields": fields})


def _transfer(code: str) -> Payment | None:
    lines = [line.strip() for line in code.splitlines()]
    if len(lines) < _FEWEST_LINES or lines[0] != _EUROPEAN or lines[3] != _TRANSFER:
        return None
    lines += [""] * (_TEXT + 1 - len(lines))
    iban, bic = _bare(lines[_IBAN]), _bare(lines[_BIC])
    if not is_iban(iban):
        return None
    said = {"iban": iban, "payment_ref": lines[_REFERENCE] or lines[_TEXT]}
    said |= {"swift_code": bic} if bic_rules.is_valid(bic) else {}
    return Payment({key: value for key, value in said.items() if value})


def _bare(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())
