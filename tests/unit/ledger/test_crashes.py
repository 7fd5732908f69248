"""A crash at any write, before or after it took effect: delivered again, everything ends as if nothing had happened."""

import contextlib
from collections.abc import Sequence
from datetime import timedelta

import pytest

from ledger.deps import Deps
from ledger.store import INDEXES
from ledger.sweep import finish_operations, release_expired
from shared.contracts.message import Event
from shared.mongo import Database, ensure_indexes
from tests.support.ledger import (
    HOLD_TIME,
    Clock,
    Crashed,
    Fate,
    Message,
    RecordingBus,
    abandoned,
    adjust,
    books,
    deliver,
    grant,
    hold,
    ledger,
    reconciled,
    release,
    unreadable,
    violated,
)

Histories = dict[str, tuple[Message, ...]]

HISTORIES: Histories = {
    "settled": (grant("ana", 40), hold("ana", "r1"), reconciled("ana", "r1")),
    "unreadable": (grant("ana", 40), hold("ana", "r1"), unreadable("ana", "r1")),
    "refused": (grant("ana", 40), hold("ana", "r1"), release("ana", "r1")),
    "refunded": (grant("ana", 40), hold("ana", "r1"), reconciled("ana", "r1"), abandoned("ana", "r1")),
    "free": (grant("ana", 40), hold("ana", "r1"), abandoned("ana", "r1"), reconciled("ana", "r1")),
    "adjusted": (
        grant("ana", 40),
        hold("ana", "r1"),
        adjust("ana", -25),
        adjust("ana", 7, "up"),
        reconciled("ana", "r1"),
    ),
    "adjusted alone": (adjust("ana", 40),),
    "never held": (release("ana", "r1"), grant("ana", 40), reconciled("ana", "r1")),
}


@pytest.fixture
async def prepared(database: Database) -> Database:
    await ensure_indexes(database, INDEXES)
    return database


async def _empty(database: Database) -> None:
    for name in ("accounts", "entries"):
        await database[name].delete_many({})


async def _live(database: Database, history: Sequence[Message], fate: Fate) -> list[list[Event]]:
    """Deliver each message until it is done; a process that crashed is followed by a sound one."""
    clock, events = Clock(), []
    deps = ledger(database, clock, fate)
    for message in history:
        try:
            events.append(await deliver(message, deps))
        except Crashed:
            deps = ledger(database, clock)
            events.append(await deliver(message, deps))
    return events


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("name", HISTORIES)
async def test_a_redelivery_completes_what_any_crash_cut_off(prepared: Database, name: str, after_effect: bool) -> None:
    history, sound = HISTORIES[name], Fate()
    expected_events = await _live(prepared, history, sound)
    expected_books = await books(prepared)
    assert sound.writes >= len(history)
    for crash_at in range(1, sound.writes + 1):
        await _empty(prepared)
        fate = Fate(crash_at, after_effect)
        assert await _live(prepared, history, fate) == expected_events, crash_at
        assert fate.writes == crash_at
        assert await books(prepared) == expected_books, crash_at
        assert await violated(prepared, Clock().time) == []


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("name", HISTORIES)
async def test_the_sweep_completes_what_nobody_delivers_again(
    prepared: Database, name: str, after_effect: bool
) -> None:
    *before, last = HISTORIES[name]
    sound = Fate()
    await _live(prepared, before, Fate())
    nothing_happened = await books(prepared)
    await deliver(last, ledger(prepared, Clock(), sound))
    all_happened = await books(prepared)
    for crash_at in range(1, sound.writes + 1):
        await _empty(prepared)
        await _live(prepared, before, Fate())
        with pytest.raises(Crashed):
            await deliver(last, ledger(prepared, Clock(), Fate(crash_at, after_effect)))
        clock = Clock()
        clock.advance(timedelta(seconds=60))
        await finish_operations(ledger(prepared, clock))
        untouched = crash_at == 1 and not after_effect
        assert await books(prepared) == (nothing_happened if untouched else all_happened), crash_at


@pytest.mark.parametrize("after_effect", [False, True])
async def test_an_expiry_is_published_whatever_crashes(prepared: Database, after_effect: bool) -> None:
    for crash_at in range(1, 5):  # the account, the entry, the event, the account again
        await _empty(prepared)
        clock, fate = Clock(), Fate(crash_at, after_effect)
        await _live(prepared, [grant("ana", 40), hold("ana", "r1")], Fate())
        clock.advance(HOLD_TIME)
        crashing = ledger(prepared, clock, fate)
        with contextlib.suppress(Crashed):
            await release_expired(crashing)
        assert fate.writes == crash_at
        clock.advance(timedelta(seconds=60))
        sound = ledger(prepared, clock)
        await finish_operations(sound)
        await release_expired(sound)
        published = [each for deps in (crashing, sound) for each in _published(deps)]
        assert len(set(published)) == 1
        assert published[0][1].model_dump()["reason"] == "expired"
        assert await violated(prepared, clock.time) == []
        document = await prepared["accounts"].find_one({})
        assert document is not None
        assert (document["balance"], document["held"], document["open"], document["unfiled"]) == (40, 0, [], [])


def _published(deps: Deps) -> list[tuple[str | None, Event]]:
    assert isinstance(deps.bus, RecordingBus)
    return deps.bus.published
