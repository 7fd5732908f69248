"""The schema `india_legacy`: a reading becomes a document of texts with its figures compared."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal

from reconciler.india import gstin, legacy
from shared.contracts.documents import DocumentRecognized
from shared.contracts.india.figures import amount_of, day_of, percent_of
from shared.contracts.india.keys import LEGACY_FIELDS
from shared.contracts.india.legacy import (
    IndiaLegacyOutcome,
    LegacyCharge,
    LegacyDocument,
    LegacyItem,
    LegacyVoucher,
    Party,
)
from shared.contracts.reading import ReadField, Reading


def reconcile(event: DocumentRecognized) -> IndiaLegacyOutcome:
    """The invoice with its figures compared. Nothing is mandatory, so that every reading has an outcome."""
    document = complete(document_of(event.reading))
    warnings = (*event.reading.warnings, *_warnings(document))
    return IndiaLegacyOutcome(document=document, warnings=tuple(dict.fromkeys(warnings)))


def complete(document: LegacyDocument) -> LegacyDocument:
    """The document in its canonical texts (no commas, dates `dd-mm-yyyy`), its figures compared, with the PAN."""
    plain = LegacyDocument(
        voucher=_voucher(document.voucher),
        items=tuple(map(_item, document.items)),
        party=_party(document.party),
    )
    voucher = plain.voucher.model_copy(update={"reconciliation": legacy.reconcile(plain)})
    return plain.model_copy(update={"voucher": voucher})


def document_of(reading: Reading) -> LegacyDocument:
    """The reading's values in the document's shape."""
    texts = {key: reading.value(key) for key in LEGACY_FIELDS}
    charges = tuple(map(_row, reading.tables.get("additional_charges", ())))
    return LegacyDocument.model_validate(
        {"voucher": {**texts, "additional_charges": charges}, "items": tuple(map(_row, reading.items)), "party": texts}
    )


def _row(fields: dict[str, ReadField]) -> dict[str, str | None]:
    return {key: field.value for key, field in fields.items()}


def _voucher(voucher: LegacyVoucher) -> LegacyVoucher:
    discount = voucher.invoice_discount
    mode = voucher.invoice_discount_mode.lower().replace(" ", "_").replace("-", "_")
    return voucher.model_copy(
        update={
            "invoice_date": _day(voucher.invoice_date),
            "invoice_due_date": _day(voucher.invoice_due_date),
            "invoice_discount": discount.replace(",", "") if "%" in discount else _discount(discount),
            "invoice_discount_mode": mode if mode in {"before_tax", "after_tax"} else "",
            "round_off": _money(voucher.round_off),
            "total_invoice_amount": _money(voucher.total_invoice_amount),
            "additional_charges": tuple(map(_charge, voucher.additional_charges)),
        }
    )


def _charge(charge: LegacyCharge) -> LegacyCharge:
    return charge.model_copy(
        update={"amount": _money(charge.amount), "tax_rate": _number(charge.tax_rate, legacy.rate_of)}
    )


def _item(item: LegacyItem) -> LegacyItem:
    return item.model_copy(
        update={
            "quantity": _number(item.quantity),
            "price": _money(item.price),
            "discount_rate": _number(item.discount_rate, percent_of),
            "tax_rate": _number(item.tax_rate, legacy.rate_of),
        }
    )


def _party(party: Party) -> Party:
    number = gstin.normalized(party.party_gstin_number) or ""
    pan = party.party_pan_number.upper() or gstin.pan_of(number) or ""
    return party.model_copy(update={"party_gstin_number": number, "party_pan_number": pan})


def _number(text: str, reader: Callable[[str], Decimal | None] = amount_of) -> str:
    """The number without commas, signs of currency and idle zeros; `""` where it is none."""
    value = reader(text)
    if value is None:
        return ""
    written = f"{value:f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def _money(text: str) -> str:
    """Rupees with two decimals, or with more where more are printed."""
    written = _number(text)
    whole, _, paise = written.partition(".")
    return f"{whole}.{paise:0<2}" if written else ""


def _discount(text: str) -> str:
    written = _money(text)
    return "0" if amount_of(written) == 0 else written


def _day(text: str) -> str:
    day = day_of(text)
    return dt.date.fromisoformat(day).strftime("%d-%m-%Y") if day else ""


def _warnings(document: LegacyDocument) -> Iterator[str]:
    told = document.voucher.reconciliation
    if told.status == "unmatched":
        yield "TOTAL_MISMATCH" if told.difference else "NO_ANCHORS"
    number = document.party.party_gstin_number
    fault = gstin.fault(number) if number else None
    if fault:
        yield f"GSTIN_{fault}"
