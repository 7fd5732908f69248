"""Calls: one question, one answer, over RabbitMQ's direct reply-to. Nothing is stored; a lost call times out."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar
from uuid import uuid4

import structlog
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage, AbstractQueue
from opentelemetry.trace import SpanKind
from pydantic import ValidationError
from pydantic_core import from_json, to_json

from shared.bus.consumer import Operation, Publish, Reply
from shared.bus.faults import BROKER_GONE
from shared.bus.topology import CALL_TTL_MS, call_queue
from shared.contracts.message import Call, Contract
from shared.errors import CallTimedOut, Refused, Unavailable
from shared.telemetry import CALL_SECONDS, HANDLER_SECONDS, IN_FLIGHT, inject_context, span

_log = structlog.get_logger()

_REPLY_TO = "amq.rabbitmq.reply-to"
AnswerT = TypeVar("AnswerT", bound=Contract)


class CallServer:
    """Answers the calls of one queue: runs the operation, publishes its events with confirm, replies, acks."""

    def __init__(self, operation: Operation, handle: Callable[[Any], Awaitable[Reply]], publish: Publish) -> None:
        self.operation = operation
        self.queue = call_queue(operation.call.NAME)
        self._handle = handle
        self._publish = publish

    async def receive(self, message: AbstractIncomingMessage, channel: AbstractChannel) -> None:
        """Answer one call. Whatever goes wrong, the caller is told rather than left to wait."""
        started = time.perf_counter()
        with (
            IN_FLIGHT.labels(queue=self.queue).track_inprogress(),
            structlog.contextvars.bound_contextvars(request_id=message.headers.get("x-lumis-request-id")),
            span(f"answer {self.operation.call.NAME}", parent=message.headers, kind=SpanKind.SERVER),
        ):
            outcome, body = await self._answer(message)
            HANDLER_SECONDS.labels(queue=self.queue, outcome=outcome).observe(time.perf_counter() - started)
        try:
            if message.reply_to:
                reply = Message(body, correlation_id=message.correlation_id, content_type="application/json")
                # Never mandatory: RabbitMQ 3.10 closes the channel for a direct reply whose caller has gone.
                await channel.default_exchange.publish(reply, routing_key=message.reply_to, mandatory=False)
            await message.ack()
        except BROKER_GONE as error:
            _log.warning("answer not delivered", queue=self.queue, error=type(error).__name__)

    async def _answer(self, message: AbstractIncomingMessage) -> tuple[str, bytes]:
        try:
            call = self.operation.call.model_validate_json(message.body)
            reply = await self._handle(call)
            if reply.events:
                await self._publish(reply.events, f"{self.operation.call.NAME}/{reply.events[0].request_id}")
        except Refused as refusal:
            refused = {"code": refusal.code, "message": refusal.message, "details": refusal.details}
            return "refused", to_json({"refused": refused})
        except ValidationError as error:
            _log.error("call does not fit its contract", queue=self.queue, error=str(error))
            return "failed", to_json({"failed": "the call does not fit its contract"})
        except Exception as error:
            _log.exception("operation failed", queue=self.queue)
            return "failed", to_json({"failed": type(error).__name__})
        return "done", b'{"answer":%s}' % reply.answer.model_dump_json().encode()


class CallClient:
    """Sends calls and waits for their answers on one channel."""

    def __init__(self, channel: AbstractChannel) -> None:
        self._channel = channel
        self._waiting: dict[str, asyncio.Future[bytes]] = {}

    async def start(self) -> None:
        """Listen for answers; must come before the first call, on the channel that sends them."""
        replies: AbstractQueue = await self._channel.get_queue(_REPLY_TO, ensure=False)
        await replies.consume(self._receive, no_ack=True)

    async def _receive(self, message: AbstractIncomingMessage) -> None:
        waiter = self._waiting.get(message.correlation_id or "")
        if waiter is not None and not waiter.done():
            waiter.set_result(message.body)

    async def ask(self, call: Call[AnswerT], timeout: float) -> bytes:
        """Send a call and return the raw answer.

        Raises:
            CallTimedOut: no answer within `timeout` seconds.
        """
        identity = uuid4().hex
        waiter: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[identity] = waiter
        message = Message(
            call.model_dump_json().encode(),
            headers={**inject_context(), "x-lumis-request-id": str(getattr(call, "request_id", ""))},
            content_type="application/json",
            correlation_id=identity,
            message_id=identity,
            reply_to=_REPLY_TO,
            delivery_mode=DeliveryMode.NOT_PERSISTENT,
        )
        try:
            async with asyncio.timeout(min(timeout, CALL_TTL_MS / 1000)):
                await self._channel.default_exchange.publish(message, routing_key=call_queue(call.NAME))
                return await waiter
        except TimeoutError:
            raise CallTimedOut(f"{call.NAME} had no answer within {timeout:g} s") from None
        finally:
            del self._waiting[identity]

    def cut_off(self) -> None:
        """The connection is gone: no answer can come any more."""
        for waiter in self._waiting.values():
            if not waiter.done():
                waiter.set_exception(Unavailable("the connection to the broker was lost"))


async def ask(client: CallClient, call: Call[AnswerT], timeout: float) -> AnswerT:
    """Send a call and return its answer.

    Raises:
        Refused: the service says no.
        CallTimedOut: no answer in time; it may still have been carried out.
        Unavailable: the service failed, or the connection was lost.
    """
    started, outcome = time.perf_counter(), "failed"
    try:
        with span(f"call {call.NAME}", kind=SpanKind.CLIENT):
            answer = from_json(await client.ask(call, timeout))
        if "refused" in answer:
            outcome = "refused"
            raise Refused(**answer["refused"])
        if "failed" in answer:
            raise Unavailable(f"{call.NAME} failed: {answer['failed']}")
        outcome = "answered"
        return call.ANSWER.model_validate(answer["answer"])  # type: ignore[return-value]
    except CallTimedOut:
        outcome = "timeout"
        raise
    except BROKER_GONE as error:
        raise Unavailable(f"{call.NAME} could not be sent ({type(error).__name__})") from error
    finally:
        CALL_SECONDS.labels(call=call.NAME, outcome=outcome).observe(time.perf_counter() - started)


__all__: Sequence[str] = ("CallClient", "CallServer", "ask")
