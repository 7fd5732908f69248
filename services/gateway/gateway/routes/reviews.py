"""Manual review of stored invoices, for administrators and reviewers: data only, the picture is gone."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, Field, StringConstraints

from gateway.auth import ADMIN
from gateway.bodies import read_bytes
from gateway.deps import Deps
from gateway.http import (
    INTERNAL_ERROR,
    UNAUTHORIZED,
    Answer,
    Body,
    ErrorRow,
    Incoming,
    Input,
    Parameter,
    Problem,
    Route,
)
from gateway.lumis import ExtractedShown, Shown
from gateway.routes.accounts import BODY_ERRORS, Reason, parse_given
from gateway.routes.credits import INVALID_CURSOR
from gateway.segmentation import from_query
from shared.contracts.lumis import ExtractedData
from shared.contracts.message import AnswerT, Call
from shared.contracts.reviews import Decision, InvoiceRecord, ListInvoices, ReviewInvoice, ReviewStatus
from shared.errors import Refused
from shared.redaction import pseudonym

REVIEWER = "reviewer"
FORBIDDEN = ErrorRow(403, "FORBIDDEN", "Se requieren permisos de revisor o administrador")
INVOICE_NOT_FOUND = ErrorRow(404, "INVOICE_NOT_FOUND", "No existe esa factura")
ALREADY_REVIEWED = ErrorRow(409, "ALREADY_REVIEWED", "La factura ya fue revisada con otra decisión")
INCOMPLETE_CORRECTION = ErrorRow(422, "INCOMPLETE_CORRECTION", "Faltan campos obligatorios")

_REFUSALS = {row.code: row for row in (INVALID_CURSOR, INVOICE_NOT_FOUND, ALREADY_REVIEWED, INCOMPLETE_CORRECTION)}
_BODY_LIMIT = 262_144
_LONGEST_ID = 64
_SECONDS = 10.0

ModelT = TypeVar("ModelT", bound=BaseModel)
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Amount = Annotated[Decimal, Field(ge=0, max_digits=14, decimal_places=4)]
_REASON = "un texto de 1 a 200 caracteres en una sola línea"
_LIMIT = "un entero de 1 a 200"
_DATA = "los datos completos de la factura, con importes de hasta 14 cifras y la fecha como 2026-03-31"
_STATUS = "pending_validation, approved o rejected"


class InvoicesQuery(BaseModel):
    """Which invoices are listed."""

    status: ReviewStatus | None = Field(default=None, description=_STATUS)
    limit: int = Field(default=50, ge=1, le=200, description=_LIMIT)
    cursor: str | None = Field(default=None, max_length=500, description="un cursor de la página anterior")


class RejectionGiven(BaseModel):
    """Why an invoice is rejected."""

    reason: Reason = Field(description=_REASON)


class ProductGiven(BaseModel):
    """One line of a corrected invoice."""

    name: Text
    quantity: Amount | None = None
    unit_price: Amount | None = None
    total_price: Amount | None = None


class DataGiven(BaseModel):
    """A corrected invoice, as a whole: what is left out is nothing."""

    ruc: Text | None = None
    dv: Text | None = None
    invoice_number: Text | None = None
    total: Amount | None = None
    products: tuple[ProductGiven, ...] = Field(default=(), max_length=1000)
    issuer_name: Text | None = None
    issuer_address: Text | None = None
    date: Annotated[str, StringConstraints(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")] | None = None
    tot_itbms: Amount | None = None


class CorrectionGiven(BaseModel):
    """The corrected data, and why."""

    extracted_data: DataGiven = Field(description=_DATA)
    reason: Reason = Field(description=_REASON)


class InvoiceShown(Shown):
    """A stored invoice; its owner is named by a pseudonym."""

    request_id: str
    user: str
    status: Literal["pending_validation", "approved", "rejected"]
    received_at: datetime
    extracted_data: ExtractedShown
    cufe: str | None
    duplicate_of: str | None
    """The first upload of the same paper by the same user."""
    warnings: tuple[str, ...]
    reviewed_at: datetime | None
    reason: str | None


class InvoicesShown(Shown):
    """A page, oldest first; `next_cursor` is null on the last one."""

    invoices: tuple[InvoiceShown, ...]
    next_cursor: str | None


async def list_invoices(given: Input[None], deps: Deps) -> Answer:
    """Stored invoices, oldest first: of a `status`, `limit` (1 to 200, by default 50) of them, from `cursor` on."""
    _require_reviewer(given)
    query = from_query(InvoicesQuery, given.query)
    found = await _ask(ListInvoices(**query.model_dump()), deps)
    shown = InvoicesShown(invoices=tuple(map(_shown, found.invoices)), next_cursor=found.next_cursor)
    return Answer(shown)


async def read_invoice(given: Input[None], deps: Deps) -> Answer:
    """One stored invoice, by the request id of its upload."""
    found = await _ask(ListInvoices(request_id=_request_id(given)), deps)
    return _answer(found.invoices[0])


async def approve_invoice(given: Input[None], deps: Deps) -> Answer:
    """Approve an invoice as it was read. A repeat answers the same."""
    return await _review(given, "approve", deps)


async def reject_invoice(given: Input[bytes], deps: Deps) -> Answer:
    """Reject an invoice; the tags that it gave its buyer go. A repeat answers the same."""
    _require_reviewer(given)
    asked = parse_given(RejectionGiven, given.body)
    return await _review(given, "reject", deps, reason=asked.reason)


async def correct_invoice(given: Input[bytes], deps: Deps) -> Answer:
    """Correct an invoice and approve it; its buyer is tagged by the corrected data. A repeat answers the same."""
    _require_reviewer(given)
    asked = parse_given(CorrectionGiven, given.body)
    data = ExtractedData.model_validate(asked.extracted_data.model_dump())
    return await _review(given, "correct", deps, reason=asked.reason, corrected=data)


async def _review(given: Input[Any], decision: Decision, deps: Deps, **more: Any) -> Answer:
    call = ReviewInvoice(
        request_id=_request_id(given),
        origin=deps.origin,
        reviewer=pseudonym(given.caller.user_id),
        decision=decision,
        **more,
    )
    found = await _ask(call, deps)
    return _answer(found.invoices[0], decision)


def _answer(record: InvoiceRecord, decision: Decision | None = None) -> Answer:
    audit = {"target": pseudonym(record.user_id), "document": record.request_id}
    return Answer(_shown(record), audit=audit | ({"decision": decision} if decision else {}))


def _shown(record: InvoiceRecord) -> InvoiceShown:
    fields = record.model_dump(exclude={"user_id", "extracted"})
    return InvoiceShown(
        **fields,
        user=pseudonym(record.user_id),
        extracted_data=ExtractedShown.model_validate(record.extracted),
    )


async def _ask(call: Call[AnswerT], deps: Deps) -> AnswerT:
    try:
        return await deps.bus.call(call, timeout=_SECONDS)
    except Refused as refusal:
        row = _REFUSALS.get(refusal.code)
        if row is None:
            raise
        raise Problem(row, message=refusal.message, details=refusal.details) from None


def _require_reviewer(given: Input[Any]) -> None:
    if not given.caller.scopes & {ADMIN, REVIEWER}:
        raise Problem(FORBIDDEN)


def _request_id(given: Input[Any]) -> str:
    _require_reviewer(given)
    request_id = given.path["request_id"]
    if len(request_id) > _LONGEST_ID:
        raise Problem(INVOICE_NOT_FOUND)
    return request_id


async def _read(incoming: Incoming) -> bytes:
    """The bytes alone: who asks is checked before what is asked."""
    return await read_bytes(incoming, _BODY_LIMIT)


def _json(model: type[BaseModel]) -> Body:
    return Body(_read, "application/json", model)


_ALL = "/api/v4/admin/invoices"
_ONE = f"{_ALL}/{{request_id}}"
_ERRORS = (FORBIDDEN, INVOICE_NOT_FOUND, UNAUTHORIZED, INTERNAL_ERROR)
_PARAMETERS = (
    Parameter("status", "query", "`pending_validation`, `approved` or `rejected`; all where absent"),
    Parameter("limit", "query", "1 to 200, by default 50", {"type": "integer", "minimum": 1, "maximum": 200}),
    Parameter("cursor", "query", "`next_cursor` of the page before"),
)

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        _ALL,
        list_invoices,
        "Stored invoices",
        answer=InvoicesShown,
        errors=(INVALID_CURSOR, *BODY_ERRORS[1:2], FORBIDDEN, UNAUTHORIZED, INTERNAL_ERROR),
        parameters=_PARAMETERS,
    ),
    Route("GET", _ONE, read_invoice, "A stored invoice", answer=InvoiceShown, errors=_ERRORS),
    Route(
        "POST",
        f"{_ONE}/approve",
        approve_invoice,
        "Approve an invoice",
        answer=InvoiceShown,
        errors=(ALREADY_REVIEWED, *_ERRORS),
    ),
    Route(
        "POST",
        f"{_ONE}/reject",
        reject_invoice,
        "Reject an invoice",
        body=_json(RejectionGiven),
        answer=InvoiceShown,
        errors=(ALREADY_REVIEWED, *BODY_ERRORS, *_ERRORS),
    ),
    Route(
        "POST",
        f"{_ONE}/correct",
        correct_invoice,
        "Correct an invoice and approve it",
        body=_json(CorrectionGiven),
        answer=InvoiceShown,
        errors=(INCOMPLETE_CORRECTION, ALREADY_REVIEWED, *BODY_ERRORS, *_ERRORS),
    ),
)
