"""An administrator's corrections of accounts over a real database."""

import asyncio

import pytest
from pydantic import ValidationError

from ledger.deps import Deps
from ledger.handlers import adjust_credits, grant_credits
from ledger.history import list_movements
from ledger.store import INDEXES
from shared.contracts.credits import Balance, CreditsAdjusted, ListMovements, Movements
from shared.errors import Refused
from shared.mongo import Database, ensure_indexes
from shared.redaction import pseudonym
from tests.support.ledger import Clock, adjust, deliver, grant, hold, ledger, reconciled, violated


@pytest.fixture
async def deps(database: Database) -> Deps:
    await ensure_indexes(database, INDEXES)
    return ledger(database, Clock())


async def test_an_account_is_corrected_up_and_down(deps: Deps, database: Database) -> None:
    await deliver(grant("ana", 100), deps)
    reply = await adjust_credits(adjust("ana", -30), deps)
    assert reply.answer == Balance(user_id="ana", balance=70, held=0, available=70)
    expected = CreditsAdjusted(
        request_id="adjust-1", origin="gateway-1", user_id="ana", amount=-30, balance=70, reason="counted twice"
    )
    assert reply.events == (expected,)
    assert (await adjust_credits(adjust("ana", 5, "adjust-2"), deps)).answer.model_dump()["balance"] == 75
    assert await violated(database, deps.now()) == []


async def test_an_adjustment_has_its_legs_and_its_administrators_pseudonym(deps: Deps, database: Database) -> None:
    await deliver(adjust("ana", 40), deps)
    entry = await database["entries"].find_one({"_id": "adjust-1:adjust"})
    assert entry is not None
    assert entry["legs"] == [{"account": "user:ana", "amount": 40}, {"account": "adjustments", "amount": -40}]
    assert entry["administrator"] == pseudonym("boss")
    assert "boss" not in str(entry)


async def test_an_adjustment_counts_once_however_often_it_is_asked_for(deps: Deps) -> None:
    await deliver(grant("ana", 100), deps)
    first = await adjust_credits(adjust("ana", -30), deps)
    await deliver(grant("ana", 7, "grant-2"), deps)
    assert await adjust_credits(adjust("ana", -30), deps) == first
    assert (await deps.store.account("ana")).balance == 77


async def test_what_is_held_cannot_be_taken_away(deps: Deps) -> None:
    await deliver(grant("ana", 20), deps)
    await deliver(hold("ana", "r1"), deps)
    with pytest.raises(Refused) as refusal:
        await deliver(adjust("ana", -6), deps)
    assert (refusal.value.code, refusal.value.details) == ("INSUFFICIENT_LUMIS", {"available": 5})
    await deliver(adjust("ana", -5), deps)
    await deliver(reconciled("ana", "r1"), deps)
    assert (await deps.store.account("ana")).balance == 0


async def test_an_adjustment_that_was_done_is_answered_again_when_nothing_is_left(deps: Deps) -> None:
    await deliver(grant("ana", 20), deps)
    first = await deliver(adjust("ana", -20), deps)
    assert await deliver(adjust("ana", -20), deps) == first


async def test_a_request_stands_for_one_operation_only(deps: Deps) -> None:
    await deliver(grant("ana", 20, "once"), deps)
    for other in (adjust("ana", 20, "once", "welcome"), grant("ana", 21, "once")):
        with pytest.raises(Refused, match="REQUEST_REUSED"):
            await deliver(other, deps)
    await deliver(adjust("ana", 3, "twice"), deps)
    for again in (grant("ana", 3, "twice"), adjust("ana", 4, "twice"), adjust("ana", 3, "twice", "another reason")):
        with pytest.raises(Refused, match="REQUEST_REUSED"):
            await deliver(again, deps)
    assert (await deps.store.account("ana")).balance == 23


def test_an_adjustment_of_nothing_does_not_fit_its_contract() -> None:
    with pytest.raises(ValidationError):
        adjust("ana", 0)


async def test_parallel_adjustments_and_holds_never_overspend(deps: Deps, database: Database) -> None:
    await deliver(grant("ana", 300), deps)
    processes = [deps, ledger(database, Clock()), ledger(database, Clock())]
    works = [deliver(hold("ana", f"r{number}"), processes[number % 3]) for number in range(20)]
    works += [deliver(adjust("ana", -15, f"a{number}"), processes[number % 3]) for number in range(20)]
    results = await asyncio.gather(*works, return_exceptions=True)
    assert sum(isinstance(result, list) for result in results) == 20
    assert sum(isinstance(result, Refused) for result in results) == 20
    account = await deps.store.account("ana")
    assert account.available == 0
    assert await violated(database, deps.now()) == []


async def test_movements_name_who_gave_by_hand(deps: Deps) -> None:
    given = grant("ana", 100).model_copy(update={"administrator": "boss"})
    await grant_credits(given, deps)
    await deliver(grant("ana", 5, "welcome-gift"), deps)
    await deliver(adjust("ana", -30), deps)
    page = (await list_movements(ListMovements(user_id="ana"), deps)).answer
    assert isinstance(page, Movements)
    assert [(each.kind, each.amount, each.balance_after, each.administrator) for each in page.movements] == [
        ("adjust", -30, 75, pseudonym("boss")),
        ("grant", 5, 105, None),
        ("grant", 100, 100, pseudonym("boss")),
    ]
