"""Taking a document in: hold its price, keep its file, store the request, publish it; then wait for its end."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import structlog

from gateway.deps import Deps
from gateway.lumis import not_enough, rate_limited
from gateway.metrics import ABANDONED, LIMITED, WAITING
from gateway.repeats import ACCEPTED_WITHIN, in_progress
from gateway.results import Conclusion
from gateway.room import leave_room
from gateway.store import UNPRICED, NewRequest
from gateway.uploads import Upload
from shared.contracts.credits import HoldCredits, Operation, ReadBalance, ReadPrices, ReleaseHold
from shared.contracts.documents import DocumentAbandoned, DocumentUploaded
from shared.contracts.lumis import Retry
from shared.contracts.odoo import UserInfos
from shared.errors import CallTimedOut, LumisError, Refused, Unavailable
from shared.mongo import PyMongoError

_log = structlog.get_logger()

_HOLD_SECONDS = 5.0
_RELEASE_SECONDS = 2.0
_LOOK_SECONDS = 5.0
_LAST_LOOK_SECONDS = 0.5
"""By so much a database that hangs may delay the answer at most."""
_FAILURES = (LumisError, PyMongoError, OSError, TimeoutError)


@dataclass(frozen=True)
class Submission:
    """A document that somebody hands in."""

    request_id: str
    user_id: str
    schema_name: str
    operation: Operation | Literal["scan"]
    upload: Upload
    received_at: datetime
    mode: int = 1
    retry: Retry | None = None
    """Set on a retry: what is searched, and what is known."""
    model: str | None = None
    filename: str | None = None
    options_id: str | None = None
    """What is asked of the hosted models, as `DocumentUploaded` tells it."""
    user_infos: UserInfos | None = None
    patience: timedelta | None = None
    """How long reading may take where nobody waits for it; else the time in which clients get their answer."""
    kept_for: timedelta | None = None
    """How long its result is kept; else as long as every request's."""
    is_counted: bool = False
    """It was counted against a rate limit already."""
    key: str | None = None
    """The claimed Idempotency-Key, as `gateway.idempotency.key_of` makes it, where the client sent one."""


@dataclass(frozen=True)
class Ending:
    """How a submission ended for the one who waited; no conclusion: it did not come in time."""

    conclusion: Conclusion | None
    price: int
    """Lümis that were held."""


async def submit_and_wait(submission: Submission, deps: Deps) -> Ending:
    """Take a document in and wait for its end, at most the limit's answer time from its reception.

    Raises:
        Refused: the ledger does not hold the price; nothing is kept.
        Problem: as `submit`; nothing is kept.
        Unavailable, PyMongoError: it costs nothing, also where it was published without our knowing.
    """
    with deps.waiters.expect(submission.request_id) as future, WAITING.track_inprogress():
        event, price = await submit(submission, deps)
        conclusion = await _wait(event, future, deps)
    return Ending(conclusion, price)


async def submit(
    submission: Submission, deps: Deps, prepare: Callable[[], Awaitable[None]] | None = None
) -> tuple[DocumentUploaded, int]:
    """Take a document in; returns what was published and the price in Lümis that is held for it.

    `prepare` keeps what belongs to the document elsewhere, before anything of it is stored here or published.

    Raises:
        Refused: the ledger does not hold the price; nothing is kept.
        Problem: 429, the user is over the rate limit; 409, its Idempotency-Key has become another's; nothing is kept.
        Unavailable, PyMongoError: it costs nothing, also where it was published without our knowing.
    """
    await _refuse_over_limit(submission, deps)
    try:
        price = await _hold(submission, deps)
    except Unavailable:  # it may have been placed although no answer came
        await _release(submission, deps)
        raise
    file_id = sent = None
    try:
        if not submission.is_counted:
            await _count(submission, deps)
        file_id = await _keep(submission, deps)
        if prepare is not None:
            await prepare()
        event = _uploaded(submission, file_id, deps)
        await _renew(submission, deps)
        await deps.requests.create(_request(submission, price, event, deps))
        sent = event
        await deps.bus.publish(event)
    except BaseException:
        await _undo(submission, file_id, sent, deps)
        raise
    await _mark_published(event, deps)
    return event, price


async def _keep(submission: Submission, deps: Deps) -> str:
    """Keep the file, after the price is held and the request counted: who is refused costs no write."""
    upload = submission.upload
    lifetime = max(deps.limits.file_lifetime, submission.patience or timedelta(0))
    expires_at = datetime.now(UTC) + lifetime
    file_id = await deps.files.keep(upload.content.take(), content_type=upload.content_type, expires_at=expires_at)
    leave_room()
    return file_id


def _request(submission: Submission, price: int, event: DocumentUploaded, deps: Deps) -> NewRequest:
    return NewRequest(
        user_id=submission.user_id,
        operation=submission.operation,
        price=price,
        outgoing=event,
        schema_name=submission.schema_name,
        retry=submission.retry,
        received_at=submission.received_at,
        expires_at=submission.received_at + (submission.kept_for or deps.limits.request_lifetime),
    )


async def _hold(submission: Submission, deps: Deps) -> int:
    """Have the price held; Lümis. A hold whose request is never stored is released, or expires."""
    if submission.operation == UNPRICED:
        return 0
    call = HoldCredits(
        request_id=submission.request_id,
        origin=deps.origin,
        user_id=submission.user_id,
        operation=submission.operation,
    )
    try:
        placed = await deps.bus.call(call, timeout=_HOLD_SECONDS)
    except CallTimedOut:  # lost, or late: to a repeat the ledger gives the same answer
        placed = await deps.bus.call(call, timeout=_HOLD_SECONDS)
    return placed.price


def _uploaded(submission: Submission, file_id: str, deps: Deps) -> DocumentUploaded:
    upload = submission.upload
    return DocumentUploaded(
        request_id=submission.request_id,
        origin=deps.origin,
        user_id=submission.user_id,
        schema_name=submission.schema_name,
        file_id=file_id,
        content_type=upload.content_type,
        size=upload.size,
        sha256=upload.sha256,
        mode=submission.mode,
        retry=submission.retry,
        model=submission.model,
        filename=submission.filename,
        options_id=submission.options_id,
        received_at=submission.received_at,
        user_infos=submission.user_infos,
        answer_by=submission.received_at + (submission.patience or deps.limits.answer_time),
    )


async def _refuse_over_limit(submission: Submission, deps: Deps) -> None:
    """Refuse who has nothing left of the rate limit without a hold, whose release the ledger would keep for ever.

    Who cannot pay is told so first (Lumis API, section 8). Between those who come at once `_count` decides.
    """
    if submission.operation == UNPRICED or submission.is_counted:
        return
    standing = await deps.rate_limits.read(submission.user_id)
    if standing.remaining:
        return
    price = (await deps.bus.call(ReadPrices())).model_dump()[submission.operation]
    available = (await deps.bus.call(ReadBalance(user_id=submission.user_id))).available
    if available < price:
        raise Refused("INSUFFICIENT_LUMIS", not_enough(price), {"price": price, "available": available})
    LIMITED.inc()
    raise rate_limited(standing.retry_after)


async def _count(submission: Submission, deps: Deps) -> None:
    """After the balance, so that who cannot pay uses nothing up (Lumis API, section 8)."""
    standing = await deps.rate_limits.take(submission.user_id)
    if not standing.accepted:
        LIMITED.inc()
        raise rate_limited(standing.retry_after)


async def _renew(submission: Submission, deps: Deps) -> None:
    """Give up where a repeat took the key over, since all until here took too long: one of both is accepted."""
    if submission.key is not None and not await deps.keys.renew(submission.key, submission.request_id, ACCEPTED_WITHIN):
        raise in_progress()


async def _mark_published(event: DocumentUploaded, deps: Deps) -> None:
    try:
        await deps.requests.mark_published(event.request_id)
    except _FAILURES as error:  # the sweep publishes it again, which changes nothing
        _log.warning("not marked as published", error=type(error).__name__)


async def _undo(submission: Submission, file_id: str | None, sent: DocumentUploaded | None, deps: Deps) -> None:
    """Best effort: holds and files that stay expire by themselves. `sent` may be with the broker, unconfirmed."""
    works = [_release(submission, deps)]
    if file_id is not None:
        works += [_delete_file(file_id, deps), _give_up(submission, sent, deps)]
    await asyncio.gather(*works)


async def _give_up(submission: Submission, sent: DocumentUploaded | None, deps: Deps) -> None:
    """What was sent may be read and charged before its hold is released: that it is abandoned refunds it."""
    abandoned = _abandoned(sent) if sent is not None and submission.operation != UNPRICED else None
    try:
        await deps.requests.give_up(submission.request_id, abandoned)
    except _FAILURES as error:
        _log.warning("request not given up", error=type(error).__name__)


async def _release(submission: Submission, deps: Deps) -> None:
    if submission.operation == UNPRICED:
        return
    call = ReleaseHold(request_id=submission.request_id, origin=deps.origin, user_id=submission.user_id)
    try:
        await deps.bus.call(call, timeout=_RELEASE_SECONDS)
    except _FAILURES as error:
        _log.warning("hold not released, it expires", error=type(error).__name__)


async def _delete_file(file_id: str, deps: Deps) -> None:
    try:
        await deps.files.delete(file_id)
    except _FAILURES as error:
        _log.warning("file not deleted, it expires", error=type(error).__name__)


async def _wait(event: DocumentUploaded, future: asyncio.Future[Conclusion], deps: Deps) -> Conclusion | None:
    """The conclusion by the event that wakes us, else by a look at the store now and then; None after `answer_by`."""
    while (left := (event.answer_by - datetime.now(UTC)).total_seconds()) > 0:
        await asyncio.wait({future}, timeout=min(left, _LOOK_SECONDS))
        if future.done():
            return future.result()
        left = (event.answer_by - datetime.now(UTC)).total_seconds()
        if (stored := await _look(event.request_id, max(left, _LAST_LOOK_SECONDS), deps)) is not None:
            return stored
    await _abandon(event, deps)
    return None


async def _look(request_id: str, seconds: float, deps: Deps) -> Conclusion | None:
    try:
        async with asyncio.timeout(seconds):
            return await deps.requests.conclusion(request_id)
    except _FAILURES:
        return None


async def _abandon(event: DocumentUploaded, deps: Deps) -> None:
    """Tell the ledger that the client got an error; where the broker is away, the sweep tells it later."""
    ABANDONED.inc()
    abandoned = _abandoned(event)
    try:
        await deps.bus.publish(abandoned)
    except Unavailable:
        try:
            await deps.requests.plan(abandoned)
        except _FAILURES as error:
            _log.warning("abandonment not told", error=type(error).__name__)


def _abandoned(event: DocumentUploaded) -> DocumentAbandoned:
    return DocumentAbandoned(
        request_id=event.request_id, origin=event.origin, user_id=event.user_id, schema_name=event.schema_name
    )
