"""Two gateway processes beside each other: one rate limit for both, and a request of one is seen at the other."""

import asyncio
import io
import os
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import aiohttp
import pytest_asyncio

from deploy.local.ports import free_ports
from deploy.local.processes import Process
from deploy.local.rows import SERVICES, environment_of
from deploy.local.stack import is_ready
from tests.support.platform import UPLOAD, Platform
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
GATEWAY = next(row for row in SERVICES if row.name == "gateway")


@pytest_asyncio.fixture
async def second(platform: Platform) -> AsyncIterator[str]:
    """The address of another gateway on the same servers."""
    http_port, ops_port = free_ports(2)
    where = replace(platform.stack.where, http_port=http_port, ops_ports={"gateway": ops_port})
    environment = environment_of(GATEWAY, where, platform.secret, dict(os.environ))
    process = Process("gateway", [sys.executable, "-m", "gateway"], environment)
    process.start(subprocess.DEVNULL)
    try:
        await until(lambda: is_ready(ops_port), seconds=30)
        yield where.url
    finally:
        await asyncio.to_thread(process.stop)


async def upload(platform: Platform, url: str, user: str) -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("image", io.BytesIO(PAPER.read_bytes()), filename="x")
    async with platform.client.post(f"{url}{UPLOAD}", data=form, headers=platform.headers(user)) as response:
        return response.status, (await response.json())["request_id"]


async def test_the_rate_limit_holds_across_both_to_the_request(platform: Platform, second: str) -> None:
    user = await platform.user(lumis=15 * 30)
    limit = {"limit": 7, "window_seconds": 3600}
    path = f"/api/v4/admin/users/{user}/rate-limit"
    async with platform.client.put(path, json=limit, headers=platform.headers("boss", "admin")) as response:
        assert response.status == 200
    urls = [platform.stack.where.url, second] * 15
    answers = await asyncio.gather(*(upload(platform, url, user) for url in urls))
    assert Counter(status for status, _ in answers) == {200: 7, 429: 23}


async def test_a_request_of_one_gateway_is_seen_at_the_other(platform: Platform, second: str) -> None:
    user = await platform.user(lumis=15)
    status, request_id = await upload(platform, second, user)
    assert status == 200
    request = await platform.request_with(request_id, user, "user.tagged.v1")
    assert request["state"] == "reconciled"
