"""The retry ladder: a failing message waits 5 s, 1 min, 10 min, then is parked with its error."""

import asyncio
from datetime import UTC, datetime
from typing import Any

from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.bus.topology import PARKED_QUEUE, RETRY_LADDER, RetryStep
from shared.errors import LumisError
from shared.redaction import redact_text
from shared.telemetry import PARKED, RETRIED

ATTEMPT, QUEUE, ERROR = "x-lumis-attempt", "x-lumis-queue", "x-lumis-error"
PARKED_AT = "x-lumis-parked-at"
_OF_FAILURES = ("x-lumis-", "x-death", "x-first-death-", "x-last-death-")
_ERROR_LENGTH = 500
_PUBLISH_TIMEOUT = 10.0


def copy_of(message: AbstractIncomingMessage, headers: dict[str, Any]) -> Message:
    """The same message to be published again, persistent, with these headers in place of what earlier failures left.

    The broker's record of a crash loop stays behind, too: RabbitMQ 3.10 takes a message that says that it died in the
    queue where it must go for one that goes in a circle, and never lets it leave its step of the ladder.
    """
    kept = {name: value for name, value in message.headers.items() if not name.startswith(_OF_FAILURES)}
    return Message(
        message.body,
        headers={**kept, **headers},
        content_type=message.content_type,
        delivery_mode=DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        correlation_id=message.correlation_id,
        type=message.type,
        app_id=message.app_id,
    )


class Ladder:
    """Publishes failed messages to their next step, with confirm, on a channel that raises for unroutable ones."""

    def __init__(self, channel: AbstractChannel, steps: tuple[RetryStep, ...] = RETRY_LADDER) -> None:
        self._channel = channel
        self._steps = steps

    async def retry(self, message: AbstractIncomingMessage, queue: str, error: Exception) -> str:
        """Put a message on the next step, or park it after the last; returns `retried` or `parked`."""
        attempt = attempts_of(message)
        if attempt >= len(self._steps):
            await self.park(message, queue, error)
            return "parked"
        step = self._steps[attempt]
        again = copy_of(message, {ATTEMPT: attempt + 1, ERROR: describe(error)})
        exchange = await self._channel.get_exchange(step.exchange, ensure=False)
        async with asyncio.timeout(_PUBLISH_TIMEOUT):
            await exchange.publish(again, routing_key=queue)
        RETRIED.labels(queue=queue, step=step.name).inc()
        return "retried"

    async def park(self, message: AbstractIncomingMessage, queue: str, error: Exception) -> None:
        """Park a message with its error and the queue that it came from."""
        said = {QUEUE: queue, ERROR: describe(error), PARKED_AT: datetime.now(UTC).isoformat()}
        parked = copy_of(message, {ATTEMPT: attempts_of(message), **said})
        async with asyncio.timeout(_PUBLISH_TIMEOUT):
            await self._channel.default_exchange.publish(parked, routing_key=PARKED_QUEUE)
        PARKED.labels(queue=queue).inc()


def attempts_of(message: AbstractIncomingMessage) -> int:
    """How many steps of the ladder a message has taken."""
    attempt = message.headers.get(ATTEMPT, 0)
    return attempt if isinstance(attempt, int) else 0


def describe(error: Exception) -> str:
    """An error as it may be stored beside a message: its type, and the text of our own errors, which hold no data."""
    said = f": {redact_text(str(error))}" if isinstance(error, LumisError) else ""
    return f"{type(error).__name__}{said}"[:_ERROR_LENGTH]
