"""What the demonstration does as a client, and what it sees: answer, timeline, movements, tags."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from deploy.local.rows import Addresses
from lumis_operator.credits import grant_over
from shared.bus import Bus, Delivery, OwnEvents
from shared.contracts.credits import CreditsSettled, ListMovements, Movement
from shared.contracts.tags import Tag, UserTagged

_LAST_STEPS = frozenset({CreditsSettled.NAME, UserTagged.NAME})
_SECONDS = 60.0


@dataclass(frozen=True)
class Journey:
    """One upload, seen from outside."""

    status: int
    answer: Mapping[str, Any]
    """The upload's answer."""
    request: Mapping[str, Any]
    """The request as `GET /api/v4/requests/{id}` shows it in the end."""
    before: Mapping[str, Any]
    """The balance before the upload."""
    after: Mapping[str, Any]
    movements: tuple[Movement, ...]
    tags: tuple[Tag, ...]


async def travel(where: Addresses, token: str, user: str, sample: bytes, lumis: int) -> Journey:
    """Grant Lümis, upload the sample, wait until it is settled and tagged.

    Raises:
        Unavailable: the bus cannot be reached.
        TimeoutError: settlement or tags did not come.
    """
    tagged: dict[str, tuple[Tag, ...]] = {}

    def see(delivery: Delivery, _deps: None) -> None:
        if isinstance(delivery.event, UserTagged):
            tagged[delivery.request_id] = delivery.event.tags

    # As an origin, `#` matches every process: this queue sees the taggings of all requests.
    bus = Bus(where.rabbitmq_url, service="demo", origin="#")
    bus.add(OwnEvents(see, (UserTagged,)), None)
    await bus.start()
    headers = {"Authorization": f"Bearer {token}"}
    try:
        await grant_over(bus, user, lumis)
        async with aiohttp.ClientSession(where.url, headers=headers) as client:
            before = await _data(client, "/api/v4/lumis/balance")
            status, answer = await _upload(client, sample)
            request = await _settled(client, str(answer.get("request_id")))
            after = await _data(client, "/api/v4/lumis/balance")
        movements = (await bus.call(ListMovements(user_id=user))).movements
        tags = await _tags(tagged, str(answer.get("request_id")))
    finally:
        await bus.close(drain_seconds=1)
    return Journey(status, answer, request, before, after, movements, tags)


async def _tags(tagged: Mapping[str, tuple[Tag, ...]], request_id: str) -> tuple[Tag, ...]:
    """The tags as their event had them; it reaches us and the gateway at nearly the same time."""
    for _ in range(30):
        if request_id in tagged:
            break
        await asyncio.sleep(0.1)
    return tagged.get(request_id, ())


async def _upload(client: aiohttp.ClientSession, sample: bytes) -> tuple[int, dict[str, Any]]:
    form = aiohttp.FormData()
    form.add_field("image", sample, filename="demo.jpg", content_type="image/jpeg")
    async with client.post("/api/v4/invoices/upload-ocr", data=form) as response:
        answer: dict[str, Any] = await response.json()
        return response.status, answer


async def _data(client: aiohttp.ClientSession, path: str) -> dict[str, Any]:
    async with client.get(path) as response:
        answer: dict[str, Any] = await response.json()
        return answer.get("data") or {}


async def _settled(client: aiohttp.ClientSession, request_id: str) -> dict[str, Any]:
    """The request, once its last steps are in its timeline, or once it is known that they will not come."""
    async with asyncio.timeout(_SECONDS):
        while True:
            request = await _data(client, f"/api/v4/requests/{request_id}")
            seen = {entry["type"] for entry in request.get("timeline", ())}
            if seen >= _LAST_STEPS or request.get("state") in {None, "unreadable", "abandoned"}:
                return request
            await asyncio.sleep(0.1)
