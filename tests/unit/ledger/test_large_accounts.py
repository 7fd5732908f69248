"""An account with a long history is checked in little memory, and other work goes on meanwhile."""

import asyncio
import gc
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice

import pytest

from ledger.accounts import Entry, Kind, entry_id, legs
from ledger.check import find_violations
from ledger.documents import entry_document
from ledger.store import INDEXES, Store
from shared.mongo import Database, ensure_indexes
from tests.support.ledger import ORIGIN, START

MANY = 50_000
SOME = 5_000
"""Enough for several pages."""
GRACE = timedelta(seconds=60)
MOST = 8 * 1024 * 1024
"""Bytes; all the entries at once take many times as much."""


def _entry(kind: Kind, number: int, balance: int, amount: int) -> Entry:
    request = f"request-{number}"
    return Entry(
        id=entry_id(request, kind),
        request_id=request,
        origin=ORIGIN,
        user_id="ana",
        kind=kind,
        amount=amount,
        legs=legs(kind, "ana", amount),
        sequence=number,
        balance_after=balance,
        held_after=0,
        at=START,
        reason="extract",
    )


def _history(count: int) -> Iterator[Entry]:
    """A grant, and releases and charges by turns."""
    balance = count
    yield _entry("grant", 1, balance, balance)
    for number in range(2, count + 1):
        balance -= number % 2
        yield _entry("charge" if number % 2 else "release", number, balance, 1)


@pytest.fixture
async def store(database: Database, request: pytest.FixtureRequest) -> Store:
    """A ledger of one account; a test may say of how many entries."""
    await ensure_indexes(database, INDEXES)
    count = getattr(request, "param", SOME)
    documents = (entry_document(entry) for entry in _history(count))
    while some := list(islice(documents, 10_000)):
        await database["entries"].insert_many(some)
        balance = some[-1]["balance_after"]
    account = {"balance": balance, "held": 0, "open_holds": 0, "open": [], "unfiled": []}
    await database["accounts"].insert_one({"_id": "ana", "version": count, **account})
    return Store(database)


async def _found(store: Store) -> list[str]:
    return (await find_violations(store, START, GRACE))[1]


@pytest.mark.parametrize("store", [MANY], indirect=True)
async def test_a_long_history_takes_the_memory_of_a_page_and_lets_other_work_go_on(store: Store) -> None:
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    gc.collect()
    tracemalloc.start()
    try:
        ticking = asyncio.create_task(tick())
        found = await _found(store)
        ticking.cancel()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == []
    assert peak < MOST
    assert ticks >= MANY // 1000


async def test_what_is_wrong_with_every_entry_is_named_for_the_first_and_counted_for_the_others(
    store: Store, database: Database
) -> None:
    await database["entries"].delete_one({"_id": "request-3:charge"})
    found = await _found(store)
    assert "balance_after" in found[0]
    assert len(found) == 1001
    from_there_on, the_balance = SOME - 3, 1
    assert f"{from_there_on + the_balance - 1000} more violations" in found[-1]


async def test_entries_that_are_not_filed_yet_are_read_in_their_places(store: Store, database: Database) -> None:
    for number in (1, 1000, 1001, 3000, SOME - 1):
        wanted = {"user_id": "ana", "sequence": number}
        entry = await database["entries"].find_one_and_delete(wanted)
        await database["accounts"].update_one({}, {"$push": {"unfiled": entry}})
    filed_since = await database["entries"].find_one({"sequence": SOME})
    await database["accounts"].update_one({}, {"$push": {"unfiled": filed_since}})
    assert await _found(store) == []


async def test_a_charge_far_from_its_refund_is_found(store: Store, database: Database) -> None:
    refund = _entry("refund", 3, SOME // 2 + 2, 1)
    await database["entries"].insert_one({**entry_document(refund), "sequence": SOME + 1})
    change = {"$inc": {"version": 1, "balance": 1}}
    await database["accounts"].update_one({}, change)
    assert await _found(store) == []
    await database["entries"].update_one({"_id": refund.id}, {"$set": {"amount": 2}})
    assert any("refunded 2, charged 1" in each for each in await _found(store))
