"""Tagging anew what an older catalogue tagged: new tags are added, those that no longer follow are taken back."""

import asyncio
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta

from shared.service import every
from tagger.catalogue import Catalogue
from tagger.deps import Deps
from tagger.match import match_line
from tagger.metrics import RETAGGED
from tagger.reviews import settle
from tagger.store import Kept
from tagger.tagging import Tagging, best_of, tag_invoice

_SETTLED = timedelta(seconds=5)
"""Younger taggings may still be written by their own delivery; the next pass takes them."""
_BREATH = 50
"""Lines matched without a pause."""


async def retag_in_background(deps: Deps) -> None:
    """Whenever the catalogue has changed, tag anew what it tagged before; runs until it is cancelled."""
    cleared = -1

    async def look() -> None:
        nonlocal cleared
        catalogue = await deps.catalogue.current()
        await retag(deps, pause=1 / deps.retag_per_second)
        if catalogue.version != cleared:
            await clear_review(deps, catalogue)
            cleared = catalogue.version

    await every(deps.retag_check_seconds, look)


async def retag(deps: Deps, *, pause: float = 0.0, done: Callable[[int], None] | None = None) -> int:
    """Tag anew every invoice that an older catalogue tagged; the number of invoices.

    Each tagging says which version made it, so a pass that was cut off goes on where it was, several processes share
    the work, and a repeat changes nothing.

    Args:
        deps: the tagger's parts.
        pause: seconds between two invoices.
        done: told after each invoice how many there were.
    """
    invoices = 0
    while True:
        catalogue = await deps.catalogue.current()
        kept = await deps.taggings.claim_outdated(catalogue.version, deps.now() - _SETTLED)
        if kept is None:
            return invoices
        await _retag_invoice(kept, catalogue, deps)
        invoices += 1
        RETAGGED.inc()
        if done is not None:
            done(invoices)
        await asyncio.sleep(pause)


async def clear_review(deps: Deps, catalogue: Catalogue) -> None:
    """Take lines off the review list that the catalogue knows by now."""
    known = []
    for number, (key, name) in enumerate(await deps.review.names()):
        if match_line(catalogue, name).resolved:
            known.append(key)
        if number % _BREATH == 0:
            await asyncio.sleep(0)
    if known:
        await deps.review.drop(known)


async def _retag_invoice(kept: Kept, catalogue: Catalogue, deps: Deps) -> None:
    """All readings of one paper together, so that none takes back what another still gives.

    A review, an erasure or another upload of the paper that comes in between has the last word.
    """
    user, invoice = kept.user_id, kept.invoice_id
    readings = [
        (reading, tag_invoice(catalogue, reading.purchase) if reading.purchase else Tagging(reading.tags, {}))
        for reading in await deps.taggings.of_invoice(user, invoice)
    ]
    given = best_of(tag for _, tagging in readings for tag in tagging.tags)
    before = {str(tag) for reading, _ in readings for tag in reading.tags}
    await deps.taggings.record(user, invoice, kept.bought_on, given)
    await deps.taggings.correct(user, invoice, given)
    stale = before - {str(tag) for tag in given}
    await deps.taggings.withdraw(user, invoice, sorted(stale))
    await _give_back(stale, [reading for reading, _ in readings], kept, deps)
    for reading, tagging in readings:
        await deps.review.note(tagging.unresolved, invoice, reading.bought_on)
    renewed = [await deps.taggings.renew(reading, tagging.tags, catalogue.version) for reading, tagging in readings]
    if not all(renewed):
        # Erased by its user or reviewed in between: what was just written must not outlive that.
        left = await settle(user, invoice, deps, given)
        await deps.taggings.correct(user, invoice, left)


async def _give_back(taken: AbstractSet[str], readings: Sequence[Kept], kept: Kept, deps: Deps) -> None:
    """Record what was taken from a paper and an upload or a review gives that came after its readings were read."""
    if not taken:
        return
    for other in await deps.taggings.of_invoice(kept.user_id, kept.invoice_id):
        if other not in readings:
            back = [tag for tag in other.tags if str(tag) in taken]
            await deps.taggings.record(kept.user_id, kept.invoice_id, other.bought_on, back)
