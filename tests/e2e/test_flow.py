"""The flow of requests through the running platform: nobody waits, repeats happen once, the limit holds."""

import asyncio
import io
import json
from pathlib import Path
from typing import Any

import aiohttp

from tests.support.platform import UPLOAD, Platform
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
WHOLE = {
    "credits.held.v1",
    "document.uploaded.v1",
    "document.recognized.v1",
    "document.reconciled.v1",
    "credits.settled.v1",
    "user.tagged.v1",
}


async def upload(platform: Platform, user: str, **headers: str) -> tuple[int, Any, dict[str, Any]]:
    """An upload with more headers (their names with `_`): the status, the headers and the body."""
    form = aiohttp.FormData()
    form.add_field("image", io.BytesIO(PAPER.read_bytes()), filename="invoice")
    sent = platform.headers(user) | {name.replace("_", "-"): value for name, value in headers.items()}
    async with platform.client.post(UPLOAD, data=form, headers=sent) as response:
        return response.status, response.headers, await response.json()


async def listen(
    platform: Platform, path: str, user: str, last_id: str = "", most: int = 1000
) -> list[tuple[str, dict[str, Any]]]:
    """Ids and data of a request's events until the stream ends, or until so many came."""
    headers = platform.headers(user) | ({"Last-Event-ID": last_id} if last_id else {})
    found: list[tuple[str, dict[str, Any]]] = []
    event_id = ""
    async with platform.client.get(path, headers=headers) as response:
        async for line in response.content:
            name, _, value = line.decode().rstrip("\n").partition(": ")
            if name == "id":
                event_id = value
            elif name == "data":
                found.append((event_id, json.loads(value)))
            if len(found) == most:
                break
    return found


async def test_an_upload_that_nobody_waits_for_is_followed_to_its_end(platform: Platform) -> None:
    user = await platform.user(lumis=15)
    status, headers, answer = await upload(platform, user, Prefer="respond-async")
    assert (status, headers["Preference-Applied"]) == (202, "respond-async")
    assert headers["Location"] == f"/api/v4/requests/{answer['data']['request_id']}"
    events = f"{headers['Location']}/events"
    first = await listen(platform, events, user, most=2)
    rest = await listen(platform, events, user, last_id=first[-1][0])
    assert {data["type"] for _, data in first + rest} == WHOLE
    assert len(first + rest) == len(WHOLE)
    assert all(event_id == data["id"] for event_id, data in first + rest)
    _, shown = await platform.get(headers["Location"], user)
    assert shown["data"]["result"]["data"]["cost_lumis"] == 15
    assert (await platform.get(events, await platform.user(lumis=0)))[0] == 404
    assert await listen(platform, events, user, last_id=rest[-1][0]) == []


async def test_a_repeated_upload_is_charged_once(platform: Platform) -> None:
    user = await platform.user(lumis=100)
    answers = await asyncio.gather(*(upload(platform, user, Idempotency_Key="factura-1") for _ in range(10)))
    assert {status for status, _, _ in answers} == {200}
    assert len({json.dumps(body) for _, _, body in answers}) == 1
    assert sum("Idempotent-Replayed" in headers for _, headers, _ in answers) == 9
    status, headers, body = await upload(platform, user, Idempotency_Key="factura-1")
    assert (status, headers["Idempotent-Replayed"], body) == (200, "true", answers[0][2])

    async def is_settled() -> bool:
        return (await platform.balance(user)).held == 0

    await until(is_settled)
    assert (await platform.balance(user)).balance == 85
    assert [each.kind for each in await platform.movements(user)] == ["charge", "grant"]


async def test_a_users_own_limit_holds(platform: Platform) -> None:
    user = await platform.user(lumis=100)
    path = f"/api/v4/admin/users/{user}/rate-limit"
    limit = {"limit": 2, "window_seconds": 3600}
    async with platform.client.put(path, json=limit, headers=platform.headers("boss", "admin")) as response:
        assert response.status == 200
    answers = await asyncio.gather(*(upload(platform, user) for _ in range(5)))
    assert sorted(status for status, _, _ in answers) == [200, 200, 429, 429, 429]
    status, headers, body = await upload(platform, user)
    assert (status, body["error"]["code"]) == (429, "RATE_LIMITED")
    assert (headers["X-RateLimit-Limit"], headers["X-RateLimit-Remaining"]) == ("2", "0")
    assert 0 < int(headers["Retry-After"]) <= 1800

    async def is_whole() -> bool:
        balance = await platform.balance(user)
        return (balance.balance, balance.held) == (70, 0)

    await until(is_whole)


async def test_a_repeat_gets_the_answer_that_a_killed_gateway_could_not_give(platform: Platform) -> None:
    user = await platform.user(lumis=100)
    platform.stack.kill("ocr-engine")
    first = asyncio.create_task(upload(platform, user, Idempotency_Key="factura-2"))
    requests = platform.db["gateway"]["requests"]

    async def is_published() -> bool:
        return await requests.find_one({"user_id": user, "published": True}) is not None

    await until(is_published)
    platform.stack.kill("gateway")
    assert isinstance((await asyncio.gather(first, return_exceptions=True))[0], aiohttp.ClientError)
    for name in ("gateway", "ocr-engine"):
        platform.stack.start_again(name)
    for name in ("gateway", "ocr-engine"):
        await platform.stack.until_ready(name)
    status, headers, body = await upload(platform, user, Idempotency_Key="factura-2")
    assert (status, headers["Idempotent-Replayed"]) == (200, "true")
    stored = await requests.find_one({"user_id": user})
    assert stored is not None
    assert body["request_id"] == stored["_id"]
    assert await requests.count_documents({"user_id": user}) == 1
    await platform.request_with(body["request_id"], user, "credits.settled.v1")
    assert (await platform.balance(user)).balance == 85
