"""Updates that are written together: each caller is told of its own."""

import asyncio
from typing import Any, cast

import pytest
from pymongo.errors import BulkWriteError

from shared.mongo import Collection, Database, DuplicateKeyError, PyMongoError, UpdateLane


async def test_many_updates_are_all_written(database: Database) -> None:
    lane = UpdateLane(database["rows"])
    await asyncio.gather(*(lane.update({"_id": n % 7}, {"$inc": {"count": 1}}, upsert=True) for n in range(70)))
    assert {row["_id"]: row["count"] async for row in database["rows"].find()} == dict.fromkeys(range(7), 10)


async def test_only_the_caller_of_a_refused_update_is_told(database: Database) -> None:
    await database["rows"].insert_one({"_id": 1, "state": "old"})
    lane = UpdateLane(database["rows"])
    fine, refused = await asyncio.gather(
        lane.update({"_id": 2}, {"$set": {"state": "new"}}, upsert=True),
        lane.update({"_id": 1, "state": "other"}, {"$set": {"state": "new"}}, upsert=True),
        return_exceptions=True,
    )
    assert fine is None
    assert isinstance(refused, DuplicateKeyError)


class WithoutMajority:
    """A collection whose writes are applied, but not by a majority."""

    async def bulk_write(self, updates: list[Any], *, ordered: bool) -> None:
        raise BulkWriteError({"writeErrors": [], "writeConcernErrors": [{"code": 64, "errmsg": "waiting timed out"}]})


async def test_a_write_that_no_majority_has_is_no_success() -> None:
    lane = UpdateLane(cast("Collection", WithoutMajority()))
    with pytest.raises(PyMongoError):
        await lane.update({"_id": 1}, {"$set": {"a": 1}})
