"""A load balancer as Kubernetes has it: it passes connections on, unread, to processes that say that they are ready."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from itertools import count

from deploy.local.ports import LOOPBACK
from deploy.local.stack import is_ready
from tests.support.replicas import Replica

_LOOK_SECONDS = 0.2
_PIECE = 65_536


class Front:
    """Passes each new connection on to the next process that was ready when last looked at; it never tries twice."""

    def __init__(self, behind: Sequence[Replica]) -> None:
        self._behind = behind
        self._ready: list[Replica] = []
        self._turn = count()
        self.port = 0
        self.refused = 0
        """Connections that nobody took: what a client sees as a failure."""

    @property
    def url(self) -> str:
        """Its address for clients."""
        return f"http://{LOOPBACK}:{self.port}"

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator["Front"]:
        """Listen on a free port and look at the processes until the block ends."""
        await self._look()
        looking = asyncio.create_task(self._keep_looking())
        server = await asyncio.start_server(self._pass_on, LOOPBACK, 0, backlog=512)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            looking.cancel()
            server.close()

    async def _keep_looking(self) -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            await self._look()

    async def _look(self) -> None:
        found = await asyncio.gather(*(asyncio.to_thread(is_ready, each.ops_port) for each in self._behind))
        self._ready = [each for each, ready in zip(self._behind, found, strict=True) if ready]

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            chosen = self._ready[next(self._turn) % len(self._ready)]
            port = int(chosen.url.rpartition(":")[2])
            answers, requests = await asyncio.open_connection(LOOPBACK, port)
        except (OSError, ZeroDivisionError):
            self.refused += 1
            writer.close()
            return
        await asyncio.gather(_copy(reader, requests), _copy(answers, writer))


async def _copy(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while piece := await source.read(_PIECE):
            target.write(piece)
            await target.drain()
    with contextlib.suppress(OSError, RuntimeError):
        target.close()
