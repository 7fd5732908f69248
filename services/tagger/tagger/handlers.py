"""A reconciled invoice in, its buyer's tags out."""

from dataclasses import dataclass

from shared.contracts.documents import DocumentReconciled
from shared.contracts.message import Event
from shared.contracts.tags import UserTagged
from tagger.cache import CatalogueCache
from tagger.metrics import PRODUCTS, TAGS, UNRESOLVED
from tagger.store import ReviewList, TaggingStore
from tagger.tagging import Tagging, bought_on, tag_invoice


@dataclass(frozen=True)
class Deps:
    """What the handler needs."""

    catalogue: CatalogueCache
    taggings: TaggingStore
    review: ReviewList


async def tag_buyer(event: DocumentReconciled, deps: Deps) -> list[Event]:
    """Tag the buyer of a complete invoice; every delivery gives the tags of the first, whatever was learned since."""
    outcome = event.outcome
    if not outcome.complete or outcome.invoice_id is None:
        return []
    catalogue = await deps.catalogue.current()
    tagging, day = await deps.taggings.keep(
        event.request_id,
        user_id=event.user_id,
        invoice_id=outcome.invoice_id,
        bought_on=bought_on(outcome.extracted.date, event.received_at),
        tagging=tag_invoice(catalogue, outcome),
    )
    await deps.taggings.record(event.user_id, outcome.invoice_id, day, tagging.tags)
    await deps.review.note(tagging.unresolved, outcome.invoice_id, day)
    _measure(tagging)
    PRODUCTS.set(catalogue.size)
    return [
        UserTagged(
            request_id=event.request_id,
            origin=event.origin,
            user_id=event.user_id,
            invoice_id=outcome.invoice_id,
            tags=tagging.tags,
        )
    ]


def _measure(tagging: Tagging) -> None:
    for tag in tagging.tags:
        TAGS.labels(tag.kind, tag.source).inc()
    UNRESOLVED.inc(len(tagging.unresolved))
