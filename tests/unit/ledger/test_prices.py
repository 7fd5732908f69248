"""Prices that administrators set, over a real database."""

import asyncio
from dataclasses import replace

import pytest

from ledger import prices as price_list
from ledger.deps import Deps
from ledger.handlers import hold_credits, read_prices, set_prices
from ledger.store import INDEXES
from shared.contracts.credits import Prices, ReadPrices, SetPrices
from shared.mongo import Database, ensure_indexes
from shared.redaction import pseudonym
from tests.support.ledger import Clock, deliver, grant, hold, ledger, reconciled
from tests.support.waiting import until


@pytest.fixture
async def deps(database: Database) -> Deps:
    await ensure_indexes(database, INDEXES)
    deps = ledger(database, Clock())
    await deliver(grant("ana", 1000), deps)
    return deps


def _set(upload: int, retry: int, administrator: str = "boss") -> SetPrices:
    return SetPrices(prices=Prices(upload=upload, retry=retry), administrator=administrator)


async def _price(deps: Deps, request: str) -> int:
    return int((await hold_credits(hold("ana", request), deps)).answer.model_dump()["price"])


async def test_the_settings_prices_are_in_force_until_others_are_set(deps: Deps) -> None:
    assert (await read_prices(ReadPrices(), deps)).answer == Prices(upload=15, retry=5, extract=0)
    assert await _price(deps, "r1") == 15


async def test_new_prices_are_for_holds_placed_afterwards_and_an_open_hold_keeps_its_own(deps: Deps) -> None:
    assert await _price(deps, "before") == 15
    assert (await set_prices(_set(20, 7), deps)).answer == Prices(upload=20, retry=7)
    assert await _price(deps, "after") == 20
    assert await _price(deps, "before") == 15
    assert (await hold_credits(hold("ana", "again", "retry"), deps)).answer.model_dump()["price"] == 7
    await deliver(reconciled("ana", "before"), deps)
    await deliver(reconciled("ana", "after"), deps)
    assert (await deps.store.account("ana")).balance == 1000 - 15 - 20
    await set_prices(_set(30, 7), deps)
    assert await _price(deps, "last") == 30


async def test_prices_survive_a_restart(deps: Deps, database: Database) -> None:
    await set_prices(_set(20, 7), deps)
    restarted = ledger(database, Clock())
    assert await _price(restarted, "r1") == 20
    assert (await read_prices(ReadPrices(), restarted)).answer == Prices(upload=20, retry=7)


async def test_a_price_list_from_before_the_extract_api_takes_its_price_from_the_settings(
    deps: Deps, database: Database
) -> None:
    await database["prices"].insert_one({"_id": 1, "administrator": "boss", "upload": 20, "retry": 7})
    deps = replace(deps, terms=replace(deps.terms, prices={"upload": 15, "retry": 5, "extract": 2}))
    assert (await read_prices(ReadPrices(), deps)).answer == Prices(upload=20, retry=7, extract=2)
    assert (await hold_credits(hold("ana", "r1", "extract"), deps)).answer.model_dump()["price"] == 2
    await set_prices(SetPrices(prices=Prices(upload=20, retry=7, extract=3), administrator="boss"), deps)
    assert (await hold_credits(hold("ana", "r2", "extract"), deps)).answer.model_dump()["price"] == 3


async def test_another_process_that_knew_older_prices_learns_the_new_ones(deps: Deps, database: Database) -> None:
    other = ledger(database, Clock())
    assert await _price(other, "r1") == 15
    await set_prices(_set(20, 7), deps)
    numbers = iter(range(1000))

    async def learnt() -> bool:
        return await _price(other, f"later-{next(numbers)}") == 20

    await until(learnt, seconds=10)


def test_prices_are_never_believed_for_longer_than_a_second() -> None:
    assert price_list._KNOWN_SECONDS < 1


async def test_every_price_list_is_kept_with_who_set_it(deps: Deps, database: Database) -> None:
    await set_prices(_set(20, 7), deps)
    await set_prices(_set(20, 7, "another"), deps)
    await set_prices(_set(15, 5, "another"), deps)
    kept = [row async for row in database["prices"].find({}).sort("_id", 1)]
    assert kept == [
        {"_id": 1, "upload": 20, "retry": 7, "extract": 1, "administrator": pseudonym("boss"), "at": deps.now()},
        {"_id": 2, "upload": 15, "retry": 5, "extract": 1, "administrator": pseudonym("another"), "at": deps.now()},
    ]


async def test_prices_set_at_once_by_many_are_all_kept_and_one_is_in_force(deps: Deps, database: Database) -> None:
    processes = [ledger(database, Clock()) for _ in range(4)]
    await asyncio.gather(*(set_prices(_set(100 + n, n), processes[n % 4]) for n in range(8)))
    kept = [row async for row in database["prices"].find({}).sort("_id", 1)]
    assert sorted(row["upload"] for row in kept) == [100 + n for n in range(8)]
    assert (await read_prices(ReadPrices(), deps)).answer.model_dump()["upload"] == kept[-1]["upload"]


async def test_what_is_free_is_held_and_charged_for_nothing(deps: Deps) -> None:
    await set_prices(_set(0, 0), deps)
    assert await _price(deps, "r1") == 0
    (settled,) = await deliver(reconciled("ana", "r1"), deps)
    assert settled.model_dump()["amount"] == 0
    assert (await deps.store.account("ana")).balance == 1000
