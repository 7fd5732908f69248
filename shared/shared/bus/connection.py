"""The Bus of one process: its connection, publishing with confirm, calls, and the loop that keeps consumers alive."""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any, TypeVar

import aio_pika
import structlog
from aio_pika import DeliveryMode, ExchangeType, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange, AbstractIncomingMessage, AbstractQueue
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram

from shared.bus.acks import Acks
from shared.bus.calls import CallClient, CallServer, ask
from shared.bus.consumer import Consumer, Follower, Operation, OwnEvents, Subscription
from shared.bus.envelope import CONTENT_TYPE, decode, encode, event_id
from shared.bus.faults import BROKER_GONE, place, told
from shared.bus.ladder import Ladder
from shared.bus.topology import EXCHANGE, PARKED_QUEUE, RETRY_LADDER, RetryStep, declare
from shared.contracts.message import Call, Contract, Event
from shared.contracts.topology import FOLLOWERS, FROM_SEVERAL, event_queue, follower_queue
from shared.errors import Rejected, Unavailable
from shared.telemetry import CONNECTED, PARKED_NOW, PUBLISH_SECONDS, RECONNECTED, inject_context, span

_log = structlog.get_logger()

AnswerT = TypeVar("AnswerT", bound=Contract)

_HEARTBEAT = 10
_PUBLISH_TIMEOUT = 10.0
_LONGEST_PAUSE = 5.0
_AFTER_LAST_ACK = 0.05
_PARKED_SECONDS = 15.0


@dataclass
class _Session:
    """What lives as long as one connection."""

    connection: AbstractConnection
    publisher: AbstractChannel
    events: AbstractExchange
    calls: CallClient
    lost: asyncio.Event = field(default_factory=asyncio.Event)
    consuming: list[tuple[AbstractQueue, str]] = field(default_factory=list)


class Bus:
    """One process's way to the broker.

    `origin` marks the events of requests which this process begins; `service` is their `source`.
    """

    def __init__(self, url: str, *, service: str, origin: str, ladder: tuple[RetryStep, ...] = RETRY_LADDER) -> None:
        self.service = service
        self.origin = origin
        self._url = url
        self._steps = ladder
        self._session: _Session | None = None
        self._up = asyncio.Event()
        self._stopping = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._loop: asyncio.Task[None] | None = None
        self._consumers: list[tuple[Consumer, int]] = []
        self._servers: list[CallServer] = []
        self._own_events: tuple[OwnEvents, Any] | None = None

    @property
    def connected(self) -> bool:
        """True while the connection is up and every consumer is consuming."""
        return self._up.is_set()

    def add(self, row: Subscription | Operation | Follower | OwnEvents, deps: Any) -> None:
        """Take a row into service; before `start`."""
        match row:
            case Subscription():
                queue = event_queue(self.service, row.event)
                consumer = Consumer(
                    queue,
                    lambda delivery: row.handler(delivery.require_event(), deps),
                    self._publish_outputs,
                    gather=row.gather,
                )
                self._consumers.append((consumer, row.prefetch))
            case Follower():
                consumer = Consumer(
                    follower_queue(self.service),
                    lambda delivery: row.handler(delivery, deps),
                    self._publish_outputs,
                    gather=row.gather,
                )
                self._consumers.append((consumer, row.prefetch))
            case Operation():
                handle = partial(_call_with, row.handler, deps)
                self._servers.append(CallServer(row, handle, self._publish_outputs))
            case OwnEvents():
                self._own_events = row, deps

    async def start(self) -> None:
        """Connect and consume, and keep doing so; returns at once when the broker is not there yet."""
        self._loop = asyncio.create_task(self._keep_connected(), name="bus")

    async def wait_until_connected(self, seconds: float) -> None:
        """Wait for the connection.

        Raises:
            Unavailable: it is not there after `seconds`.
        """
        try:
            async with asyncio.timeout(seconds):
                await self._up.wait()
        except TimeoutError:
            raise Unavailable(f"no connection to the broker within {seconds:g} s") from None

    async def publish(self, *events: Event, cause: str | None = None) -> None:
        """Publish events and wait until the broker has them safely.

        Their ids are derived from `cause` (by default the request's id), so that publishing again repeats them.

        Raises:
            Unavailable: the broker did not confirm in time, or nobody would receive the event.
        """
        if len(events) == 1:
            await self._publish_one(events[0], event_id(cause or events[0].request_id, events[0].NAME))
            return
        seen: dict[str, int] = {}
        sending = []
        for event in events:
            position = seen.get(event.NAME, 0)
            seen[event.NAME] = position + 1
            sending.append(self._publish_one(event, event_id(cause or event.request_id, event.NAME, position)))
        await asyncio.gather(*sending)

    async def _publish_outputs(self, events: Sequence[Event], cause: str) -> None:
        # Where several services answer one event with the same one, each one's id must be its own.
        alike = any(event.NAME in FROM_SEVERAL for event in events)
        await self.publish(*events, cause=f"{cause}/{self.service}" if alike else cause)

    async def _publish_one(self, event: Event, identity: str) -> None:
        started, outcome = time.perf_counter(), "failed"
        with span(f"publish {event.NAME}", {"lumis.request_id": event.request_id}, kind=SpanKind.PRODUCER):
            message = Message(
                encode(event, identity, self.service),
                headers={**inject_context()},
                content_type=CONTENT_TYPE,
                delivery_mode=DeliveryMode.PERSISTENT,
                message_id=identity,
                correlation_id=event.request_id,
                type=event.NAME,
                app_id=self.service,
            )
            try:
                session = await self._ready(_PUBLISH_TIMEOUT)
                await session.events.publish(message, f"{event.NAME}.{event.origin}", timeout=_PUBLISH_TIMEOUT)
                outcome = "confirmed"
            except BROKER_GONE as error:
                raise Unavailable(f"{event.NAME} was not confirmed ({type(error).__name__})") from error
            finally:
                _publish_seconds(event.NAME, outcome).observe(time.perf_counter() - started)

    async def call(self, call: Call[AnswerT], timeout: float = 5.0) -> AnswerT:
        """Ask another service something.

        Raises:
            Refused: the service says no.
            CallTimedOut: no answer within `timeout` seconds; it may still have been carried out.
            Unavailable: the service failed, or there is no connection.
        """
        session = await self._ready(timeout)
        return await ask(session.calls, call, timeout)

    async def _ready(self, seconds: float) -> _Session:
        """The live connection, waited for."""
        while self._session is None or not self._up.is_set():
            await self.wait_until_connected(seconds)
        return self._session

    async def close(self, drain_seconds: float = 25.0) -> None:
        """Stop consuming, finish what is in hand, then disconnect."""
        self._stopping.set()
        if self._session is not None:
            await self._stop_consuming(self._session)
        if self._tasks:
            _, unfinished = await asyncio.wait(self._tasks, timeout=drain_seconds)
            for task in unfinished:
                task.cancel()
        # Quorum queues deliver acked messages again when the connection closes right behind the last ack.
        await asyncio.sleep(_AFTER_LAST_ACK)
        if self._session is not None:
            self._session.lost.set()
        if self._loop is not None:
            await self._loop

    async def _keep_connected(self) -> None:
        """Connect → declare → consume → wait for the end → again: robust connections were seen without consumers."""
        failures, connections = 0, 0
        while not self._stopping.is_set():
            try:
                connection = await aio_pika.connect(
                    f"{self._url}{'&' if '?' in self._url else '?'}heartbeat={_HEARTBEAT}",
                    timeout=10,
                    client_properties={"connection_name": self.origin},
                )
                async with connection:
                    failures = 0
                    RECONNECTED.inc(1 if connections else 0)
                    connections += 1
                    await self._live(connection)
            except Exception as error:
                failures += 1
                foreseen = isinstance(error, BROKER_GONE)
                said = told(error) if foreseen else type(error).__name__
                _log.warning("no connection to the broker", broker=place(self._url), error=said, exc_info=not foreseen)
            if not self._stopping.is_set():
                await asyncio.sleep(min(_LONGEST_PAUSE, 0.1 * 2 ** min(failures, 10)) * random.uniform(0.5, 1))

    async def _live(self, connection: AbstractConnection) -> None:
        publisher = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await declare(publisher, self._steps)
        calls = CallClient(await connection.channel(publisher_confirms=False))
        events = await publisher.get_exchange(EXCHANGE, ensure=False)
        session = _Session(connection, publisher, events, calls)
        connection.close_callbacks.add(lambda *_: session.lost.set())
        publisher.close_callbacks.add(lambda *_: session.lost.set())
        self._session = session
        try:
            await calls.start()
            await self._consume_all(session)
            if self._stopping.is_set():  # closed while it was connecting: nobody else would end this session
                return
            self._up.set()
            CONNECTED.set(1)
            if self.service in FOLLOWERS:
                await self._watch_parked(session)
            await session.lost.wait()
        finally:
            self._up.clear()
            CONNECTED.set(0)
            calls.cut_off()
            self._session = None

    async def _watch_parked(self, session: _Session) -> None:
        """Keep the gauge of parked messages true until the connection ends: a crash loop parks at the broker itself."""
        channel = await session.connection.channel(publisher_confirms=False)
        while not session.lost.is_set():
            parked = await channel.declare_queue(PARKED_QUEUE, passive=True)
            PARKED_NOW.set(parked.declaration_result.message_count or 0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(session.lost.wait(), _PARKED_SECONDS)

    async def _consume_all(self, session: _Session) -> None:
        ladder = Ladder(session.publisher, self._steps)
        for consumer, prefetch in self._consumers:
            channel = await self._consumer_channel(session, prefetch)
            await self._consume(session, channel, consumer.queue, partial(consumer.receive, ladder=ladder, acks=Acks()))
        for server in self._servers:
            channel = await self._consumer_channel(session, server.operation.prefetch)
            await self._consume(session, channel, server.queue, partial(server.receive, channel=channel))
        if self._own_events is not None:
            await self._follow_own_events(session, *self._own_events)

    async def _consumer_channel(self, session: _Session, prefetch: int) -> AbstractChannel:
        channel = await session.connection.channel(publisher_confirms=False)
        await channel.set_qos(prefetch_count=prefetch)
        # A consumer that the broker cancels (its queue was deleted, its leader lost) is silent otherwise.
        underlay = await channel.get_underlay_channel()
        underlay.on_consumer_cancel_callbacks.add(lambda *_: session.lost.set())
        channel.close_callbacks.add(lambda *_: session.lost.set())
        return channel

    async def _consume(
        self,
        session: _Session,
        channel: AbstractChannel,
        name: str,
        receive: Callable[[AbstractIncomingMessage], Awaitable[None]],
    ) -> None:
        async def tracked(message: AbstractIncomingMessage) -> None:
            task = asyncio.current_task()
            if task is not None:
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            await receive(message)

        queue = await channel.get_queue(name, ensure=False)
        session.consuming.append((queue, await queue.consume(tracked)))

    async def _follow_own_events(self, session: _Session, row: OwnEvents, deps: Any) -> None:
        channel = await self._consumer_channel(session, prefetch=0)
        queue = await channel.declare_queue(f"{self.service}.origin.{self.origin}", exclusive=True, auto_delete=True)
        events = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
        for event in row.events:
            await queue.bind(events, f"{event.NAME}.{self.origin}")

        async def receive(message: AbstractIncomingMessage) -> None:
            try:
                delivery = decode(message.body)
            except Rejected as error:
                _log.warning("own event not understood", error=str(error))
                return
            row.handler(delivery, deps)

        await queue.consume(receive, no_ack=True)

    async def _stop_consuming(self, session: _Session) -> None:
        for queue, tag in session.consuming:
            try:
                await queue.cancel(tag)
            except BROKER_GONE:
                return


@cache
def _publish_seconds(name: str, outcome: str) -> Histogram:
    """Looked up once; the client library takes 5 microseconds a time."""
    return PUBLISH_SECONDS.labels(event=name, outcome=outcome)


async def _call_with(handler: Callable[[Any, Any], Awaitable[Any]], deps: Any, call: Any) -> Any:
    return await handler(call, deps)
