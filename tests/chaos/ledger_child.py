"""A ledger process that can be killed: delivers a fixed list of messages and sweeps, then ends.

Usage: python -m tests.chaos.ledger_child <MongoDB URL> <database>
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from ledger.deps import Deps, now
from ledger.holds import Terms
from ledger.store import INDEXES, Store
from ledger.sweep import finish_operations, release_expired
from shared import mongo
from shared.contracts.message import Event
from shared.errors import Refused
from tests.support.ledger import Message, abandoned, deliver, grant, hold, reconciled, unreadable

USERS = ("hot", "ana", "eva")
REQUESTS = 400
GRANTED = 100_000
AT_ONCE = 16

History = Callable[[str, str], tuple[Message, ...]]

HISTORIES: tuple[History, ...] = (
    lambda user, request: (hold(user, request), reconciled(user, request)),
    lambda user, request: (hold(user, request, "retry"), unreadable(user, request)),
    lambda user, request: (hold(user, request), reconciled(user, request), abandoned(user, request)),
    lambda user, request: (hold(user, request), abandoned(user, request), reconciled(user, request)),
)
"""The first kind of request costs its price, every other nothing."""
FORGOTTEN = 25
"""Requests whose hold nothing ends but the sweep."""


def user_of(number: int) -> str:
    """Half of all requests meet on one account."""
    return USERS[0] if number % 2 else USERS[1 + number % 3 % 2]


class SilentBus:
    """Stands for a broker that takes everything."""

    connected = True

    async def publish(self, *events: Event, cause: str | None = None) -> None:
        assert events
        assert cause
        await asyncio.sleep(0.001)


async def main(url: str, name: str) -> None:
    async with mongo.connect(url, app="ledger-child") as client:
        database = mongo.database(client, name)
        await mongo.ensure_indexes(database, INDEXES)
        lasting, expired = (_deps(database, hold_time) for hold_time in (timedelta(hours=1), timedelta(0)))
        for user in USERS:
            await deliver(grant(user, GRANTED, f"grant-{user}"), lasting)
        numbers = iter(range(REQUESTS))
        workers = [_work(numbers, lasting) for _ in range(AT_ONCE)]
        await asyncio.gather(*workers, _forget(expired))
        await release_expired(lasting)
        await finish_operations(replace(lasting, now=lambda: now() + timedelta(minutes=1)))
    sys.stdout.write("done\n")


def _deps(database: mongo.Database, hold_time: timedelta) -> Deps:
    terms = Terms(prices={"upload": 15, "retry": 5}, hold_time=hold_time, max_open=1000)
    return Deps(store=Store(database), bus=SilentBus(), terms=terms, sweep_seconds=1, now=now)


async def _work(numbers: Iterator[int], deps: Deps) -> None:
    for number in numbers:
        for message in HISTORIES[number % 4](user_of(number // 4), f"r{number}"):
            await _repeat(message, deps)


async def _forget(deps: Deps) -> None:
    for number in range(FORGOTTEN):
        await _repeat(hold(user_of(number), f"forgotten-{number}"), deps)
        await release_expired(deps)


async def _repeat(message: Message, deps: Deps) -> None:
    """Deliver; a hold that an earlier process brought to its end is refused, as it must be."""
    try:
        await deliver(message, deps)
    except Refused as refusal:
        if refusal.code != "HOLD_CLOSED":
            raise


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
