"""A private RabbitMQ: a real node on 127.0.0.1 with its own name register, cookie, ports and data."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import time
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.processes import Process
from deploy.local.server import Server, ServerFailed, ServerMissing


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


class RabbitMQ(Server):
    """A private node: its own name register (epmd), cookie, ports, plugins and data."""

    name = "rabbitmq"

    def __init__(self, folder: Path, port: int | None = None) -> None:
        super().__init__(folder)
        ports = free_ports(4)
        self.port = port or ports[0]
        self._distribution_port, self._epmd_port, self.metrics_port = ports[1:]
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
        self._epmd = Process(
            "epmd", [epmd, "-address", LOOPBACK, "-port", str(self._epmd_port)], environment, orphaned="KILL"
        )
        with self.log.open("ab") as log:
            self._epmd.start(log, self.folder)
        self._wait_for_epmd()
        # Erlang loses a SIGTERM that comes while it boots; what is stored outlives a SIGKILL.
        self._launch(Process(self.name, [str(script)], environment, orphaned="KILL"))

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
            "ENABLED_PLUGINS_FILE": self._write("enabled_plugins", "[rabbitmq_prometheus].\n"),
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
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
                f"-kernel inet_dist_use_interface {{127,0,0,1}} -start_epmd false +S {_schedulers()}"
            ),
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
            f"prometheus.tcp.ip = {LOOPBACK}\n"
            f"prometheus.tcp.port = {self.metrics_port}\n"
            # Statistics of the management page, which is not here.
            "management_agent.disable_metrics_collector = true\n"
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
        """What marks the processes of the node and of its name register."""
        return (*super().stamps, self._epmd.stamp) if self._epmd else super().stamps

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


def _schedulers() -> int:
    """Half of the processors: the rest is for MongoDB and the services, and threads that wait for work cost, too."""
    return max(1, len(os.sched_getaffinity(0)) // 2)


def greets(host: str, port: int) -> bool:
    """Whether a broker there answers the AMQP 0-9-1 protocol header with its first frame."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), 1) as client:
        client.settimeout(2)
        client.sendall(b"AMQP\x00\x00\x09\x01")
        return client.recv(1) == b"\x01"
    return False
