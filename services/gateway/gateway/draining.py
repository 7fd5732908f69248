"""An orderly end of the HTTP server: clients are sent elsewhere, what is in hand ends, nothing is cut off."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Drain:
    """Counts the requests in hand, and once the end has begun tells every client to connect anew."""

    def __init__(self) -> None:
        self._begun = False
        self._in_hand = 0
        self._empty = asyncio.Event()
        self._empty.set()

    def attach(self, app: web.Application) -> Middleware:
        """Watch the answers of an application; the middleware that counts its requests."""
        app.on_response_prepare.append(self._tell)

        @web.middleware
        async def count(request: web.Request, handler: _Handler) -> web.StreamResponse:
            self._in_hand += 1
            self._empty.clear()
            try:
                return await handler(request)
            finally:
                self._in_hand -= 1
                if not self._in_hand:
                    self._empty.set()

        return count

    def begin(self) -> None:
        """From now on each answer closes its connection, so that the client's next request goes to another process."""
        self._begun = True

    async def until_empty(self, seconds: float) -> None:
        """Wait until no request is in hand, bodies that still come in included; at most so many seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._empty.wait()

    async def _tell(self, _request: web.Request, response: web.StreamResponse) -> None:
        if self._begun:
            response.headers["Connection"] = "close"
            response.force_close()
