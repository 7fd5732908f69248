"""A team outside the platform reads its events with credentials of its own, and can do nothing else at the broker."""

import contextlib
import io
import json
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika
import pytest
import pytest_asyncio
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import AMQPConnectionError, AMQPError, ChannelClosed

from deploy.rabbitmq.__main__ import main as make_team
from deploy.rabbitmq.teams import Team, definitions
from shared.bus import Bus
from shared.bus.topology import EXCHANGE, PARKED_QUEUE
from shared.contracts.message import Event
from shared.contracts.topology import EVENTS
from tests.support import javascript
from tests.support.team_broker import ManagedRabbitMQ, running_program, shown_program
from tests.support.waiting import until

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "add-a-subscriber.md"
SAMPLES = Path(__file__).parents[1] / "contract" / "samples"
MODELS = {row.event.NAME: row.event for row in EVENTS}
SETTLED, RECONCILED, TAGGED = "credits.settled.v1", "document.reconciled.v1", "user.tagged.v1"
QUORUM: dict[str, Any] = {"x-queue-type": "quorum"}


def event(name: str, request_id: str) -> Event:
    sample = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return MODELS[name].model_validate(sample | {"request_id": request_id})


@dataclass(frozen=True)
class Broker:
    """A broker with the platform's exchange and queues, and three teams."""

    server: ManagedRabbitMQ
    bus: Bus
    urls: dict[str, str]


def made_by_the_command(folder: Path) -> tuple[dict[str, Any], str]:
    """The definitions and the password of a team that was made as the page says."""
    file, told = folder / "team.bi.json", io.StringIO()
    with contextlib.redirect_stdout(told):
        assert make_team(["bi", RECONCILED, TAGGED, "--file", str(file)]) == 0
    assert file.stat().st_mode & 0o077 == 0
    words = told.getvalue().split()
    password = words[words.index("password") + 1]
    assert password not in file.read_text(encoding="utf-8")
    return json.loads(file.read_text(encoding="utf-8")), password


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManagedRabbitMQ]:
    with ManagedRabbitMQ(tmp_path_factory.mktemp("broker")) as started:
        yield started


@pytest_asyncio.fixture(scope="module")
async def broker(server: ManagedRabbitMQ, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Broker]:
    folder = tmp_path_factory.mktemp("teams")
    others = (Team("all", None), "a pass: word/"), (Team("small", (SETTLED,), most_bytes=2000), "another")
    made, password = made_by_the_command(folder)
    added = definitions(others)
    file = folder / "teams.json"
    file.write_text(json.dumps({kind: rows + added[kind] for kind, rows in made.items()}), encoding="utf-8")
    server.control("import_definitions", str(file))
    urls = {team.name: server.url_of(team.user, secret) for team, secret in others}
    urls["bi"] = server.url_of("team.bi", password)
    bus = Bus(server.url, service="reconciler", origin="gateway-1")
    await bus.start()
    await bus.wait_until_connected(30)
    yield Broker(server, bus, urls)
    await bus.close(drain_seconds=1)


async def _publish(channel: AbstractChannel, exchange: str, key: str) -> None:
    target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
    await target.publish(aio_pika.Message(b"{}"), routing_key=key)


async def _bind(channel: AbstractChannel, key: str) -> None:
    queue = await channel.declare_queue("team.bi.refused", exclusive=True)
    await queue.bind(EXCHANGE, key)


async def _dead_letter_to(channel: AbstractChannel, exchange: str) -> None:
    arguments: dict[str, Any] = {"x-dead-letter-exchange": exchange, "x-message-ttl": 1}
    await channel.declare_queue("team.bi.letters", exclusive=True, arguments=arguments)


async def _read(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).get(fail=False)


FORBIDDEN: dict[str, Callable[[AbstractChannel], Awaitable[object]]] = {
    "publish an event": lambda c: _publish(c, EXCHANGE, f"{RECONCILED}.gateway-1"),
    "publish into a service's queue": lambda c: _publish(c, "", f"ledger.{RECONCILED}"),
    "ask a service for something": lambda c: _publish(c, "", "call.ledger.grant-credits.v1"),
    "publish into its own queue": lambda c: _publish(c, "", "team.bi.invoices"),
    "dead-letter into a service's queue": lambda c: _dead_letter_to(c, ""),
    "dead-letter events": lambda c: _dead_letter_to(c, EXCHANGE),
    "bind another event": lambda c: _bind(c, f"{SETTLED}.*"),
    "bind every event": lambda c: _bind(c, "#"),
    "bind every document's events": lambda c: _bind(c, "document.#"),
    "bind an event whose name begins alike": lambda c: _bind(c, f"{RECONCILED}0.*"),
    "read a service's queue": lambda c: _read(c, f"ledger.{RECONCILED}"),
    "read what is parked": lambda c: _read(c, PARKED_QUEUE),
    "read another team's queue": lambda c: _read(c, "team.all.everything"),
    "delete a service's queue": lambda c: c.queue_delete(f"ledger.{RECONCILED}"),
    "delete the exchange": lambda c: c.exchange_delete(EXCHANGE),
    "declare another team's queue": lambda c: c.declare_queue("team.all.other"),
    "declare a queue without its prefix": lambda c: c.declare_queue("invoices"),
    "declare a queue that the broker names": lambda c: c.declare_queue(exclusive=True),
}


@pytest.mark.parametrize("what", FORBIDDEN)
async def test_a_team_is_refused_to(broker: Broker, what: str) -> None:
    async with await aio_pika.connect(broker.urls["all"]) as connection, connection.channel() as channel:
        await channel.declare_queue("team.all.everything", durable=True, arguments=QUORUM)
    async with await aio_pika.connect(broker.urls["bi"]) as connection, connection.channel() as channel:
        with pytest.raises(ChannelClosed, match="ACCESS_REFUSED"):
            await FORBIDDEN[what](channel)


async def test_a_wrong_password_is_refused(broker: Broker) -> None:
    with pytest.raises(AMQPConnectionError):
        await aio_pika.connect(broker.server.url_of("team.bi", "guessed"))


async def test_a_team_cannot_take_all_connections_of_the_broker(broker: Broker) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(20):
            await stack.enter_async_context(await aio_pika.connect(broker.urls["small"]))
        with pytest.raises(AMQPError):
            await aio_pika.connect(broker.urls["small"])


async def test_a_team_with_every_event_gets_what_came_while_it_was_away(broker: Broker) -> None:
    async with await aio_pika.connect(broker.urls["all"]) as connection, connection.channel() as channel:
        queue = await channel.declare_queue("team.all.everything", durable=True, arguments=QUORUM)
        await queue.bind(EXCHANGE, "#")
    await broker.bus.publish(event(SETTLED, "away-1"), event(TAGGED, "away-1"))
    async with await aio_pika.connect(broker.urls["all"]) as connection, connection.channel() as channel:
        queue = await channel.get_queue("team.all.everything", ensure=False)
        got = [await queue.get(timeout=5), await queue.get(timeout=5)]
        assert {message.type for message in got} == {SETTLED, TAGGED}
        await channel.queue_delete("team.all.everything")


async def test_a_reader_who_stays_away_holds_only_the_newest_and_never_the_platform_up(broker: Broker) -> None:
    async with await aio_pika.connect(broker.urls["small"]) as connection, connection.channel() as channel:
        queue = await channel.declare_queue("team.small.credits", durable=True, arguments=QUORUM)
        await queue.bind(EXCHANGE, f"{SETTLED}.*")
        for number in range(20):
            await broker.bus.publish(event(SETTLED, f"late-{number}"))
        held: list[str] = []
        while message := await queue.get(no_ack=True, fail=False):
            held.append(message.correlation_id or "")
        assert 0 < len(held) < 10
        assert held[-1] == "late-19"


@pytest.mark.parametrize("language", ["python", "javascript"])
async def test_the_program_that_the_page_shows_stores_each_event_once(
    broker: Broker, tmp_path: Path, language: str
) -> None:
    name, runner = ("subscriber.py", sys.executable) if language == "python" else ("subscriber.mjs", "node")
    if runner == "node":
        javascript.linked(tmp_path)
    program = shown_program(PAGE, name, tmp_path)
    environment = {"AMQP_URL": broker.urls["bi"], "DATABASE": str(tmp_path / "stored")}
    first, second = (event(RECONCILED, f"{language}-{number}") for number in (1, 2))

    async with running_program(runner, str(program), cwd=tmp_path, environment=environment) as running:

        async def told_twice() -> bool:
            await broker.bus.publish(first, event(SETTLED, first.request_id))
            return len(running.lines) > 1 or running.process.returncode is not None

        await until(told_twice, seconds=30)
    told = [line.split()[:2] for line in running.lines]
    assert told[0] == ["stored", RECONCILED], running.lines
    assert all(line == ["repeat", RECONCILED] for line in told[1:])
    await broker.bus.publish(second)
    async with running_program(runner, str(program), cwd=tmp_path, environment=environment) as running:
        await until(lambda: any("stored" in line for line in running.lines), seconds=30)
    assert sum("stored" in line for line in running.lines) == 1
