"""A user's validation of a document: kept once, then told to whoever learns from it, also after a crash."""

from datetime import UTC, datetime
from typing import Any

import structlog

from gateway.deps import Deps
from gateway.extract.corrections import BadFormat, Validation, validation_of
from gateway.extract.documents import Document
from gateway.extract.outcomes import Outcome
from gateway.extract.protocol import NOT_FOUND, SCHEMAS, SUCCESS, VALIDATION_FORMAT
from gateway.metrics import REPUBLISHED
from shared.contracts.extract import DocumentCorrected
from shared.errors import Unavailable
from shared.mongo import PyMongoError
from shared.service import every

_log = structlog.get_logger()

_PUBLISH_SECONDS = 15.0


async def validate(document: Document | None, values: Any, deps: Deps) -> Outcome:
    """Keep what a client says that a document holds.

    A second call for a document changes nothing and is refused, as the documentation demands. What is said before the
    document was read is told when it has been: until then nobody could learn from it.

    Raises:
        PyMongoError: it is not kept.
    """
    if document is None:
        return Outcome(NOT_FOUND)
    try:
        validation = validation_of(values, document.kind, document.perspective)
    except BadFormat as error:
        message = f"{VALIDATION_FORMAT.message}: {error}"
        return Outcome(VALIDATION_FORMAT, message=message, account=document.user_id)
    event = _event(document, validation, deps)
    if not await deps.extract.documents.validate(document, event):
        message = "The document was validated before; its first values are kept"
        return Outcome(VALIDATION_FORMAT, message=message, account=document.user_id)
    if event is not None and await deps.requests.conclusion(document.request_id) is not None:
        await _tell(document.id, event, deps)
    return Outcome(SUCCESS, account=document.user_id)


def _event(document: Document, validation: Validation, deps: Deps) -> DocumentCorrected | None:
    """What others learn of it; nothing of a test document, which nobody read."""
    if document.user_id is None:
        return None
    return DocumentCorrected(
        request_id=document.request_id,
        origin=deps.origin,
        user_id=document.user_id,
        schema_name=SCHEMAS[document.kind],
        corrections=validation.corrections,
        lines=validation.lines,
        merged_lines=validation.merged_lines,
    )


async def _tell(document_id: str, event: DocumentCorrected, deps: Deps) -> None:
    """Publish; where the broker or the database is away, the sweep does it."""
    try:
        await deps.bus.publish(event)
        await deps.extract.documents.mark_told(document_id)
    except (Unavailable, PyMongoError) as error:
        _log.warning("validation not told yet", error=type(error).__name__)


async def republish_validations(deps: Deps) -> None:
    """Look for validations that were not told, again and again."""
    await every(_PUBLISH_SECONDS, lambda: republish_validations_once(deps, datetime.now(UTC)))


async def republish_validations_once(deps: Deps, now: datetime) -> int:
    """Publish what a killed process left untold, or what was said too early, with the id that it would have had."""
    count = 0
    async for document_id, data in deps.extract.documents.untold(before=now - deps.limits.republish_after):
        event = DocumentCorrected.model_validate(data)
        if await deps.requests.conclusion(event.request_id) is None:
            continue
        await deps.bus.publish(event)
        await deps.extract.documents.mark_told(document_id)
        REPUBLISHED.inc()
        count += 1
    return count
