"""The two servers as containers, for machines that have a Docker engine but not the programs."""

import contextlib
import os
import shutil
import subprocess
import uuid
from collections.abc import Callable
from pathlib import Path

from deploy.local.ports import LOOPBACK, free_ports
from deploy.local.processes import Process
from deploy.local.servers import (
    Mongod,
    RabbitMQ,
    Server,
    ServerMissing,
    becomes_primary,
    greets,
    mongod_binary,
    rabbitmq_script,
)


class Container(Server):
    """A server in a container of its own, on a port of the loopback, with its data in the folder."""

    image = ""
    inner_port = 0
    data = ""
    options: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = free_ports(1)[0]
        self._name = f"lumis-{self.name}-{uuid.uuid4().hex[:8]}"

    def spawn(self) -> None:
        """Start the container without waiting; `docker run` passes SIGTERM on to it."""
        data = self.folder / "data"
        data.mkdir(parents=True, exist_ok=True)
        ports = ["-p", f"{LOOPBACK}:{self.port}:{self.inner_port}"]
        where = ["--rm", "--name", self._name, *ports, "-v", f"{data}:{self.data}", *self.options]
        self._launch(Process(self.name, ["docker", "run", *where, self.image, *self.arguments], os.environ))

    def stop(self, *, remove: bool = False) -> None:
        """End the container."""
        if self.alive:
            self._docker("stop", "-t", "20", self._name)
        super().stop(remove=remove)
        self._docker("rm", "-f", self._name)

    def kill(self) -> None:
        """End it as a crash would."""
        self._docker("rm", "-f", self._name)
        super().kill()

    @staticmethod
    def _docker(*words: str) -> None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            subprocess.run(["docker", *words], capture_output=True, check=False, timeout=60)


class MongodContainer(Container):
    """MongoDB 8 as a one-node replica set."""

    name = "mongod"
    image = "mongo:8"
    inner_port = 27017
    data = "/data/db"
    arguments = ("--replSet", "lumis", "--bind_ip_all", "--setParameter", "transactionLifetimeLimitSeconds=5")

    @property
    def url(self) -> str:
        """The address for a driver."""
        return f"mongodb://{LOOPBACK}:{self.port}/?directConnection=true"

    def answers(self) -> bool:
        """Whether it is primary."""
        return becomes_primary(self.url, f"127.0.0.1:{self.inner_port}")


class RabbitMQContainer(Container):
    """RabbitMQ 4; the fixed host name keeps its data findable."""

    name = "rabbitmq"
    image = "rabbitmq:4.3"
    inner_port = 5672
    data = "/var/lib/rabbitmq"
    inner_metrics_port = 15692

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.metrics_port = free_ports(1)[0]
        metrics = f"{LOOPBACK}:{self.metrics_port}:{self.inner_metrics_port}"
        self.options = ("--hostname", "lumis", "-p", metrics)

    @property
    def url(self) -> str:
        """The address for a client."""
        return f"amqp://guest:guest@{LOOPBACK}:{self.port}/"

    def answers(self) -> bool:
        """Whether it greets an AMQP client."""
        return greets(LOOPBACK, self.port)


def docker_is_up() -> bool:
    """Whether a Docker engine answers."""
    if not shutil.which("docker"):
        return False
    try:
        done = subprocess.run(["docker", "info"], capture_output=True, check=False, timeout=10)
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def mongodb_server(folder: Path) -> Server:
    """A MongoDB server that is not started yet.

    Raises:
        ServerMissing: there is neither its program nor a Docker engine.
    """
    return _choose(mongod_binary, Mongod, MongodContainer)(folder)


def rabbitmq_server(folder: Path) -> Server:
    """A RabbitMQ server that is not started yet.

    Raises:
        ServerMissing: there is neither its program nor a Docker engine.
    """
    return _choose(rabbitmq_script, RabbitMQ, RabbitMQContainer)(folder)


def _choose(
    find: Callable[[], Path], program: Callable[[Path], Server], container: Callable[[Path], Server]
) -> Callable[[Path], Server]:
    try:
        find()
    except ServerMissing:
        if docker_is_up():
            return container
        raise
    return program
