"""Erasure of a user's tags, of the events behind them and of what was kept to tag anew."""

from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.message import Event
from tagger.deps import Deps


async def erase_purchases(event: ErasureRequested, deps: Deps) -> list[Event]:
    """Erase what came of the user's uploads until the request; what was uploaded later stays."""
    invoices = await deps.taggings.mark_erased(event.user_id, event.requested_at)
    # First, because nobody knows whose invoices these were once the rest is gone; and last, because a tagging that was
    # still there may have been made anew in between.
    await deps.review.forget(invoices)
    events = await deps.taggings.erase_before(event.user_id, event.requested_at, invoices)
    await deps.review.forget(invoices)
    return [
        ErasureCompleted(
            request_id=event.request_id,
            origin=event.origin,
            service="tagger",
            removed={"tags": events, "invoices": len(invoices)},
            kept={},
        )
    ]
