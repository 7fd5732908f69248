"""Bodies together stay within their bound: who finds no room is told so before sending anything."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.deps import Deps
from gateway.room import NoRoom, Room, leave_room
from gateway.settings import GatewaySettings
from gateway.uploads import FILE_LIMIT
from shared.contracts.documents import DocumentUploaded
from shared.mongo import Database
from tests.support.gateway import JPEG, Gateway, running, token
from tests.support.invoices import COMPLETE
from tests.support.upload_answers import answering, nothing_left
from tests.support.waiting import until


def test_places_fill_the_room_and_are_given_back_once() -> None:
    room = Room(100)
    with room.take(60):
        with pytest.raises(NoRoom):
            room.take(41)
        with room.take(40):
            leave_room()
            leave_room()
            with room.take(40), pytest.raises(NoRoom):
                room.take(1)
        with room.take(40):
            pass
    with room.take(100):
        pass


def test_what_is_larger_than_the_room_or_says_nothing_comes_in_alone() -> None:
    room = Room(100)
    for announced in (10_000, None):
        with room.take(announced), pytest.raises(NoRoom):
            room.take(1)
    with room.take(0), room.take(100):
        pass


def small(deps: Deps) -> Deps:
    limits = replace(deps.limits, answer_time=timedelta(seconds=1))
    return replace(deps, room=Room(1_000_000), limits=limits)


async def begin(gateway: Gateway, length: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    head = f"POST /api/v4/invoices/upload-ocr HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token()}\r\n"
    head += f"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n"
    writer.write(head.encode())
    await writer.drain()
    return reader, writer


async def test_a_body_without_room_is_refused_before_it_is_sent_and_room_comes_back(database: Database) -> None:
    async with running(database, change=small) as gateway:
        gateway.bus.react = answering(COMPLETE)
        _, slow = await begin(gateway, 900_000)
        await until(lambda: gateway.deps.room._free == 100_000)
        reader, writer = await begin(gateway, 200_000)
        answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
        body = json.loads(await reader.read())
        assert b" 503 " in answer.split(b"\r\n")[0]
        assert b"retry-after: 2" in answer.lower()
        assert (body["success"], body["error"]["code"]) == (False, "SERVER_BUSY")
        assert gateway.bus.calls == []
        assert await nothing_left(gateway)
        writer.close()
        assert (await gateway.upload(("image", JPEG))).status == 200
        slow.close()
        await until(lambda: gateway.deps.room._free == 1_000_000)


async def test_an_upload_that_waits_for_its_answer_takes_no_room(database: Database) -> None:
    async with running(database, change=small) as gateway:
        waiting = asyncio.create_task(gateway.upload(("image", JPEG)))
        await until(lambda: bool(gateway.bus.of(DocumentUploaded)))
        assert gateway.deps.room._free == 1_000_000
        assert (await waiting).status == 500


def test_there_is_room_for_some_of_the_largest_uploads_by_default() -> None:
    assert GatewaySettings.model_fields["body_bytes_in_flight"].default >= 8 * FILE_LIMIT
