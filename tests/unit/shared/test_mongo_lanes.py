"""Commands that several works share: each caller gets its own document or its own error."""

import asyncio
from typing import Any, cast

import pytest
from pymongo.errors import AutoReconnect

from shared.mongo import Collection, Database, DeleteLane, DuplicateKeyError, FindLane, InsertLane, UpdateLane


async def test_each_finds_its_own_document_or_none(database: Database) -> None:
    await database["rows"].insert_many([{"_id": n, "square": n * n} for n in range(5)])
    lane = FindLane(database["rows"], {"square": 1})
    found = await asyncio.gather(*(lane.find(n) for n in (4, 7, 0, 4)))
    assert [row and row["square"] for row in found] == [16, None, 0, 16]


async def test_a_key_of_ones_own_counts_only_among_what_is_asked_for(database: Database) -> None:
    await database["rows"].insert_many([{"_id": 1, "paper": "a", "first": True}, {"_id": 2, "paper": "b"}])
    lane = FindLane(database["rows"], {"paper": 1}, key="paper", among={"first": True})
    first, second = await asyncio.gather(lane.find("a"), lane.find("b"))
    assert (first, second) == ({"_id": 1, "paper": "a"}, None)


async def test_only_the_caller_of_a_taken_id_is_told(database: Database) -> None:
    lane = InsertLane(database["rows"])
    await lane.insert({"_id": 1})
    results = await asyncio.gather(*(lane.insert({"_id": n}) for n in (1, 2, 3)), return_exceptions=True)
    assert isinstance(results[0], DuplicateKeyError)
    assert results[1:] == [None, None]
    assert await database["rows"].count_documents({}) == 3


async def test_deleting_twice_is_harmless(database: Database) -> None:
    await database["rows"].insert_many([{"_id": n} for n in range(4)])
    lane = DeleteLane(database["rows"])
    await asyncio.gather(*(lane.delete(n) for n in (0, 1, 1, 9)))
    assert sorted([row["_id"] async for row in database["rows"].find()]) == [2, 3]


class Moving:
    """A collection whose primary changes right after the first write was carried out."""

    def __init__(self, collection: Collection) -> None:
        self.collection = collection
        self.calls = 0

    async def bulk_write(self, updates: Any, *, ordered: bool) -> Any:
        self.calls += 1
        result = await self.collection.bulk_write(updates, ordered=ordered)
        if self.calls == 1:
            raise AutoReconnect
        return result


async def test_a_change_of_primary_is_met_by_a_repeat(database: Database) -> None:
    moving = Moving(database["rows"])
    lane = UpdateLane(cast("Collection", moving))
    await lane.update({"_id": 1, "seen": {"$ne": "a"}}, {"$push": {"seen": "a"}})
    await database["rows"].insert_one({"_id": 1, "seen": []})
    moving.calls = 0
    await lane.update({"_id": 1, "seen": {"$ne": "a"}}, {"$push": {"seen": "a"}})
    assert await database["rows"].find_one({"_id": 1}) == {"_id": 1, "seen": ["a"]}


async def test_a_server_that_stays_away_is_told_to_the_caller() -> None:
    class Gone:
        async def bulk_write(self, _updates: Any, *, ordered: bool) -> None:
            raise AutoReconnect

    with pytest.raises(AutoReconnect):
        await UpdateLane(cast("Collection", Gone())).update({"_id": 1}, {"$set": {"a": 1}})


async def test_what_can_never_be_stored_takes_nothing_else_along(database: Database) -> None:
    inserting, updating = InsertLane(database["rows"]), UpdateLane(database["rows"])
    impossible = 2**70
    results = await asyncio.gather(
        *(inserting.insert({"_id": n, "value": impossible if n == 1 else n}) for n in range(3)), return_exceptions=True
    )
    assert [type(result).__name__ for result in results] == ["NoneType", "OverflowError", "NoneType"]
    results = await asyncio.gather(
        *(updating.update({"_id": n}, {"$set": {"value": impossible if n == 2 else -n}}) for n in (0, 2)),
        return_exceptions=True,
    )
    assert [type(result).__name__ for result in results] == ["NoneType", "OverflowError"]
    assert await database["rows"].find().sort("_id", 1).to_list() == [{"_id": 0, "value": 0}, {"_id": 2, "value": 2}]


async def test_an_outage_is_met_once_for_all() -> None:
    class Away:
        calls = 0

        async def insert_many(self, documents: Any, *, ordered: bool) -> None:
            self.calls += 1
            raise AutoReconnect

    away = Away()
    lane = InsertLane(cast("Collection", away))
    results = await asyncio.gather(*(lane.insert({"_id": n}) for n in range(5)), return_exceptions=True)
    assert all(isinstance(result, AutoReconnect) for result in results)
    assert away.calls == 1
