"""A ledger that is killed at random moments, again and again, ends with exact books."""

import asyncio
import random
import sys
from datetime import timedelta
from pathlib import Path

from ledger.check import find_violations
from ledger.deps import now
from ledger.store import Store
from shared.mongo import Database
from tests.chaos.ledger_child import FORGOTTEN, GRANTED, REQUESTS, USERS, user_of

ROOT = Path(__file__).resolve().parents[2]
KILLS = 6
LONGEST_WORK = 250
"""Entries made between two kills, at most."""


async def _start(url: str, name: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chaos.ledger_child", url, name, cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )


async def _kill_after(entries: int, url: str, database: Database) -> None:
    """Start a ledger and kill it once it has made so many entries, or has done everything."""
    process = await _start(url, database.name)
    enough = await database["entries"].count_documents({}) + entries
    while process.returncode is None and await database["entries"].count_documents({}) < enough:
        pass
    if process.returncode is None:
        process.kill()
    await process.communicate()


async def test_a_ledger_killed_at_random_ends_with_exact_books(mongodb_url: str, database: Database) -> None:
    chance = random.Random(20260302)
    cut_off = 0
    for _ in range(KILLS):
        await _kill_after(chance.randint(1, LONGEST_WORK), mongodb_url, database)
        accounts = [each async for each in database["accounts"].find({})]
        cut_off += sum(len(each.get("unfiled") or []) for each in accounts)
        _, found = await find_violations(Store(database), now(), timedelta(hours=2))
        assert found == []
    assert cut_off, "no kill came in the middle of an operation: the test tested nothing"

    process = await _start(mongodb_url, database.name)
    output, _ = await process.communicate()
    assert (process.returncode, output) == (0, b"done\n")
    assert await find_violations(Store(database), now(), timedelta(0)) == (len(USERS), [])

    charged = {user: 15 * sum(user_of(number // 4) == user for number in range(0, REQUESTS, 4)) for user in USERS}
    for user in USERS:
        account = await Store(database).account(user)
        assert (account.balance, account.held) == (GRANTED - charged[user], 0)
    kinds = {
        each["_id"]: each["n"]
        async for each in await database["entries"].aggregate([{"$group": {"_id": "$kind", "n": {"$sum": 1}}}])
    }
    assert kinds == {
        "grant": len(USERS),
        "charge": REQUESTS // 2,
        "refund": REQUESTS // 4,
        "release": REQUESTS // 2 + FORGOTTEN,
    }
