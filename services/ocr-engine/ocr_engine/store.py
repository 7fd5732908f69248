"""The collection `readings`: what became of each document, with the events to publish (again) for it."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ocr_engine.evidence import Word
from ocr_engine.local.protocol import word_as_json, word_of_json
from shared.contracts.documents import DocumentRecognized, DocumentUnreadable, DocumentUploaded
from shared.contracts.message import Event
from shared.erasures import Erasures
from shared.mongo import Database, DuplicateKeyError, FindLane, Index, InsertLane, ensure_indexes

_READINGS = "readings"
_INDEXES = (
    Index(_READINGS, (("expires_at", 1),), expire_after_seconds=0),
    Index(_READINGS, (("user_id", 1), ("received_at", 1))),
)
_MOST_WORDS = 6000
"""Of a document that are kept for learning from corrections: some ten pages."""
_OUTPUTS: dict[str, type[Event]] = {event.NAME: event for event in (DocumentRecognized, DocumentUnreadable)}


@dataclass(frozen=True)
class StoredReading:
    """A document's reading as it was published, and what it was read from."""

    user_id: str
    received_at: datetime
    recognized: DocumentRecognized
    words: tuple[Word, ...]


class ReadingStore:
    """One document per request: `_id` is the request_id, `outputs` are the events as they were first published."""

    def __init__(self, database: Database, *, kept_for: timedelta) -> None:
        self._database = database
        self._readings = database[_READINGS]
        self._found = FindLane(self._readings, {"outputs": 1})
        self._kept = InsertLane(self._readings)
        self._kept_for = kept_for
        self._erasures = Erasures(database)

    async def prepare(self) -> None:
        """Make the indexes: by one MongoDB deletes what is older than its time, by the other a user's are found."""
        await ensure_indexes(self._database, _INDEXES)
        await self._erasures.prepare()

    async def outputs(self, request_id: str) -> list[Event] | None:
        """The events of a request that was handled before, None where it was not."""
        stored = await self._found.find(request_id)
        return None if stored is None else [_load(output) for output in stored["outputs"]]

    async def reading(self, request_id: str) -> StoredReading | None:
        """What was read of a request's document; None where nothing was, or it is gone."""
        row = await self._readings.find_one({"_id": request_id})
        found = [_load(output) for output in row["outputs"]] if row else []
        recognized = next((event for event in found if isinstance(event, DocumentRecognized)), None)
        if row is None or recognized is None:
            return None
        return StoredReading(row["user_id"], row["received_at"], recognized, _unpacked(row.get("words")))

    async def keep(
        self, uploaded: DocumentUploaded, outputs: Sequence[Event], now: datetime, words: Sequence[Word] = ()
    ) -> list[Event]:
        """Keep a request's events, and the words that a correction is learnt from.

        Returns those events that stand, which are the first ones where two readers raced.
        """
        request_id = uploaded.request_id
        row = {
            "_id": request_id,
            "user_id": uploaded.user_id,
            "received_at": uploaded.received_at,
            "outputs": [{"name": event.NAME, "data": event.model_dump(mode="json")} for event in outputs],
            "read_at": now,
            "expires_at": now + self._kept_for,
            **({"words": _packed(words)} if words else {}),
        }
        try:
            await self._kept.insert(row)
        except DuplicateKeyError:
            return await self.outputs(request_id) or list(outputs)
        if await self._erasures.cover(uploaded.user_id, uploaded.received_at):
            # Erased by its user while it was being read: it is answered, nothing stays.
            await self._readings.delete_one({"_id": request_id})
        return list(outputs)

    async def erase(self, user_id: str, before: datetime) -> int:
        """Delete the readings of what a user handed in until then, also of what is being read; how many."""
        await self._erasures.mark(user_id, before)
        result = await self._readings.delete_many({"user_id": user_id, "received_at": {"$lte": before}})
        return result.deleted_count


def _packed(words: Sequence[Word]) -> bytes:
    rows = [word_as_json(word) for word in words[:_MOST_WORDS]]
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def _unpacked(packed: bytes | None) -> tuple[Word, ...]:
    return tuple(map(word_of_json, json.loads(zlib.decompress(packed)))) if packed else ()


def _load(output: dict[str, Any]) -> Event:
    return _OUTPUTS[output["name"]].model_validate(output["data"])
