"""The schema `lumis`: which of the five mandatory fields are there, and the invoice's CUFE (Lumis API, 5 and 12)."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC
from decimal import Decimal
from typing import Literal

from reconciler.checks import cufe_agrees, warnings_of
from reconciler.values import Values
from shared.contracts.documents import DocumentRecognized
from shared.contracts.faults import CUFE_INVALID, CUFE_MISMATCH
from shared.contracts.lumis import (
    HEADER_FIELDS,
    HINT_FIELDS,
    ExtractedData,
    LumisOutcome,
    Product,
    ProductHint,
)
from shared.contracts.reading import Reading
from shared.mandatory import MANDATORY, is_present
from shared.money import to_cents
from shared.panama import normalize_ruc, parse_cufe

_GENERATED_LENGTH = 40

_Line = tuple[Product, ProductHint]


def reconcile(event: DocumentRecognized) -> LumisOutcome:
    """What the reading holds, what it lacks, and what is odd about it; `duplicate_of` is the store's to say."""
    data, hints, invalid = extract(event.reading)
    return conclude(event, data, hints, (*event.reading.warnings, *invalid))


def conclude(
    event: DocumentRecognized, data: ExtractedData, hints: tuple[ProductHint, ...], told: Sequence[str]
) -> LumisOutcome:
    """The outcome of these values: what they lack, their CUFE, and what is odd beside what was told already."""
    missing = tuple(field for field in MANDATORY if not is_present(data, field.field_key))
    read_cufe = event.reading.value("cufe")
    cufe, cufe_source = (None, None) if missing else _cufe(read_cufe, event.request_id)
    warnings = (
        *told,
        *warnings_of(data, event.received_at.astimezone(UTC).date()),
        *_cufe_warnings(read_cufe, data),
    )
    return LumisOutcome(
        complete=not missing,
        extracted=data,
        missing_fields=missing,
        cufe=cufe,
        cufe_source=cufe_source,
        invoice_id=None if missing else invoice_id(event.user_id, data.ruc or "", data.invoice_number or ""),
        warnings=tuple(dict.fromkeys(warnings)),
        hints=hints,
    )


def invoice_id(user_id: str, ruc: str, number: str) -> str:
    """The same for every picture that a user sends of one paper: SHA-256 of user, RUC and number (section 11).

    Spaces and letter case are how a paper is read, not what it is. Hyphens stay: `1-23-456` and `12-3-456` are two
    people.
    """
    key = [user_id, normalize_ruc(ruc), "".join(number.split()).upper()]
    return hashlib.sha256(json.dumps(key, ensure_ascii=False).encode()).hexdigest()


def generated_cufe(request_id: str) -> str:
    """40 hexadecimal characters that stand in for a CUFE; the same for a request, another for another upload."""
    return hashlib.sha256(f"cufe:{request_id}".encode()).hexdigest()[:_GENERATED_LENGTH]


def _cufe(read: str | None, request_id: str) -> tuple[str, Literal["printed", "generated"]]:
    printed = parse_cufe(read) if read else None
    return (printed.text, "printed") if printed else (generated_cufe(request_id), "generated")


def _cufe_warnings(read: str | None, data: ExtractedData) -> tuple[str, ...]:
    if not read or not read.strip():
        return ()
    cufe = parse_cufe(read)
    if cufe is None:
        return (CUFE_INVALID,)
    return () if cufe_agrees(cufe, data) else (CUFE_MISMATCH,)


def extract(reading: Reading) -> tuple[ExtractedData, tuple[ProductHint, ...], list[str]]:
    """The typed values, a hint per product (none at all where no product has one), and warnings of bad values."""
    header = Values({key: field for key, field in reading.fields.items() if key in HEADER_FIELDS})
    rows = [Values(item) for item in reading.items]
    lines = [line for line in map(_line, rows) if line is not None]
    total, tot_itbms, date = header.amount("total"), header.amount("tot_itbms"), header.day("date")
    data = ExtractedData(
        ruc=header.text("ruc"),
        dv=header.text("dv"),
        invoice_number=header.text("invoice_number"),
        total=_cents(total),
        products=tuple(product for product, _ in lines),
        issuer_name=header.text("issuer_name"),
        issuer_address=header.text("issuer_address"),
        date=date,
        tot_itbms=_cents(tot_itbms),
    )
    invalid = [f"INVALID_{key.upper()}" for key in header.invalid]
    invalid += ["INVALID_PRODUCT"] if any(row.invalid for row in rows) else []
    return data, _hints(lines), invalid


def _line(row: Values) -> _Line | None:
    """One product with its hint; None for a row of which nothing at all was read."""
    name = row.text("name")
    quantity, unit_price = row.amount("quantity"), row.amount("unit_price")
    total_price = _cents(row.amount("total_price"))
    if name is None and unit_price is None and total_price is None:
        return None
    product = Product(name=name or "", quantity=quantity, unit_price=unit_price, total_price=total_price)
    return product, ProductHint(**{key: row.text(key) for key in HINT_FIELDS})


def _hints(lines: Sequence[_Line]) -> tuple[ProductHint, ...]:
    hints = tuple(hint for _, hint in lines)
    return hints if any(hint != ProductHint() for hint in hints) else ()


def _cents(amount: Decimal | None) -> Decimal | None:
    return None if amount is None else to_cents(amount)
