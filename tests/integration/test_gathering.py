"""Deliveries that are handled together, on a real broker: their acks take nobody else's along."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aio_pika
import pytest_asyncio

from shared.bus import Subscription
from shared.bus.acks import Acks
from shared.contracts.documents import DocumentAbandoned
from shared.contracts.message import Event
from shared.contracts.topology import event_queue
from tests.support.broker import Buses, buses_on, queue_length
from tests.support.waiting import until

QUEUE = event_queue("ledger", DocumentAbandoned)


@pytest_asyncio.fixture
async def buses(rabbitmq_url: str) -> AsyncIterator[Buses]:
    async with buses_on(rabbitmq_url) as made:
        yield made


def abandoned(request_id: str) -> DocumentAbandoned:
    return DocumentAbandoned(request_id=request_id, origin="gateway-1", user_id="u1")


async def test_deliveries_that_are_gathered_are_let_go_together_and_leave_the_queue(buses: Buses) -> None:
    ledger, gateway = buses.make("ledger"), buses.make("gateway")
    handled: list[str] = []

    async def handle(event: Event, _deps: Any) -> list[Event]:
        handled.append(event.request_id)
        return []

    ledger.add(Subscription(DocumentAbandoned, handle, gather=3600), None)
    await buses.start(ledger, gateway)
    await gateway.publish(*(abandoned(f"r{number}") for number in range(20)))
    await until(lambda: len(ledger._tasks) == 20)
    assert handled == []
    ledger._consumers[0][0]._go_on()  # as the timer does
    await until(lambda: len(handled) == 20)
    await ledger.close()
    assert await queue_length(buses.url, QUEUE) == 0


async def test_what_is_still_open_comes_again_although_later_ones_were_acked(buses: Buses) -> None:
    ledger, gateway = buses.make("ledger"), buses.make("gateway")
    done: set[str] = set()

    async def handle(event: Event, _deps: Any) -> list[Event]:
        if event.request_id in {"r3", "r7"}:
            await asyncio.sleep(3600)
        done.add(event.request_id)
        return []

    ledger.add(Subscription(DocumentAbandoned, handle, gather=0.05), None)
    await buses.start(ledger, gateway)
    await gateway.publish(*(abandoned(f"r{number}") for number in range(10)))
    await until(lambda: len(done) == 8)
    await ledger.close(drain_seconds=0.1)
    again: set[str] = set()

    async def note(event: Event, _deps: Any) -> list[Event]:
        again.add(event.request_id)
        return []

    second = buses.make("ledger")
    second.add(Subscription(DocumentAbandoned, note), None)
    await buses.start(second)
    await until(lambda: len(again) == 2)
    await asyncio.sleep(0.2)
    assert again == {"r3", "r7"}


async def test_neighbours_are_acked_in_one_frame_and_never_what_is_open(rabbitmq_url: str) -> None:
    async with await aio_pika.connect(rabbitmq_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True)
        for number in range(5):
            await channel.default_exchange.publish(aio_pika.Message(b"%d" % number), queue.name)
        acks = Acks()
        messages = [await queue.get() for _ in range(5)]
        for message in messages:
            acks.opened(message)
        await asyncio.gather(*(acks.ack(messages[place]) for place in (4, 1, 0)))
        await channel.close()
        other = await connection.channel()
        left = await other.get_queue(queue.name, ensure=True)
        assert [(await left.get()).body for _ in range(2)] == [b"2", b"3"]
        assert await left.get(fail=False) is None
