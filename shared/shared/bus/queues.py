"""What stands in every queue of the table, and who consumes it; looks without taking or declaring anything."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from aio_pika.abc import AbstractConnection
from aio_pika.exceptions import ChannelNotFoundEntity

from shared.bus.topology import PARKED_QUEUE, RETRY_LADDER, call_queue
from shared.bus.visit import visit
from shared.contracts.topology import CALLS, EVENTS, FOLLOWERS, event_queue, follower_queue

Kind = Literal["events", "calls", "waiting", "parked"]


@dataclass(frozen=True)
class QueueState:
    """A queue as the broker sees it now."""

    name: str
    kind: Kind
    service: str
    """Who consumes it; empty for queues that nobody does."""
    exists: bool
    messages: int
    """Ready to be delivered; what is in a consumer's hand is not in it."""
    consumers: int

    @property
    def is_unattended(self) -> bool:
        """Whether a service should consume it and none does."""
        return bool(self.service) and self.consumers == 0


@dataclass(frozen=True)
class BrokerState:
    """The broker and its queues."""

    version: str
    queues: tuple[QueueState, ...]


async def look(url: str) -> BrokerState:
    """Look at every queue.

    Raises:
        Unavailable: the broker cannot be reached, or refuses.
    """
    async with visit(url) as connection:
        channel = await connection.channel()
        found = []
        for name, kind, service in _expected():
            try:
                result = (await channel.declare_queue(name, passive=True)).declaration_result
                counts = result.message_count or 0, result.consumer_count or 0
                found.append(QueueState(name, kind, service, True, *counts))  # noqa: FBT003 - a row of its fields
            except ChannelNotFoundEntity:  # the broker closes the channel with this answer
                found.append(QueueState(name, kind, service, exists=False, messages=0, consumers=0))
                channel = await connection.channel()
        return BrokerState(_version(connection), tuple(found))


def _expected() -> Iterator[tuple[str, Kind, str]]:
    for row in EVENTS:
        for service in row.receivers:
            yield event_queue(service, row.event), "events", service
    for service in FOLLOWERS:
        yield follower_queue(service), "events", service
    for call in CALLS:
        yield call_queue(call.call.NAME), "calls", call.server
    for step in RETRY_LADDER:
        yield step.exchange, "waiting", ""
    yield PARKED_QUEUE, "parked", ""


def _version(connection: AbstractConnection) -> str:
    transport: Any = connection.transport
    said = transport.connection.server_properties if transport is not None else {}
    return " ".join(_text(said.get(key, "")) for key in ("product", "version")).strip()


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)
