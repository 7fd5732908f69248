"""Holds, settlements, releases, refunds and grants over a real database."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from ledger.deps import Deps
from ledger.handlers import grant_credits, hold_credits, read_balance, release_hold
from ledger.history import list_movements
from ledger.holds import Terms
from ledger.store import INDEXES
from shared.contracts.credits import (
    Balance,
    CreditsReleased,
    CreditsSettled,
    HoldReleased,
    ListMovements,
    Movements,
    ReadBalance,
)
from shared.contracts.documents import Unreadable
from shared.contracts.message import Event
from shared.errors import Refused, Rejected
from shared.mongo import Database, ensure_indexes
from tests.support.ledger import (
    Clock,
    Message,
    abandoned,
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


@pytest.fixture
async def deps(database: Database) -> Deps:
    await ensure_indexes(database, INDEXES)
    return ledger(database, Clock())


async def _balance(deps: Deps, user: str) -> Balance:
    answer = (await read_balance(ReadBalance(user_id=user), deps)).answer
    assert isinstance(answer, Balance)
    return answer


async def test_a_user_who_was_never_seen_has_nothing(deps: Deps) -> None:
    assert await _balance(deps, "ana") == Balance(user_id="ana", balance=0, held=0, available=0)


async def test_a_grant_counts_once_however_often_it_is_asked_for(deps: Deps) -> None:
    first = await grant_credits(grant("ana", 100), deps)
    await grant_credits(grant("ana", 7, "grant-2"), deps)
    assert await grant_credits(grant("ana", 100), deps) == first
    assert (await _balance(deps, "ana")).balance == 107


async def test_a_hold_sets_the_operations_price_aside_once(deps: Deps) -> None:
    await deliver(grant("ana", 100), deps)
    first = await hold_credits(hold("ana", "r1"), deps)
    await hold_credits(hold("ana", "r2", "retry"), deps)
    assert first.answer.model_dump()["price"] == 15
    assert await hold_credits(hold("ana", "r1"), deps) == first
    assert await _balance(deps, "ana") == Balance(user_id="ana", balance=100, held=20, available=80)


async def test_a_hold_over_the_available_credits_is_refused_with_the_price(deps: Deps) -> None:
    await deliver(grant("ana", 29), deps)
    await deliver(hold("ana", "r1"), deps)
    with pytest.raises(Refused) as refusal:
        await deliver(hold("ana", "r2"), deps)
    assert refusal.value.code == "INSUFFICIENT_LUMIS"
    assert refusal.value.details == {"price": 15, "available": 14}


async def test_an_account_can_have_only_so_many_open_holds(deps: Deps) -> None:
    few = Deps(deps.store, deps.bus, Terms(deps.terms.prices, deps.terms.hold_time, max_open=2), 15, now=deps.now)
    await deliver(grant("ana", 1000), few)
    await deliver(hold("ana", "r1"), few)
    await deliver(hold("ana", "r2"), few)
    with pytest.raises(Refused, match="TOO_MANY_OPEN_HOLDS"):
        await deliver(hold("ana", "r3"), few)


async def test_a_reconciled_document_is_charged_once(deps: Deps) -> None:
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "r1"), deps)
    first = await deliver(reconciled("ana", "r1"), deps)
    await deliver(grant("ana", 50, "grant-2"), deps)
    assert [type(event) for event in first] == [CreditsSettled]
    assert await deliver(reconciled("ana", "r1"), deps) == first
    assert await _balance(deps, "ana") == Balance(user_id="ana", balance=135, held=0, available=135)


@pytest.mark.parametrize("reason", Unreadable)
async def test_a_document_that_could_not_be_read_costs_nothing_whatever_the_reason(
    deps: Deps, reason: Unreadable
) -> None:
    await deliver(grant("ana", 20), deps)
    await deliver(hold("ana", "r1"), deps)
    first = await deliver(unreadable("ana", "r1", reason), deps)
    assert [event.model_dump()["reason"] for event in first] == ["unreadable"]
    assert await deliver(unreadable("ana", "r1", reason), deps) == first
    assert await _balance(deps, "ana") == Balance(user_id="ana", balance=20, held=0, available=20)


async def test_a_reading_after_the_release_is_free(deps: Deps) -> None:
    await deliver(grant("ana", 20), deps)
    await deliver(hold("ana", "r1"), deps)
    await deliver(abandoned("ana", "r1"), deps)
    assert await deliver(reconciled("ana", "r1"), deps) == []
    assert (await _balance(deps, "ana")).available == 20


async def test_a_charge_is_refunded_when_the_client_was_told_that_it_failed(deps: Deps) -> None:
    await deliver(grant("ana", 20), deps)
    await deliver(hold("ana", "r1"), deps)
    settled = await deliver(reconciled("ana", "r1"), deps)
    refunded = await deliver(abandoned("ana", "r1"), deps)
    expected = CreditsReleased(
        request_id="r1", origin="gateway-1", user_id="ana", amount=15, balance=20, reason="abandoned", refund=True
    )
    assert refunded == [expected]
    assert await deliver(abandoned("ana", "r1"), deps) == refunded
    assert await deliver(reconciled("ana", "r1"), deps) == settled
    assert (await _balance(deps, "ana")).available == 20


async def test_what_was_given_back_is_answered_again_to_a_repeat(deps: Deps) -> None:
    await deliver(grant("ana", 20), deps)
    await deliver(hold("ana", "r1"), deps)
    first = await release_hold(release("ana", "r1"), deps)
    assert first.answer == HoldReleased(released=15)
    assert await release_hold(release("ana", "r1"), deps) == first


async def test_a_release_finds_nothing_where_the_hold_was_charged(deps: Deps) -> None:
    await deliver(grant("ana", 20), deps)
    await deliver(hold("ana", "r1"), deps)
    await deliver(reconciled("ana", "r1"), deps)
    reply = await release_hold(release("ana", "r1"), deps)
    assert (reply.answer, reply.events) == (HoldReleased(released=0), ())


@pytest.mark.parametrize("end", [reconciled, unreadable, abandoned, release])
async def test_a_request_that_has_ended_is_not_held_again(deps: Deps, end: Callable[[str, str], Message]) -> None:
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "r1"), deps)
    await deliver(end("ana", "r1"), deps)
    with pytest.raises(Refused, match="HOLD_CLOSED"):
        await deliver(hold("ana", "r1"), deps)


async def test_a_release_that_overtakes_its_hold_closes_the_request(deps: Deps) -> None:
    assert await deliver(release("ana", "r1"), deps) == []
    await deliver(grant("ana", 100), deps)
    with pytest.raises(Refused, match="HOLD_CLOSED"):
        await deliver(hold("ana", "r1"), deps)


async def test_a_request_of_another_user_is_rejected(deps: Deps) -> None:
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "r1"), deps)
    await deliver(reconciled("ana", "r1"), deps)
    with pytest.raises(Rejected):
        await deliver(abandoned("eva", "r1"), deps)


async def test_names_that_look_like_operators_are_only_names(deps: Deps, database: Database) -> None:
    await deliver(grant("$balance", 100, "$held"), deps)
    await deliver(hold("$balance", "$open"), deps)
    await deliver(reconciled("$balance", "$open"), deps)
    assert (await _balance(deps, "$balance")).balance == 85
    assert await violated(database, deps.now()) == []


async def test_fifty_parallel_holds_never_overspend(deps: Deps, database: Database) -> None:
    await deliver(grant("ana", 15 * 20 + 14), deps)
    processes = [deps, ledger(database, Clock()), ledger(database, Clock())]
    holds = [deliver(hold("ana", f"r{number}"), processes[number % 3]) for number in range(50)]
    results = await asyncio.gather(*holds, return_exceptions=True)
    assert sum(isinstance(result, list) for result in results) == 20
    assert sum(isinstance(result, Refused) for result in results) == 30
    assert await _balance(deps, "ana") == Balance(user_id="ana", balance=314, held=300, available=14)
    assert await violated(database, deps.now()) == []


async def test_the_same_hold_asked_for_in_parallel_is_one_hold(deps: Deps, database: Database) -> None:
    await deliver(grant("ana", 100), deps)
    processes = [deps, ledger(database, Clock())]
    results = await asyncio.gather(*(deliver(hold("ana", "r1"), processes[number % 2]) for number in range(20)))
    assert all(events == results[0] for events in results)
    assert (await _balance(deps, "ana")).held == 15


async def test_parallel_ends_of_one_hold_agree(deps: Deps, database: Database) -> None:
    await deliver(grant("ana", 100_000), deps)
    processes = [deps, ledger(database, Clock())]
    requests = [f"r{number}" for number in range(30)]
    for request in requests:
        await deliver(hold("ana", request), deps)
    deliveries = []
    for request in requests:
        ends: list[Message] = [reconciled("ana", request), abandoned("ana", request)]
        deliveries += [deliver(message, processes[number % 2]) for number, message in enumerate(2 * ends)]
    results: list[list[Event]] = await asyncio.gather(*deliveries)
    for number in range(len(requests)):
        settled, given_back, settled_again, given_back_again = results[4 * number : 4 * number + 4]
        assert given_back == given_back_again
        assert len(given_back) == 1
        assert given_back[0].model_dump()["refund"] is bool(settled or settled_again)
    assert await _balance(deps, "ana") == Balance(user_id="ana", balance=100_000, held=0, available=100_000)
    assert await violated(database, deps.now()) == []


async def test_movements_come_newest_first_page_by_page(deps: Deps) -> None:
    await deliver(grant("ana", 100), deps)
    await deliver(grant("eva", 100, "grant-2"), deps)
    for number in range(4):
        await deliver(hold("ana", f"r{number}"), deps)
        await deliver(unreadable("ana", "r2") if number == 2 else reconciled("ana", f"r{number}"), deps)
    await deliver(abandoned("ana", "r3"), deps)
    seen, cursor, pages = [], None, 0
    while pages == 0 or cursor:
        page = (await list_movements(ListMovements(user_id="ana", limit=2, cursor=cursor), deps)).answer
        assert isinstance(page, Movements)
        seen += [(movement.kind, movement.amount, movement.balance_after) for movement in page.movements]
        cursor, pages = page.next_cursor, pages + 1
        if pages == 1:
            await deliver(grant("ana", 1, "late"), deps)
    assert seen == [
        ("refund", 15, 70),
        ("charge", -15, 55),
        ("charge", -15, 70),
        ("charge", -15, 85),
        ("grant", 100, 100),
    ]
    assert pages == 3


async def test_an_invented_cursor_is_refused(deps: Deps) -> None:
    for cursor in ("x", "", "-1", "\u00e9", "MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkw"):
        with pytest.raises(Refused, match="INVALID_CURSOR"):
            await list_movements(ListMovements(user_id="ana", cursor=cursor), deps)


async def test_a_hold_knows_when_it_ends(deps: Deps, database: Database) -> None:
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "r1"), deps)
    document = await database["accounts"].find_one({"_id": "ana"})
    assert document is not None
    assert document["open"][0]["expires_at"] - document["open"][0]["placed_at"] == timedelta(seconds=600)


async def test_the_account_document_forgets_what_has_ended(deps: Deps, database: Database) -> None:
    await deliver(grant("ana", 1000), deps)
    for number in range(20):
        await deliver(hold("ana", f"r{number}"), deps)
        await deliver(reconciled("ana", f"r{number}"), deps)
    document = await database["accounts"].find_one({"_id": "ana"})
    assert document is not None
    assert (document["open"], document["unfiled"]) == ([], [])


@pytest.mark.parametrize("schema", ["india_legacy", "india_gst_v4"])
@pytest.mark.parametrize("user", ["ana", "open:0123"])
async def test_a_document_without_a_price_leaves_no_trace(
    deps: Deps, database: Database, user: str, schema: str
) -> None:
    await grant_credits(grant("ana", 100), deps)
    before = await books(database)
    ends = (reconciled(user, "r1"), unreadable(user, "r2", schema=schema), abandoned(user, "r3", schema))
    for end in (*ends, *ends):
        assert await deliver(end, deps) == []
    assert await books(database) == before


@pytest.mark.parametrize("schema", ["lumis", None])
async def test_an_abandonment_that_overtakes_its_hold_closes_the_request(deps: Deps, schema: str | None) -> None:
    await deliver(grant("ana", 100), deps)
    assert await deliver(abandoned("ana", "r1", schema), deps) == []
    with pytest.raises(Refused, match="HOLD_CLOSED"):
        await deliver(hold("ana", "r1"), deps)


@pytest.mark.parametrize("end", [unreadable, abandoned, release])
async def test_what_was_held_at_a_price_of_0_is_said_to_be_free_again(
    deps: Deps, end: Callable[[str, str], Message]
) -> None:
    await deliver(hold("ana", "r1", "extract"), deps)
    first = await deliver(end("ana", "r1"), deps)
    assert [(type(event), event.model_dump()["amount"]) for event in first] == [(CreditsReleased, 0)]
    assert await deliver(end("ana", "r1"), deps) == first


async def test_a_charge_of_0_is_refunded_with_0(deps: Deps) -> None:
    await deliver(hold("ana", "r1", "extract"), deps)
    await deliver(reconciled("ana", "r1"), deps)
    (refunded,) = await deliver(abandoned("ana", "r1"), deps)
    assert (refunded.model_dump()["amount"], refunded.model_dump()["refund"]) == (0, True)
