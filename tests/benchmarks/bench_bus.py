"""Messages per second over one confirmed hop: our bus, plain aio-pika and FastStream, turn by turn in one run.

`python -m tests.benchmarks.bench_bus [MESSAGES]`. One hop = publish with confirm to a durable quorum queue, consume,
parse the JSON into its model, ack. All three: one connection each way, 100 publishes at once, prefetch 100, uvloop, no
spans. Plain aio-pika sends the same envelope with the same properties; FastStream sends the bare model, as it does.
"""

import asyncio
import json
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika
import structlog
import uvloop
from faststream.rabbit import Channel, QueueType, RabbitBroker, RabbitQueue

from deploy.local.servers import RabbitMQ
from shared.bus import Bus, Subscription
from shared.contracts.documents import DocumentAbandoned
from shared.contracts.message import Event
from shared.contracts.topology import FOLLOWERS, follower_queue

AT_ONCE = 100
ROUNDS = 3
TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00"
Publish = Callable[[int], Awaitable[Any]]


class Arrivals:
    """Counts arrivals and tells when the last one came."""

    def __init__(self, expected: int) -> None:
        self.left = expected
        self.all_here = asyncio.Event()

    def one(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.all_here.set()


def event(number: int) -> DocumentAbandoned:
    return DocumentAbandoned(request_id=str(number), origin="bench", user_id="u1")


async def timed(publish: Publish, arrivals: Arrivals, messages: int) -> float:
    """Messages a second from the first publish to the last arrival."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with gate:
            await publish(number)

    started = time.perf_counter()
    await asyncio.gather(*(one(number) for number in range(messages)))
    await arrivals.all_here.wait()
    return messages / (time.perf_counter() - started)


async def ours(url: str, messages: int) -> float:
    arrivals = Arrivals(messages)

    async def handler(_event: Event, _deps: object) -> list[Event]:
        arrivals.one()
        return []

    receiver, sender = Bus(url, service="ledger", origin="bench-in"), Bus(url, service="gateway", origin="bench-out")
    receiver.add(Subscription(DocumentAbandoned, handler, prefetch=AT_ONCE), None)
    for bus in (receiver, sender):
        await bus.start()
        await bus.wait_until_connected(30)
    await without_followers(url)
    try:
        return await timed(lambda number: sender.publish(event(number)), arrivals, messages)
    finally:
        await sender.close()
        await receiver.close()


async def without_followers(url: str) -> None:
    """Leave one queue to the event, as the others have; the gateway's own would be a second hop."""
    async with await aio_pika.connect(url) as connection, connection.channel() as channel:
        for service in FOLLOWERS:
            await channel.queue_delete(follower_queue(service))


async def plain(url: str, messages: int) -> float:
    arrivals = Arrivals(messages)

    async def handler(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        DocumentAbandoned.model_validate(json.loads(message.body)["data"])
        arrivals.one()
        await message.ack()

    async with await aio_pika.connect(url) as receiving, await aio_pika.connect(url) as sending:
        channel = await receiving.channel()
        await channel.set_qos(prefetch_count=AT_ONCE)
        queue = await channel.declare_queue("bench.plain", durable=True, arguments={"x-queue-type": "quorum"})
        exchange = await channel.declare_exchange("bench.plain", aio_pika.ExchangeType.TOPIC, durable=True)
        await queue.bind(exchange, "document.abandoned.v1.*")
        await queue.consume(handler)
        out = await (await sending.channel(on_return_raises=True)).get_exchange("bench.plain")

        async def publish(number: int) -> None:
            abandoned, identity = event(number), str(uuid4())
            envelope = {
                "specversion": "1.0",
                "id": identity,
                "source": "gateway",
                "type": abandoned.NAME,
                "subject": abandoned.request_id,
                "time": datetime.now(UTC).isoformat(),
                "datacontenttype": "application/json",
                "requestid": abandoned.request_id,
                "data": abandoned.model_dump(mode="json"),
            }
            message = aio_pika.Message(
                json.dumps(envelope).encode(),
                headers={"traceparent": TRACEPARENT},
                content_type="application/cloudevents+json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                message_id=identity,
                correlation_id=abandoned.request_id,
                type=abandoned.NAME,
                app_id="gateway",
            )
            await out.publish(message, "document.abandoned.v1.bench")

        speed = await timed(publish, arrivals, messages)
        await queue.delete(if_unused=False, if_empty=False)
        return speed


async def faststream(url: str, messages: int) -> float:
    arrivals = Arrivals(messages)
    broker = RabbitBroker(url, default_channel=Channel(prefetch_count=AT_ONCE), logger=None)
    queue = RabbitQueue("bench.faststream", durable=True, queue_type=QueueType.QUORUM)

    @broker.subscriber(queue)
    async def handler(_event: DocumentAbandoned) -> None:
        arrivals.one()

    await broker.start()
    try:
        return await timed(lambda number: broker.publish(event(number), queue, persist=True), arrivals, messages)
    finally:
        await broker.stop()


async def measure(url: str, messages: int) -> dict[str, list[float]]:
    """Each contender's speeds, taken turn by turn so that the machine's moods strike all alike."""
    speeds: dict[str, list[float]] = {"plain aio-pika": [], "shared.bus": [], "FastStream": []}
    for _ in range(ROUNDS):
        speeds["plain aio-pika"].append(await plain(url, messages))
        speeds["shared.bus"].append(await ours(url, messages))
        speeds["FastStream"].append(await faststream(url, messages))
    return speeds


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    logging.disable(logging.WARNING)
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 3000
    with tempfile.TemporaryDirectory() as folder, RabbitMQ(Path(folder)) as broker:
        speeds = uvloop.run(measure(broker.url, messages))
    base = statistics.median(speeds["plain aio-pika"])
    for name, rounds in speeds.items():
        median = statistics.median(rounds)
        figures = " ".join(f"{speed:.0f}" for speed in rounds)
        print(f"bus hop, {name:15} {median:7.0f} messages/s   {median / base:4.2f} of plain   ({figures})")


if __name__ == "__main__":
    main()
