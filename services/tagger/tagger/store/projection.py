"""`user_tags`: how often a user bought what, counted out of `tag_events` and made anew out of them."""

from collections.abc import AsyncIterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

from pymongo import UpdateMany, UpdateOne
from pymongo.errors import AutoReconnect, BulkWriteError

from shared.errors import Unavailable
from shared.lanes import Lane
from shared.mongo import Database, DuplicateKeyError, errors_of, may_be_of_one
from tagger.store.duplicates import raise_unless_duplicates

KEPT_INVOICES = 20
"""The newest invoices that a row names."""

_TURNS = 50

Events = Sequence[Mapping[str, Any]]
_Key = tuple[str, str]
"""A user and a tag."""


class Projection:
    """Inserts `tag_events` and keeps `user_tags` true to them.

    An event is added to its row only by who inserted it, and only while nobody has counted the row anew since before
    that (`epoch`). Whatever else happens, an event that was there, a row counted anew, a crash, the row is counted
    anew, which every write in between (`version`) makes start again. So no step needs a mark of its own.
    """

    def __init__(self, database: Database) -> None:
        self._events = database["tag_events"]
        self._user_tags = database["user_tags"]
        self._lane: Lane[Events, None] = Lane(self._add_all, apart=may_be_of_one)

    async def add(self, events: Events) -> None:
        """Insert an invoice's events, each once however often they come, and bring their rows up to them.

        Raises:
            Unavailable: other invoices of the same user kept winning.
        """
        await self._lane.do(events)

    async def _add_all(self, works: Sequence[Events]) -> Sequence[None]:
        """The events of several invoices in three commands; the rows that these leave in doubt are counted anew."""
        epochs = await self._epochs(works)
        events = [dict(event) for work in works for event in work]
        doubtful = {_key(events[place]) for place in await self._insert(events)}
        fresh = [[event for event in work if _key(event) not in doubtful] for work in works]
        doubtful |= await self._count([work for work in fresh if work], epochs)
        for user_id, keys in groupby(sorted(doubtful), itemgetter(0)):
            await self.recount(user_id, [tag for _, tag in keys])
        return [None] * len(works)

    async def _epochs(self, works: Sequence[Events]) -> dict[_Key, Any]:
        wanted: dict[str, set[str]] = {}
        for work in works:
            for event in work:
                wanted.setdefault(event["user_id"], set()).add(event["tag"])
        rows = [{"user_id": user_id, "tag": {"$in": sorted(tags)}} for user_id, tags in wanted.items()]
        fields = {"_id": 0, "user_id": 1, "tag": 1, "epoch": 1}
        return {_key(row): row.get("epoch") async for row in self._user_tags.find({"$or": rows}, fields)}

    async def _insert(self, events: list[dict[str, Any]]) -> list[int]:
        """Insert what is not there yet; the places of what is."""
        try:
            await self._events.insert_many(events, ordered=False)
        except BulkWriteError as error:
            errors = [(place, each) for place, each in enumerate(errors_of(error, len(events))) if each]
            if other := next((each for _, each in errors if not isinstance(each, DuplicateKeyError)), None):
                raise other from None
            return [place for place, _ in errors]
        return []

    async def _count(self, works: Sequence[Events], epochs: Mapping[_Key, Any]) -> set[_Key]:
        """Add inserted events to their rows; the rows to which some of them could not be added."""
        updates: list[UpdateMany | UpdateOne] = []
        for work in works:
            by_epoch: dict[Any, list[Mapping[str, Any]]] = {}
            for event in work:
                if _key(event) in epochs:
                    by_epoch.setdefault(epochs[_key(event)], []).append(event)
                else:
                    updates.append(_to_new_row(event))
            updates += [_to_rows(known, epoch) for epoch, known in by_epoch.items()]
        if not updates:
            return set()
        everything = {_key(event) for work in works for event in work}
        try:
            result = await self._user_tags.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            raise_unless_duplicates(error)  # somebody else made a row in between
            return everything
        except AutoReconnect:  # how far it came is not known
            return everything
        counted = result.matched_count + result.upserted_count
        return set() if counted == sum(map(len, works)) else everything

    async def withdraw(self, user_id: str, invoice_id: str, tags: Sequence[str]) -> None:
        """Remove an invoice's events of these tags and write their rows as the events that are left say.

        A repeat after a crash in between writes the rows that were left too high. Where another process counts the
        very same events in this moment a row may stay too high; `rebuild` finds such rows.

        Raises:
            Unavailable: other invoices of the same user kept winning.
        """
        await self._events.delete_many({"user_id": user_id, "invoice_id": invoice_id, "tag": {"$in": list(tags)}})
        await self.recount(user_id, tags)

    async def recount_all(self, user_id: str) -> None:
        """Write every row of a user as the events say. Raises Unavailable: other invoices of the user kept winning."""
        await self.recount(user_id, await self._user_tags.distinct("tag", {"user_id": user_id}))

    async def rebuild(self) -> int:
        """Count every row again; the number of rows that are right now."""
        rows = 0
        async for user_id, tags in self._keys():
            rows += await self.recount(user_id, tags)
        return rows

    async def _keys(self) -> AsyncIterator[tuple[str, list[str]]]:
        own = {"user_id": "$user_id", "tag": "$tag"}
        keys = await self._events.aggregate(
            [
                {"$group": {"_id": own}},
                {"$unionWith": {"coll": "user_tags", "pipeline": [{"$project": {"_id": own}}]}},
                {"$group": {"_id": "$_id.user_id", "tags": {"$addToSet": "$_id.tag"}}},
            ],
            allowDiskUse=True,
        )
        async for key in keys:
            yield key["_id"], key["tags"]

    async def recount(self, user_id: str, tags: Sequence[str]) -> int:
        """Write these rows as their events say; the number of those that have any.

        Raises:
            Unavailable: other invoices of the same user kept winning.
        """
        left, found = list(tags), 0
        for _ in range(_TURNS):
            if not left:
                return found
            ours = {"user_id": user_id, "tag": {"$in": left}}
            rows = {row["tag"]: row async for row in self._user_tags.find(ours)}
            counted = {each["_id"]: each async for each in await self._events.aggregate(_counting(ours))}
            written = [tag for tag in left if await self._replace(user_id, tag, rows.get(tag), counted.get(tag))]
            found += sum(tag in counted for tag in written)
            left = [tag for tag in left if tag not in written]
        if left:
            raise Unavailable("this user's tags are being written by others")
        return found

    async def _replace(
        self, user_id: str, tag: str, row: Mapping[str, Any] | None, counted: Mapping[str, Any] | None
    ) -> bool:
        """Write one row as its events say; False where another write came first."""
        one = {"user_id": user_id, "tag": tag, "version": row.get("version") if row else 0}
        if counted is None:
            return row is None or (await self._user_tags.delete_one(one)).deleted_count == 1
        fields = {name: value for name, value in counted.items() if name != "_id"}
        if row is not None and all(row.get(name) == value for name, value in fields.items()):
            return True
        try:
            result = await self._user_tags.update_one(
                one, {"$set": fields, "$inc": {"version": 1, "epoch": 1}}, upsert=row is None
            )
        except DuplicateKeyError:
            return False
        return result.matched_count == 1 or result.upserted_id is not None


def _key(row: Mapping[str, Any]) -> _Key:
    return row["user_id"], row["tag"]


def _counting(ours: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Stages that make of events what their rows hold."""
    return [
        {"$match": ours},
        {"$sort": {"_id": 1}},
        {
            "$group": {
                "_id": "$tag",
                "kind": {"$first": "$kind"},
                "value": {"$first": "$value"},
                "first_seen": {"$min": "$bought_on"},
                "last_seen": {"$max": "$bought_on"},
                "count": {"$sum": 1},
                "invoices": {"$lastN": {"n": KEPT_INVOICES, "input": "$invoice_id"}},
            }
        },
    ]


def _addition(event: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "$inc": {"count": 1, "version": 1},
        "$min": {"first_seen": event["bought_on"]},
        "$max": {"last_seen": event["bought_on"]},
        "$push": {"invoices": {"$each": [event["invoice_id"]], "$slice": -KEPT_INVOICES}},
    }


def _to_rows(events: Events, epoch: Any) -> UpdateMany:
    """Events of one invoice to rows that are there: what they add is the same for all."""
    rows = {"user_id": events[0]["user_id"], "tag": {"$in": [event["tag"] for event in events]}, "epoch": epoch}
    return UpdateMany(rows, _addition(events[0]))


def _to_new_row(event: Mapping[str, Any]) -> UpdateOne:
    """An event to its row, which another invoice may make in between."""
    row = {"user_id": event["user_id"], "tag": event["tag"], "epoch": 0}
    kind = {"kind": event["kind"], "value": event["value"]}
    return UpdateOne(row, {**_addition(event), "$setOnInsert": kind}, upsert=True)
