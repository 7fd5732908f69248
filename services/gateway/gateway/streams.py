"""Answers that go out piece by piece: they end with their source, with the client, or with the server."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import structlog
from aiohttp import web

from gateway.http import Reply
from gateway.metrics import STREAMS

_log = structlog.get_logger()

_LOOK_SECONDS = 1.0
"""How often a quiet stream looks whether its client is still there."""


class Streams:
    """Every open stream of this server."""

    def __init__(self) -> None:
        self._ending = asyncio.Event()

    async def end(self, app: web.Application) -> None:
        """End all streams at once; clients come back by themselves, to another process."""
        del app
        self._ending.set()

    async def write(self, request: web.Request, reply: Reply, chunks: AsyncIterator[bytes]) -> web.StreamResponse:
        """Write what the source gives as soon as it gives it."""
        response = web.StreamResponse(
            status=reply.status, headers={**reply.headers, "Content-Type": reply.content_type}
        )
        with STREAMS.track_inprogress():
            pump = asyncio.create_task(self._pump(request, response, chunks))
            ending = asyncio.create_task(self._ending.wait())
            try:
                await self._until_done(request, pump, ending)
            finally:
                ending.cancel()
                pump.cancel()
                await asyncio.gather(pump, ending, return_exceptions=True)
                if isinstance(chunks, AsyncGenerator):
                    await chunks.aclose()  # at once, so that what it holds is free for the next
        response.force_close()
        return response

    async def _until_done(self, request: web.Request, *parts: asyncio.Task[Any]) -> None:
        while not any(part.done() for part in parts) and _is_there(request):
            await asyncio.wait(parts, timeout=_LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)

    async def _pump(self, request: web.Request, response: web.StreamResponse, chunks: AsyncIterator[bytes]) -> None:
        try:
            await response.prepare(request)
            async for chunk in chunks:
                await response.write(chunk)
            await response.write_eof()
        except OSError:
            pass  # the client left
        except Exception as error:  # noqa: BLE001 - the head is out already, so all that is left is to end it
            _log.warning("stream broke off", error=type(error).__qualname__)


def _is_there(request: web.Request) -> bool:
    return request.transport is not None and not request.transport.is_closing()
