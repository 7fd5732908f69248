"""Webhooks through the whole platform: a user's receiver is told how each request of theirs ended."""

import hashlib
import hmac
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.support.platform import Platform
from tests.support.receiver import Received, Receiver, receiving
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
PATH = "/api/v4/webhooks"


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


async def send(platform: Platform, method: str, path: str, user: str, **options: Any) -> tuple[int, dict[str, Any]]:
    async with platform.client.request(method, path, headers=platform.headers(user), **options) as response:
        return response.status, await response.json()


async def registered(platform: Platform, receiver: Receiver, lumis: int) -> tuple[str, str]:
    """A user with a webhook, and its secret."""
    user = await platform.user(lumis)
    status, answer = await send(platform, "PUT", PATH, user, json={"url": receiver.url})
    assert status == 200, answer
    return user, answer["data"]["secret"]


def is_signed(message: Received, secret: str) -> bool:
    parts = dict(part.split("=") for part in message.headers["lumis-signature"].split(","))
    expected = hmac.new(secret.encode(), f"{parts['t']}.".encode() + message.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"])


async def test_a_read_invoice_is_told_with_its_result_its_charge_and_its_tags(
    platform: Platform, receiver: Receiver
) -> None:
    user, secret = await registered(platform, receiver, lumis=15)
    status, answer = await platform.upload(user, PAPER.read_bytes())
    assert status == 200, answer
    request_id = answer["request_id"]
    await until(lambda: len(receiver.received) == 3, 30)
    assert {message.event for message in receiver.received} == {
        "document.reconciled.v1",
        "credits.settled.v1",
        "user.tagged.v1",
    }
    assert all(is_signed(message, secret) for message in receiver.received)
    assert {message.json["request_id"] for message in receiver.received} == {request_id}
    (ended,) = receiver.of("document.reconciled.v1")
    request = await platform.request(request_id, user)
    assert ended.json["data"] == {"state": "reconciled", "result": request["result"]}
    timeline = {entry["type"]: entry["id"] for entry in request["timeline"]}
    assert ended.json["id"] == timeline["document.reconciled.v1"]
    assert "webhook.scheduled.v1" not in timeline


async def test_a_document_that_cannot_be_read_is_told_too(platform: Platform, receiver: Receiver) -> None:
    user, _ = await registered(platform, receiver, lumis=15)
    status, answer = await platform.upload(user, b"%PDF-1.7\n" + b"broken " * 50)
    assert status == 422, answer
    await until(lambda: bool(receiver.of("document.unreadable.v1") and receiver.of("credits.released.v1")), 30)
    (ended,) = receiver.of("document.unreadable.v1")
    assert ended.json["data"]["state"] == "unreadable"
    assert ended.json["data"]["result"]["error"]["details"]["reason"] == "DAMAGED"


async def test_a_receiver_that_fails_is_tried_again_and_a_dead_gateway_loses_nothing(
    platform: Platform, receiver: Receiver
) -> None:
    user, _ = await registered(platform, receiver, lumis=15)
    body = {"url": receiver.url, "events": ["document.reconciled.v1"]}
    assert (await send(platform, "PUT", PATH, user, json=body))[0] == 200
    receiver.statuses.append(503)
    status, _ = await platform.upload(user, PAPER.read_bytes())
    assert status == 200
    await until(lambda: len(receiver.received) == 1, 30)
    platform.stack.kill("gateway")
    platform.stack.start_again("gateway")
    await platform.stack.until_ready("gateway")
    await until(lambda: len(receiver.received) >= 2, 60)
    assert len({message.headers["lumis-delivery"] for message in receiver.received}) == 1

    async def shown() -> bool:
        _, answer = await send(platform, "GET", PATH, user)
        last = answer["data"]["last_delivery"]
        return bool(last and last["delivered"] and answer["data"]["failures"] == 0)

    await until(shown, 30)


async def test_a_ping_says_how_it_was_taken_and_a_deleted_webhook_is_told_nothing(
    platform: Platform, receiver: Receiver
) -> None:
    user, secret = await registered(platform, receiver, lumis=15)
    status, answer = await send(platform, "POST", f"{PATH}/test", user)
    assert (status, answer["data"]["delivered"]) == (200, True)
    assert is_signed(receiver.received[0], secret)
    assert (await send(platform, "DELETE", PATH, user))[0] == 200
    status, answer = await platform.upload(user, PAPER.read_bytes())
    assert status == 200
    await platform.request_with(answer["request_id"], user, "user.tagged.v1", "credits.settled.v1")
    assert [message.event for message in receiver.received] == ["ping"]
