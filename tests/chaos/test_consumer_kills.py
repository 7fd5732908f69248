"""Each consumer is killed between state change and publish, and between publish and ack: the same result, once."""

import asyncio
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from tests.support.crashing_service import BEFORE_ACK, BEFORE_PUBLISH
from tests.support.platform import Platform
from tests.support.waiting import until

STORY = (
    "credits.held.v1",
    "document.uploaded.v1",
    "document.recognized.v1",
    "document.reconciled.v1",
    "credits.settled.v1",
    "user.tagged.v1",
)
PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
CONSUMERS = {"ocr-engine": "ocr_engine", "reconciler": "reconciler", "ledger": "ledger", "tagger": "tagger"}


@pytest.mark.parametrize("point", [BEFORE_PUBLISH, BEFORE_ACK])
@pytest.mark.parametrize("name", CONSUMERS)
async def test_a_consumer_killed_at_either_point_changes_only_the_time(
    platform: Platform, tmp_path: Path, name: str, point: str
) -> None:
    user = await platform.user(lumis=40)
    stack, flag = platform.stack, tmp_path / "died"
    stack.kill(name)
    stack.start_again(name, sys.executable, "-m", "tests.support.crashing_service", CONSUMERS[name], point, str(flag))
    await stack.until_ready(name)
    uploading = asyncio.create_task(platform.upload(user, PAPER.read_bytes()))
    await until(lambda: not stack.is_alive(name), seconds=40)
    assert flag.exists()
    stack.kill(name)
    stack.start_again(name)
    await stack.until_ready(name)
    status, answer = await uploading
    assert status == 200, answer
    request = await platform.request_with(answer["request_id"], user, *STORY)
    assert Counter(entry["type"] for entry in request["timeline"]) == Counter(STORY)
    balance = await platform.balance(user)
    assert (balance.balance, balance.held) == (25, 0)
    assert [movement.amount for movement in await platform.movements(user)] == [-15, 40]
    tags = [row async for row in platform.db["lumimatch"]["user_tags"].find({"user_id": user})]
    assert tags
    assert {row["count"] for row in tags} == {1}
    assert await platform.db["reconciler"]["invoices"].count_documents({"user_id": user}) == 1


@pytest.mark.parametrize("point", [BEFORE_PUBLISH, BEFORE_ACK])
async def test_a_gateway_killed_around_its_publish_leaves_a_request_that_is_read_and_charged_once(
    platform: Platform, tmp_path: Path, point: str
) -> None:
    user = await platform.user(lumis=40)
    stack, flag = platform.stack, tmp_path / "died"
    stack.kill("gateway")
    stack.start_again("gateway", sys.executable, "-m", "tests.support.crashing_service", "gateway", point, str(flag))
    await stack.until_ready("gateway")
    with pytest.raises(aiohttp.ClientError):
        await platform.upload(user, PAPER.read_bytes())
    assert flag.exists()
    stack.kill("gateway")
    stack.start_again("gateway")
    await stack.until_ready("gateway")
    row = await platform.db["gateway"]["requests"].find_one({"user_id": user})
    assert row is not None
    request = await platform.request_with(row["_id"], user, *STORY, seconds=60)
    assert Counter(entry["type"] for entry in request["timeline"]) == Counter(STORY)
    assert request["result"]["success"] is True
    assert [movement.amount for movement in await platform.movements(user)] == [-15, 40]
