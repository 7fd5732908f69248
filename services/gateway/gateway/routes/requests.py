"""Requests that nobody waits for: an answer at once, and their events live as server-sent events."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from gateway.deps import Deps
from gateway.http import (
    INTERNAL_ERROR,
    NOT_FOUND,
    UNAUTHORIZED,
    Answer,
    ErrorRow,
    Input,
    Parameter,
    Problem,
    Raw,
    Route,
    Stream,
)
from gateway.intake import Submission, submit, submit_and_wait
from gateway.listeners import MOST_STREAMS, TooManyStreams
from gateway.lumis import InvoiceFound, Shown, not_enough_lumis
from gateway.repeats import claimed_key
from gateway.results import Conclusion
from gateway.store import Progress
from shared.contracts.message import EventRecord
from shared.errors import Refused

TOO_MANY_STREAMS = ErrorRow(
    429,
    "TOO_MANY_STREAMS",
    f"Ya tienes {MOST_STREAMS} conexiones de eventos abiertas. Cierra alguna o intenta más tarde.",
)

_INSUFFICIENT = "INSUFFICIENT_LUMIS"
_RESPOND_ASYNC = "respond-async"
_LOOK_SECONDS = 0.25
_HEARTBEAT_SECONDS = 15.0
"""Less than proxies wait for a quiet connection."""
_LONGEST_SECONDS = 600.0
_NO_CONTENT = 204
_EVENT_STREAM = "text/event-stream"
_RETRY_SECONDS = "10"
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

UPLOAD_PARAMETERS = (
    Parameter(
        "Idempotency-Key",
        "header",
        "1 to 255 visible ASCII characters; a repeat with the same key and body within 24 hours gets the first answer "
        "(with `Idempotent-Replayed: true`) and is charged once",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    ),
    Parameter("Prefer", "header", "`respond-async`: answer 202 at once, with the request's address in `Location`"),
)


class AcceptedShown(Shown):
    """202: the document is taken in and will be read."""

    request_id: str
    state: str


class EventShown(Shown):
    """One event of a request's timeline."""

    id: str
    type: str
    source: str
    time: datetime
    offset_ms: int
    """From the request's reception."""


def event_shown(entry: EventRecord, received_at: datetime) -> EventShown:
    """An event as clients see it."""
    offset = round((entry.time - received_at).total_seconds() * 1000)
    return EventShown(**entry.model_dump(), offset_ms=offset)


def prefers_async(headers: Mapping[str, str]) -> bool:
    """Whether the client wants no result now (RFC 7240)."""
    wishes = (wish.partition(";")[0].strip().lower() for wish in headers.get("prefer", "").split(","))
    return _RESPOND_ASYNC in wishes


async def accept(submission: Submission, deps: Deps) -> Answer:
    """Take a document in and answer at once; the request ends by itself, also where nothing can be read.

    Raises:
        Refused, Problem, Unavailable, PyMongoError: as `submit`.
    """
    event, price = await submit(submission, deps)
    return Answer(
        AcceptedShown(request_id=event.request_id, state="uploaded"),
        status=202,
        headers={"Location": f"/api/v4/requests/{event.request_id}", "Preference-Applied": _RESPOND_ASYNC},
        audit={"held_lumis": price},
    )


async def read_priced(
    submission: Submission,
    headers: Mapping[str, str],
    deps: Deps,
    written: Callable[[Conclusion | None, int], Answer],
) -> Answer:
    """Take a document in that costs Lümis; `written` makes the answer of how it ended and what it cost.

    Raises:
        Problem: 402 for an account that cannot pay; as `submit_and_wait`, as `written`.
        Refused, Unavailable, PyMongoError: as `submit_and_wait`.
    """
    submission = replace(submission, key=claimed_key(submission.user_id, headers))
    try:
        if prefers_async(headers):
            return await accept(submission, deps)
        ending = await submit_and_wait(submission, deps)
    except Refused as refusal:
        if refusal.code == _INSUFFICIENT:
            raise not_enough_lumis(int(refusal.details["price"])) from None
        raise
    return written(ending.conclusion, ending.price)


def invoice_answer(shown: InvoiceFound, conclusion: Conclusion | None) -> Answer:
    """A success, with what the log says of it."""
    provider = conclusion.provider if conclusion else None
    return Answer(shown, audit={"cost_lumis": shown.cost_lumis, "provider": provider})


async def stream_request_events(given: Input[None], deps: Deps) -> Stream | Raw:
    """The request's events as they happen, as server-sent events.

    First what has happened already (after `Last-Event-ID` where that is given), then each event as it comes. Each has
    the event's id, its type as the name, and in `data` a JSON object. The stream ends when nothing more is to come, or
    after ten minutes: come back with `Last-Event-ID`. 204 says that nothing is left, so that an EventSource stops.
    A user may have 20 streams open at a time at one process.
    """
    request_id = given.path["request_id"]
    progress = await deps.requests.progress(request_id)
    if progress is None or not (progress.user_id == given.caller.user_id or given.caller.is_admin):
        raise Problem(NOT_FOUND)
    seen = _Seen(given.headers.get("last-event-id"))
    if progress.ended and not seen.new(progress.events):
        return Raw(b"", _EVENT_STREAM, status=_NO_CONTENT, headers=_STREAM_HEADERS)
    chunks = _held(given.caller.user_id, _follow(request_id, progress, seen, deps), deps)
    try:
        await anext(chunks)
    except TooManyStreams:
        raise Problem(TOO_MANY_STREAMS, headers={"Retry-After": _RETRY_SECONDS}) from None
    return Stream(chunks, _EVENT_STREAM, headers=_STREAM_HEADERS)


async def _held(user_id: str, chunks: AsyncIterator[bytes], deps: Deps) -> AsyncIterator[bytes]:
    """The chunks, with a user's place kept until they end; the first, empty one says that there was a place."""
    with deps.listeners.place(user_id):
        yield b""
        async for chunk in chunks:
            yield chunk


class _Seen:
    """How far a client has read."""

    def __init__(self, last_id: str | None) -> None:
        self.last_id = last_id

    def new(self, events: Sequence[EventRecord]) -> Sequence[EventRecord]:
        """Those after the last one; all where that is unknown."""
        ids = [entry.id for entry in events]
        return events[ids.index(self.last_id) + 1 :] if self.last_id in ids else events


async def _follow(request_id: str, progress: Progress | None, seen: _Seen, deps: Deps) -> AsyncIterator[bytes]:
    """Looks at the store, so that any process can tell of any request."""
    started = spoken = time.monotonic()
    while progress is not None:
        for entry in seen.new(progress.events):
            seen.last_id, spoken = entry.id, time.monotonic()
            yield _frame(event_shown(entry, progress.received_at))
        now = time.monotonic()
        if progress.ended or now - started > _LONGEST_SECONDS:
            return
        if now - spoken > _HEARTBEAT_SECONDS or spoken == started:
            spoken = now
            yield b": \n\n"
        await asyncio.sleep(_LOOK_SECONDS)
        progress = await deps.requests.progress(request_id)


def _frame(event: EventShown) -> bytes:
    data = json.dumps(event.model_dump(mode="json"), ensure_ascii=False)
    return f"id: {event.id}\nevent: {event.type}\ndata: {data}\n\n".encode()


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/v4/requests/{request_id}/events",
        stream_request_events,
        "A request's events, live",
        answer=EventShown,
        errors=(NOT_FOUND, TOO_MANY_STREAMS, UNAUTHORIZED, INTERNAL_ERROR),
        parameters=(Parameter("Last-Event-ID", "header", "The id of the last event that was seen"),),
        media_type=_EVENT_STREAM,
    ),
)
