"""The collection `corrections`: what users said of readings, field by field beside what was read; one per request."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from ocr_engine.comparison import Compared, Verdict
from ocr_engine.store import StoredReading
from shared.mongo import Database, DuplicateKeyError, Index, ensure_indexes

_CORRECTIONS = "corrections"
_INDEXES = (
    Index(_CORRECTIONS, (("expires_at", 1),), expire_after_seconds=0),
    Index(_CORRECTIONS, (("user_id", 1), ("received_at", 1))),
    Index(_CORRECTIONS, (("corrected_at", 1),)),
)


@dataclass(frozen=True)
class Tally:
    """How often fields of a key came out so, of one provider under one schema."""

    schema_name: str
    provider: str
    key: str
    verdict: Verdict
    count: int


@dataclass(frozen=True)
class CorrectedSupplier:
    """A supplier whose papers were corrected: fields that were not right, and papers."""

    supplier: str
    fields: int
    papers: int


class Corrections:
    """Keeps corrections and counts them."""

    def __init__(self, database: Database, *, kept_for: timedelta) -> None:
        self._database = database
        self._corrections = database[_CORRECTIONS]
        self._kept_for = kept_for

    async def prepare(self) -> None:
        """Make the indexes."""
        await ensure_indexes(self._database, _INDEXES)

    async def keep(
        self, request_id: str, stored: StoredReading, supplier: str | None, found: Sequence[Compared], now: datetime
    ) -> bool:
        """Keep a request's correction; False where one is kept already, which stands.

        `supplier`: the supplier's VAT number, else its name, in the form in which they are compared.
        """
        reading = stored.recognized.reading
        row = {
            "_id": request_id,
            "user_id": stored.user_id,
            "received_at": stored.received_at,
            "schema": reading.schema_name,
            "provider": reading.provider,
            "model": reading.model,
            "supplier": supplier,
            "fields": [asdict(each) for each in found],
            "corrected_at": now,
            "expires_at": now + self._kept_for,
        }
        try:
            await self._corrections.insert_one(row)
        except DuplicateKeyError:
            return False
        return True

    async def forget(self, request_id: str) -> None:
        """Delete a request's correction."""
        await self._corrections.delete_one({"_id": request_id})

    async def erase(self, user_id: str, before: datetime) -> int:
        """Delete the corrections of what a user handed in until then; how many."""
        wanted = {"user_id": user_id, "received_at": {"$lte": before}}
        return (await self._corrections.delete_many(wanted)).deleted_count

    async def tallies(self, *, schema_name: str | None = None, since: datetime | None = None) -> list[Tally]:
        """How often each field came out how, by schema and provider."""
        group = {"schema": "$schema", "provider": "$provider", "key": "$fields.key", "verdict": "$fields.verdict"}
        steps = [*_wanted(schema_name, since), {"$unwind": "$fields"}, {"$group": {"_id": group, "count": {"$sum": 1}}}]
        return [
            Tally(
                schema_name=row["_id"]["schema"],
                provider=row["_id"]["provider"],
                key=row["_id"]["key"],
                verdict=Verdict(row["_id"]["verdict"]),
                count=row["count"],
            )
            async for row in self._aggregate(steps)
        ]

    async def papers(self, *, schema_name: str | None = None, since: datetime | None = None) -> int:
        """How many papers were validated."""
        steps = [*_wanted(schema_name, since), {"$count": "papers"}]
        return sum([row["papers"] async for row in self._aggregate(steps)])

    async def suppliers(
        self, *, schema_name: str | None = None, since: datetime | None = None, most: int = 10
    ) -> list[CorrectedSupplier]:
        """The suppliers whose papers had most fields that were not right."""
        steps = [
            *_wanted(schema_name, since),
            {"$match": {"supplier": {"$ne": None}}},
            {"$project": {"supplier": 1, "wrong": {"$size": {"$filter": {"input": "$fields", "cond": _NOT_RIGHT}}}}},
            {"$match": {"wrong": {"$gt": 0}}},
            {"$group": {"_id": "$supplier", "fields": {"$sum": "$wrong"}, "papers": {"$sum": 1}}},
            {"$sort": {"fields": -1, "_id": 1}},
            {"$limit": most},
        ]
        return [CorrectedSupplier(row["_id"], row["fields"], row["papers"]) async for row in self._aggregate(steps)]

    async def _aggregate(self, steps: Sequence[dict[str, Any]]) -> AsyncIterator[dict[str, Any]]:
        async for row in await self._corrections.aggregate(list(steps)):
            yield row


_NOT_RIGHT = {"$ne": ["$$this.verdict", Verdict.RIGHT.value]}


def _wanted(schema_name: str | None, since: datetime | None) -> list[dict[str, Any]]:
    wanted: dict[str, Any] = {"schema": schema_name} if schema_name else {}
    if since is not None:
        wanted["corrected_at"] = {"$gte": since}
    return [{"$match": wanted}]
