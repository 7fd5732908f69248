"""What the clients of the Lumis API are shown of a request's end (Lumis API, sections 3, 5, 12 and 13)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

from gateway.http import ErrorRow, Problem
from gateway.results import Conclusion
from shared.contracts.documents import Unreadable
from shared.contracts.lumis import ExtractedData, FieldKey, LumisOutcome, MissingField
from shared.mandatory import MANDATORY
from shared.money import json_number

VALIDATION_FAILED = ErrorRow(422, "VALIDATION_FAILED", "No se pudieron detectar todos los campos obligatorios.")
NOT_ENOUGH_LUMIS = ErrorRow(402, "OCR_PROCESSING_FAILED", "OCR processing failed")
RATE_LIMITED = ErrorRow(429, "RATE_LIMITED", "Has alcanzado el límite de procesamiento OCR. Intenta más tarde.")
OCR_PROCESSING_FAILED = ErrorRow(500, "OCR_PROCESSING_FAILED", "OCR processing failed")

_MISSING_MESSAGE = (
    "No se pudieron detectar todos los campos obligatorios. Campos faltantes: {names}. "
    "Por favor, sube una nueva imagen donde estos campos sean claramente visibles, o usa el endpoint "
    "/api/v4/invoices/upload-ocr-retry para reintentar con una imagen adicional."
)

Number = Annotated[
    Decimal, PlainSerializer(json_number, return_type=int | float, when_used="json"), WithJsonSchema({"type": "number"})
]
"""An exact amount that becomes a JSON number only here, at the edge."""


class Shown(BaseModel):
    """A frozen part of an answer."""

    model_config = ConfigDict(frozen=True, from_attributes=True, json_schema_serialization_defaults_required=True)


class ProductShown(Shown):
    """One line of the invoice; money in balboas."""

    name: str
    quantity: Number | None
    unit_price: Number | None
    total_price: Number | None


class ExtractedShown(Shown):
    """The nine keys that a client keeps and sends back; always all there."""

    ruc: str | None
    dv: str | None
    invoice_number: str | None
    total: Number | None
    products: tuple[ProductShown, ...]
    issuer_name: str | None
    issuer_address: str | None
    date: str | None
    tot_itbms: Number | None


class MissingShown(Shown):
    """A mandatory field that was not found, in words for the user."""

    field_name: str
    field_key: FieldKey
    description: str


class PartialData(Shown):
    """The older summary of what was found, beside `extracted_data`."""

    invoice_number: str | None = None
    issuer_name: str | None = None
    total: Number | None = None
    products_count: int | None = None


class InvoiceFound(Shown):
    """What a success shows of an invoice, whatever was asked for."""

    success: Literal[True] = True
    cufe: str | None
    invoice_number: str | None
    issuer_name: str | None
    issuer_ruc: str | None
    issuer_dv: str | None
    date: str | None
    total: Number | None
    products: tuple[ProductShown, ...]
    products_count: int
    cost_lumis: int
    status: str
    message: str
    missing_fields: None = None
    extracted_data: ExtractedShown
    cufe_source: Literal["printed", "generated"] | None
    duplicate_of: str | None
    warnings: tuple[str, ...]


class InvoiceRead(InvoiceFound):
    """200: every mandatory field is there and the invoice is stored."""

    status: Literal["pending_validation"] = "pending_validation"
    message: str = "Factura procesada exitosamente"


class ErrorDetails(BaseModel):
    """The least that `error.details` holds."""

    success: Literal[False] = False
    cost_lumis: int = 0
    message: str


class MissingDetails(ErrorDetails):
    """422: mandatory fields are missing; `extracted_data` goes into the retry."""

    cufe: str | None = None
    invoice_number: str | None
    issuer_name: str | None
    issuer_ruc: str | None
    issuer_dv: str | None
    date: str | None
    total: Number | None
    products: tuple[ProductShown, ...]
    products_count: int
    missing_fields: tuple[MissingShown, ...]
    extracted_data: ExtractedShown
    partial_data: PartialData


class UnreadableDetails(MissingDetails):
    """422: the document itself cannot be read; nothing is charged."""

    reason: Literal["DAMAGED", "ENCRYPTED", "TOO_LARGE", "TOO_COSTLY", "TOO_SMALL", "TOO_MANY_PAGES"]


class RateLimitedDetails(ErrorDetails):
    """429: nothing is charged."""

    cufe: None = None
    extracted_data: None = None
    partial_data: PartialData = PartialData()


class NotEnoughDetails(ErrorDetails):
    """402: `cost_lumis` is the price here; nothing is charged."""

    cufe: None = None
    extracted_data: None = None
    partial_data: PartialData = PartialData()
    reason: Literal["INSUFFICIENT_LUMIS"] = "INSUFFICIENT_LUMIS"
    charged_lumis: Literal[0] = 0


def not_enough_lumis(price: int) -> Problem:
    """The 402 of an account that cannot pay `price` Lümis."""
    details = NotEnoughDetails(cost_lumis=price, message=not_enough(price))
    return Problem(NOT_ENOUGH_LUMIS, details=_json(details))


def not_enough(price: int) -> str:
    """What an account is told that cannot pay `price` Lümis."""
    return f"Saldo insuficiente de Lümis. Necesitas {price} Lümis."


def rate_limited(retry_after: int) -> Problem:
    """The 429 of a user over the limit; `retry_after` in seconds."""
    details = RateLimitedDetails(message=RATE_LIMITED.message)
    return Problem(RATE_LIMITED, details=_json(details), headers={"Retry-After": str(retry_after)})


def show(conclusion: Conclusion | None, cost: int) -> InvoiceRead:
    """The invoice that a request ended with; `cost` in Lümis.

    Raises:
        Problem: 422 where fields are missing or the document is at fault, 500 where nothing could be read.
    """
    if conclusion is not None and isinstance(conclusion.outcome, LumisOutcome):
        return _show_outcome(conclusion.outcome, cost)
    reason = conclusion.unreadable if conclusion else None
    if reason is None or not reason.documents_fault:
        raise Problem(OCR_PROCESSING_FAILED)
    raise unreadable(reason)


def _show_outcome(outcome: LumisOutcome, cost: int) -> InvoiceRead:
    extracted = ExtractedShown.model_validate(outcome.extracted)
    if not outcome.complete:
        message = _missing_message(outcome.missing_fields)
        fields = missing_shown(extracted, outcome.missing_fields)
        raise _failed(message, MissingDetails(cost_lumis=cost, message=message, **fields))
    return InvoiceRead(**found_shown(extracted, outcome, cost))


def unreadable(reason: Unreadable) -> Problem:
    """The 422 of a document that is itself at fault: all five fields are missing, nothing is charged."""
    message = _missing_message(MANDATORY)
    fields = missing_shown(ExtractedShown.model_validate(ExtractedData()), MANDATORY)
    return _failed(message, UnreadableDetails(message=message, reason=reason.name, **fields))


def found_shown(extracted: ExtractedShown, outcome: LumisOutcome, cost: int) -> dict[str, Any]:
    """What every success tells, but for its status and its message; `cost` in Lümis."""
    return {
        **_invoice_shown(extracted),
        "cufe": outcome.cufe,
        "cost_lumis": cost,
        "cufe_source": outcome.cufe_source,
        "duplicate_of": outcome.duplicate_of,
        "warnings": outcome.warnings,
    }


def missing_shown(extracted: ExtractedShown, missing: Sequence[MissingField]) -> dict[str, Any]:
    """What the details of every 422 tell: what was found, and what was not."""
    shown = _invoice_shown(extracted)
    return {
        **shown,
        "missing_fields": tuple(MissingShown.model_validate(field) for field in missing),
        "partial_data": PartialData(**{name: shown[name] for name in PartialData.model_fields}),
    }


def _invoice_shown(extracted: ExtractedShown) -> dict[str, Any]:
    return {
        "invoice_number": extracted.invoice_number,
        "issuer_name": extracted.issuer_name,
        "issuer_ruc": extracted.ruc,
        "issuer_dv": extracted.dv,
        "date": extracted.date,
        "total": extracted.total,
        "products": extracted.products,
        "products_count": len(extracted.products),
        "extracted_data": extracted,
    }


def _missing_message(missing: Sequence[MissingField]) -> str:
    return _MISSING_MESSAGE.format(names=", ".join(field.field_name for field in missing))


def _failed(message: str, details: MissingDetails) -> Problem:
    return Problem(VALIDATION_FAILED, message=message, details=_json(details))


def _json(details: ErrorDetails) -> dict[str, Any]:
    return details.model_dump(mode="json")
