"""A user's webhook in the Lumis API: register it, see how it does, rotate its secret, try it, delete it."""

from datetime import UTC, datetime
from uuid import uuid4

from pydantic import BaseModel, Field

from gateway.bodies import json_body
from gateway.courier import Message
from gateway.deps import Deps
from gateway.hooks import Hook
from gateway.http import (
    BODY_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_DATA,
    INVALID_JSON,
    NOT_FOUND,
    UNAUTHORIZED,
    Answer,
    ErrorRow,
    Input,
    Problem,
    Route,
)
from gateway.limits import Rate
from gateway.lumis import Shown
from gateway.post import Busy
from gateway.webhooks import body_of
from shared.addresses import LONGEST_URL, ForbiddenUrl
from shared.contracts.webhooks import WEBHOOK_EVENTS

PING = "ping"
WEBHOOK_BUSY = ErrorRow(429, "WEBHOOK_BUSY", "Demasiadas entregas esperan a ese receptor. Intenta más tarde.")
TOO_MANY_PINGS = ErrorRow(429, "RATE_LIMITED", "Has enviado demasiadas pruebas a tu webhook. Intenta más tarde.")

_PATH = "/api/v4/webhooks"
_PINGS = Rate(limit=10, window_seconds=60)
_LONGEST_BODY = 16_384
_NONE = "No tienes un webhook registrado"
_URL_WORDS = {
    "too_long": f"Debe tener a lo más {LONGEST_URL} caracteres",
    "malformed": "Debe ser una URL absoluta en ASCII, sin espacios",
    "scheme": "Debe comenzar con https://",
    "credentials": "No debe llevar usuario ni contraseña",
    "fragment": "No debe llevar un fragmento (#)",
    "host": "Debe nombrar un servidor por su dominio o su dirección IP",
    "port": "El puerto debe ser de 1 a 65535",
    "private": "Debe llevar a una dirección pública",
}


class HookWanted(BaseModel):
    """A webhook to be registered."""

    url: str
    """https, at most 2,048 characters, without credentials or fragment."""
    events: tuple[str, ...] | None = Field(default=None, examples=[list(WEBHOOK_EVENTS)])
    """What to be told of, by the names in a request's timeline; absent: everything there is."""


class DeliveryShown(Shown):
    """The last attempt: `status` is the receiver's, null where no answer came."""

    id: str
    event: str
    request_id: str
    delivered: bool
    at: datetime
    status: int | None
    error: str | None


class HookShown(Shown):
    """A webhook; the secret is never shown again."""

    url: str
    events: tuple[str, ...]
    enabled: bool
    disabled_reason: str | None
    """Why it is told nothing any more; registering it again enables it."""
    created_at: datetime
    failures: int
    """Deliveries in a row that failed at every attempt; 20 disable it."""
    last_delivery: DeliveryShown | None


class HookRegistered(HookShown):
    """A new webhook with its signing secret, shown this once."""

    secret: str


class SecretShown(Shown):
    """A new signing secret, shown this once."""

    secret: str


class HookDeleted(Shown):
    """The webhook is gone."""

    deleted: bool


class PingShown(Shown):
    """How the receiver took a ping; `status` is null where no answer came."""

    id: str
    delivered: bool
    status: int | None
    error: str | None
    milliseconds: int


async def register_webhook(given: Input[HookWanted], deps: Deps) -> Answer:
    """Register the caller's webhook, or replace it: with a new secret, enabled, and nothing held against it."""
    events = _events(given.body.events)
    try:
        deps.courier.check(given.body.url)
    except ForbiddenUrl as error:
        raise _invalid("url", _URL_WORDS[error.reason]) from None
    hook = await deps.hooks.register(given.caller.user_id, given.body.url, events)
    return Answer(HookRegistered(**_shown(hook), secret=hook.secret))


async def read_webhook(given: Input[None], deps: Deps) -> Answer:
    """The caller's webhook and how its last delivery went."""
    return Answer(HookShown(**_shown(await _found(given, deps))))


async def delete_webhook(given: Input[None], deps: Deps) -> Answer:
    """Delete the caller's webhook; what was not delivered yet is dropped."""
    if not await deps.hooks.delete(given.caller.user_id):
        raise Problem(NOT_FOUND, message=_NONE)
    return Answer(HookDeleted(deleted=True))


async def rotate_webhook_secret(given: Input[None], deps: Deps) -> Answer:
    """Give the webhook a new secret; from now on everything is signed with it, also what is tried again."""
    secret = await deps.hooks.rotate(given.caller.user_id)
    if secret is None:
        raise Problem(NOT_FOUND, message=_NONE)
    return Answer(SecretShown(secret=secret))


async def ping_webhook(given: Input[None], deps: Deps) -> Answer:
    """Send the webhook a `ping` now, once, and say how it was taken; also to a disabled one, which it stays.

    At most 10 a minute.
    """
    hook = await _found(given, deps)
    standing = await deps.rate_limits.take(f"ping:{hook.user_id}", default=_PINGS)
    if not standing.accepted:
        raise Problem(TOO_MANY_PINGS, headers={"Retry-After": str(standing.retry_after)})
    identity = str(uuid4())
    body = body_of(identity, PING, given.request_id, datetime.now(UTC), {"state": None})
    try:
        outcome = await deps.courier.bring(hook.url, hook.secret, Message(identity, PING, body, hook.user_id))
    except Busy:
        raise Problem(WEBHOOK_BUSY, headers={"Retry-After": "10"}) from None
    shown = PingShown(
        id=identity,
        delivered=outcome.delivered,
        status=outcome.status,
        error=outcome.error,
        milliseconds=outcome.milliseconds,
    )
    return Answer(shown)


async def _found(given: Input[None], deps: Deps) -> Hook:
    hook = await deps.hooks.find(given.caller.user_id)
    if hook is None:
        raise Problem(NOT_FOUND, message=_NONE)
    return hook


def _shown(hook: Hook) -> dict[str, object]:
    return {
        "url": hook.url,
        "events": hook.events,
        "enabled": hook.disabled is None,
        "disabled_reason": hook.disabled,
        "created_at": hook.created_at,
        "failures": hook.failures,
        "last_delivery": DeliveryShown.model_validate(hook.last) if hook.last else None,
    }


def _events(wanted: tuple[str, ...] | None) -> tuple[str, ...]:
    if wanted is None:
        return WEBHOOK_EVENTS
    if not wanted or not set(wanted) <= set(WEBHOOK_EVENTS):
        raise _invalid("events", f"Debe ser una lista no vacía de: {', '.join(WEBHOOK_EVENTS)}")
    return tuple(event for event in WEBHOOK_EVENTS if event in wanted)


def _invalid(name: str, words: str) -> Problem:
    return Problem(INVALID_DATA, message=f"{INVALID_DATA.message}: {name}", details={"fields": {name: words}})


_ALWAYS = (UNAUTHORIZED, INTERNAL_ERROR)

ROUTES: tuple[Route, ...] = (
    Route(
        "PUT",
        _PATH,
        register_webhook,
        "Register one's webhook",
        body=json_body(HookWanted, _LONGEST_BODY),
        answer=HookRegistered,
        errors=(INVALID_JSON, BODY_TOO_LARGE, INVALID_DATA, *_ALWAYS),
    ),
    Route("GET", _PATH, read_webhook, "One's webhook", answer=HookShown, errors=(NOT_FOUND, *_ALWAYS)),
    Route("DELETE", _PATH, delete_webhook, "Delete one's webhook", answer=HookDeleted, errors=(NOT_FOUND, *_ALWAYS)),
    Route(
        "POST",
        f"{_PATH}/secret",
        rotate_webhook_secret,
        "A new signing secret",
        answer=SecretShown,
        errors=(NOT_FOUND, *_ALWAYS),
    ),
    Route(
        "POST",
        f"{_PATH}/test",
        ping_webhook,
        "Send one's webhook a ping",
        answer=PingShown,
        errors=(NOT_FOUND, TOO_MANY_PINGS, WEBHOOK_BUSY, *_ALWAYS),
    ),
)
