"""Old holds are given back, and not too early."""

from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from ledger.store import INDEXES
from ledger.sweep import Sweep, finish_operations, release_expired
from shared.mongo import Database, ensure_indexes
from tests.support.ledger import (
    HOLD_TIME,
    Clock,
    RecordingBus,
    abandoned,
    deliver,
    grant,
    hold,
    ledger,
    reconciled,
)

SECOND = timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def prepared(database: Database) -> Database:
    await ensure_indexes(database, INDEXES)
    return database


async def test_a_hold_older_than_its_time_is_given_back_and_said_so(prepared: Database, clock: Clock) -> None:
    deps = ledger(prepared, clock)
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "old"), deps)
    clock.advance(SECOND)
    await deliver(hold("ana", "young"), deps)
    clock.advance(HOLD_TIME - SECOND)
    assert await release_expired(deps) == 1
    assert isinstance(deps.bus, RecordingBus)
    ((cause, event),) = deps.bus.published
    assert cause == "old:release:expired"
    assert event.model_dump() == {
        "request_id": "old",
        "origin": "gateway-1",
        "user_id": "ana",
        "amount": 15,
        "balance": 100,
        "reason": "expired",
        "refund": False,
    }
    assert await deps.store.open_holds() == (1, 15)


async def test_a_reading_after_the_hold_expired_is_free(prepared: Database, clock: Clock) -> None:
    deps = ledger(prepared, clock)
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "r1"), deps)
    clock.advance(HOLD_TIME)
    await release_expired(deps)
    assert await deliver(reconciled("ana", "r1"), deps) == []
    assert await deliver(abandoned("ana", "r1"), deps) == []
    assert (await deps.store.account("ana")).available == 100


async def test_every_expired_hold_of_every_account_is_found(prepared: Database, clock: Clock) -> None:
    deps = ledger(prepared, clock)
    for user in ("ana", "eva", "ian"):
        await deliver(grant(user, 100, f"grant-{user}"), deps)
        for number in range(5):
            await deliver(hold(user, f"{user}-{number}"), deps)
    clock.advance(HOLD_TIME)
    assert await release_expired(deps) == 15
    assert await release_expired(deps) == 0
    assert await deps.store.open_holds() == (0, 0)


async def test_what_waits_in_the_queues_is_settled_before_old_holds_are_given_back(
    prepared: Database, clock: Clock
) -> None:
    before = ledger(prepared, clock)
    await deliver(grant("ana", 100), before)
    await deliver(hold("ana", "r1"), before)
    clock.advance(10 * HOLD_TIME)  # the ledger was down
    deps = ledger(prepared, clock)
    sweep = Sweep(deps)
    clock.advance(HOLD_TIME - SECOND)
    await sweep.turn()
    assert await deps.store.open_holds() == (1, 15)
    clock.advance(SECOND)
    await sweep.turn()
    assert await deps.store.open_holds() == (0, 0)


async def test_the_wait_begins_again_when_the_broker_was_away(prepared: Database, clock: Clock) -> None:
    deps = ledger(prepared, clock)
    assert isinstance(deps.bus, RecordingBus)
    sweep = Sweep(deps)
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "r1"), deps)
    clock.advance(2 * HOLD_TIME)
    deps.bus.connected = False
    await sweep.turn()
    deps.bus.connected = True
    await sweep.turn()
    assert await deps.store.open_holds() == (1, 15)
    clock.advance(HOLD_TIME)
    await sweep.turn()
    assert await deps.store.open_holds() == (0, 0)


async def test_an_operation_that_may_still_be_in_hand_is_left_alone(prepared: Database, clock: Clock) -> None:
    deps = ledger(prepared, clock)
    await deliver(grant("ana", 100), deps)
    entry = await prepared["entries"].find_one({})
    await prepared["accounts"].update_one({"_id": "ana"}, {"$push": {"unfiled": entry}})
    clock.advance(10 * SECOND)
    assert await finish_operations(deps) == 0
    clock.advance(60 * SECOND)
    assert await finish_operations(deps) == 1


async def test_one_entry_that_cannot_be_filed_does_not_stop_the_others(prepared: Database, clock: Clock) -> None:
    deps = ledger(prepared, clock)
    for user in ("ana", "eva"):
        await deliver(grant(user, 100, f"grant-{user}"), deps)
    filed = await prepared["entries"].find_one({"_id": "grant-eva:grant"})
    assert filed is not None
    await prepared["accounts"].update_one({"_id": "ana"}, {"$push": {"unfiled": {**filed, "user_id": "ana"}}})
    await prepared["accounts"].update_one({"_id": "eva"}, {"$push": {"unfiled": filed}})
    clock.advance(60 * SECOND)
    with capture_logs() as logs:
        assert await finish_operations(deps) == 1
    line = logs[0]
    assert (line["event"], line["failed"]) == ("sweep could not complete everything", 1)
    assert type(line["exc_info"]).__name__ == line["first"]
    assert len(await deps.store.unfinished(clock.time, 10)) == 1
