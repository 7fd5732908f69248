"""Who looks on at events: what a reader gets that is slower than they come, and what is no event."""

from collections.abc import AsyncIterator

import aio_pika
import pytest_asyncio

from shared.bus import Delivery
from shared.bus.tail import passing
from shared.bus.topology import EXCHANGE
from shared.contracts.documents import DocumentAbandoned
from tests.support.broker import Buses, buses_on

IN_HAND, MOST_WAITING, EVENTS = 100, 20, 300


@pytest_asyncio.fixture
async def buses(rabbitmq_url: str) -> AsyncIterator[Buses]:
    async with buses_on(rabbitmq_url) as made:
        yield made


def abandoned(number: int) -> DocumentAbandoned:
    return DocumentAbandoned(request_id=f"r{number}", origin="gateway-1", user_id="u1")


async def read(deliveries: AsyncIterator[Delivery], last: int) -> list[int]:
    """The numbers of the events up to the last."""
    numbers: list[int] = []
    async for delivery in deliveries:
        numbers.append(int(delivery.request_id[1:]))
        if numbers[-1] == last:
            break
    return numbers


async def test_a_reader_that_is_too_slow_loses_the_oldest_of_what_waits_at_the_broker(buses: Buses) -> None:
    bus = buses.make("gateway")
    await buses.start(bus)
    async with passing(buses.url, most_waiting=MOST_WAITING) as deliveries:
        for number in range(EVENTS):
            await bus.publish(abandoned(number))
        numbers = await read(deliveries, EVENTS - 1)
        assert numbers == [*range(IN_HAND), *range(EVENTS - MOST_WAITING, EVENTS)]
        await bus.publish(abandoned(EVENTS))
        assert await read(deliveries, EVENTS) == [EVENTS]


async def test_a_message_that_is_no_event_is_passed_over(buses: Buses) -> None:
    bus = buses.make("gateway")
    await buses.start(bus)
    async with passing(buses.url) as deliveries:
        async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
            events = await channel.get_exchange(EXCHANGE, ensure=False)
            await events.publish(aio_pika.Message(b"no event"), "document.abandoned.v1.x")
        await bus.publish(abandoned(1))
        assert await read(deliveries, 1) == [1]
