"""A webhook's receiver on loopback: keeps what came, byte for byte, and answers what the test says."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True)
class Received:
    """One message as it came."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    @property
    def event(self) -> str:
        return self.headers["lumis-event"]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """`statuses` are used up one by one; then 204. A gate that is closed keeps every answer back.

    `look` is done between a message and its answer, as a receiver does that asks for more at once.
    """

    url: str = ""
    statuses: deque[int] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    look: Callable[[Received], Awaitable[None]] | None = None

    async def take(self, request: web.Request) -> web.Response:
        headers = {name.lower(): value for name, value in request.headers.items()}
        received = Received(request.path_qs, headers, await request.read(), request.method)
        self.received.append(received)
        if self.look is not None:
            await self.look(received)
        await self.gate.wait()
        return web.Response(status=self.statuses.popleft() if self.statuses else 204, headers=self.headers)

    def of(self, event: str) -> list[Received]:
        return [message for message in self.received if message.event == event]


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver()
    receiver.gate.set()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.take)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook?key=abc"
        yield receiver
    finally:
        receiver.gate.set()
        await runner.cleanup()
