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

_MOST_WAITING = 10_000
"""Events that the broker keeps for a slow reader; the oldest are dropped beyond it."""


@contextlib.asynccontextmanager
async def passing(url: str, types: Sequence[str] = ()) -> AsyncIterator[AsyncIterator[Delivery]]:
    """Every event from now on, or those whose type begins with these words (`document`, `document.uploaded`).

    Raises:
        Unavailable: the broker cannot be reached, or went away.
    """
    async with visit(url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(
            "", exclusive=True, auto_delete=True, arguments={"x-max-length": _MOST_WAITING}
        )
        events = await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)
        for key in [f"{each}.#" for each in types] or ["#"]:
            await queue.bind(events, key)
        arrived: asyncio.Queue[Delivery | None] = asyncio.Queue()

        async def receive(message: AbstractIncomingMessage) -> None:
            with contextlib.suppress(Rejected):  # no event of ours; its consumers park it
                arrived.put_nowait(decode(message.body))

        connection.close_callbacks.add(lambda *_: arrived.put_nowait(None))
        await queue.consume(receive, no_ack=True)
        yield _until_lost(arrived)


async def _until_lost(arrived: asyncio.Queue[Delivery | None]) -> AsyncIterator[Delivery]:
    while (delivery := await arrived.get()) is not None:
        yield delivery
    raise Unavailable("the connection to the broker was lost")
