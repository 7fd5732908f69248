"""Reviews of stored invoices: calls to the reconciler and the events that they lead to."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.lumis import ExtractedData
from shared.contracts.message import Call, Contract, Event, Origin, RequestId

ReviewStatus = Literal["pending_validation", "approved", "rejected"]
Decision = Literal["approve", "reject", "correct"]


class InvoiceRecord(Contract):
    """A stored invoice as a reviewer sees it: data only, the picture is gone."""

    request_id: str
    user_id: str
    status: ReviewStatus
    received_at: datetime
    extracted: ExtractedData
    cufe: str | None = None
    duplicate_of: str | None = None
    warnings: tuple[str, ...] = ()
    reviewed_at: datetime | None = None
    reason: str | None = None


class InvoiceRecords(Contract):
    """Answer of ListInvoices and ReviewInvoice; `next_cursor` is None on the last page."""

    invoices: tuple[InvoiceRecord, ...]
    next_cursor: str | None = None


class ListInvoices(Call[InvoiceRecords]):
    """Stored invoices, oldest first, or the one with this request id.

    Refused with `INVALID_CURSOR`, `INVOICE_NOT_FOUND`.
    """

    NAME: ClassVar[str] = "reconciler.list-invoices.v1"
    ANSWER: ClassVar[type[Contract]] = InvoiceRecords

    request_id: RequestId | None = None
    status: ReviewStatus | None = None
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class ReviewInvoice(Call[InvoiceRecords]):
    """Decide on a stored invoice. Repeating a decision changes nothing.

    `correct` replaces the extracted data and approves. Refused with `INVOICE_NOT_FOUND`, `ALREADY_REVIEWED` (another
    decision was made), `INCOMPLETE_CORRECTION` (a mandatory field would be missing).
    """

    NAME: ClassVar[str] = "reconciler.review-invoice.v1"
    ANSWER: ClassVar[type[Contract]] = InvoiceRecords

    request_id: RequestId
    """The upload's."""
    origin: Origin
    reviewer: str
    """A pseudonym."""
    decision: Decision
    reason: str | None = Field(default=None, max_length=500)
    corrected: ExtractedData | None = None


class InvoiceApproved(Event):
    """reconciler: a reviewer approved an invoice as it was read."""

    NAME: ClassVar[str] = "invoice.approved.v1"

    user_id: str
    invoice_id: str


class InvoiceCorrected(Event):
    """reconciler → tagger: a reviewer corrected an invoice and approved it."""

    NAME: ClassVar[str] = "invoice.corrected.v1"

    user_id: str
    invoice_id: str
    """As it was before; a corrected RUC or number changes it to `corrected_invoice_id`."""
    corrected_invoice_id: str
    extracted: ExtractedData
    received_at: datetime


class InvoiceRejected(Event):
    """reconciler → tagger: a reviewer rejected an invoice; its tags go."""

    NAME: ClassVar[str] = "invoice.rejected.v1"

    user_id: str
    invoice_id: str
    received_at: datetime
