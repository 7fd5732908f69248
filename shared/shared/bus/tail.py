"""Events as they pass, for who looks on: by a queue of one's own that takes nothing from anybody and ends with us."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence

from aio_pika import ExchangeType
from aio_pika.abc import AbstractIncomingMessage

from shared.bus.envelope import Delivery, decode
from shared.bus.topology import EXCHANGE
from shared.bus.visit import visit
from shared.errors import Rejected, Unavailable

MOST_WAITING = 10_000
"""Events that the broker keeps for a slow reader; the oldest are dropped beyond it."""
_IN_HAND = 100
"""Events that are with us and not yet read: the broker sends no more, so that what waits, waits there."""


@contextlib.asynccontextmanager
async def passing(
    url: str, types: Sequence[str] = (), most_waiting: int = MOST_WAITING
) -> AsyncIterator[AsyncIterator[Delivery]]:
    """Every event from now on, or those whose type begins with these words (`document`, `document.uploaded`).

    Raises:
        Unavailable: the broker cannot be reached, or went away.
    """
    async with visit(url) as connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=_IN_HAND)
        queue = await channel.declare_queue(
            "", exclusive=True, auto_delete=True, arguments={"x-max-length": most_waiting}
        )
        events = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
        for key in [f"{each}.#" for each in types] or ["#"]:
            await queue.bind(events, key)
        arrived: asyncio.Queue[AbstractIncomingMessage | None] = asyncio.Queue()
        for part in (connection, channel):
            part.close_callbacks.add(lambda *_: arrived.put_nowait(None))
        await queue.consume(arrived.put)
        yield _until_lost(arrived)


async def _until_lost(arrived: asyncio.Queue[AbstractIncomingMessage | None]) -> AsyncIterator[Delivery]:
    while (message := await arrived.get()) is not None:
        if (delivery := _read(message.body)) is not None:
            yield delivery
        await message.ack()  # now that it has been read another may come
    raise Unavailable("the connection to the broker was lost")


def _read(body: bytes) -> Delivery | None:
    try:
        return decode(body)
    except Rejected:  # no event of ours; its consumers park it
        return None
