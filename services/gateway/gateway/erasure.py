"""Erasing a user's data: asked for once, told to every service that holds some, and followed until all have."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from gateway.deps import Deps
from gateway.store import NewRequest, StoredRequest
from gateway.userdata import ERASERS, ERASURE
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.message import Event
from shared.errors import LumisError, Unavailable
from shared.mongo import PyMongoError

_log = structlog.get_logger()


async def request_erasure(request_id: str, user_id: str, requested_at: datetime, deps: Deps) -> None:
    """Store the wish, then tell it; where the broker is away the sweep tells it.

    Raises:
        PyMongoError: it could not be stored, so it was not accepted.
    """
    event = ErasureRequested(request_id=request_id, origin=deps.origin, user_id=user_id, requested_at=requested_at)
    await deps.requests.create(
        NewRequest(
            user_id=user_id,
            operation=ERASURE,
            price=0,
            outgoing=event,
            schema_name=ERASURE,
            received_at=requested_at,
            expires_at=requested_at + deps.limits.request_lifetime,
        )
    )
    try:
        await deps.bus.publish(event)
        await deps.requests.mark_published(request_id)
    except (Unavailable, LumisError, PyMongoError) as error:
        _log.warning("erasure not told yet", error=type(error).__name__)


async def erase_requests(event: ErasureRequested, deps: Deps) -> list[Event]:
    """The gateway's own part: what was handed in, results, kept answers, the webhook, and the Extract API's own."""
    removed = {"requests": await deps.user_data.erase(event.user_id, event.requested_at), "webhooks": 0}
    removed["callbacks"] = await deps.callbacks.erase(event.user_id, event.requested_at)
    removed["extract_documents"] = await deps.extract.documents.erase(event.user_id, event.requested_at)
    removed["extract_tokens"] = await deps.extract.tokens.erase(event.user_id, event.requested_at)
    hook = await deps.hooks.find(event.user_id)
    if hook is not None and hook.created_at <= event.requested_at:
        removed["webhooks"] = await deps.hooks.delete(event.user_id)
    return [
        ErasureCompleted(
            request_id=event.request_id,
            origin=event.origin,
            service="gateway",
            removed=removed,
            kept={"audit": "Las filas de auditoría no nombran a nadie y se borran solas a los 90 días."},
        )
    ]


def erased_by(request: StoredRequest) -> Mapping[str, Any]:
    """What each service removed and kept, of those that have told it so far."""
    return {name: request.erased[name] for name in ERASERS if name in request.erased}


def is_complete(request: StoredRequest) -> bool:
    """Whether every service has told what it removed."""
    return set(request.erased) >= set(ERASERS)
