"""Exchanges and queues, declared by every service when it connects, so that nothing is published to nobody."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel

from shared.contracts.topology import CALLS, EVENTS, FOLLOWERS, event_queue, follower_queue

EXCHANGE = "lumis.events"
PARKED_QUEUE = "lumis.parked"
CALL_TTL_MS = 30_000


@dataclass(frozen=True)
class RetryStep:
    """One step of the ladder: an exchange with one queue in which a message waits before it goes back."""

    name: str
    delay_ms: int

    @property
    def exchange(self) -> str:
        """Where a message is published to wait; its routing key is the queue that it goes back to."""
        return f"lumis.retry.{self.name}"


RETRY_LADDER = (RetryStep("5s", 5_000), RetryStep("1m", 60_000), RetryStep("10m", 600_000))

_QUORUM: dict[str, Any] = {"x-queue-type": "quorum"}
# Looking at parked messages delivers them. RabbitMQ 4 drops what was delivered 20 times, unless it is told otherwise.
_PARKING = {**_QUORUM, "x-delivery-limit": 1_000_000_000}
_SAFE_DEAD_LETTERING = {"x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
_WORK_QUEUE = {
    **_QUORUM,
    **_SAFE_DEAD_LETTERING,
    # Counts prefetched messages too, so it is far above the ladder's own count: it only ends a crash loop.
    "x-delivery-limit": 20,
    "x-dead-letter-exchange": "",
    "x-dead-letter-routing-key": PARKED_QUEUE,
}


def call_queue(name: str) -> str:
    """The queue of a call."""
    return f"call.{name}"


def _work_queues() -> Iterator[tuple[str, str]]:
    """Every durable queue of a service with the routing key that feeds it."""
    for row in EVENTS:
        for service in row.receivers:
            yield event_queue(service, row.event), f"{row.event.NAME}.*"
    for service in FOLLOWERS:
        yield follower_queue(service), "#"


async def declare(channel: AbstractChannel, ladder: tuple[RetryStep, ...] = RETRY_LADDER) -> None:
    """Declare everything that `shared.contracts.topology` lists; harmless when it is there."""
    events = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
    await channel.declare_queue(PARKED_QUEUE, durable=True, arguments=_PARKING)
    for step in ladder:
        exchange = await channel.declare_exchange(step.exchange, ExchangeType.FANOUT, durable=True)
        waiting = await channel.declare_queue(
            step.exchange,
            durable=True,
            # The default exchange takes the message back by its routing key, which is the name of its queue.
            arguments={
                **_QUORUM,
                **_SAFE_DEAD_LETTERING,
                "x-message-ttl": step.delay_ms,
                "x-dead-letter-exchange": "",
            },
        )
        await waiting.bind(exchange)

    async def work_queue(name: str, routing_key: str) -> None:
        queue = await channel.declare_queue(name, durable=True, arguments=_WORK_QUEUE)
        await queue.bind(events, routing_key)

    await asyncio.gather(*(work_queue(name, key) for name, key in _work_queues()))
    for row in CALLS:
        await channel.declare_queue(call_queue(row.call.NAME), durable=True, arguments={"x-message-ttl": CALL_TTL_MS})
