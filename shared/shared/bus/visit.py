"""A short connection to the broker, for commands that look at it or take something from it."""

import contextlib
from collections.abc import AsyncIterator

import aio_pika
from aio_pika.abc import AbstractConnection

from shared.bus.faults import BROKER_GONE, told
from shared.errors import Unavailable

_CONNECT_SECONDS = 5.0


@contextlib.asynccontextmanager
async def visit(url: str) -> AsyncIterator[AbstractConnection]:
    """A connection that ends with the block.

    Raises:
        Unavailable: the broker cannot be reached, refuses, or went away meanwhile; the message says which.
    """
    try:
        async with await aio_pika.connect(url, timeout=_CONNECT_SECONDS) as connection:
            yield connection
    except BROKER_GONE as error:
        raise Unavailable(told(error)) from error
