"""A POST that may be repeated: with one Idempotency-Key it happens once, and every repeat gets the first answer."""

import asyncio
import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.deps import Deps
from gateway.http import INTERNAL_ERROR, ErrorRow, Input, Problem, Reply
from gateway.idempotency import Claim, StoredAnswer, key_of
from gateway.metrics import REPLAYED
from gateway.store import StoredRequest
from gateway.uploads import Upload

INVALID_IDEMPOTENCY_KEY = ErrorRow(
    400, "INVALID_IDEMPOTENCY_KEY", "Idempotency-Key debe tener de 1 a 255 caracteres ASCII visibles"
)
IDEMPOTENCY_KEY_REUSED = ErrorRow(
    422, "IDEMPOTENCY_KEY_REUSED", "La clave Idempotency-Key ya se usó con otros datos: usa una clave nueva"
)
IDEMPOTENCY_IN_PROGRESS = ErrorRow(
    409,
    "IDEMPOTENCY_IN_PROGRESS",
    "La primera solicitud con esta Idempotency-Key aún está en proceso. Intenta de nuevo en unos segundos.",
)
REPEAT_ERRORS = (INVALID_IDEMPOTENCY_KEY, IDEMPOTENCY_IN_PROGRESS, IDEMPOTENCY_KEY_REUSED)

HEADER = "idempotency-key"
_LONGEST_KEY = 255
_FIRST_VISIBLE, _LAST_VISIBLE = "!", "~"
_LOOK_SECONDS = 0.2
ACCEPTED_WITHIN = timedelta(seconds=45)
"""For so long a claim keeps repeats away. It is renewed right before the request is stored, which takes less or fails;
a request that needed longer before, and whose key was taken over, is refused there."""
_GRACE = timedelta(seconds=2)
"""A process that lives keeps its answer within this after its request ended."""
_RETRY_AFTER = "5"


@dataclass(frozen=True)
class Attempt:
    """How to answer: by doing it, or out of what is stored of a request that was done."""

    given: Input[Any]
    path: str
    first: Callable[[], Awaitable[Reply]]
    rebuild: Callable[[StoredRequest], Awaitable[Reply]]


def claimed_key(user_id: str, headers: Mapping[str, str]) -> str | None:
    """The key that a request claimed before its route was called; None where its client sent none."""
    return key_of(user_id, valid_key(headers[HEADER])) if HEADER in headers else None


async def answer_once(attempt: Attempt, deps: Deps) -> Reply:
    """Do it, or wait for whoever does it and repeat its answer.

    Raises:
        Problem: one of REPEAT_ERRORS.
    """
    given = attempt.given
    key = key_of(given.caller.user_id, valid_key(given.headers[HEADER]))
    digest = _digest(attempt.path, given.body)
    while True:
        claim = await deps.keys.claim(key, digest, given.request_id, ACCEPTED_WITHIN)
        if claim.digest != digest:
            raise Problem(IDEMPOTENCY_KEY_REUSED)
        if claim.request_id == given.request_id:
            return await _do(attempt, key, deps)
        reply = await _follow(attempt, key, deps)
        if reply is not None:
            return reply


async def _do(attempt: Attempt, key: str, deps: Deps) -> Reply:
    """The first answer; kept where its request was accepted, and else the key is free again."""
    request_id = attempt.given.request_id
    reply = await attempt.first()
    if not await deps.requests.was_accepted(request_id):
        await deps.keys.free(key, request_id)
    elif reply.code != INTERNAL_ERROR.code:  # after one of those, a repeat rebuilds the answer
        await deps.keys.keep(key, request_id, _stored(reply))
    return reply


async def _follow(attempt: Attempt, key: str, deps: Deps) -> Reply | None:
    """The answer of the request that holds the key; None where the key became free, so that it can be claimed."""
    deadline = attempt.given.received_at + deps.limits.answer_time
    ended_at: datetime | None = None
    while (now := datetime.now(UTC)) < deadline:
        claim = await deps.keys.find(key)
        if claim is None:
            return None
        if claim.answer is not None:
            return _replayed(claim.answer, claim.request_id)
        request = await deps.requests.find(claim.request_id)
        lost = request is None or request.given_up
        if request is not None and not lost and request.has_ended:
            ended_at = ended_at or now
            if now >= ended_at + _GRACE:
                return await _rebuilt(attempt, key, claim, request, deps)
        elif lost and now > claim.claimed_until and await _take_over(attempt, key, claim, deps):
            return await _do(attempt, key, deps)
        await asyncio.sleep(_LOOK_SECONDS)
    raise in_progress()


def in_progress() -> Problem:
    """The 409 of a request whose key another one holds that is still at work."""
    return Problem(IDEMPOTENCY_IN_PROGRESS, headers={"Retry-After": _RETRY_AFTER})


async def _take_over(attempt: Attempt, key: str, claim: Claim, deps: Deps) -> bool:
    return await deps.keys.take_over(key, claim, attempt.given.request_id, ACCEPTED_WITHIN)


async def _rebuilt(attempt: Attempt, key: str, claim: Claim, request: StoredRequest, deps: Deps) -> Reply:
    reply = await attempt.rebuild(request)
    if reply.code == INTERNAL_ERROR.code:
        return reply
    kept = await deps.keys.keep(key, claim.request_id, _stored(reply))
    return _replayed(kept, claim.request_id)


def _stored(reply: Reply) -> StoredAnswer:
    if not isinstance(reply.content, bytes):
        raise TypeError("a stream cannot be answered again")
    return StoredAnswer(reply.status, reply.content, reply.content_type, reply.headers)


def _replayed(answer: StoredAnswer, request_id: str) -> Reply:
    REPLAYED.inc()
    return Reply(
        status=answer.status,
        content=answer.content,
        content_type=answer.content_type,
        headers={**answer.headers, "Idempotent-Replayed": "true"},
        audit={"replayed": request_id},
    )


def valid_key(key: str) -> str:
    """The key as it came. Raises Problem: 400, it is none that may be used."""
    if not 0 < len(key) <= _LONGEST_KEY or not all(_FIRST_VISIBLE <= sign <= _LAST_VISIBLE for sign in key):
        raise Problem(INVALID_IDEMPOTENCY_KEY)
    return key


def _digest(path: str, upload: Upload) -> str:
    """What makes two uploads the same: the route, the file's bytes and the text parts."""
    said = json.dumps([path, upload.sha256, sorted(upload.texts.items())])
    return hashlib.sha256(said.encode()).hexdigest()
