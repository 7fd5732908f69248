"""Prefer: respond-async, and GET /api/v4/requests/{id}/events: what happened, then what happens, to the end."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import aiohttp
import pytest

from gateway.metrics import STREAMS
from shared.contracts.documents import DocumentAbandoned, DocumentUploaded
from shared.contracts.message import Event
from shared.contracts.tags import UserTagged
from shared.mongo import Database
from tests.support.gateway import JPEG, Gateway, new_id, running, token
from tests.support.invoices import INCOMPLETE, recognized, reconciled
from tests.support.waiting import until
from tests.unit.gateway.test_requests import held, released, settled, store

ASYNC = {"Prefer": "wait=5, Respond-Async"}


def tagged(event: DocumentUploaded) -> Event:
    return UserTagged(
        request_id=event.request_id, origin=event.origin, user_id=event.user_id, invoice_id="invoice-1", tags=()
    )


@asynccontextmanager
async def listening(
    gateway: Gateway, request_id: str, last_id: str = "", user: str = "user-1"
) -> AsyncIterator[aiohttp.ClientResponse]:
    headers = {"Authorization": f"Bearer {token(user)}"} | ({"Last-Event-ID": last_id} if last_id else {})
    url = f"http://127.0.0.1:{gateway.port}/api/v4/requests/{request_id}/events"
    async with gateway.session.get(url, headers=headers) as response:
        yield response


async def frames(response: aiohttp.ClientResponse) -> AsyncIterator[dict[str, str]]:
    """Each event's fields; comments are left out."""
    frame: dict[str, str] = {}
    async for line in response.content:
        name, _, value = line.decode().rstrip("\n").partition(": ")
        if name:
            frame[name] = value
        elif line == b"\n" and "id" in frame:
            yield frame
            frame = {}


async def types(response: aiohttp.ClientResponse) -> list[str]:
    return [frame["event"] async for frame in frames(response)]


async def test_an_upload_that_nobody_waits_for_is_answered_at_once(gateway: Gateway) -> None:
    reply = await gateway.upload(("image", JPEG), headers=ASYNC)
    (event,) = gateway.bus.of(DocumentUploaded)
    assert (reply.status, reply.json["success"]) == (202, True)
    assert reply.json["data"] == {"request_id": event.request_id, "state": "uploaded"}
    assert reply.headers["Location"] == f"/api/v4/requests/{event.request_id}"
    assert reply.headers["Preference-Applied"] == "respond-async"
    shown = await gateway.send("GET", reply.headers["Location"])
    assert (shown.json["data"]["state"], shown.json["data"]["result"]) == ("uploaded", None)
    await gateway.follow(reconciled(event))
    shown = await gateway.send("GET", reply.headers["Location"])
    assert shown.json["data"]["result"]["data"]["total"] == 125.5
    assert not gateway.bus.of(DocumentAbandoned)
    assert len(gateway.deps.waiters) == 0


async def test_a_repeat_of_an_upload_that_nobody_waits_for_names_the_same_request(gateway: Gateway) -> None:
    replies = [
        await gateway.upload(("image", JPEG), headers={**ASYNC, "Idempotency-Key": "k"}),
        await gateway.upload(("image", JPEG), headers={**ASYNC, "Idempotency-Key": "k"}),
    ]
    assert replies[0].text == replies[1].text
    assert replies[0].headers["Location"] == replies[1].headers["Location"]
    assert len(gateway.bus.of(DocumentUploaded)) == 1


@pytest.mark.parametrize("prefer", ["respond-later", "x=respond-async", ""])
async def test_other_preferences_change_nothing(gateway: Gateway, prefer: str) -> None:
    gateway.bus.react = lambda event: reconciled(event) if isinstance(event, DocumentUploaded) else None
    reply = await gateway.upload(("image", JPEG), headers={"Prefer": prefer})
    assert (reply.status, "Preference-Applied" in reply.headers) == (200, False)


async def test_events_come_as_they_happen_until_nothing_more_is_to_come(gateway: Gateway) -> None:
    event = await store(gateway)
    await gateway.follow(held(event))
    async with listening(gateway, event.request_id) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        assert response.headers["X-RateLimit-Limit"] == "1000"
        found = frames(response)
        frame = await anext(found)
        assert set(frame) == {"id", "event", "data"}
        data = json.loads(frame["data"])
        assert set(data) == {"id", "type", "source", "time", "offset_ms"}
        assert (data["id"], data["type"]) == (frame["id"], frame["event"]) == (frame["id"], "credits.held.v1")
        for step in (event, recognized(event), reconciled(event), settled(event), tagged(event)):
            await gateway.follow(step)
            assert (await anext(found))["event"] == step.NAME
        assert [each async for each in found] == []


async def test_a_client_comes_back_after_the_last_event_that_it_saw(gateway: Gateway) -> None:
    event = await store(gateway)
    steps = [held(event), event, reconciled(event, INCOMPLETE), settled(event)]
    ids = [(await gateway.follow(step)).id for step in steps]
    for seen, wanted in ((ids[1], steps[2:]), ("unknown", steps)):
        async with listening(gateway, event.request_id, seen) as response:
            assert await types(response) == [step.NAME for step in wanted]
    async with listening(gateway, event.request_id, ids[-1]) as response:
        assert (response.status, await response.read()) == (204, b"")


async def test_a_released_request_is_over(gateway: Gateway) -> None:
    event = await store(gateway)
    for step in (held(event), released(event)):
        await gateway.follow(step)
    async with listening(gateway, event.request_id) as response:
        assert await types(response) == ["credits.held.v1", "credits.released.v1"]


async def test_another_process_tells_the_same(database: Database) -> None:
    async with running(database) as one, running(database) as other:
        event = await store(one)
        async with listening(other, event.request_id) as response:
            for step in (event, released(event)):
                await one.follow(step)
            assert await types(response) == ["document.uploaded.v1", "credits.released.v1"]


async def test_only_the_owner_and_an_admin_may_listen(gateway: Gateway) -> None:
    event = await store(gateway)
    for request_id, user in ((event.request_id, "user-2"), (new_id(), "user-1")):
        async with listening(gateway, request_id, user=user) as response:
            assert (response.status, (await response.json())["error"]["code"]) == (404, "NOT_FOUND")
    headers = {"Authorization": f"Bearer {token('boss', scope='admin')}"}
    url = f"http://127.0.0.1:{gateway.port}/api/v4/requests/{event.request_id}/events"
    async with gateway.session.get(url, headers=headers) as response:
        assert response.status == 200


async def test_a_user_who_listens_to_enough_is_refused_until_a_stream_ends(gateway: Gateway) -> None:
    event, other = await store(gateway), await store(gateway)
    async with AsyncExitStack() as open_streams:
        for _ in range(19):
            await open_streams.enter_async_context(listening(gateway, event.request_id))
        async with listening(gateway, other.request_id) as last:
            await last.content.readany()
            async with listening(gateway, event.request_id) as refused:
                assert (refused.status, (await refused.json())["error"]["code"]) == (429, "TOO_MANY_STREAMS")
                assert int(refused.headers["Retry-After"]) > 0
            theirs = await store(gateway, user="user-2")
            async with listening(gateway, theirs.request_id, user="user-2") as response:
                assert response.status == 200
            await gateway.follow(released(other))
            assert await types(last) == ["credits.released.v1"]

        async def is_let_in() -> bool:
            async with listening(gateway, event.request_id) as response:
                return response.status == 200

        await until(is_let_in)


async def test_a_client_that_leaves_frees_its_place(gateway: Gateway) -> None:
    event = await store(gateway)
    before = streams()
    async with AsyncExitStack() as open_streams:
        for _ in range(20):
            await open_streams.enter_async_context(listening(gateway, event.request_id))
        for _ in range(2):
            async with listening(gateway, event.request_id) as response:
                assert response.status == 429
    await until(lambda: streams() == before)
    async with listening(gateway, event.request_id) as response:
        assert response.status == 200


def streams() -> Any:
    return STREAMS._value.get()


async def test_a_client_that_leaves_ends_its_stream(gateway: Gateway) -> None:
    event = await store(gateway)
    before = streams()
    async with listening(gateway, event.request_id) as response:
        await response.content.readany()
        assert streams() == before + 1
        response.close()
    await until(lambda: streams() == before)


async def test_a_server_that_stops_ends_its_streams_at_once(database: Database) -> None:
    async with running(database) as gateway:
        event = await store(gateway)
        session = aiohttp.ClientSession()
        headers = {"Authorization": f"Bearer {token()}"}
        url = f"http://127.0.0.1:{gateway.port}/api/v4/requests/{event.request_id}/events"
        response = await session.get(url, headers=headers)
        await response.content.readany()
        reading = asyncio.create_task(response.read())
    async with asyncio.timeout(5):  # and not the ten seconds that requests in hand may take
        await reading
    await session.close()
