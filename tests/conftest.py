"""Fixtures with real servers: one private MongoDB and one RabbitMQ for the session, a fresh database per test."""

import logging
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from deploy.local.servers import Mongod, RabbitMQ
from shared import mongo
from tests.support import servers


@pytest.fixture(autouse=True)
def _logging_as_it_begins() -> Iterator[None]:
    """What a test makes of the process's logging ends with it."""
    yield
    structlog.reset_defaults()
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.mongodb(tmp_path_factory.mktemp("mongodb")) as url:
        yield url


@pytest.fixture(scope="session")
def rabbitmq_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with servers.rabbitmq(tmp_path_factory.mktemp("rabbitmq")) as url:
        yield url


@pytest_asyncio.fixture(scope="session")
async def mongodb_client(mongodb_url: str) -> AsyncIterator[mongo.Client]:
    client = mongo.connect(mongodb_url, app="tests")
    yield client
    await client.close()


@pytest_asyncio.fixture
async def database(mongodb_client: mongo.Client) -> AsyncIterator[mongo.Database]:
    """A database of the test's own, dropped afterwards.

    The loop stands still while tests run that are not async. Where that took longer than the driver waits for a sign of
    life of the server, it gives up its connections, and cancels what is in flight, as soon as the loop goes on: the
    ping takes that upon itself.
    """
    await mongo.repeated(lambda: mongodb_client.admin.command("ping"))
    name = f"test_{uuid.uuid4().hex[:12]}"
    yield mongo.database(mongodb_client, name)
    await mongodb_client.drop_database(name)


@pytest.fixture
def private_mongod(tmp_path: Path) -> Iterator[servers.Private[Mongod]]:
    """`private_mongod()` gives a server of the test's own."""
    make = servers.Private(Mongod, tmp_path / "private-mongod")
    yield make
    make.end()


@pytest.fixture
def private_rabbitmq(tmp_path: Path) -> Iterator[servers.Private[RabbitMQ]]:
    """`private_rabbitmq()` gives a broker of the test's own."""
    make = servers.Private(RabbitMQ, tmp_path / "private-rabbitmq")
    yield make
    make.end()
