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
    await every(_PUBLISH_SECONDS, lambda: republish_once(deps, datetime.now(UTC)))


async def republish_once(deps: Deps, now: datetime) -> int:
    """Publish what has waited too long, with the id that it would have had, and a fresh deadline; returns how many."""
    count = 0
    async for outgoing in deps.requests.unpublished(before=now - deps.limits.republish_after):
        try:
            event = _event(outgoing)
        except (KeyError, ValueError):  # of another version; what stands behind it must not wait for it
            _log.error("an unpublished event is not understood", type=outgoing.get("type"))
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
