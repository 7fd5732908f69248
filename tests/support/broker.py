"""Helpers for tests on a real broker: an empty one, and buses that are closed in the end."""

import contextlib
from collections.abc import AsyncIterator

import aio_pika

from shared.bus import Bus
from shared.bus.topology import PARKED_QUEUE, RETRY_LADDER, RetryStep, call_queue
from shared.contracts.topology import CALLS, EVENTS, FOLLOWERS, event_queue, follower_queue

QUICK_LADDER = (RetryStep("test-first", 30), RetryStep("test-second", 60))


async def empty_broker(url: str) -> None:
    """Delete every queue of ours, with what is in it."""
    names = [PARKED_QUEUE, *(step.exchange for step in (*RETRY_LADDER, *QUICK_LADDER))]
    names += [event_queue(service, row.event) for row in EVENTS for service in row.receivers]
    names += [follower_queue(service) for service in FOLLOWERS] + [call_queue(row.call.NAME) for row in CALLS]
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        for name in names:
            await channel.queue_delete(name)


class Buses:
    """Makes buses on one broker and closes those that a test left open."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._made: list[Bus] = []

    def make(self, service: str, origin: str | None = None) -> Bus:
        """A bus of `service` with a quick ladder; not started."""
        bus = Bus(self.url, service=service, origin=origin or f"{service}-1", ladder=QUICK_LADDER)
        self._made.append(bus)
        return bus

    async def start(self, *buses: Bus) -> None:
        """Start buses and wait until they consume."""
        for bus in buses:
            await bus.start()
            await bus.wait_until_connected(30)

    async def close(self) -> None:
        """Close all."""
        for bus in self._made:
            await bus.close(drain_seconds=5)


@contextlib.asynccontextmanager
async def buses_on(url: str) -> AsyncIterator[Buses]:
    """Buses on an emptied broker."""
    await empty_broker(url)
    made = Buses(url)
    try:
        yield made
    finally:
        await made.close()


async def queue_length(url: str, name: str) -> int:
    """Messages ready in a queue."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        queue = await channel.declare_queue(name, passive=True)
        return queue.declaration_result.message_count or 0
