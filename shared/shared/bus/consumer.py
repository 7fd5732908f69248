"""What a service does with messages: rows (subscription, operation, follower) and how one delivery is handled."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import structlog
from aio_pika.abc import AbstractIncomingMessage
from opentelemetry.trace import SpanKind

from shared.bus.acks import Acks
from shared.bus.envelope import Delivery, decode
from shared.bus.faults import BROKER_GONE
from shared.bus.ladder import ATTEMPT, Ladder
from shared.contracts.message import Call, Contract, Event
from shared.errors import Rejected
from shared.telemetry import HANDLER_SECONDS, IN_FLIGHT, WAIT_SECONDS, span

_log = structlog.get_logger()

EventHandler = Callable[[Any, Any], Awaitable[Sequence[Event]]]
Publish = Callable[[Sequence[Event], str], Awaitable[None]]


@dataclass(frozen=True)
class Subscription:
    """An event and the function `(event, deps) -> events` that acts on it."""

    event: type[Event]
    handler: EventHandler
    prefetch: int = 32
    gather: float = 0.0
    """Seconds for which a delivery waits for more, so that they share commands and acks: where no client waits."""


@dataclass(frozen=True)
class Reply:
    """The answer of an operation, and the events that are published before it is sent."""

    answer: Contract
    events: tuple[Event, ...] = ()


@dataclass(frozen=True)
class Operation:
    """A call and the function `(call, deps) -> Reply` that answers it; it may raise Refused."""

    call: type[Call[Any]]
    handler: Callable[[Any, Any], Awaitable[Reply]]
    prefetch: int = 64


@dataclass(frozen=True)
class Follower:
    """The function `(delivery, deps) -> events` that receives every event, on a durable queue."""

    handler: EventHandler
    prefetch: int = 128
    gather: float = 0.0
    """As a subscription's."""


@dataclass(frozen=True)
class OwnEvents:
    """The function `(delivery, deps)` that receives these events of requests which this process began; never again."""

    handler: Callable[[Delivery, Any], None]
    events: tuple[type[Event], ...]


class Consumer:
    """Handles the deliveries of one durable queue: change state, publish with confirm, then ack; never ack first."""

    def __init__(
        self,
        queue: str,
        handle: Callable[[Delivery], Awaitable[Sequence[Event]]],
        publish: Publish,
        *,
        gather: float = 0.0,
    ) -> None:
        self.queue = queue
        self._handle = handle
        self._publish = publish
        self._gather = gather
        self._gathered: asyncio.Event | None = None
        self._in_flight = IN_FLIGHT.labels(queue=queue)
        self._waited = WAIT_SECONDS.labels(queue=queue)
        self._seconds = cache(lambda outcome: HANDLER_SECONDS.labels(queue=queue, outcome=outcome))

    async def receive(self, message: AbstractIncomingMessage, ladder: Ladder, acks: Acks) -> None:
        """Handle one delivery to its end. Cancelled or cut off, it leaves the message to be delivered again."""
        arrived, started = time.time(), time.perf_counter()
        acks.opened(message)
        if self._gather:
            await self._until_gathered()
        # Each delivery runs in a task of its own, whose context ends with it.
        structlog.contextvars.bind_contextvars(request_id=message.correlation_id, message=message.type)
        attributes = {"messaging.destination.name": self.queue, "lumis.request_id": message.correlation_id or ""}
        self._in_flight.inc()
        with span(f"handle {message.type}", attributes, parent=message.headers, kind=SpanKind.CONSUMER):
            try:
                outcome = await self._settle(message, ladder, arrived)
                await acks.ack(message)
            except BROKER_GONE as error:
                # The broker is gone or refuses: the message was not acked, so it comes again.
                _log.warning("message left to the broker", queue=self.queue, error=type(error).__name__)
                await _give_back(message)
                acks.closed(message)  # not before: an ack of those after it would take it along
                outcome = "returned"
            finally:
                self._in_flight.dec()
            seconds = time.perf_counter() - started
            self._seconds(outcome).observe(seconds)
            _log.info("message handled", queue=self.queue, outcome=outcome, ms=round(seconds * 1000, 1))

    async def _settle(self, message: AbstractIncomingMessage, ladder: Ladder, arrived: float) -> str:
        try:
            delivery = decode(message.body)
            if not message.redelivered and ATTEMPT not in message.headers:
                self._waited.observe(max(0.0, arrived - delivery.time.timestamp()))
            outputs = await self._handle(delivery)
            if outputs:
                await self._publish(outputs, delivery.id)
        except Rejected as error:
            _log.error("message parked", queue=self.queue, error=str(error))
            await ladder.park(message, self.queue, error)
            outcome = "parked"
        except Exception as error:
            _log.exception("handler failed", queue=self.queue)
            outcome = await ladder.retry(message, self.queue, error)
        else:
            outcome = "done"
        return outcome

    async def _until_gathered(self) -> None:
        """Wait for the end of the time that the first of a group began."""
        if self._gathered is None:
            self._gathered = asyncio.Event()
            asyncio.get_running_loop().call_later(self._gather, self._go_on)
        await self._gathered.wait()

    def _go_on(self) -> None:
        if self._gathered is not None:
            self._gathered.set()
        self._gathered = None


async def _give_back(message: AbstractIncomingMessage) -> None:
    await asyncio.sleep(1)
    try:
        await message.nack(requeue=True)
    except BROKER_GONE:
        return
