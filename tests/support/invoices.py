"""Outcomes and events of one invoice, as the other services would send them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from shared.contracts.documents import (
    DocumentRecognized,
    DocumentReconciled,
    DocumentUnreadable,
    DocumentUploaded,
    Unreadable,
)
from shared.contracts.lumis import ExtractedData, LumisOutcome, MissingField, Product
from shared.contracts.reading import Reading

PRODUCTS = (
    Product(name="Coca Cola 500ml", quantity=Decimal(2), unit_price=Decimal("1.50"), total_price=Decimal("3.00")),
    Product(name="Pan Integral", quantity=Decimal("1.5"), unit_price=Decimal("2.25"), total_price=Decimal("2.25")),
)
EXTRACTED = ExtractedData(
    ruc="155751938-2-2024",
    dv="66",
    invoice_number="001-002-123456",
    total=Decimal("125.50"),
    products=PRODUCTS,
    issuer_name="Super Xtra Centro",
    issuer_address="Plaza Central, Local 5",
    date="2024-12-15",
    tot_itbms=Decimal("8.93"),
)
COMPLETE = LumisOutcome(
    complete=True,
    extracted=EXTRACTED,
    cufe="a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0",
    cufe_source="generated",
    invoice_id="abc",
    warnings=("DV_MISMATCH",),
)
MISSING = (
    MissingField(
        field_name="Dígito Verificador (DV)", field_key="dv", description="Dígito verificador que acompaña al RUC"
    ),
    MissingField(
        field_name="Detalle de Productos",
        field_key="products",
        description="Al menos un producto con descripción y monto (ej: 'Coca Cola 500ml - $1.50')",
    ),
)
INCOMPLETE = LumisOutcome(
    complete=False,
    extracted=EXTRACTED.model_copy(update={"dv": None, "products": (), "tot_itbms": None}),
    missing_fields=MISSING,
)


def reconciled(uploaded: DocumentUploaded, outcome: LumisOutcome = COMPLETE) -> DocumentReconciled:
    return DocumentReconciled(
        request_id=uploaded.request_id,
        origin=uploaded.origin,
        user_id=uploaded.user_id,
        schema_name="lumis",
        received_at=uploaded.received_at,
        answer_by=uploaded.answer_by,
        provider="local",
        outcome=outcome,
    )


def unreadable(uploaded: DocumentUploaded, reason: Unreadable) -> DocumentUnreadable:
    return DocumentUnreadable(
        request_id=uploaded.request_id,
        origin=uploaded.origin,
        user_id=uploaded.user_id,
        schema_name="lumis",
        reason=reason,
    )


def uploaded(request_id: str, user: str) -> DocumentUploaded:
    now = datetime.now(UTC).replace(microsecond=0)
    return DocumentUploaded(
        request_id=request_id,
        origin="gateway-test",
        user_id=user,
        schema_name="lumis",
        file_id="0" * 24,
        content_type="image/jpeg",
        size=10,
        sha256="0" * 64,
        received_at=now,
        answer_by=now + timedelta(seconds=30),
    )


def recognized(event: DocumentUploaded) -> DocumentRecognized:
    return DocumentRecognized(
        request_id=event.request_id,
        origin=event.origin,
        user_id=event.user_id,
        schema_name="lumis",
        received_at=event.received_at,
        answer_by=event.answer_by,
        reading=Reading(schema_name="lumis", provider="local", fields={}),
    )
