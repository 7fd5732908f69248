"""Operations on several accounts go to the database together, and one account's trouble stays its own."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from pymongo.errors import AutoReconnect

from ledger.deps import Deps
from ledger.store import INDEXES, Store
from shared.contracts.credits import CreditsSettled
from shared.contracts.message import Event
from shared.mongo import Database, ensure_indexes
from tests.support.ledger import Clock, CrashingCollection, Fate, deliver, grant, hold, ledger, reconciled, violated

USERS = ("ana", "eva", "ian", "leo")


class CutOff(CrashingCollection):
    """A collection whose first bulk write is carried out for a part only, before the connection is lost."""

    def __init__(self, collection: Any, carried_out: list[int]) -> None:
        super().__init__(collection, Fate())
        self.carried_out = carried_out

    async def bulk_write(self, *args: Any, **options: Any) -> Any:
        if not self.carried_out:
            return await self._collection.bulk_write(*args, **options)
        part = args[0][: self.carried_out.pop()]
        if part:
            await self._collection.bulk_write(part, **options)
        raise AutoReconnect("connection lost")


class CutOffDatabase:
    def __init__(self, database: Database, carried_out: int) -> None:
        self._database = database
        self.carried_out = [carried_out]

    def __getitem__(self, name: str) -> CutOff:
        return CutOff(self._database[name], self.carried_out)


@pytest.fixture
async def deps(database: Database) -> Deps:
    await ensure_indexes(database, INDEXES)
    deps = ledger(database, Clock())
    for user in USERS:
        await deliver(grant(user, 100, f"grant-{user}"), deps)
        await deliver(hold(user, f"first-{user}"), deps)
    return deps


@pytest.mark.parametrize("carried_out", range(len(USERS) + 1))
async def test_a_connection_that_breaks_in_between_charges_everybody_once(
    deps: Deps, database: Database, carried_out: int
) -> None:
    cut_off = CutOffDatabase(database, carried_out)
    breaking = replace(deps, store=Store(cast("Database", cut_off)))
    works = [deliver(reconciled(user, f"first-{user}"), breaking) for user in USERS]
    works += [deliver(hold(user, f"second-{user}"), breaking) for user in USERS]
    results = await asyncio.gather(*works)
    assert cut_off.carried_out == []
    assert [event.model_dump()["balance"] for (event,) in results[: len(USERS)]] == [85] * len(USERS)
    assert [event.model_dump()["available"] for (event,) in results[len(USERS) :]] == [70] * len(USERS)
    for user in USERS:
        account = await deps.store.account(user)
        assert (account.balance, account.held, account.version) == (85, 15, 4)
    assert await violated(database, deps.now()) == []


async def test_a_damaged_account_does_not_stop_the_others(deps: Deps, database: Database) -> None:
    await database["accounts"].update_one({"_id": "eva"}, {"$unset": {"balance": 1}})
    works = [deliver(reconciled(user, f"first-{user}"), deps) for user in USERS]
    results = await asyncio.gather(*works, return_exceptions=True)
    assert [isinstance(result, KeyError) for result in results] == [user == "eva" for user in USERS]
    assert sum(isinstance(result, list) for result in results) == 3


async def test_an_entry_that_cannot_be_filed_stops_only_its_own_account(deps: Deps, database: Database) -> None:
    filed = await database["entries"].find_one({"_id": "grant-ana:grant"})
    assert filed is not None
    await database["entries"].insert_one({**filed, "_id": "first-eva:charge", "sequence": 99})
    works = [deliver(reconciled(user, f"first-{user}"), deps) for user in USERS]
    results = await asyncio.gather(*works, return_exceptions=True)
    assert [isinstance(result, Exception) for result in results] == [user == "eva" for user in USERS]


async def test_processes_that_share_accounts_agree(deps: Deps, database: Database) -> None:
    processes = [deps, ledger(database, Clock()), ledger(database, Clock())]
    works = [
        deliver(message, process)
        for number in range(4)
        for user in USERS
        for process in processes
        for message in (hold(user, f"r{number}-{user}"), grant(user, 1, f"g{number}-{user}"))
    ]
    works += [deliver(reconciled(user, f"first-{user}"), process) for user in USERS for process in processes]
    results: list[list[Event]] = await asyncio.gather(*works)
    assert all(len(events) == 1 for events in results)
    settled = [events[0] for events in results if isinstance(events[0], CreditsSettled)]
    assert len({event.user_id for event in settled}) == len(set(settled)) == len(USERS)
    for user in USERS:
        account = await deps.store.account(user)
        assert (account.balance, account.held) == (100 + 4 - 15, 4 * 15)
    assert await violated(database, deps.now()) == []
