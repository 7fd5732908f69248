"""Which uploads an erasure covers, to the moment."""

import asyncio
from datetime import UTC, datetime, timedelta

from shared.erasures import Erasures
from shared.mongo import Database

MOMENT = datetime(2026, 11, 21, 12, 0, 0, 123_999, tzinfo=UTC)


async def test_what_came_at_the_very_moment_is_erased_and_what_came_later_is_not(database: Database) -> None:
    erasures = Erasures(database)
    await erasures.mark("user-1", MOMENT)
    covered = await asyncio.gather(
        erasures.cover("user-1", MOMENT),
        erasures.cover("user-1", MOMENT - timedelta(days=1)),
        erasures.cover("user-1", MOMENT + timedelta(milliseconds=1)),
        erasures.cover("user-2", MOMENT),
    )
    assert list(covered) == [True, True, False, False]


async def test_an_older_mark_changes_nothing_and_no_name_is_kept(database: Database) -> None:
    erasures = Erasures(database)
    await erasures.mark("user-1", MOMENT)
    await erasures.mark("user-1", MOMENT - timedelta(days=1))
    assert await erasures.cover("user-1", MOMENT)
    assert "user-1" not in str(await database["erasures"].find().to_list())
