"""Events in, events out: an uploaded document becomes a recognized or an unreadable one."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog

from ocr_engine.budget import Deadline, seconds_to_read
from ocr_engine.chain import Chain, Result
from ocr_engine.engine import Document
from ocr_engine.evidence import Word
from ocr_engine.learning import Learning
from ocr_engine.metrics import CORRECTIONS, READ, READING_NOW
from ocr_engine.question import Options
from ocr_engine.schemas import SCHEMAS
from ocr_engine.store import ReadingStore
from shared.contracts.documents import DocumentRecognized, DocumentUnreadable, DocumentUploaded, Unreadable
from shared.contracts.extract import DocumentCorrected
from shared.contracts.message import Event
from shared.contracts.odoo import LARGEST_TEXT
from shared.errors import Rejected

_log = structlog.get_logger()

_JSON = "application/json"
_ANNOTATIONS_KEPT = timedelta(hours=1)
"""The gateway takes them with the answer, seconds later."""
_FILENAME = "invoice.pdf"


class Files(Protocol):
    """The uploaded files, as far as the engine uses them."""

    async def keep(self, content: bytes, *, content_type: str, expires_at: datetime) -> str:
        """Keep a file; returns its id."""
        ...

    async def read(self, file_id: str) -> bytes | None:
        """A file's bytes, None where it is gone."""
        ...

    async def delete(self, file_id: str) -> None:
        """Delete a file; harmless where it is gone."""
        ...


def utc_now() -> datetime:
    """The time by the wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Deps:
    """What the handlers work with."""

    chain: Chain
    readings: ReadingStore
    files: Files
    answer_margin: float
    """Seconds before `answer_by` at which a reading must be done, for the steps after it."""
    now: Callable[[], datetime] = utc_now
    learning: Learning | None = None
    """None: nothing is learnt from corrections, and nothing recalled."""


async def read_document(event: DocumentUploaded, deps: Deps) -> list[Event]:
    """Read a document once; a repeat gives the first reading's events again.

    The file is deleted after its reading is stored, so that a crash in between loses nothing.

    Raises:
        Rejected: the schema is not known here.
    """
    if event.schema_name not in SCHEMAS:
        raise Rejected(f"schema {event.schema_name[:64]!r} is not known")
    outputs = await deps.readings.outputs(event.request_id)
    if outputs is None:
        with READING_NOW.track_inprogress():
            output, words = await _read(event, deps)
        outputs = await deps.readings.keep(event, [output], deps.now(), words)
    await deps.files.delete(event.file_id)
    if event.options_id is not None:
        await deps.files.delete(event.options_id)
    return outputs


async def keep_correction(event: DocumentCorrected, deps: Deps) -> list[Event]:
    """Keep what a user said of a reading and learn from it, once; of a reading that is gone nothing can be learnt."""
    if deps.learning is None:
        return []
    stored = await deps.readings.reading(event.request_id)
    if stored is None or stored.user_id != event.user_id:
        CORRECTIONS.labels(event.schema_name, "unknown").inc()
        _log.warning("correction of an unknown reading")
        return []
    await deps.learning.take(event, stored, deps.now())
    return []


async def _read(event: DocumentUploaded, deps: Deps) -> tuple[Event, tuple[Word, ...]]:
    """The event, and the words from which a correction can be learnt."""
    seconds = seconds_to_read(event.answer_by, deps.now(), deps.answer_margin)
    if seconds <= 0:
        return _unreadable(event, Unreadable.OUT_OF_TIME), ()
    deadline = Deadline.after(seconds)
    content = await deps.files.read(event.file_id)
    if content is None:
        return _unreadable(event, Unreadable.FILE_GONE), ()
    document = Document(
        content,
        event.content_type,
        event.schema_name,
        event.mode,
        event.retry,
        await _options(event, deps),
        event.user_infos,
    )
    result = await deps.chain.read(document, deadline)
    layout_id = None
    if deps.learning is not None:
        reading, layout_id = await deps.learning.recall(event, result)
        result = replace(result, reading=reading)
    output = _event_of(event, result, await _keep_annotations(result, deps), layout_id)
    return output, result.words if SCHEMAS[event.schema_name].shows_text else ()


async def _options(event: DocumentUploaded, deps: Deps) -> Options:
    """What the client asked of the hosted models; what expired is done without."""
    content = await deps.files.read(event.options_id) if event.options_id else None
    given = json.loads(content) if content else {}
    return Options(
        model=event.model,
        filename=event.filename or _FILENAME,
        plugins=tuple(given.get("plugins", ())),
        annotations=tuple(given.get("annotations", ())),
    )


async def _keep_annotations(result: Result, deps: Deps) -> str | None:
    """They may be large, so the bus carries only where they are; in a crash they expire by themselves."""
    if result.annotations is None:
        return None
    expires_at = deps.now() + _ANNOTATIONS_KEPT
    return await deps.files.keep(result.annotations, content_type=_JSON, expires_at=expires_at)


def _event_of(event: DocumentUploaded, result: Result, annotations_id: str | None, layout_id: int | None) -> Event:
    if result.reading is None:
        return _unreadable(event, result.unreadable or Unreadable.PROVIDERS_FAILED, result)
    READ.labels(result.reading.provider).inc()
    _log.info("document read", provider=result.reading.provider, attempts=len(result.attempts))
    return DocumentRecognized(
        request_id=event.request_id,
        origin=event.origin,
        user_id=event.user_id,
        schema_name=event.schema_name,
        mode=event.mode,
        received_at=event.received_at,
        answer_by=event.answer_by,
        reading=result.reading,
        retry=event.retry,
        annotations_id=annotations_id,
        user_infos=event.user_infos,
        layout_id=layout_id,
        full_text=_kept_text(result.text) if SCHEMAS[event.schema_name].shows_text else "",
    )


def _kept_text(text: str) -> str:
    """As much as is kept, without halves of characters, which a PDF may hold and no message."""
    return text[:LARGEST_TEXT].encode("utf-8", "replace").decode()


def _unreadable(event: DocumentUploaded, reason: Unreadable, result: Result | None = None) -> DocumentUnreadable:
    READ.labels(reason.value).inc()
    _log.info("document not read", reason=reason.value)
    return DocumentUnreadable(
        request_id=event.request_id,
        origin=event.origin,
        user_id=event.user_id,
        schema_name=event.schema_name,
        reason=reason,
        attempts=result.attempts if result else (),
    )
