"""Manual review: invoices are listed, approved, corrected or rejected, and each decision is told once it stands."""

from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import structlog

from reconciler.decisions import Decisions, Reviewed
from reconciler.handlers import Deps
from reconciler.metrics import REVIEWS
from reconciler.schemas.lumis import invoice_id
from shared.bus import Reply
from shared.contracts.lumis import ExtractedData
from shared.contracts.message import Event
from shared.contracts.reviews import (
    InvoiceApproved,
    InvoiceCorrected,
    InvoiceRecords,
    InvoiceRejected,
    ListInvoices,
    ReviewInvoice,
)
from shared.errors import Refused, Unavailable
from shared.mandatory import MANDATORY, is_present
from shared.money import to_cents
from shared.mongo import PyMongoError
from shared.service import every

_log = structlog.get_logger()

_SWEEP_SECONDS = 15.0
_LATE = timedelta(seconds=30)
"""A decision is told by the sweep when it has not been told for so long."""


class Publisher(Protocol):
    """The part of the bus that reviews need."""

    def publish(self, *events: Event, cause: str | None = None) -> Awaitable[Any]:
        """Publish and wait for the confirm; a cause makes the same ids each time. Raises Unavailable."""


@dataclass(frozen=True)
class ReviewDeps(Deps):
    """The handlers' Deps, and what reviews need."""

    decisions: Decisions
    bus: Publisher


async def list_invoices(call: ListInvoices, deps: ReviewDeps) -> Reply:
    """Stored invoices, oldest first, or one. Raises Refused: `INVALID_CURSOR`, `INVOICE_NOT_FOUND`."""
    if call.request_id is None:
        records, cursor = await deps.decisions.page(call)
        return Reply(InvoiceRecords(invoices=tuple(records), next_cursor=cursor))
    found = await deps.decisions.find(call.request_id)
    if found is None:
        raise Refused("INVOICE_NOT_FOUND", "No existe esa factura")
    return Reply(InvoiceRecords(invoices=(found,)))


async def review_invoice(call: ReviewInvoice, deps: ReviewDeps) -> Reply:
    """Decide on an invoice. A repeat of the same decision answers the same and tells the same event.

    A call is acked even where its handler failed, so the decision is stored with a mark until its event is published;
    where that fails here, the sweep does it.

    Raises:
        Refused: `INVOICE_NOT_FOUND`, `ALREADY_REVIEWED`, `INCOMPLETE_CORRECTION` with `{"missing_fields"}`.
    """
    corrected_id = None
    if call.decision == "correct":
        call = call.model_copy(update={"corrected": _checked(call.corrected)})
        found = await deps.decisions.find(call.request_id)
        if found is not None and call.corrected is not None:
            data = call.corrected
            corrected_id = invoice_id(found.user_id, data.ruc or "", data.invoice_number or "")
    else:
        call = call.model_copy(update={"corrected": None})
    reviewed = await deps.decisions.decide(call, corrected_id)
    try:
        await _tell(reviewed, deps)
    except (Unavailable, PyMongoError) as error:
        _log.warning("review not told yet", error=type(error).__name__)
    REVIEWS.labels(call.decision).inc()
    return Reply(InvoiceRecords(invoices=(reviewed.record,)))


async def tell_reviews(deps: ReviewDeps) -> None:
    """Tell what a killed process, or a broker that was away, left untold; runs until it is cancelled."""
    await every(_SWEEP_SECONDS, lambda: tell_reviews_once(deps, datetime.now(UTC)))


async def tell_reviews_once(deps: ReviewDeps, now: datetime) -> int:
    """Tell the decisions that have waited too long; returns how many."""
    count = 0
    async for reviewed in deps.decisions.untold(now - _LATE):
        await _tell(reviewed, deps)
        count += 1
    return count


async def _tell(reviewed: Reviewed, deps: ReviewDeps) -> None:
    await deps.bus.publish(_event(reviewed), cause=f"{ReviewInvoice.NAME}/{reviewed.request_id}")
    await deps.decisions.told(reviewed.request_id)


def _event(reviewed: Reviewed) -> Event:
    common: dict[str, Any] = {
        "request_id": reviewed.request_id,
        "origin": reviewed.origin,
        "user_id": reviewed.user_id,
        "invoice_id": reviewed.invoice_id,
    }
    match reviewed.decision:
        case "approve":
            return InvoiceApproved(**common)
        case "reject":
            return InvoiceRejected(**common, received_at=reviewed.received_at)
        case "correct":
            return InvoiceCorrected(
                **common,
                corrected_invoice_id=reviewed.corrected_invoice_id or reviewed.invoice_id,
                extracted=reviewed.record.extracted,
                received_at=reviewed.received_at,
            )


def _checked(data: ExtractedData | None) -> ExtractedData:
    """A correction with its amounts in cents. Raises Refused: a mandatory field would be missing."""
    given = data or ExtractedData()
    missing = [field for field in MANDATORY if not is_present(given, field.field_key)]
    if missing:
        names = ", ".join(field.field_name for field in missing)
        keys = [field.field_key for field in missing]
        raise Refused("INCOMPLETE_CORRECTION", f"Faltan campos obligatorios: {names}", {"missing_fields": keys})
    products = tuple(
        product.model_copy(update={"total_price": None if (price := product.total_price) is None else to_cents(price)})
        for product in given.products
    )
    amounts = {key: None if (amount := getattr(given, key)) is None else to_cents(amount) for key in _AMOUNTS}
    return given.model_copy(update={"products": products, **amounts})


_AMOUNTS = ("total", "tot_itbms")
