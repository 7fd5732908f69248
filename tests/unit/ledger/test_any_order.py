"""Any messages in any order, repeated at will, against a model that a person can read."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from ledger.store import INDEXES
from ledger.sweep import Sweep
from shared import mongo
from shared.contracts.credits import Operation
from shared.contracts.message import Event
from shared.errors import Refused
from tests.support.ledger import (
    HOLD_TIME,
    Clock,
    Message,
    RecordingBus,
    abandoned,
    adjust,
    deliver,
    grant,
    hold,
    ledger,
    reconciled,
    release,
    unreadable,
    violated,
)

USERS = ("ana", "eva")
REQUESTS = {"overtaken": "ana", "r1": "ana", "r2": "ana", "r3": "ana", "r4": "ana", "r5": "eva", "r6": "eva"}
PRICES: dict[Operation, int] = {"upload": 15, "retry": 5, "extract": 0}

"""What ends `overtaken` may come before its hold; the others are held first, so that most runs get somewhere."""
requests = st.sampled_from(sorted(REQUESTS))
T = TypeVar("T")


@dataclass
class Request:
    """What the model knows of a request: its state, its price, and every event that it may cause, once said."""

    state: Literal["unknown", "held", "charged", "refunded", "released"] = "unknown"
    price: int = 0
    age: timedelta = timedelta()
    said: dict[str, list[Event]] = field(default_factory=dict)


class Ledger(RuleBasedStateMachine):
    """The real ledger beside the model."""

    def __init__(self, runner: asyncio.Runner, database: mongo.Database) -> None:
        super().__init__()
        self.runner = runner
        self.database = database
        self.clock = Clock()
        self.deps = ledger(self.database, self.clock)
        self.sweep = Sweep(self.deps)
        self.balances = dict.fromkeys(USERS, 0)
        self.requests = {name: Request() for name in REQUESTS}
        self.given: dict[str, tuple[str, int, list[Event]]] = {}
        """What each grant or adjustment was, and said."""

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    def deliver(self, message: Message) -> list[Event]:
        return self.run(deliver(message, self.deps))

    def held(self, user: str) -> int:
        return sum(
            each.price for name, each in self.requests.items() if REQUESTS[name] == user and each.state == "held"
        )

    def say(self, name: str, cause: str, events: list[Event], *, expected: int) -> None:
        """The first events of a cause have the expected number; a repeat of it says the very same."""
        said = self.requests[name].said
        if cause in said:
            assert events == said[cause]
        else:
            assert len(events) == expected
            if expected:  # a cause that did nothing may do something later: only a result is final
                said[cause] = events

    def place_first(self, name: str) -> None:
        if self.requests[name].state == "unknown" and name != "overtaken":
            self.hold(name, "retry")

    @initialize()
    def begin(self) -> None:
        for name in ("accounts", "entries"):
            self.run(self.database[name].delete_many({}))
        for user in USERS:
            self.grant(user, 1, 40)

    @rule(user=st.sampled_from(USERS), number=st.integers(1, 4), amount=st.integers(1, 40))
    def grant(self, user: str, number: int, amount: int) -> None:
        self.give("grant", user, number, amount)

    @rule(user=st.sampled_from(USERS), number=st.integers(1, 4), amount=st.integers(-40, 40).filter(bool))
    def adjust(self, user: str, number: int, amount: int) -> None:
        self.give("adjust", user, number, amount)

    @precondition(lambda self: bool(self.given))
    @rule(data=st.data())
    def give_again(self, data: st.DataObject) -> None:
        request = data.draw(st.sampled_from(sorted(self.given)))
        _, user, number = request.split("-")
        kind, amount, _ = self.given[request]
        self.give(kind, user, int(number), amount)

    def give(self, kind: str, user: str, number: int, amount: int) -> None:
        request = f"given-{user}-{number}"
        message = grant(user, amount, request) if kind == "grant" else adjust(user, amount, request, "welcome")
        done = self.given.get(request)
        poor = self.balances[user] - self.held(user) + amount < 0
        try:
            events = self.deliver(message)
        except Refused as refusal:
            reused = done is not None and done[:2] != (kind, amount)
            assert refusal.code == ("REQUEST_REUSED" if reused else "INSUFFICIENT_LUMIS")  # noqa: PT017
            assert reused or poor
            return
        if done is not None:
            assert (kind, amount, events) == done
            return
        assert not poor
        self.balances[user] += amount
        self.given[request] = (kind, amount, events)
        assert events[0].model_dump()["balance"] == self.balances[user]

    @rule(name=requests, operation=st.sampled_from(sorted(PRICES)))
    def hold(self, name: str, operation: Operation) -> None:
        request, user = self.requests[name], REQUESTS[name]
        message = hold(user, name, operation)
        if request.state == "held":
            assert self.deliver(message) == request.said["hold"]
            return
        closed = request.state != "unknown"
        poor = self.balances[user] - self.held(user) < PRICES[operation]
        try:
            events = self.deliver(message)
        except Refused as refusal:
            assert refusal.code == ("HOLD_CLOSED" if closed else "INSUFFICIENT_LUMIS")  # noqa: PT017
            assert closed or poor
            return
        assert not closed
        assert not poor
        request.state, request.price = "held", PRICES[operation]
        request.age = timedelta()
        request.said["hold"] = events
        assert events[0].model_dump()["available"] == self.balances[user] - self.held(user)

    @rule(name=requests)
    def reconcile(self, name: str) -> None:
        self.place_first(name)
        request, user = self.requests[name], REQUESTS[name]
        events = self.deliver(reconciled(user, name))
        if request.state == "held":
            request.state = "charged"
            self.balances[user] -= request.price
            assert events[0].model_dump()["balance"] == self.balances[user]
            self.say(name, "reconciled", events, expected=1)
        else:
            self.say(name, "reconciled", events, expected=0)

    @rule(name=requests, cause=st.sampled_from(["unreadable", "refused"]))
    def give_back(self, name: str, cause: str) -> None:
        self.place_first(name)
        request, user = self.requests[name], REQUESTS[name]
        events = self.deliver(unreadable(user, name) if cause == "unreadable" else release(user, name))
        self.say(name, cause, events, expected=int(request.state == "held"))
        if request.state in {"held", "unknown"}:
            request.state = "released"

    @rule(name=requests)
    def abandon(self, name: str) -> None:
        self.place_first(name)
        request, user = self.requests[name], REQUESTS[name]
        events = self.deliver(abandoned(user, name))
        self.say(name, "abandoned", events, expected=int(request.state in {"held", "charged"}))
        if request.state == "charged":
            self.balances[user] += request.price
            request.state = "refunded"
            assert events[0].model_dump() | {"refund": True, "balance": self.balances[user]} == events[0].model_dump()
        elif request.state in {"held", "unknown"}:
            request.state = "released"

    @precondition(lambda self: any(request.state == "held" for request in self.requests.values()))
    @rule(by=st.sampled_from([HOLD_TIME / 2, HOLD_TIME]))
    def wait(self, by: timedelta) -> None:
        self.clock.advance(by)
        assert isinstance(self.deps.bus, RecordingBus)
        self.deps.bus.published.clear()
        self.run(self.sweep.turn())
        expired = set()
        for name, request in self.requests.items():
            request.age += by
            if request.state == "held" and request.age >= HOLD_TIME:
                request.state = "released"
                expired.add(name)
        assert {event.request_id for _, event in self.deps.bus.published} == expired

    @invariant()
    def the_books_agree(self) -> None:
        assert self.run(violated(self.database, self.clock.time)) == []
        for user in USERS:
            account = self.run(self.deps.store.account(user))
            assert (account.balance, account.held) == (self.balances[user], self.held(user))


async def test_any_messages_in_any_order_keep_the_books(mongodb_url: str) -> None:
    # In a thread, because the other tests' client loses its connections while their loop stands still.
    await asyncio.to_thread(_keep_the_books, mongodb_url)


def _keep_the_books(mongodb_url: str) -> None:
    async def connect() -> mongo.Client:
        client = mongo.connect(mongodb_url, app="tests")
        await mongo.ensure_indexes(mongo.database(client, "test_ledger_any_order"), INDEXES)
        return client

    with asyncio.Runner() as runner:
        client = runner.run(connect())
        database = mongo.database(client, "test_ledger_any_order")

        class Connected(Ledger):
            def __init__(self) -> None:
                super().__init__(runner, database)

        try:
            run_state_machine_as_test(
                Connected,
                settings=settings(
                    max_examples=40, stateful_step_count=30, deadline=None, suppress_health_check=[HealthCheck.too_slow]
                ),
            )
        finally:
            runner.run(client.drop_database("test_ledger_any_order"))
            runner.run(client.close())
