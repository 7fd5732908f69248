"""Readings as the ocr-engine sends them, made of plain texts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from shared.contracts.documents import DocumentRecognized
from shared.contracts.reading import ReadField, Reading

RECEIVED = datetime(2024, 12, 16, 3, 30, tzinfo=UTC)

SEED_HEADER = {
    "ruc": "155751938-2-2024",
    "dv": "66",
    "invoice_number": "001-002-123456",
    "total": "125.50",
    "issuer_name": "Super Xtra Centro",
    "issuer_address": "Plaza Central, Local 5",
    "date": "2024-12-15",
    "tot_itbms": "8.93",
}
SEED_PRODUCTS = (
    {"name": "Coca Cola 500ml", "quantity": "2", "unit_price": "1.50", "total_price": "3.00"},
    {"name": "Pan Integral", "quantity": "1", "unit_price": "2.25", "total_price": "2.25"},
)
"""The API's own printed example: 5.25 of products, a total of 125.50."""

Row = Mapping[str, str | None]


def recognized(
    header: Row | None = None,
    products: Sequence[Row] = SEED_PRODUCTS,
    *,
    request_id: str = "r-1",
    user_id: str = "u-1",
    warnings: tuple[str, ...] = (),
) -> DocumentRecognized:
    """The printed example with some header values changed (None: not read), or with other products."""
    values = {**SEED_HEADER, **(header or {})}
    reading = Reading(
        schema_name="lumis",
        provider="local",
        fields={key: ReadField(value=value, source="ocr") for key, value in values.items()},
        items=tuple({key: ReadField(value=value) for key, value in row.items()} for row in products),
        warnings=warnings,
    )
    return DocumentRecognized(
        request_id=request_id,
        origin="gateway-1",
        user_id=user_id,
        schema_name="lumis",
        received_at=RECEIVED,
        answer_by=RECEIVED + timedelta(seconds=30),
        reading=reading,
    )
