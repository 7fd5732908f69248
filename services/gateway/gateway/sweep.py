"""Background work: publish again what a killed process left unpublished."""

from datetime import UTC, datetime
from typing import Any

import structlog

from gateway.deps import Deps
from gateway.metrics import REPUBLISHED
from shared.contracts.documents import DocumentAbandoned, DocumentUploaded
from shared.contracts.erasure import ErasureRequested
from shared.contracts.message import Event
from shared.service import every

_log = structlog.get_logger()

_OUTGOING: dict[str, type[Event]] = {
    event.NAME: event for event in (DocumentUploaded, DocumentAbandoned, ErasureRequested)
}
_PUBLISH_SECONDS = 15.0


async def republish(deps: Deps) -> None:
    """Look for unpublished requests again and again."""
    told: set[str] = set()
    await every(_PUBLISH_SECONDS, lambda: republish_once(deps, datetime.now(UTC), told))


async def republish_once(deps: Deps, now: datetime, told: set[str] | None = None) -> int:
    """Publish what has waited too long, with the id that it would have had, and a fresh deadline; returns how many.

    Args:
        deps: the gateway's parts.
        now: the time of this turn.
        told: requests whose event was not understood, which were said in the log by an earlier turn; this one adds its.
    """
    count, told = 0, set() if told is None else told
    async for request_id, outgoing in deps.requests.unpublished(before=now - deps.limits.republish_after):
        try:
            event = _event(outgoing)
        except (KeyError, ValueError):  # of another version; what stands behind it must not wait for it
            if request_id not in told:
                _log.error("an unpublished event is not understood", request_id=request_id, type=outgoing.get("type"))
                told.add(request_id)
            continue
        if isinstance(event, DocumentUploaded):
            event = event.model_copy(update={"answer_by": now + (event.answer_by - event.received_at)})
        await deps.bus.publish(event)
        await deps.requests.mark_published(event.request_id)
        REPUBLISHED.inc()
        count += 1
    if count:
        _log.info("published again", count=count)
    return count


def _event(outgoing: dict[str, Any]) -> Event:
    return _OUTGOING[outgoing["type"]].model_validate(outgoing["data"])
