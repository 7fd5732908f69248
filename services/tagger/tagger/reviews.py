"""What a reviewer's word does to tags: a rejected upload gives none, a corrected one those of the corrected data.

An invoice has the tags of its uploads that are not rejected: the same paper uploaded twice and rejected once keeps
the tags of the other upload. Uploads are known for thirty days, which is long past a review.
"""

from shared.contracts.lumis import LumisOutcome
from shared.contracts.message import Event
from shared.contracts.reviews import InvoiceCorrected, InvoiceRejected
from shared.contracts.tags import Tag, UserTagged
from tagger.deps import Deps
from tagger.store import Kept
from tagger.tagging import Purchase, Tagging, best_of, bought_on, tag_invoice

_NOTHING = Tagging((), {})


async def undo_rejected(event: InvoiceRejected, deps: Deps) -> list[Event]:
    """Take back the tags that this upload alone gave; also where its invoice has not come here yet."""
    catalogue = await deps.catalogue.current()
    made = Kept(
        request_id=event.request_id,
        user_id=event.user_id,
        invoice_id=event.invoice_id,
        bought_on=bought_on(None, event.received_at),
        first=_NOTHING,
        tags=(),
        purchase=None,
        received_at=event.received_at,
        review="rejected",
    )
    await deps.taggings.review(made, catalogue.version)
    await _heed_erasure(made, deps)
    left = await settle(event.user_id, event.invoice_id, deps)
    return [_tagged(event, event.invoice_id, left)]


async def retag_corrected(event: InvoiceCorrected, deps: Deps) -> list[Event]:
    """Tag by the corrected data, under the paper that they name; a repeat gives what the first gave."""
    made = await deps.taggings.find(event.request_id)
    if made is None or made.review != "corrected":
        made = await _corrected(event, deps)
    user, invoice = event.user_id, event.corrected_invoice_id
    await _heed_erasure(made, deps)
    if event.invoice_id != invoice:
        await settle(user, event.invoice_id, deps)
    # Written anew as a whole, because the day of purchase may have changed as well. What is given is looked up last, so
    # that another upload of the paper which comes in between is either in it or still to be recorded.
    await deps.taggings.withdraw(user, invoice, await deps.taggings.tags_of(user, invoice))
    given = await _given(user, invoice, deps)
    await deps.taggings.record(user, invoice, made.bought_on, given)
    if await deps.taggings.find(event.request_id) is None:
        # Erased in between: what was just written must not outlive that.
        given = await settle(user, invoice, deps, given)
    return [_tagged(event, invoice, given)]


async def settle(user_id: str, invoice_id: str, deps: Deps, written: tuple[Tag, ...] = ()) -> tuple[Tag, ...]:
    """Take back what no upload of this invoice gives any more; the tags that are left.

    `written` are tags that were counted just now: somebody else may have taken their events away before that.
    """
    before = {*await deps.taggings.tags_of(user_id, invoice_id), *map(str, written)}
    stale = before - {str(tag) for tag in await _given(user_id, invoice_id, deps)}
    await deps.taggings.withdraw(user_id, invoice_id, sorted(stale))
    # Another upload of the paper may have come in between and found its tags still there.
    for kept in await deps.taggings.of_invoice(user_id, invoice_id):
        back = [tag for tag in kept.tags if str(tag) in stale]
        await deps.taggings.record(user_id, invoice_id, kept.bought_on, back)
    given = await _given(user_id, invoice_id, deps)
    if not given:
        await deps.review.forget([invoice_id])
    return given


async def _given(user_id: str, invoice_id: str, deps: Deps) -> tuple[Tag, ...]:
    return best_of(tag for kept in await deps.taggings.of_invoice(user_id, invoice_id) for tag in kept.tags)


async def _corrected(event: InvoiceCorrected, deps: Deps) -> Kept:
    catalogue = await deps.catalogue.current()
    purchase = Purchase.of(LumisOutcome(complete=True, extracted=event.extracted))
    made = Kept(
        request_id=event.request_id,
        user_id=event.user_id,
        invoice_id=event.corrected_invoice_id,
        bought_on=bought_on(event.extracted.date, event.received_at),
        first=_NOTHING,
        tags=tag_invoice(catalogue, purchase).tags,
        purchase=purchase,
        received_at=event.received_at,
        review="corrected",
    )
    await deps.taggings.review(made, catalogue.version)
    return made


async def _heed_erasure(made: Kept, deps: Deps) -> None:
    if made.received_at is not None and await deps.taggings.is_erased(made.user_id, made.received_at):
        await deps.taggings.forget(made.request_id)


def _tagged(event: InvoiceCorrected | InvoiceRejected, invoice_id: str, tags: tuple[Tag, ...]) -> UserTagged:
    return UserTagged(
        request_id=event.request_id, origin=event.origin, user_id=event.user_id, invoice_id=invoice_id, tags=tags
    )
