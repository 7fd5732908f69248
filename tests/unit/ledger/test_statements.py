"""A month's statement agrees with the entries, whatever the pages and whatever happens meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.deps import Deps
from ledger.history import read_statement
from ledger.store import INDEXES
from shared.contracts.credits import Movement, ReadStatement, Statement
from shared.errors import Refused
from shared.mongo import Database, ensure_indexes
from tests.support.ledger import (
    Clock,
    abandoned,
    adjust,
    deliver,
    grant,
    hold,
    ledger,
    reconciled,
    unreadable,
    violated,
)

JANUARY, FEBRUARY, MARCH, APRIL = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2, 3, 4))
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def deps(database: Database, clock: Clock) -> Deps:
    await ensure_indexes(database, INDEXES)
    return ledger(database, clock)


async def _page(deps: Deps, month: datetime, **fields: object) -> Statement:
    call = ReadStatement.model_validate({"user_id": "ana", "year": month.year, "month": month.month, **fields})
    answer = (await read_statement(call, deps)).answer
    assert isinstance(answer, Statement)
    return answer


async def _pages(deps: Deps, month: datetime, limit: int) -> list[Statement]:
    pages = [await _page(deps, month, limit=limit)]
    while cursor := pages[-1].next_cursor:
        pages.append(await _page(deps, month, limit=limit, cursor=cursor))
    return pages


def _sound(pages: list[Statement]) -> list[Movement]:
    """Every page says the same balances, and the movements lead from one to the other."""
    (balances,) = {(page.opening_balance, page.closing_balance) for page in pages}
    movements = [movement for page in pages for movement in page.movements]
    balance = balances[0]
    for movement in movements:
        balance += movement.amount
        assert movement.balance_after == balance
    assert balance == balances[1]
    return movements


async def test_a_month_has_its_own_movements_between_its_balances(deps: Deps, clock: Clock) -> None:
    clock.time = FEBRUARY - MILLISECOND
    await deliver(grant("ana", 100), deps)
    clock.time = FEBRUARY
    await deliver(hold("ana", "r1"), deps)
    await deliver(reconciled("ana", "r1"), deps)
    await deliver(hold("ana", "r2"), deps)
    await deliver(unreadable("ana", "r2"), deps)
    clock.time = MARCH - MILLISECOND
    await deliver(adjust("ana", -10), deps)
    clock.time = MARCH
    await deliver(abandoned("ana", "r1"), deps)
    february = await _page(deps, FEBRUARY)
    assert [(each.kind, each.amount, each.balance_after) for each in february.movements] == [
        ("charge", -15, 85),
        ("adjust", -10, 75),
    ]
    assert (february.opening_balance, february.closing_balance) == (100, 75)
    assert (await _page(deps, JANUARY)).closing_balance == 100
    march = await _page(deps, MARCH)
    assert (march.opening_balance, march.closing_balance, march.movements[0].kind) == (75, 90, "refund")
    april = await _page(deps, APRIL)
    assert (april.opening_balance, april.closing_balance, april.movements) == (90, 90, ())


async def test_a_month_ends_with_its_year(deps: Deps, clock: Clock) -> None:
    clock.time = JANUARY - MILLISECOND
    await deliver(grant("ana", 100), deps)
    clock.time = JANUARY
    await deliver(grant("ana", 1, "grant-2"), deps)
    december = await _page(deps, JANUARY - MILLISECOND)
    assert (december.opening_balance, december.closing_balance, len(december.movements)) == (0, 100, 1)


async def test_a_user_who_was_never_seen_has_an_empty_statement(deps: Deps) -> None:
    assert await _page(deps, MARCH) == Statement(opening_balance=0, closing_balance=0, movements=())


async def test_what_happens_while_the_pages_are_turned_is_on_none_of_them(deps: Deps, clock: Clock) -> None:
    clock.time = MARCH
    for number in range(5):
        await deliver(grant("ana", 10, f"g{number}"), deps)
    first = await _page(deps, MARCH, limit=2)
    await deliver(grant("ana", 1000, "meanwhile"), deps)
    second = await _page(deps, MARCH, limit=2, cursor=first.next_cursor)
    third = await _page(deps, MARCH, limit=2, cursor=second.next_cursor)
    assert third.next_cursor is None
    assert len(_sound([first, second, third])) == 5
    assert (await _page(deps, MARCH)).closing_balance == 1050


async def test_an_entry_that_waits_in_the_account_is_on_the_statement(
    deps: Deps, clock: Clock, database: Database
) -> None:
    clock.time = MARCH
    await deliver(grant("ana", 100), deps)
    entry = await database["entries"].find_one_and_delete({})
    await database["accounts"].update_one({"_id": "ana"}, {"$push": {"unfiled": entry}})
    assert len(_sound([await _page(deps, MARCH)])) == 1


async def test_a_clock_that_goes_back_does_not_turn_a_month_into_two_pieces(
    deps: Deps, clock: Clock, database: Database
) -> None:
    clock.time = MARCH
    await deliver(grant("ana", 100), deps)
    behind = ledger(database, Clock())
    assert isinstance(behind.now, Clock)
    behind.now.time = MARCH - timedelta(seconds=3)
    await deliver(grant("ana", 7, "behind"), behind)
    assert (await _page(deps, FEBRUARY)).movements == ()
    assert [each.amount for each in _sound([await _page(deps, MARCH)])] == [100, 7]
    assert await violated(database, clock.time) == []


@pytest.mark.parametrize("cursor", ["", "x", "é", "MQ", "MS4yLi0z", "MS4yLjMuNA"])
async def test_a_cursor_that_is_none_is_refused(deps: Deps, cursor: str) -> None:
    with pytest.raises(Refused, match="INVALID_CURSOR"):
        await _page(deps, MARCH, cursor=cursor)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(st.tuples(st.sampled_from(["grant", "use", "free", "adjust"]), st.integers(0, 40)), max_size=12),
    limit=st.integers(1, 4),
)
async def test_any_history_in_pages_of_any_size_adds_up(
    database: Database, steps: list[tuple[str, int]], limit: int
) -> None:
    for name in ("accounts", "entries"):
        await database[name].delete_many({})
    clock = Clock()
    clock.time = JANUARY
    deps = ledger(database, clock)
    await deliver(grant("ana", 10_000), deps)
    for number, (step, days) in enumerate(steps):
        clock.advance(timedelta(days=days))
        request = f"step-{number}"
        if step == "grant":
            await deliver(grant("ana", 3, request), deps)
        elif step == "adjust":
            await deliver(adjust("ana", -2, request), deps)
        else:
            await deliver(hold("ana", request), deps)
            await deliver((reconciled if step == "use" else unreadable)("ana", request), deps)
    closing, seen, month = 0, 0, JANUARY
    while month <= clock.time:
        pages = await _pages(deps, month, limit)
        assert pages[0].opening_balance == closing
        movements = _sound(pages)
        assert all((each.at.year, each.at.month) == (month.year, month.month) for each in movements)
        assert all(len(page.movements) == limit for page in pages[:-1])
        closing, seen = pages[0].closing_balance, seen + len(movements)
        month = (month + timedelta(days=31)).replace(day=1)
    assert closing == (await deps.store.account("ana")).balance
    assert seen == 1 + sum(step != "free" for step, _ in steps)
