"""A reconciled invoice in, its buyer's tags out."""

from shared.contracts.documents import DocumentReconciled
from shared.contracts.lumis import LumisOutcome
from shared.contracts.message import Event
from shared.contracts.tags import UserTagged
from shared.telemetry import span
from tagger.deps import Deps
from tagger.metrics import PRODUCTS, TAGS, UNRESOLVED
from tagger.reviews import settle
from tagger.store import Kept
from tagger.tagging import Purchase, Tagging, bought_on, tag_invoice


async def tag_buyer(event: DocumentReconciled, deps: Deps) -> list[Event]:
    """Tag the buyer of a complete invoice; every delivery gives the tags of the first, whatever was learned since."""
    outcome = event.outcome
    if not isinstance(outcome, LumisOutcome) or not outcome.complete or outcome.invoice_id is None:
        return []
    catalogue = await deps.catalogue.current()
    purchase = Purchase.of(outcome)
    with span("tag invoice") as current:
        tagging = tag_invoice(catalogue, purchase)
        current.set_attributes({"lumis.tags": len(tagging.tags), "lumis.unresolved": len(tagging.unresolved)})
    made = Kept(
        request_id=event.request_id,
        user_id=event.user_id,
        invoice_id=outcome.invoice_id,
        bought_on=bought_on(outcome.extracted.date, event.received_at),
        first=tagging,
        tags=tagging.tags,
        purchase=purchase,
        received_at=event.received_at,
    )
    kept = await deps.taggings.keep(made, catalogue.version)
    await deps.taggings.record(event.user_id, kept.invoice_id, kept.bought_on, kept.tags)
    await deps.review.note({} if kept.review else kept.first.unresolved, kept.invoice_id, kept.bought_on)
    await _heed_what_came_between(kept, event, deps)
    _measure(kept.first)
    PRODUCTS.set(catalogue.size)
    return [
        UserTagged(
            request_id=event.request_id,
            origin=event.origin,
            user_id=event.user_id,
            invoice_id=outcome.invoice_id,
            tags=kept.first.tags,
        )
    ]


async def _heed_what_came_between(kept: Kept, event: DocumentReconciled, deps: Deps) -> None:
    """An erasure or a review that came while this was being written has the last word."""
    if await deps.taggings.is_erased(event.user_id, event.received_at):
        await deps.taggings.forget(event.request_id)
    if not await deps.taggings.stands(kept):
        await settle(event.user_id, kept.invoice_id, deps, kept.tags)


def _measure(tagging: Tagging) -> None:
    for tag in tagging.tags:
        TAGS.labels(tag.kind, tag.source).inc()
    UNRESOLVED.inc(len(tagging.unresolved))
