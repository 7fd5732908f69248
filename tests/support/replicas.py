"""Several processes of each service on one platform's servers, which a test may end, kill and start again."""

import asyncio
import contextlib
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

import aiohttp

from deploy.local.ports import free_ports
from deploy.local.processes import Process
from deploy.local.rows import SERVICES, Addresses, ServiceRow, environment_of
from deploy.local.stack import is_ready
from tests.support.waiting import until

_HANDLED = re.compile(r'^lumis_bus_handler_seconds_count\{outcome="done",queue="([^"]+)"\} (\S+)$', re.MULTILINE)
_START_SECONDS = 90
_END_SECONDS = 60


class Replica:
    """One process of a service, on ports of its own that it keeps when it is started again."""

    def __init__(
        self, row: ServiceRow, where: Addresses, environment: Mapping[str, str], command: Sequence[str] = ()
    ) -> None:
        self.name = row.name
        self.url = where.url
        self.ops_port = where.ops_ports[row.name]
        self._environment = environment
        self._command = list(command) or [sys.executable, "-m", row.package]
        self.process = Process(row.name, self._command, environment)

    def start(self) -> None:
        """Start it; not waited for."""
        self.process = Process(self.name, self._command, self._environment)
        self.process.start(subprocess.DEVNULL)

    @property
    def is_ready(self) -> bool:
        """Whether it says that it may take work."""
        return is_ready(self.ops_port)

    async def until_ready(self) -> None:
        """Wait until it may take work."""
        await until(self._answers, _START_SECONDS)

    async def _answers(self) -> bool:
        return await asyncio.to_thread(is_ready, self.ops_port)

    async def end(self) -> None:
        """SIGTERM, and wait for its end.

        Raises:
            AssertionError: it did not end in time, or not by itself.
        """
        self.process.terminate()
        await until(lambda: not self.process.alive, _END_SECONDS)
        assert self.process.returncode == 0, f"{self.name} ended with {self.process.returncode}"

    async def restart(self) -> None:
        """End it in order, start it again and wait until it is ready."""
        await self.end()
        self.start()
        await self.until_ready()

    async def handled(self) -> dict[str, int]:
        """How many messages this process has handled since its start, by queue."""
        async with (
            aiohttp.ClientSession() as client,
            client.get(f"http://127.0.0.1:{self.ops_port}/metrics") as response,
        ):
            return {queue: int(float(count)) for queue, count in _HANDLED.findall(await response.text())}


Fleet = Mapping[str, Sequence[Replica]]
"""The processes of each service."""


@contextlib.asynccontextmanager
async def replicas(
    where: Addresses,
    secret: str,
    settings: Mapping[str, str],
    counts: Mapping[str, int],
    commands: Mapping[str, Sequence[str]] | None = None,
) -> AsyncIterator[Fleet]:
    """So many ready processes of each service that `counts` names; `commands` has other ways to start some."""
    started_by = commands or {}
    fleet = {
        row.name: [_replica(row, where, secret, settings, started_by) for _ in range(counts.get(row.name, 0))]
        for row in SERVICES
    }
    everyone = list(chain(*fleet.values()))
    try:
        for each in everyone:
            each.start()
        await asyncio.gather(*(each.until_ready() for each in everyone))
        yield fleet
    finally:
        for each in everyone:
            each.process.terminate()
        await asyncio.gather(*(asyncio.to_thread(each.process.stop) for each in everyone))


def _replica(
    row: ServiceRow, where: Addresses, secret: str, settings: Mapping[str, str], commands: Mapping[str, Sequence[str]]
) -> Replica:
    http_port, ops_port = free_ports(2)
    own = replace(where, http_port=http_port, ops_ports={row.name: ops_port})
    return Replica(row, own, environment_of(row, own, secret, settings), commands.get(row.name, ()))
