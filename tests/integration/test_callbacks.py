"""Callbacks on a real broker: a dead receiver's call climbs the ladder and is parked, and holds up nobody else's."""

from collections.abc import AsyncIterator

import pytest_asyncio

from gateway.deps import Deps
from gateway.handlers import call_back
from shared.bus import Subscription
from shared.bus.parking import list_parked, take_parked
from shared.bus.topology import PARKED_QUEUE
from shared.contracts.extract import CallbackScheduled
from shared.contracts.topology import event_queue
from shared.mongo import Database
from tests.support.broker import Buses, buses_on, queue_length
from tests.support.gateway import deps_on, fake_bus
from tests.support.receiver import Receiver, receiving
from tests.support.waiting import until


@pytest_asyncio.fixture
async def buses(rabbitmq_url: str) -> AsyncIterator[Buses]:
    async with buses_on(rabbitmq_url) as made:
        yield made


async def scheduled(deps: Deps, request_id: str, url: str, user: str = "user-1") -> list[CallbackScheduled]:
    await deps.callbacks.plan(request_id=request_id, user_id=user, url=url, document_id=f"doc-{request_id}")
    return await deps.callbacks.due(request_id, "gateway-1")


def paths(receiver: Receiver) -> list[str]:
    return [message.path.partition("?")[0] for message in receiver.received]


async def test_a_dead_receivers_calls_hold_up_nobody_and_end_parked(database: Database, buses: Buses) -> None:
    deps = deps_on(database, fake_bus())
    gateway = buses.make("gateway")
    gateway.add(Subscription(CallbackScheduled, call_back), deps)
    await buses.start(gateway)
    async with receiving() as slow, receiving() as alive:
        slow.gate.clear()
        alive.statuses.extend([500, 404])
        for number in range(20):
            await gateway.publish(*await scheduled(deps, f"slow-{number}", slow.url, f"user-{number % 5}"))
        await until(lambda: len(slow.received) == 16, 30)
        elsewhere = alive.url.replace("127.0.0.1", "localhost")
        await gateway.publish(*await scheduled(deps, "alive", elsewhere))
        await until(lambda: len(alive.received) == 3, 30)
        assert paths(alive) == ["/hook/doc-alive"] * 3
        slow.gate.set()
        await until(lambda: len(set(paths(slow))) == 20, 30)
    async with receiving() as dead:
        dead.statuses.extend([500] * 3)
        await gateway.publish(*await scheduled(deps, "dead", dead.url))

        async def is_parked() -> bool:
            return await queue_length(buses.url, PARKED_QUEUE) == 1

        await until(is_parked, 30)
        (parked,) = await list_parked(buses.url)
        assert parked.queue == event_queue("gateway", CallbackScheduled)
        assert "answered 500" in parked.error
        assert "hook" not in parked.error
        await take_parked(buses.url, None, replay=True)
        await until(lambda: len(dead.received) == 4, 30)
