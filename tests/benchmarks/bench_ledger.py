"""Operations a second of the ledger's store: `python -m tests.benchmarks.bench_ledger [operations] [at once]`.

One operation is a call or an event through its handler, on a private MongoDB or the one in MONGODB_URL; half of them
are holds, half settlements. Then all the accounts are checked, and the memory that this takes is measured.
"""

import asyncio
import sys
import tempfile
import time
import tracemalloc
from datetime import timedelta
from pathlib import Path

import uvloop

from ledger.check import find_violations
from ledger.deps import now
from ledger.store import INDEXES, Store
from shared import mongo
from tests.support import servers
from tests.support.ledger import Clock, deliver, grant, hold, ledger, reconciled

ACCOUNTS = 500


async def _measure(database: mongo.Database, label: str, users: list[str], operations: int, at_once: int) -> None:
    await mongo.ensure_indexes(database, INDEXES)
    deps = ledger(database, Clock())
    await asyncio.gather(*(deliver(grant(user, 10_000_000, f"{label}-{user}"), deps) for user in users))
    numbers = iter(range(operations // 2))

    async def work() -> None:
        for number in numbers:
            user, request = users[number % len(users)], f"{label}-{number}"
            await deliver(hold(user, request), deps)
            await deliver(reconciled(user, request), deps)

    started = time.perf_counter()
    await asyncio.gather(*(work() for _ in range(at_once)))
    seconds = time.perf_counter() - started
    print(f"{label:14} {operations:6} operations, {at_once} at once: {operations / seconds:7.0f} operations/s")


async def _check(database: mongo.Database) -> None:
    """Time without the measuring of memory, which costs several times as much, and memory by a second check."""
    store, entries = Store(database), await database["entries"].estimated_document_count()
    started = time.perf_counter()
    _, found = await find_violations(store, now(), timedelta(hours=1))
    seconds = time.perf_counter() - started
    tracemalloc.start()
    await find_violations(store, now(), timedelta(hours=1))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    speed, mebibytes = entries / seconds, peak / 1024**2
    print(f"check          {entries:6} entries, {len(found)} violations: {speed:7.0f} entries/s, {mebibytes:.1f} MiB")


async def _run(url: str, operations: int, at_once: int) -> None:
    async with mongo.connect(url, app="bench") as client:
        name = "bench_ledger"
        database = mongo.database(client, name)
        try:
            await _measure(database, "many accounts", [f"user-{n}" for n in range(ACCOUNTS)], operations, at_once)
            await _measure(database, "one account", ["hot"], operations, at_once)
            await _check(database)
        finally:
            await client.drop_database(name)


def main() -> None:
    given = sys.argv[1:]
    operations, at_once = (int(each) for each in [*given, *("10000", "64")[len(given) :]])
    with tempfile.TemporaryDirectory() as folder, servers.mongodb(Path(folder)) as url:
        uvloop.run(_run(url, operations, at_once))


if __name__ == "__main__":
    main()
