"""Real MongoDB and RabbitMQ servers for tests: private ones, those named in the environment, or containers."""

import contextlib
import importlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Generic, TypeVar

import pytest
from pymongo import MongoClient

from deploy.local.servers import (
    Mongod,
    RabbitMQ,
    ServerMissing,
    becomes_primary,
    greets,
    mongod_binary,
    rabbitmq_script,
)

_CONTAINER_SECONDS = 120
ServerT = TypeVar("ServerT", Mongod, RabbitMQ)


@contextlib.contextmanager
def mongodb(folder: Path) -> Iterator[str]:
    """A server's address: `MONGODB_URL`, else a private mongod, else a container."""
    if url := os.environ.get("MONGODB_URL"):
        yield url
    elif _installed(mongod_binary):
        with Mongod(folder) as server:
            _forget_soon(server.url)
            yield server.url
    else:
        with _container("mongo:8", 27017, "--replSet lumis --bind_ip_all") as (host, port):
            url = f"mongodb://{host}:{port}/?directConnection=true"
            _wait(lambda: becomes_primary(url, "127.0.0.1:27017"))
            yield url


@contextlib.contextmanager
def rabbitmq(folder: Path) -> Iterator[str]:
    """A broker's address: `RABBITMQ_URL`, else a private node, else a container."""
    if url := os.environ.get("RABBITMQ_URL"):
        yield url
    elif _installed(rabbitmq_script):
        with RabbitMQ(folder) as server:
            yield server.url
    else:
        with _container("rabbitmq:4", 5672, None) as (host, port):
            _wait(lambda: greets(host, port))
            yield f"amqp://guest:guest@{host}:{port}/"


def _forget_soon(url: str) -> None:
    """Give the files of dropped databases back after a minute: in the usual five, tests open too many."""
    client: MongoClient[dict[str, Any]]
    with MongoClient(url) as client:
        client.admin.command("setParameter", 1, minSnapshotHistoryWindowInSeconds=5)


def _installed(find: Callable[[], Path]) -> bool:
    try:
        find()
    except ServerMissing as missing:
        if not _docker_is_up():
            pytest.fail(f"{missing} (and no Docker engine answers)", pytrace=False)
        return False
    return True


def _docker_is_up() -> bool:
    docker: Any = importlib.import_module("docker")  # only where a server is not installed
    try:
        client = docker.from_env(timeout=5)
    except docker.errors.DockerException:
        return False
    client.close()
    return True


@contextlib.contextmanager
def _container(image: str, port: int, command: str | None) -> Iterator[tuple[str, int]]:
    containers: Any = importlib.import_module("testcontainers.core.container")  # asks for an engine when imported
    with containers.DockerContainer(image, command=command, ports=[port]) as container:
        yield container.get_container_host_ip(), int(container.get_exposed_port(port))


def _wait(ready: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _CONTAINER_SECONDS
    while not ready():
        if time.monotonic() > deadline:
            pytest.fail("the container was not ready in time", pytrace=False)
        time.sleep(0.2)


class Private(Generic[ServerT]):
    """Makes servers that one test may stop, kill and start again, each with its own ports and data.

    `start`, `stop`, `kill` of a server block: a test whose tasks must go on meanwhile calls `spawn` (at once), then
    `await asyncio.to_thread(server.wait_ready)`; `stop` and `kill` may run in a thread as they are.
    """

    def __init__(self, kind: type[ServerT], folder: Path) -> None:
        self._kind: Callable[[Path], ServerT] = kind
        self._folder = folder
        self._made: list[ServerT] = []

    def __call__(self) -> ServerT:
        """A server that is ready."""
        server = self._kind(self._folder / str(len(self._made)))
        self._made.append(server)
        server.start()
        return server

    def end(self) -> None:
        """End all and delete their data."""
        for server in self._made:
            server.stop(remove=True)
