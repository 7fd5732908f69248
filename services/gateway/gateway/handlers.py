"""Events that come to the gateway: they keep `requests` true and wake whoever waits."""

from typing import Literal

from gateway.deps import Deps
from gateway.store import Advance, Stage
from gateway.webhooks import schedule_webhook
from shared.bus import Delivery
from shared.contracts.comprobantes import ComprobanteAccepted, ComprobanteRejected
from shared.contracts.credits import CreditsAdjusted, CreditsGranted, CreditsHeld, CreditsReleased, CreditsSettled
from shared.contracts.documents import DocumentAbandoned, DocumentRecognized, DocumentReconciled, DocumentUnreadable
from shared.contracts.erasure import ErasureCompleted
from shared.contracts.extract import CallbackScheduled
from shared.contracts.message import Event, EventRecord
from shared.contracts.odoo import ODOO_APPLICANT, ODOO_EXPENSE, ODOO_INVOICE
from shared.contracts.resumenes import BajaResolved, BajaSent, ResumenResolved, ResumenSent
from shared.contracts.webhooks import WebhookScheduled

_STAGES = {DocumentRecognized.NAME: Stage.RECOGNIZED, DocumentAbandoned.NAME: Stage.ABANDONED}
_ENDS = {DocumentReconciled.NAME, DocumentUnreadable.NAME}
_ANSWERS = _ENDS | {
    event.NAME
    for event in (ComprobanteAccepted, ComprobanteRejected, ResumenSent, ResumenResolved, BajaSent, BajaResolved)
}
"""What a waiting call is woken by; a comprobante's or a summary's request is not kept in `requests`."""
_OF_ACCOUNTS = {CreditsGranted.NAME, CreditsAdjusted.NAME}
"""Events that belong to an account and to no request."""
_TELLINGS = {WebhookScheduled.NAME, CallbackScheduled.NAME}
"""Events that are no step of a request: somebody is told of one."""
_CALLED_BACK = {ODOO_INVOICE, ODOO_EXPENSE, ODOO_APPLICANT}
"""Schemas whose senders may have themselves called."""
_TOLD = _ENDS | {CreditsSettled.NAME, CreditsReleased.NAME, ErasureCompleted.NAME}


def advance_of(delivery: Delivery) -> Advance:
    """What an event changes in its request besides the timeline."""
    if delivery.type in _STAGES:  # readings are large: they are not looked into for the sake of a stage
        return Advance(_STAGES[delivery.type])
    if delivery.type == CreditsHeld.NAME:
        return Advance(may_come_first=True)
    match delivery.event if delivery.type in _TOLD else None:
        case DocumentUnreadable() as event:
            return Advance(Stage.UNREADABLE, {"unreadable": event.reason.value})
        case DocumentReconciled() as event:
            told = event.model_dump(include={"outcome", "provider", "annotations_id"})
            return Advance(Stage.RECONCILED, told)
        case CreditsSettled() as event:
            return Advance(fields={"settled": event.amount})
        case CreditsReleased():
            return Advance(fields={"released": True})
        case ErasureCompleted() as event:
            return Advance(fields={f"erased.{event.service}": event.model_dump(include={"removed", "kept"})})
        case _:
            return Advance()


async def follow_event(delivery: Delivery, deps: Deps) -> list[Event]:
    """Put any event into its request's timeline, by its id once however often it comes."""
    if delivery.type in _OF_ACCOUNTS | _TELLINGS:
        return []
    entry = EventRecord(id=delivery.id, type=delivery.type, source=delivery.source, time=delivery.time)
    await deps.requests.record(entry, delivery.request_id, advance_of(delivery))
    # The exclusive queue tells sooner, but forgets while the connection is down; this one does not.
    wake_waiter(delivery, deps)
    return [*await schedule_webhook(delivery, deps), *await _schedule_callback(delivery, deps)]


async def call_back(event: CallbackScheduled, deps: Deps) -> list[Event]:
    """Call the program that handed a document in. Raises Unavailable."""
    await deps.callbacks.call(event)
    return []


async def _schedule_callback(delivery: Delivery, deps: Deps) -> list[CallbackScheduled]:
    if delivery.type not in _ENDS or delivery.data.get("schema_name") not in _CALLED_BACK:
        return []
    reason: Literal["ready", "failed"] = "ready" if delivery.type == DocumentReconciled.NAME else "failed"
    return await deps.callbacks.due(delivery.request_id, delivery.origin, reason)


def wake_waiter(delivery: Delivery, deps: Deps) -> None:
    """Give the end of a request that began in this process to whoever waits for it."""
    if delivery.type in _ANSWERS:
        deps.waiters.resolve(delivery.event)
