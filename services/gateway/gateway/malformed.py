"""What is no valid HTTP never reaches a route; its sender gets JSON all the same, and it leaves no trace in the log."""

import logging
from collections.abc import Callable
from typing import Any

from aiohttp import web

_SILENT = logging.getLogger("gateway.malformed")
_SILENT.setLevel(logging.CRITICAL)
"""aiohttp would log malformed requests with their bytes and their sender; what reaches a route we log ourselves."""


class _Handler(web.RequestHandler):
    """One connection."""

    body: Callable[[], bytes] = staticmethod(lambda: b"")

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer with the family's envelope and close the connection."""
        answer = super().handle_error(request, status, exc, message)
        told = web.Response(status=answer.status, body=self.body(), content_type="application/json")
        told.force_close()
        return told


class _Server(web.Server):
    """Makes our handlers."""

    body: Callable[[], bytes]

    def __call__(self) -> web.RequestHandler:
        handler = _Handler(self, loop=self._loop, **self._kwargs)
        handler.body = self.body
        return handler


class JsonRunner(web.AppRunner):
    """Runs an application; `body` makes the answer to what is no HTTP."""

    def __init__(self, app: web.Application, body: Callable[[], bytes], **settings: Any) -> None:
        super().__init__(app, logger=_SILENT, **settings)
        self._body = body

    async def _make_server(self) -> web.Server:
        made = await super()._make_server()
        # The application makes its server itself and offers no other way to choose the class of its handlers.
        server = _Server.__new__(_Server)
        vars(server).update(vars(made))
        server.body = self._body
        return server
