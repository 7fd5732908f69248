"""Many uploads while services are killed: every request ends, every Lümi is accounted for."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ledger.check import find_violations
from ledger.store import Store
from shared import mongo
from tests.support.platform import Platform
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
VICTIMS = ("ledger", "reconciler", "ocr-engine", "tagger")


async def kill_each(platform: Platform) -> None:
    for name in VICTIMS:
        await asyncio.sleep(0.4)
        platform.stack.kill(name)
        platform.stack.start_again(name)
        await platform.stack.until_ready(name)


async def test_sixty_uploads_with_lumis_for_twenty_never_charge_more_nor_what_failed(platform: Platform) -> None:
    user = await platform.user(lumis=300)
    killing = asyncio.create_task(kill_each(platform))
    answers = await asyncio.gather(*(platform.upload(user, PAPER.read_bytes()) for _ in range(60)))
    await killing
    await until(lambda: nothing_held(platform, user), seconds=120)
    movements = await platform.movements(user)
    charged = {movement.request_id for movement in movements if movement.kind == "charge"}
    refunded = {movement.request_id for movement in movements if movement.kind == "refund"}
    succeeded = {answer["request_id"] for status, answer in answers if status == 200}
    assert {status for status, _ in answers} <= {200, 402, 500}
    assert len(charged - refunded) <= 20
    assert charged - refunded == succeeded, "charged is exactly what was answered with 200"
    assert (await platform.balance(user)).balance == 300 - 15 * len(succeeded)
    accounts, found = await find_violations(ledger(platform), datetime.now(UTC), timedelta(minutes=5))
    assert accounts
    assert found == []


async def test_sixty_uploads_with_lumis_for_twenty_charge_exactly_twenty(platform: Platform) -> None:
    user = await platform.user(lumis=300)
    answers = await asyncio.gather(*(platform.upload(user, PAPER.read_bytes()) for _ in range(60)))
    assert Counter(status for status, _ in answers) == {200: 20, 402: 40}
    await until(lambda: nothing_held(platform, user))
    assert (await platform.balance(user)).balance == 0
    assert len({movement.request_id for movement in await platform.movements(user)}) == 21


@pytest.mark.parametrize("name", ["mongod", "rabbitmq"])
async def test_a_server_killed_under_load_changes_only_the_time(platform: Platform, name: str) -> None:
    user = await platform.user(lumis=15 * 40)
    uploads = [asyncio.create_task(platform.upload(user, PAPER.read_bytes())) for _ in range(40)]
    await asyncio.sleep(0.7)
    server = platform.stack.server(name)
    await asyncio.to_thread(server.kill)
    server.spawn()
    await asyncio.to_thread(server.wait_ready)
    answers = await asyncio.gather(*uploads)
    assert {status for status, _ in answers} <= {200, 500}
    await until(lambda: nothing_held(platform, user), seconds=150)
    movements = await platform.movements(user)
    charged = {movement.request_id for movement in movements if movement.kind == "charge"}
    refunded = {movement.request_id for movement in movements if movement.kind == "refund"}
    succeeded = {answer["request_id"] for status, answer in answers if status == 200}
    assert succeeded <= charged - refunded
    failed = {answer["request_id"] for status, answer in answers if status == 500}
    assert not failed & (charged - refunded), "what was answered with 500 costs nothing"
    _, found = await find_violations(ledger(platform), datetime.now(UTC), timedelta(minutes=5))
    assert found == []


async def nothing_held(platform: Platform, user: str) -> bool:
    return (await platform.balance(user)).held == 0


def ledger(platform: Platform) -> Store:
    return Store(mongo.database(platform.db, "ledger"))
