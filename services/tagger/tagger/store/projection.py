"""`user_tags`: how often a user bought what, counted out of `tag_events` and made anew out of them."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any
from weakref import WeakValueDictionary

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from shared.errors import Unavailable
from shared.mongo import Database, DuplicateKeyError
from tagger.store.duplicates import raise_unless_duplicates

KEPT_INVOICES = 20
"""The newest invoices that a row names."""

_TURNS = 50
_PAUSE_SECONDS = 0.01


class Projection:
    """Keeps `user_tags` true to `tag_events`."""

    def __init__(self, database: Database) -> None:
        self._events = database["tag_events"]
        self._user_tags = database["user_tags"]
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def project(self, user_id: str, invoice_id: str, tags: Sequence[str]) -> None:
        """Count an invoice's events of these tags that are not counted yet into `user_tags`, each exactly once.

        A row names the invoices that are counted but not marked so yet (`applying`), so a crash in between is seen by
        the next delivery. Rows are read before the events and written only while nobody else wrote them (`version`),
        so two workers on one delivery cannot both count it.

        Raises:
            Unavailable: other invoices of the same user kept winning.
        """
        # Within a process one invoice of a user at a time: they share most rows, and would only undo one another.
        async with self._turns.setdefault(user_id, asyncio.Lock()):
            await self._project(user_id, invoice_id, tags)

    async def _project(self, user_id: str, invoice_id: str, tags: Sequence[str]) -> None:
        ours = {"user_id": user_id, "tag": {"$in": list(tags)}}
        for turn in range(_TURNS):
            await asyncio.sleep(random.random() * turn * _PAUSE_SECONDS)
            rows = {row["tag"]: row async for row in self._user_tags.find(ours)}
            events = await self._events.find({**ours, "invoice_id": invoice_id}).to_list()
            waiting = [event for event in events if not event["projected"]]
            todo = [event for event in waiting if invoice_id not in rows.get(event["tag"], {}).get("applying", ())]
            if not todo or await self._apply(todo, rows):
                return await self._settle(user_id, invoice_id, events)
        raise Unavailable("this user's tags are being written by others")

    async def _settle(self, user_id: str, invoice_id: str, events: Sequence[Mapping[str, Any]]) -> None:
        """Mark these events as counted; only then may their rows forget that the invoice was being applied."""
        ids = [event["_id"] for event in events]
        await self._events.update_many({"_id": {"$in": ids}, "projected": False}, {"$set": {"projected": True}})
        tags = [event["tag"] for event in events]
        await self._user_tags.update_many(
            {"user_id": user_id, "tag": {"$in": tags}, "applying": invoice_id},
            {"$pull": {"applying": invoice_id}},
        )

    async def _apply(self, events: Sequence[Mapping[str, Any]], rows: Mapping[str, Mapping[str, Any]]) -> bool:
        """Count events into the rows as they were read; False where another write came first somewhere."""
        updates = [_count(event, rows.get(event["tag"], {}).get("version", 0)) for event in events]
        try:
            result = await self._user_tags.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            raise_unless_duplicates(error)
            return False
        return result.matched_count + result.upserted_count == len(events)

    async def withdraw(self, user_id: str, invoice_id: str, tags: Sequence[str]) -> None:
        """Remove an invoice's events of these tags and write their rows as the events that are left say.

        A repeat after a crash in between writes the rows that were left too high. Where another process counts the
        very same events in this moment a row may stay too high; `rebuild` finds such rows.

        Raises:
            Unavailable: other invoices of the same user kept winning.
        """
        async with self._turns.setdefault(user_id, asyncio.Lock()):
            one = {"user_id": user_id, "invoice_id": invoice_id}
            await self._events.delete_many({**one, "tag": {"$in": list(tags)}})
            for tag in tags:
                await self._recount(user_id, tag)

    async def recount(self, user_id: str) -> None:
        """Write every row of a user as the events say. Raises Unavailable: other invoices of the user kept winning."""
        async with self._turns.setdefault(user_id, asyncio.Lock()):
            for tag in await self._user_tags.distinct("tag", {"user_id": user_id}):
                await self._recount(user_id, tag)

    async def rebuild(self) -> int:
        """Count what still waits, then every row again; the number of rows that are right now."""
        waiting = await self._events.aggregate(
            [
                {"$match": {"projected": False}},
                {"$group": {"_id": {"user_id": "$user_id", "invoice_id": "$invoice_id"}, "tags": {"$push": "$tag"}}},
            ]
        )
        async for group in waiting:
            await self.project(group["_id"]["user_id"], group["_id"]["invoice_id"], group["tags"])
        rows = 0
        async for user_id, tag in self._keys():
            rows += await self._recount(user_id, tag)
        return rows

    async def _keys(self) -> AsyncIterator[tuple[str, str]]:
        keys = await self._events.aggregate(
            [
                {"$group": {"_id": {"user_id": "$user_id", "tag": "$tag"}}},
                {
                    "$unionWith": {
                        "coll": "user_tags",
                        "pipeline": [{"$project": {"_id": {"user_id": "$user_id", "tag": "$tag"}}}],
                    }
                },
                {"$group": {"_id": "$_id"}},
            ],
            allowDiskUse=True,
        )
        async for key in keys:
            yield key["_id"]["user_id"], key["_id"]["tag"]

    async def _recount(self, user_id: str, tag: str) -> bool:
        """Write one row as its events say; False where it has none and is gone."""
        one = {"user_id": user_id, "tag": tag}
        for _ in range(_TURNS):
            row = await self._user_tags.find_one(one) or {}
            applying = row.get("applying", [])
            events = await self._events.find(one).sort("_id", 1).to_list()
            counted = [event for event in events if event["projected"] or event["invoice_id"] in applying]
            if await self._replace(one, row, counted):
                return bool(counted)
        raise Unavailable("this user's tags are being written by others")

    async def _replace(
        self, one: Mapping[str, str], row: Mapping[str, Any], events: Sequence[Mapping[str, Any]]
    ) -> bool:
        version = row.get("version", 0)
        if not events:
            return not row or (await self._user_tags.delete_one({**one, "version": version})).deleted_count == 1
        days = [event["bought_on"] for event in events]
        fields = {
            "kind": events[0]["kind"],
            "value": events[0]["value"],
            "first_seen": min(days),
            "last_seen": max(days),
            "count": len(events),
            "invoices": [event["invoice_id"] for event in events[-KEPT_INVOICES:]],
            "applying": row.get("applying", []),
        }
        try:
            result = await self._user_tags.update_one(
                {**one, "version": version}, {"$set": fields, "$inc": {"version": 1}}, upsert=not row
            )
        except DuplicateKeyError:
            return False
        return result.matched_count == 1 or result.upserted_id is not None


def _count(event: Mapping[str, Any], version: int) -> UpdateOne:
    """One event into its row, if the row still has this version; 0 is a row that is not there."""
    invoice_id = event["invoice_id"]
    return UpdateOne(
        {"user_id": event["user_id"], "tag": event["tag"], "version": version},
        {
            "$inc": {"count": 1, "version": 1},
            "$min": {"first_seen": event["bought_on"]},
            "$max": {"last_seen": event["bought_on"]},
            "$push": {"invoices": {"$each": [invoice_id], "$slice": -KEPT_INVOICES}, "applying": invoice_id},
            "$setOnInsert": {"kind": event["kind"], "value": event["value"]},
        },
        upsert=version == 0,
    )
