"""What each invoice gave: its tagging, once per request, and the events of its tags, once per invoice.

An invoice is written in steps, each of which may be the last before a crash and is repeated by the next delivery:
its tagging, its tag events, their projection, the mark that they are projected.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pymongo.errors import BulkWriteError

from shared.contracts.tags import Tag
from shared.mongo import Database, ReturnDocument
from tagger.store.duplicates import raise_unless_duplicates
from tagger.store.projection import Projection
from tagger.tagging import Tagging

KEPT_TAGGINGS = 60 * 60 * 24 * 30
"""Seconds. A delivery that comes again later than this is tagged anew; its events still count once."""


class TaggingStore:
    """Writes and reads `taggings`; inserts `tag_events`."""

    def __init__(self, database: Database) -> None:
        self._taggings = database["taggings"]
        self._events = database["tag_events"]
        self._projection = Projection(database)

    async def keep(
        self, request_id: str, *, user_id: str, invoice_id: str, bought_on: datetime, tagging: Tagging
    ) -> tuple[Tagging, datetime]:
        """Keep what a request's invoice gave; the first that was kept comes back, also where that was another's."""
        document = {
            "user_id": user_id,
            "invoice_id": invoice_id,
            "bought_on": bought_on,
            "tags": [tag.model_dump() for tag in tagging.tags],
            "unresolved": dict(tagging.unresolved),
            "made_at": datetime.now(UTC),
        }
        found = await self._taggings.find_one_and_update(
            {"_id": request_id}, {"$setOnInsert": document}, upsert=True, return_document=ReturnDocument.AFTER
        )
        return _kept(found or document)

    async def record(self, user_id: str, invoice_id: str, bought_on: datetime, tags: Sequence[Tag]) -> None:
        """Insert an invoice's tag events, each once, and bring the projection up to them.

        Raises:
            Unavailable: other invoices of the same user kept winning; to be tried again.
        """
        if not tags:
            return
        events = [
            {
                "user_id": user_id,
                "tag": str(tag),
                "invoice_id": invoice_id,
                "bought_on": bought_on,
                "kind": tag.kind,
                "value": tag.value,
                "source": tag.source,
                "score": tag.score,
                "projected": False,
            }
            for tag in tags
        ]
        try:
            await self._events.insert_many(events, ordered=False)
        except BulkWriteError as error:
            raise_unless_duplicates(error)
        await self._projection.project(user_id, invoice_id, [str(tag) for tag in tags])


def _kept(document: Mapping[str, Any]) -> tuple[Tagging, datetime]:
    tags = tuple(Tag.model_validate(tag) for tag in document["tags"])
    return Tagging(tags, document["unresolved"]), document["bought_on"]
