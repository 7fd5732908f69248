"""`segments`: rules with a name, no name twice."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from shared.contracts.tags import Segment, SegmentRule
from shared.mongo import Database, DuplicateKeyError, ReturnDocument


class NameTaken(Exception):
    """Another segment has this name."""


class SegmentStore:
    """Writes and reads `segments`; names are told apart without regard to case and spaces around them."""

    def __init__(self, database: Database) -> None:
        self._segments = database["segments"]

    async def all(self) -> tuple[Segment, ...]:
        """Every segment by name."""
        return tuple([_segment(row) async for row in self._segments.find().sort("name_key", 1)])

    async def find(self, segment_id: str) -> Segment | None:
        """One segment."""
        row = await self._segments.find_one({"_id": segment_id})
        return _segment(row) if row else None

    async def create(self, name: str, rule: SegmentRule) -> Segment:
        """A new segment.

        Raises:
            NameTaken: by another segment.
        """
        row = {"_id": uuid4().hex, **_fields(name, rule)}
        try:
            await self._segments.insert_one(row)
        except DuplicateKeyError:
            raise NameTaken(name) from None
        return _segment(row)

    async def replace(self, segment_id: str, name: str, rule: SegmentRule) -> Segment | None:
        """The segment with another name and rule; None where there is none of this id.

        Raises:
            NameTaken: by another segment.
        """
        try:
            row = await self._segments.find_one_and_update(
                {"_id": segment_id}, {"$set": _fields(name, rule)}, return_document=ReturnDocument.AFTER
            )
        except DuplicateKeyError:
            raise NameTaken(name) from None
        return _segment(row) if row else None

    async def delete(self, segment_id: str) -> Segment | None:
        """What was deleted."""
        row = await self._segments.find_one_and_delete({"_id": segment_id})
        return _segment(row) if row else None


def _fields(name: str, rule: SegmentRule) -> dict[str, Any]:
    name = name.strip()
    return {"name": name, "name_key": name.casefold(), "rule": rule.model_dump()}


def _segment(row: Mapping[str, Any]) -> Segment:
    return Segment(id=row["_id"], name=row["name"], rule=SegmentRule.model_validate(row["rule"]))
