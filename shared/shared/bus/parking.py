"""Parked messages: list them, put them back, drop them. The command `lumis parked` is made of these."""

from collections.abc import AsyncIterator, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import DeliveryError

from shared.bus.envelope import decode
from shared.bus.ladder import ATTEMPT, ERROR, PARKED_AT, QUEUE, attempts_of, copy_of
from shared.bus.topology import PARKED_QUEUE, declare
from shared.bus.visit import visit
from shared.errors import Rejected


@dataclass(frozen=True)
class ParkedMessage:
    """A parked message as an operator sees it; never its content."""

    id: str
    type: str
    request_id: str
    queue: str
    """Where it failed and where a replay puts it; empty where nobody knows."""
    error: str
    tries: int
    """How often it was handled before it was parked; of a crash loop, the ladder's tries alone."""
    parked_at: datetime | None
    source: str
    """The service that published it; empty where its envelope cannot be read."""
    published_at: datetime | None
    problem: str | None
    """Why this version cannot read it; None where it can."""
    size: int
    """Bytes."""


def _origin_queue(message: AbstractIncomingMessage) -> str:
    """The queue that a message came from: our header, or the broker's own record of a crash loop."""
    if isinstance(own := message.headers.get(QUEUE), str):
        return own
    return str(_death(message).get("queue", ""))


def _death(message: AbstractIncomingMessage) -> dict[str, object]:
    deaths = message.headers.get("x-death")
    return dict(deaths[0]) if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else {}


def _parked_at(message: AbstractIncomingMessage) -> datetime | None:
    if isinstance(own := message.headers.get(PARKED_AT), str):
        return datetime.fromisoformat(own)
    died = _death(message).get("time")
    return died if isinstance(died, datetime) else None


def _describe(message: AbstractIncomingMessage) -> ParkedMessage:
    source, published_at, problem = "", None, None
    try:
        delivery = decode(message.body)
        source, published_at = delivery.source, delivery.time
        delivery.require_event()
    except Rejected as error:
        problem = str(error)
    return ParkedMessage(
        id=message.message_id or "",
        type=message.type or "",
        request_id=message.correlation_id or "",
        queue=_origin_queue(message),
        error=str(message.headers.get(ERROR) or "delivered too often without an answer (a crash loop)"),
        tries=attempts_of(message) + 1,
        parked_at=_parked_at(message),
        source=source,
        published_at=published_at,
        problem=problem,
        size=len(message.body),
    )


async def _each(channel: AbstractChannel, most: int | None = None) -> AsyncIterator[AbstractIncomingMessage]:
    """Every message parked at the start, once; what is not acked returns when the channel closes."""
    queue = await channel.declare_queue(PARKED_QUEUE, passive=True)
    count = queue.declaration_result.message_count or 0
    for _ in range(count if most is None else min(count, most)):
        message = await queue.get(fail=False)
        if message is None:
            return
        yield message


async def list_parked(url: str, most: int | None = None) -> list[ParkedMessage]:
    """All parked messages, or the first so many of them; they stay parked.

    Raises:
        Unavailable: the broker cannot be reached, or refuses.
    """
    async with visit(url) as connection, connection.channel() as channel:
        await declare(channel)
        return [_describe(message) async for message in _each(channel, most)]


async def take_parked(
    url: str,
    ids: Collection[str] | None,
    *,
    replay: bool,
    seen: Callable[[ParkedMessage, bool], None] = lambda _message, _taken: None,
) -> list[ParkedMessage]:
    """Put parked messages back into their queues with a fresh count of attempts, or drop them.

    Args:
        url: the broker's URL.
        ids: message ids to take; None takes all.
        replay: True puts them back, False drops them.
        seen: told of each message as soon as it is dealt with, and whether it was taken.

    Returns:
        What was taken. A message whose queue is unknown, or is not there any more, stays parked.

    Raises:
        Unavailable: the broker cannot be reached, or went away; what `seen` was told of is done.
    """
    taken = []
    async with visit(url) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await declare(channel)
        async for message in _each(channel):
            parked = _describe(message)
            wanted = (ids is None or parked.id in ids) and (bool(parked.queue) or not replay)
            if wanted and replay:
                wanted = await _put_back(channel, message, parked.queue)
            if wanted:
                await message.ack()
                taken.append(parked)
            seen(parked, wanted)
    return taken


async def _put_back(channel: AbstractChannel, message: AbstractIncomingMessage, queue: str) -> bool:
    """Publish a message to its queue again, with confirm; False where that queue is not there any more."""
    try:
        await channel.default_exchange.publish(copy_of(message, {ATTEMPT: 0}), routing_key=queue)
    except DeliveryError:
        return False
    return True
