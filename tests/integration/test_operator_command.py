"""The command `lumis` on a real broker and a real database."""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aio_pika
import pytest
import pytest_asyncio

from ledger.check import check_accounts
from ledger.handlers import grant_credits, read_balance
from ledger.history import list_movements
from ledger.store import INDEXES
from shared.bus import Bus, Operation, Subscription
from shared.bus.parking import list_parked
from shared.bus.topology import PARKED_QUEUE
from shared.contracts.credits import CheckAccounts, CreditsReleased, GrantCredits, ListMovements, ReadBalance
from shared.contracts.documents import DocumentAbandoned
from shared.contracts.message import Event
from shared.contracts.topology import event_queue
from shared.errors import Rejected
from shared.mongo import Database, ensure_indexes
from tests.support.broker import Buses, buses_on
from tests.support.ledger import Clock, deliver, grant, hold, ledger
from tests.support.operating import environment, lumis
from tests.support.waiting import until

NOWHERE = {"RABBITMQ_URL": "amqp://user:hunter2@127.0.0.1:1/"}
QUEUE = event_queue("ledger", DocumentAbandoned)


@pytest_asyncio.fixture
async def buses(rabbitmq_url: str) -> AsyncIterator[Buses]:
    async with buses_on(rabbitmq_url) as made:
        yield made


class Moody:
    """A handler that refuses for ever, until it is told otherwise."""

    def __init__(self) -> None:
        self.refuses = True
        self.seen: list[str] = []

    async def __call__(self, event: DocumentAbandoned, _deps: Any) -> list[Event]:
        if self.refuses:
            raise Rejected("no account")
        self.seen.append(event.request_id)
        return []


def abandoned(request_id: str) -> DocumentAbandoned:
    return DocumentAbandoned(request_id=request_id, origin="gateway-1", user_id="u1")


async def park(buses: Buses, *request_ids: str) -> tuple[Moody, dict[str, str]]:
    """Have the ledger park an event of each request: its handler, and the messages' ids by request."""
    ledger, handler = buses.make("ledger"), Moody()
    ledger.add(Subscription(DocumentAbandoned, handler), None)
    await buses.start(ledger)
    for request_id in request_ids:
        await ledger.publish(abandoned(request_id))

    async def all_parked() -> bool:
        return len(await list_parked(buses.url)) == len(request_ids)

    await until(all_parked)
    return handler, {each.request_id: each.id for each in await list_parked(buses.url)}


async def test_a_parked_message_is_listed_shown_and_put_back_into_its_queue(buses: Buses) -> None:
    handler, ids = await park(buses, "r1", "r2")
    here = {"RABBITMQ_URL": buses.url}
    listed = (await lumis(here, "parked", "list", "--json")).document()
    assert listed["count"] == 2
    row = next(each for each in listed["parked"] if each["request_id"] == "r1")
    assert (row["type"], row["queue"], row["source"], row["tries"]) == (DocumentAbandoned.NAME, QUEUE, "ledger", 1)
    assert (row["error"], row["problem"]) == ("Rejected: no account", None)
    assert row["published_at"] <= row["parked_at"]
    text = (await lumis(here, "parked", "show", ids["r1"])).out
    assert "Rejected: no account" in text
    assert "u1" not in text.split(), "never its content"
    handler.refuses = False
    replayed = await lumis(here, "parked", "replay", ids["r1"], "gone", "--json")
    assert (replayed.code, replayed.document()["missing"]) == (4, ["gone"])
    assert [each["id"] for each in replayed.document()["replayed"]] == [ids["r1"]]
    await until(lambda: handler.seen == ["r1"])
    assert (await lumis(here, "parked", "show", ids["r1"])).code == 4
    assert "1 parked" in (await lumis(here, "parked", "list")).out


async def test_a_drop_asks_or_is_told_yes_and_leaves_an_audit_line(buses: Buses, tmp_path: Path) -> None:
    _, ids = await park(buses, "r1")
    here = {"RABBITMQ_URL": buses.url, "LUMIS_AUDIT_LOG": str(tmp_path / "audit.log")}
    unasked = await lumis(here, "parked", "drop", ids["r1"])
    assert (unasked.code, "--yes" in unasked.error) == (2, True)
    assert (await lumis(here, "parked", "drop")).code == 2
    assert len(await list_parked(buses.url)) == 1
    dropped = await lumis(here, "parked", "drop", ids["r1"], "--yes")
    assert (dropped.code, dropped.out) == (0, "1 dropped\n")
    line = json.loads((tmp_path / "audit.log").read_text(encoding="utf-8"))
    assert (line["event"], line["request_id"], line["queue"]) == ("parked message dropped", "r1", QUEUE)
    assert json.loads(dropped.error) == line
    assert await list_parked(buses.url) == []


async def test_what_nobody_can_read_is_shown_and_stays_where_no_queue_is_known_for_it(buses: Buses) -> None:
    bus = buses.make("ledger")
    await buses.start(bus)
    async with await aio_pika.connect(buses.url) as connection, connection.channel() as channel:
        foreign = aio_pika.Message(b"no json", message_id="m1", type="\x1b[31mfoo")
        await channel.default_exchange.publish(foreign, routing_key=PARKED_QUEUE)
        homeless = aio_pika.Message(b"no json", message_id="m2", headers={"x-lumis-queue": "ledger.gone.v1"})
        await channel.default_exchange.publish(homeless, routing_key=PARKED_QUEUE)
    here = {"RABBITMQ_URL": buses.url}
    shown = await lumis(here, "parked", "show", "m1")
    assert "not a valid event envelope" in shown.out
    assert "\x1b" not in shown.out, "a terminal must not obey a message"
    replayed = await lumis(here, "parked", "replay", "--all")
    assert (replayed.code, "m1 stays parked" in replayed.out, "m2 stays parked" in replayed.out) == (1, True, True)
    assert len(await list_parked(buses.url)) == 2
    unlogged = await lumis({**here, "LUMIS_AUDIT_LOG": "/no/folder/audit"}, "parked", "drop", "--all", "--yes")
    assert (unlogged.code, "could not be written" in unlogged.error) == (0, True)


async def test_tail_shows_one_requests_events_live_and_ctrl_c_ends_it_cleanly(buses: Buses) -> None:
    bus = buses.make("gateway")
    await buses.start(bus)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lumis_operator", "events", "tail", "--request", "r2", "--json"),
        env=environment({"RABBITMQ_URL": buses.url}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert b"listening" in await process.stderr.readline()
    for request_id in ("r1", "r2", "r3"):
        await bus.publish(abandoned(request_id))
    line = json.loads(await process.stdout.readline())
    assert (line["type"], line["source"], line["request_id"]) == (DocumentAbandoned.NAME, "gateway", "r2")
    assert "data" not in line
    process.send_signal(signal.SIGINT)
    out, error = await asyncio.wait_for(process.communicate(), 20)
    assert (process.returncode, out, error) == (0, b"", b"")


async def test_tail_takes_the_types_that_were_asked_for(buses: Buses) -> None:
    bus = buses.make("gateway")
    await buses.start(bus)
    released = CreditsReleased(request_id="r9", origin="o", user_id="ana", amount=15, balance=15, reason="abandoned")
    tail = asyncio.create_task(
        lumis({"RABBITMQ_URL": buses.url}, "events", "tail", "--type", "credits.released", "--count", "1", "--data")
    )
    while not tail.done():
        await bus.publish(abandoned("r8"), released)
        await asyncio.sleep(0.1)
    ran = await tail
    assert ran.code == 0
    assert ("credits.released.v1" in ran.out, "document.abandoned.v1" in ran.out) == (True, False)
    assert "ana" not in ran.out, "data are redacted as in logs"


@pytest_asyncio.fixture
async def with_ledger(buses: Buses, database: Database) -> AsyncIterator[Database]:
    """A ledger that answers the operator's calls over this database."""
    await ensure_indexes(database, INDEXES)
    clock = Clock()
    deps = ledger(database, clock)
    await deliver(grant("ana", 100), deps)
    await deliver(hold("ana", "r1"), deps)
    bus: Bus = buses.make("ledger")
    for row in (
        Operation(CheckAccounts, check_accounts),
        Operation(GrantCredits, grant_credits),
        Operation(ReadBalance, read_balance),
        Operation(ListMovements, list_movements),
    ):
        bus.add(row, deps)
    await buses.start(bus)
    yield database


async def test_a_balance_that_its_entries_do_not_explain_is_found(with_ledger: Database, rabbitmq_url: str) -> None:
    here = {"RABBITMQ_URL": rabbitmq_url}
    well = await lumis(here, "ledger", "check", "--json")
    assert (well.code, well.document()["in_balance"], well.document()["accounts"]) == (0, True, 1)
    await with_ledger["accounts"].update_one({"_id": "ana"}, {"$inc": {"balance": 7}})
    broken = await lumis(here, "ledger", "check")
    assert broken.code == 1
    assert "balance is 107, the entries sum to 100" in broken.out
    assert "ana" not in broken.out, "accounts are named by pseudonym"
    found = await lumis(here, "ledger", "check", "--json")
    assert (found.code, len(found.document()["violations"])) == (1, 1)


@pytest.mark.usefixtures("with_ledger")
async def test_a_grant_counts_once_and_its_id_serves_no_other(rabbitmq_url: str) -> None:
    here = {"RABBITMQ_URL": rabbitmq_url}
    for _ in range(2):
        granted = await lumis(here, "credits", "grant", "bea", "30", "--id", "g1", "--reason", "sorry", "--json")
        assert (granted.code, granted.document()["available"]) == (0, 30)
    other = await lumis(here, "credits", "grant", "bea", "31", "--id", "g1", "--reason", "sorry", "--json")
    assert (other.code, other.document()["error"]["code"]) == (5, "refused")
    shown = (await lumis(here, "credits", "show", "bea", "--json")).document()
    assert [(each["amount"], each["reason"]) for each in shown["movements"]] == [(30, "sorry")]
    assert (await lumis(here, "credits", "grant", "bea", "0")).code == 2


async def test_status_names_what_is_missing_and_what_waits(buses: Buses, mongodb_url: str) -> None:
    await park(buses, "r1")
    here = {"RABBITMQ_URL": buses.url, "MONGODB_URL": mongodb_url, "OPS_URLS": "tagger=http://127.0.0.1:1"}
    ran = await lumis(here, "status", "--json")
    found = ran.document()
    assert (ran.code, found["is_well"], found["parked"]) == (1, False, 1)
    assert found["oldest_parked"] is not None
    assert found["broker"]["version"].startswith("RabbitMQ")
    assert found["database"]["version"].startswith("MongoDB")
    assert {each["name"]: each["state"] for each in found["services"]} == {
        "gateway": "absent",
        "ledger": "absent",
        "ocr-engine": "absent",
        "reconciler": "absent",
        "sunat-emitter": "absent",
        "tagger": "away",
    }
    consumed = next(each for each in found["queues"] if each["name"] == QUEUE)
    assert (consumed["consumers"], consumed["is_unattended"]) == (1, False)
    text = (await lumis(here, "status")).out
    assert "nobody consumes it" in text
    assert "1 parked" in text


async def test_a_part_that_is_away_is_named_with_its_address_and_without_its_password(tmp_path: Path) -> None:
    nothing = {"LUMIS_DATA": str(tmp_path)}
    ran = await lumis(nothing, "status")
    assert (ran.code, "make up" in ran.error) == (3, True)
    for words in (("parked", "list"), ("events", "tail"), ("ledger", "check")):
        ran = await lumis(NOWHERE, *words)
        assert (ran.code, ran.out) == (3, ""), words
        assert "the broker at amqp://" in ran.error
        assert "127.0.0.1:1/" in ran.error
        assert "hunter2" not in ran.error
    ran = await lumis({"MONGODB_URL": "mongodb://127.0.0.1:1/"}, "request", "show", "r1", "--json")
    assert (ran.code, ran.document()["error"]["code"]) == (3, "away")
    assert "mongodb://127.0.0.1:1/" in ran.document()["error"]["message"]
    ran = await lumis({"OPS_URLS": "tagger"}, "status")
    assert (ran.code, "OPS_URLS" in ran.error) == (2, True)
    local = await lumis({**NOWHERE, **nothing}, "status", "--local")
    assert (local.code, "make up" in local.error) == (3, True)


async def test_a_request_that_nobody_knows_is_not_found(mongodb_url: str) -> None:
    ran = await lumis({"MONGODB_URL": mongodb_url}, "request", "show", "nothing")
    assert (ran.code, "no request nothing" in ran.error) == (4, True)
