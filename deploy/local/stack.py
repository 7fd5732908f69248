"""A whole Lumis on this machine: the two servers and the six services, started in order, ended the other way round."""

import http.client
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from deploy.local.containers import mongodb_server, rabbitmq_server
from deploy.local.log import Log
from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.processes import Process
from deploy.local.rows import SERVICES, SIMULATOR, Addresses, ServiceRow, environment_of
from deploy.local.servers import Server

START_SECONDS = 120.0
_ROOT = Path(__file__).resolve().parents[2]
LONGEST_DRAIN = 35.0
"""Seconds that a service takes at most to end, by default: the gateway, for uploads that wait for their answer."""
_LONGER = 5.0


class Interrupted(Exception):
    """The run was asked to end while it started."""


class StartFailed(Exception):
    """A part ended or was not ready in time; the message has its last lines."""


class Stack:
    """Starts everything, watches it, ends it. `stopping` is set to end a start or a watch early.

    A server whose address the caller's environment names (`MONGODB_URL`, `RABBITMQ_URL`) is used and not started; so
    is SUNAT (`SUNAT_BASE_URL`), in whose place a simulator is started otherwise.
    """

    def __init__(self, folder: Path, log: Log, *, secret: str, http_port: int, inherited: Mapping[str, str]) -> None:
        simulator_port, *free = free_ports(len(SERVICES) + 1)
        ops_ports = dict(zip([row.name for row in SERVICES], free, strict=True))
        self._log = log
        self._secret = secret
        self._inherited = inherited
        self.stopping = threading.Event()
        self.hurry = threading.Event()
        self._servers: list[Server] = []
        mongodb_url = inherited.get("MONGODB_URL") or self._own(mongodb_server(folder / "mongodb"))
        rabbitmq_url = inherited.get("RABBITMQ_URL") or self._own(rabbitmq_server(folder / "rabbitmq"))
        sunat = None if inherited.get("SUNAT_BASE_URL") else simulator_port
        broker_metrics = next((each.metrics_port for each in self._servers if each.metrics_port), None)
        self.where = Addresses(mongodb_url, rabbitmq_url, http_port, ops_ports, sunat, broker_metrics)
        self._services: dict[ServiceRow, Process] = {}

    def _own(self, server: Server) -> str:
        self._servers.append(server)
        return server.url

    @property
    def stamps(self) -> tuple[str, ...]:
        """What marks every process of this run."""
        own = [stamp for server in self._servers for stamp in server.stamps]
        return (*own, *(process.stamp for process in self._services.values()))

    def start(self, on_spawned: Callable[[], None] = lambda: None) -> None:
        """Start everything and wait until all are ready; `on_spawned` is called after each step that starts some.

        Raises:
            Interrupted: `stopping` was set.
            StartFailed: a part did not come up.
            ServerMissing: a server's program is not installed.
        """
        for server in self._servers:
            self._log.say(f"starting {server.name}")
            server.spawn()
            on_spawned()
        self._wait({server.name: server.answers for server in self._servers})
        if self.where.simulator_port is not None:
            self._services[SIMULATOR] = self._spawn_simulator(self.where.simulator_port)
        for row in SERVICES:
            self._services[row] = self._spawn(row)
        on_spawned()
        self._wait({row.name: self._readiness(row) for row in SERVICES})

    def _spawn_simulator(self, port: int) -> Process:
        command = [sys.executable, "-m", SIMULATOR.package, "--port", str(port)]
        process = Process(SIMULATOR.name, command, self._inherited)
        process.start(subprocess.PIPE, _ROOT)
        if process.output is not None:
            self._log.follow(SIMULATOR.name, process.output, SIMULATOR.colour)
        return process

    def _spawn(self, row: ServiceRow, command: Sequence[str] = ()) -> Process:
        """Start a service by its console script, or by another command."""
        script = Path(sys.executable).parent / row.name
        command = command or ([str(script)] if script.exists() else [sys.executable, "-m", row.package])
        process = Process(row.name, command, environment_of(row, self.where, self._secret, self._inherited))
        process.start(subprocess.PIPE)
        if process.output is not None:
            self._log.follow(row.name, process.output, row.colour)
        return process

    def _readiness(self, row: ServiceRow) -> Callable[[], bool]:
        return lambda: is_ready(self.where.ops_ports[row.name])

    def _wait(self, checks: dict[str, Callable[[], bool]]) -> None:
        deadline = time.monotonic() + START_SECONDS
        waiting = dict(checks)
        while waiting:
            if self.stopping.is_set():
                raise Interrupted
            if ended := self.ended():
                raise StartFailed(self._farewell(ended, "ended"))
            if time.monotonic() > deadline:
                raise StartFailed(self._farewell(next(iter(waiting)), f"was not ready after {START_SECONDS:.0f} s"))
            waiting = {name: check for name, check in waiting.items() if not check()}
            if waiting:
                self.stopping.wait(0.1)

    def ended(self) -> str | None:
        """The name of a part that should run and does not; None while all run."""
        for server in self._servers:
            if not server.alive:
                return server.name
        return next((row.name for row, process in self._services.items() if not process.alive), None)

    def watch(self) -> str | None:
        """Wait until asked to stop (None) or until a part ends: what there is to say of it."""
        while not self.stopping.wait(0.2):
            if ended := self.ended():
                return self._farewell(ended, "ended")
        return None

    def _farewell(self, name: str, what: str) -> str:
        server = next((server for server in self._servers if server.name == name), None)
        process = next((process for row, process in self._services.items() if row.name == name), None)
        code = process.returncode if process else None
        if code is not None:
            what = f"{what} with code {code}"
            self._log.finish(0.5)
        lines = server.last_lines().splitlines() if server else self._log.last_lines(name)
        return "\n".join([f"{name} {what}. Its last lines:", *(f"  {line}" for line in lines or ["(none)"])])

    @property
    def drain_seconds(self) -> float:
        """How long services may take to end before they are killed: longer than each of them takes for itself."""
        return float(self._inherited.get("DRAIN_SECONDS") or LONGEST_DRAIN) + _LONGER

    def stop(self) -> None:
        """End the services, then the servers; with `hurry` set, at once."""
        processes = list(self._services.values())
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + self.drain_seconds
        while any(process.alive for process in processes) and time.monotonic() < deadline:
            if self.hurry.wait(0.05):
                break
        for process in processes:
            process.kill()
        for server in reversed(self._servers):
            if self.hurry.is_set():
                server.kill()
            server.stop()
        self._log.finish()
        self._services.clear()


def is_ready(port: int, path: str = "/readyz") -> bool:
    """Whether the service behind this operators' port may take work; others tell it by another path."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=3)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
