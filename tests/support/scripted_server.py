"""A real HTTP server on loopback that answers each request with the next reply of a script."""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiohttp import web


@dataclass(frozen=True)
class Reply:
    """One answer. `wait` seconds pass before it; `slowly` sends it byte by byte, that many seconds apart.

    `cut` closes the connection in the middle of the body.
    """

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0.0
    slowly: float = 0.0
    cut: bool = False

    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass(frozen=True)
class Seen:
    """A request as it came."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: Any


class ScriptedServer:
    """`replies` are used up one by one; after them comes `otherwise`."""

    def __init__(self, otherwise: Reply, refuse: Callable[[Seen], Reply | None] | None = None) -> None:
        self.replies: deque[Reply] = deque()
        self.otherwise = otherwise
        self.seen: list[Seen] = []
        self._refuse = refuse
        self._runner: web.AppRunner | None = None
        self.url = ""

    def script(self, *replies: Reply) -> None:
        self.replies.extend(replies)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._runner is not None:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        content = await request.read()
        body = json.loads(content) if content and request.content_type == "application/json" else content
        headers = {name.lower(): value for name, value in request.headers.items()}
        seen = Seen(request.method, request.path, request.query_string, headers, body)
        self.seen.append(seen)
        refusal = self._refuse(seen) if self._refuse else None
        reply = refusal or (self.replies.popleft() if self.replies else self.otherwise)
        await asyncio.sleep(reply.wait)
        return await self._send(request, reply)

    async def _send(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        content = reply.content()
        headers = {"content-type": "application/json", **reply.headers}
        if not reply.slowly and not reply.cut:
            return web.Response(status=reply.status, body=content, headers=headers)
        response = web.StreamResponse(status=reply.status, headers={**headers, "content-length": str(len(content))})
        await response.prepare(request)
        if reply.cut:
            await response.write(content[: len(content) // 2])
            if request.transport is not None:
                request.transport.abort()
            return response
        for position in range(len(content)):
            await response.write(content[position : position + 1])
            await asyncio.sleep(reply.slowly)
        return response
