"""The Extract API beside polling: programs that are called when a document is ready, and readings that learn."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from ocr_engine.supplier import user_key
from shared.contracts.extract import CallbackScheduled
from shared.contracts.topology import event_queue
from tests.support.broker import queue_length
from tests.support.drawn_bills import FIRST, NEXT, drawn
from tests.support.extract import Client, account, content
from tests.support.platform import Platform
from tests.support.receiver import Received, Receiver, receiving
from tests.support.waiting import until

BROKEN = b"%PDF-1.7\n" + b"broken " * 50


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


def path_of(document: str) -> str:
    return f"/hook/{document}?key=abc"


@pytest.mark.parametrize(("generation", "version"), [("1", 122), ("2", 123)])
async def test_a_program_is_called_once_and_can_read_the_result_by_then(
    platform: Platform, receiver: Receiver, generation: str, version: int
) -> None:
    _, client = await account(platform, 2, generation=generation, version=version)
    seen: dict[str, dict[str, Any]] = {}

    async def poll(message: Received) -> None:
        document = message.path.partition("?")[0].rpartition("/")[2]
        seen[document] = await client.get(document)

    receiver.look = poll
    good = await client.handed_in(drawn(FIRST), webhook_url=receiver.url)
    bad = await client.handed_in(BROKEN, webhook_url=receiver.url)
    await until(lambda: len(seen) == 2, 60)
    assert {message.path for message in receiver.received} == {path_of(good), path_of(bad)}
    assert [(message.method, message.body) for message in receiver.received] == [("POST", b"")] * 2
    assert seen[good]["status"] == "success"
    assert seen[bad]["status"] not in {"success", "processing"}


async def test_a_failing_receiver_is_called_again_also_by_another_process(
    platform: Platform, receiver: Receiver
) -> None:
    _, client = await account(platform, 1)
    receiver.statuses.append(503)
    document = await client.handed_in(drawn(FIRST), webhook_url=receiver.url)
    callbacks = platform.db["gateway"]["callbacks"]

    async def is_noted_as_failed() -> bool:
        free = {"document_id": document, "attempts": 1, "leased_until": {"$lte": datetime.now(UTC)}}
        return await callbacks.find_one(free) is not None

    await until(is_noted_as_failed, 60)
    platform.stack.kill("gateway")
    platform.stack.start_again("gateway")
    await platform.stack.until_ready("gateway")
    await until(lambda: len(receiver.received) == 2, 60)
    assert {message.path for message in receiver.received} == {path_of(document)}

    async def is_noted() -> bool:
        return await callbacks.find_one({"document_id": document, "called_at": {"$ne": None}}) is not None

    async def nothing_waits() -> bool:
        return await queue_length(platform.stack.where.rabbitmq_url, event_queue("gateway", CallbackScheduled)) == 0

    await until(is_noted, 30)
    row = await callbacks.find_one({"document_id": document})
    assert row is not None
    # The same event again, as a broker may deliver it.
    again = CallbackScheduled(
        request_id=row["_id"],
        origin=f"test-{uuid4().hex[:8]}",
        user_id=row["user_id"],
        document_id=document,
        reason="ready",
    )
    await platform.bus.publish(again)
    await until(nothing_waits, 30)
    await asyncio.sleep(0.2)
    assert len(receiver.received) == 2


async def test_a_dead_host_holds_up_no_other(platform: Platform, receiver: Receiver) -> None:
    async with receiving() as slow:
        slow.gate.clear()
        test = Client(platform)
        waiting = [await test.handed_in(b"%PDF-1.7 any", webhook_url=slow.url) for _ in range(3)]
        await until(lambda: len(slow.received) == 3, 30)
        document = await test.handed_in(b"%PDF-1.7 any", webhook_url=receiver.url)
        await until(lambda: len(receiver.received) == 1, 30)
        assert receiver.received[0].path == path_of(document)
        assert {message.path for message in slow.received} == set(map(path_of, waiting))


async def test_a_validated_document_teaches_the_next_reading_of_its_supplier(platform: Platform) -> None:
    user, client = await account(platform, 3)
    document = await client.handed_in(drawn(FIRST))
    first = await client.ended(document)
    (result,) = first["results"]
    assert (content(result, "date"), content(result, "total")) == ("2024-03-02", 121.0)
    values = {"date": {"content": "2024-02-28"}, "total": {"content": 133.0}, "VAT_Number": {"content": "BE0477472701"}}
    said = await client.call("validate", document_uuid=document, values=values)
    assert said["status"] == "success"

    async def learnt() -> bool:
        return await platform.db["ocr_engine"]["layouts"].find_one({"user": user_key(user)}) is not None

    await until(learnt, 30)
    taught = await client.read(drawn(NEXT))
    assert (content(taught, "date"), content(taught, "total")) == ("2024-02-29", 649.0)
    assert taught["detected_layout_id"] == result["detected_layout_id"]
    for key in ("date", "total"):
        assert taught[key]["selected_value"] in taught[key]["candidates"]
        assert taught[key]["selected_value"]["coords"][0] > 0.5
    _, other = await account(platform, 1)
    alone = await other.read(drawn(NEXT))
    assert (content(alone, "date"), content(alone, "total")) == ("2024-03-16", 605.0)
