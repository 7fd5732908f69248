"""From an event of a request to its owner's webhook: schedule the telling on the bus, then tell until it succeeds."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic import BaseModel

from gateway.courier import Message
from gateway.deps import Deps
from gateway.hooks import Hook, Hooks, LastDelivery
from gateway.post import Outcome
from gateway.store import StoredRequest
from shared.bus import Delivery, event_id
from shared.contracts.message import Event
from shared.contracts.webhooks import ENDED_EVENTS, WEBHOOK_EVENTS, WebhookScheduled
from shared.errors import Unavailable
from shared.redaction import pseudonym

_log = structlog.get_logger()

ShowResult = Callable[[StoredRequest], BaseModel | None]
"""A request's result as its owner sees it; None until it has ended."""


async def schedule_webhook(delivery: Delivery, deps: Deps) -> list[Event]:
    """The event by which the user's webhook is told of this one; nothing where no webhook asks for it."""
    user_id = delivery.data.get("user_id")
    if delivery.type not in WEBHOOK_EVENTS or not isinstance(user_id, str):
        return []
    if not await deps.hooks.wants(user_id, delivery.type):
        return []
    scheduled = WebhookScheduled(
        request_id=delivery.request_id,
        origin=delivery.origin,
        user_id=user_id,
        delivery_id=event_id(delivery.id, WebhookScheduled.NAME),
        event_id=delivery.id,
        event_type=delivery.type,
        occurred_at=delivery.time,
    )
    return [scheduled]


@dataclass(frozen=True)
class Teller:
    """The handler of WebhookScheduled; `show` is what GET of a request shows of its result."""

    show: ShowResult

    async def __call__(self, event: WebhookScheduled, deps: Deps) -> list[Event]:
        """Tell a webhook, once however often the event comes.

        Raises:
            Unavailable: it could not be told now; the bus's ladder tries again.
        """
        hook = await deps.hooks.find(event.user_id)
        if hook is None or hook.disabled is not None or await deps.hooks.is_delivered(event.delivery_id):
            return []
        request = await deps.requests.find(event.request_id)
        if request is None or request.user_id != event.user_id:  # it has expired, or was erased
            return []
        message = Message(event.delivery_id, event.event_type, self._body(event, request), hook.user_id)
        outcome = await deps.courier.bring(hook.url, hook.secret, message)
        await _conclude(hook, event, outcome, deps.hooks)
        return []

    def _body(self, event: WebhookScheduled, request: StoredRequest) -> bytes:
        data: dict[str, Any] = {"state": request.stage.name.lower()}
        if event.event_type in ENDED_EVENTS:
            result = self.show(request)
            data["result"] = result.model_dump(mode="json") if result else None
        return body_of(event.event_id, event.event_type, event.request_id, event.occurred_at, data)


def body_of(identity: str, kind: str, request_id: str, created_at: datetime, data: dict[str, Any]) -> bytes:
    """A webhook's body, UTF-8."""
    body = {
        "id": identity,
        "type": kind,
        "request_id": request_id,
        "created_at": created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": data,
    }
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


async def _conclude(hook: Hook, event: WebhookScheduled, outcome: Outcome, hooks: Hooks) -> None:
    last = LastDelivery(
        id=event.delivery_id,
        event=event.event_type,
        request_id=event.request_id,
        delivered=outcome.delivered,
        at=datetime.now(UTC),
        status=outcome.status,
        error=outcome.error,
    )
    if outcome.delivered:
        await hooks.succeeded(hook, last)
    elif outcome.gone:
        await hooks.disable(hook, "El receptor respondió 410: no quiere más entregas", last)
        _log.warning("webhook disabled", user=pseudonym(hook.user_id), reason="gone")
    else:
        if await hooks.failed(hook, last):
            _log.warning("webhook disabled", user=pseudonym(hook.user_id), reason="failures")
        raise Unavailable(f"the webhook was not told ({outcome.kind}, status {outcome.status})")
