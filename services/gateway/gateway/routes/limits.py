"""The rate limit in answers, and per user for administrators (Lumis API, sections 2 and 8)."""

from collections.abc import Mapping
from types import MappingProxyType

import structlog
from pydantic import BaseModel, Field

from gateway.deps import Caller, Deps
from gateway.http import NOT_FOUND, Answer, Input, Route
from gateway.limits import Rate
from gateway.lumis import Shown
from gateway.routes.accounts import (
    ADMIN_ERRORS,
    BODY_ERRORS,
    USER_PATH,
    audit_of,
    json_given,
    parse_given,
    target_user,
)
from shared.mongo import PyMongoError

_log = structlog.get_logger()

_MOST, _LONGEST_WINDOW = 100_000, 2_678_400
_PATH = f"{USER_PATH}/rate-limit"

HEADER_ROWS = MappingProxyType(
    {
        "X-RateLimit-Limit": "Uploads and retries that are accepted at once",
        "X-RateLimit-Remaining": "How many of them are left now",
        "X-RateLimit-Reset": "When all of them are free again, in Unix seconds",
    }
)


class RateLimitGiven(BaseModel):
    """A user's own limit."""

    limit: int = Field(strict=True, ge=1, le=_MOST, description=f"un entero de 1 a {_MOST}")
    window_seconds: int = Field(
        strict=True, ge=1, le=_LONGEST_WINDOW, description=f"un entero de segundos de 1 a {_LONGEST_WINDOW}"
    )


class RateLimitShown(Shown):
    """How a user stands: at most `limit` uploads and retries at once, and `limit` more in each further window."""

    user_id: str
    limit: int
    window_seconds: int
    is_default: bool
    remaining: int
    reset_at: int
    """Unix seconds."""


async def headers(caller: Caller, deps: Deps) -> Mapping[str, str]:
    """The caller's rate limit as headers; none where the database is away, which must not spoil an answer."""
    try:
        standing = await deps.rate_limits.read(caller.user_id)
    except PyMongoError as error:
        _log.warning("rate limit not read", error=type(error).__name__)
        return {}
    values = (standing.rate.limit, standing.remaining, standing.reset_at)
    return dict(zip(HEADER_ROWS, map(str, values), strict=True))


async def read_rate_limit(given: Input[None], deps: Deps) -> Answer:
    """A user's rate limit and how much of it is left."""
    return await _show(target_user(given), deps)


async def set_rate_limit(given: Input[bytes], deps: Deps) -> Answer:
    """Give a user a rate limit of one's own, from now on; what is used already stays used."""
    user_id = target_user(given)
    asked = parse_given(RateLimitGiven, given.body)
    await deps.rate_limits.set(user_id, Rate(asked.limit, asked.window_seconds))
    return await _show(user_id, deps)


async def unset_rate_limit(given: Input[None], deps: Deps) -> Answer:
    """Let the general rate limit hold for a user again."""
    user_id = target_user(given)
    await deps.rate_limits.unset(user_id)
    return await _show(user_id, deps)


async def _show(user_id: str, deps: Deps) -> Answer:
    standing = await deps.rate_limits.read(user_id)
    shown = RateLimitShown(
        user_id=user_id,
        limit=standing.rate.limit,
        window_seconds=standing.rate.window_seconds,
        is_default=not standing.own,
        remaining=standing.remaining,
        reset_at=standing.reset_at,
    )
    return Answer(shown, audit=audit_of(user_id))


_ERRORS = (NOT_FOUND, *ADMIN_ERRORS)

ROUTES: tuple[Route, ...] = (
    Route("GET", _PATH, read_rate_limit, "A user's rate limit", answer=RateLimitShown, errors=_ERRORS),
    Route(
        "PUT",
        _PATH,
        set_rate_limit,
        "Set a user's rate limit",
        body=json_given(RateLimitGiven),
        answer=RateLimitShown,
        errors=(*BODY_ERRORS, *_ERRORS),
    ),
    Route("DELETE", _PATH, unset_rate_limit, "Give a user the general limit", answer=RateLimitShown, errors=_ERRORS),
)
