"""A whole Lumis for a test: private servers, the six services as processes, a client, and what can be asked of it."""

import contextlib
import io
import os
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from deploy.local.log import Log
from deploy.local.ports import free_ports
from deploy.local.processes import Process, processes_of
from deploy.local.rows import ServiceRow
from deploy.local.servers import Server
from deploy.local.stack import Stack, is_ready
from lumis_operator.credits import grant_over
from lumis_operator.tokens import make_token
from shared import mongo
from shared.bus import Bus
from shared.contracts.credits import Balance, ListMovements, Movement, ReadBalance
from tests.support.waiting import until

UPLOAD = "/api/v4/invoices/upload-ocr"
_FOREIGN = {
    "MONGODB_URL",
    "RABBITMQ_URL",
    "SUNAT_BASE_URL",
    "GEMINI_API_KEY",
    "OPENROUTER_API_KEY",
    "JWT_SECRET",
    "JWKS_URL",
}


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _with_children(pids: Iterable[int]) -> list[int]:
    """These processes and all that came of them, whatever their environment says."""
    children = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[1]
            children[int(parent)].append(int(stat.parent.name))
    found, left = set[int](), list(pids)
    while left:
        pid = left.pop()
        if pid not in found:
            found.add(pid)
            left += children[pid]
    return sorted(found)


class KillableStack(Stack):
    """A stack whose services a test may kill and start again."""

    @property
    def settings(self) -> Mapping[str, str]:
        """What the services were started with, beside where things are."""
        return self._inherited

    def kill(self, name: str) -> None:
        """SIGKILL a service and its children."""
        self._process(name)[1].kill()

    def pid_of(self, name: str) -> int:
        """The process id of a service."""
        pid = self._process(name)[1].pid
        assert pid is not None, name
        return pid

    def is_alive(self, name: str) -> bool:
        """Whether a service's process runs."""
        return self._process(name)[1].alive

    def start_again(self, name: str, *command: str) -> None:
        """Start a service that was killed, by this command instead of its own where one is given; not waited for."""
        row, _ = self._process(name)
        self._services[row] = self._spawn(row, list(command))

    def server(self, name: str) -> Server:
        """`mongod` or `rabbitmq`."""
        return next(server for server in self._servers if server.name == name)

    def cpu_seconds(self) -> dict[str, float]:
        """Processor time that each part has taken so far, its children included."""
        return {name: sum(map(_cpu_seconds, pids)) for name, pids in self.processes().items()}

    def processes(self) -> dict[str, list[int]]:
        """The living processes of each part, its children included."""
        stamps = {server.name: server.stamps for server in self._servers}
        stamps |= {row.name: (process.stamp,) for row, process in self._services.items()}
        return {name: _with_children(chain(*map(processes_of, own))) for name, own in stamps.items()}

    def children_of(self, name: str) -> list[int]:
        """The processes that a service has started."""
        parent = str(self._process(name)[1].pid)
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (folder / "stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[
                    1
                ] == parent:
                    found.append(int(folder.name))
        return found

    async def until_ready(self, name: str) -> None:
        """Wait until a service may take work."""
        await until(lambda: not self.is_alive(name) or is_ready(self.where.ops_ports[name]), seconds=60)
        assert self.is_alive(name), "\n".join(self._log.last_lines(name))

    def _process(self, name: str) -> tuple[ServiceRow, Process]:
        return next((row, process) for row, process in self._services.items() if row.name == name)


class Platform:
    """The running stack with a client that may act as any user."""

    def __init__(
        self, stack: KillableStack, secret: str, client: aiohttp.ClientSession, bus: Bus, db: mongo.Client
    ) -> None:
        self.stack = stack
        self.client = client
        self.bus = bus
        self.db = db
        self.secret = secret

    def headers(self, user: str, scope: str = "") -> dict[str, str]:
        """A valid token of a user."""
        return {"Authorization": f"Bearer {make_token(self.secret, user, scope=scope)}"}

    async def user(self, lumis: int) -> str:
        """A new user with so many Lümis."""
        user = f"user-{uuid4().hex[:10]}"
        if lumis:
            await grant_over(self.bus, user, lumis)
        return user

    async def upload(self, user: str, content: bytes, **fields: str) -> tuple[int, dict[str, Any]]:
        """Upload a document; the status and the answer."""
        form = aiohttp.FormData(fields)
        form.add_field("image", io.BytesIO(content), filename="invoice", content_type="application/octet-stream")
        async with self.client.post(UPLOAD, data=form, headers=self.headers(user)) as response:
            return response.status, await response.json()

    async def get(self, path: str, user: str, scope: str = "") -> tuple[int, dict[str, Any]]:
        """GET a path as a user."""
        async with self.client.get(path, headers=self.headers(user, scope)) as response:
            return response.status, await response.json()

    async def request(self, request_id: str, user: str) -> dict[str, Any]:
        """A request as its owner sees it."""
        status, answer = await self.get(f"/api/v4/requests/{request_id}", user)
        assert status == 200, answer
        return dict(answer["data"])

    async def request_with(self, request_id: str, user: str, *events: str, seconds: float = 40) -> dict[str, Any]:
        """A request once its timeline has these events."""

        seen: set[str] = set()

        async def complete() -> bool:
            seen.update(entry["type"] for entry in (await self.request(request_id, user))["timeline"])
            return seen >= set(events)

        try:
            await until(complete, seconds)
        except AssertionError:
            raise AssertionError(
                f"{sorted(set(events) - seen)} did not come in {seconds:g} s, only {sorted(seen)}"
            ) from None
        return await self.request(request_id, user)

    async def balance(self, user: str) -> Balance:
        """A user's balance, from the ledger."""
        return await self.bus.call(ReadBalance(user_id=user), timeout=20)

    async def movements(self, user: str) -> tuple[Movement, ...]:
        """A user's last movements, from the ledger."""
        return (await self.bus.call(ListMovements(user_id=user, limit=200), timeout=20)).movements


@contextlib.asynccontextmanager
async def running(folder: Path, extra: Mapping[str, str] | None = None) -> AsyncIterator[Platform]:
    """Start everything with these settings on top of the environment, end it and fail on what it left behind."""
    environment = {name: value for name, value in os.environ.items() if name not in _FOREIGN} | dict(extra or {})
    secret = secrets.token_hex(32)
    log = Log(colour=False)
    log.quiet = True
    stack = KillableStack(folder, log, secret=secret, http_port=free_ports(1)[0], inherited=environment)
    try:
        stack.start()
        bus = Bus(stack.where.rabbitmq_url, service="test", origin=f"test-{uuid4().hex[:8]}")
        await bus.start()
        await bus.wait_until_connected(30)
        db = mongo.connect(stack.where.mongodb_url, app="test")
        timeout = aiohttp.ClientTimeout(total=90)
        async with aiohttp.ClientSession(stack.where.url, timeout=timeout) as client:
            yield Platform(stack, secret, client, bus, db)
        await bus.close(drain_seconds=1)
        await db.close()
    finally:
        stack.stop()
