"""What operators see of the running platform: the real Prometheus finds every part, and every panel shows something."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio

from deploy.local.prometheus import Prometheus, prometheus_program, targets_of
from deploy.local.rows import SERVICES
from deploy.local.servers import ServerMissing
from deploy.watch.dashboards import DASHBOARDS
from deploy.watch.panels import Dashboard
from tests.e2e.test_sunat import ready_shop, sell
from tests.support.extract import TEST_TOKEN, encoded
from tests.support.platform import Platform
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
PARSE = "/api/extract/invoice/1/parse"


class Asked:
    """Prometheus, and what can be asked of it."""

    def __init__(self, url: str, client: aiohttp.ClientSession) -> None:
        self._url = url
        self._client = client

    async def get(self, path: str, **query: str) -> Any:
        async with self._client.get(f"{self._url}/api/v1/{path}", params=query) as response:
            answer = await response.json()
        assert answer["status"] == "success", answer
        return answer["data"]

    async def values(self, expression: str) -> list[tuple[dict[str, str], float]]:
        """The labels and values of an expression now."""
        found = (await self.get("query", query=expression))["result"]
        return [(row["metric"], float(row["value"][1])) for row in found]


@pytest_asyncio.fixture(scope="module")
async def watched(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Asked]:
    """Prometheus beside the platform, looking often; the load comes while it looks."""
    try:
        prometheus_program("prometheus")
    except ServerMissing as missing:
        pytest.skip(str(missing))
    server = Prometheus(tmp_path_factory.mktemp("prometheus"), targets_of(platform.stack.where), interval="1s")
    server.spawn()
    try:
        await asyncio.to_thread(server.wait_ready)
        async with aiohttp.ClientSession() as client:
            asked = Asked(server.url, client)
            await until(lambda: _all_up(asked), seconds=30)
            await _load(platform)
            yield asked
    finally:
        server.stop()


async def _all_up(asked: Asked) -> bool:
    return [value for _, value in await asked.values("up")] == [1] * 8


async def _load(platform: Platform) -> None:
    """Uploads, one without credits, documents of the Extract API, and a factura."""
    user = await platform.user(lumis=45)
    for _ in range(3):
        status, answer = await platform.upload(user, PAPER.read_bytes())
        assert status == 200, answer
    assert (await platform.upload(await platform.user(lumis=0), PAPER.read_bytes()))[0] == 402
    for _ in range(3):
        given = {"params": {"account_token": TEST_TOKEN, "documents": [encoded(PAPER.read_bytes())]}}
        async with platform.client.post(PARSE, json=given) as response:
            assert (await response.json())["result"]["status"] == "success"
    shop = await ready_shop(platform)
    venta = await sell(shop)
    body = {"tipo_comprobante": "01"}
    status, answer = await shop.send("POST", f"/api/ventas/{venta}/facturar", body, Idempotency_Key=uuid4().hex)
    assert status == 200, answer


async def test_every_service_and_the_brokers_own_endpoints_are_scraped(watched: Asked) -> None:
    rows = await watched.values("max_over_time(up[1m])")  # a busy machine may miss one of the many looks
    assert {row["service"] for row, value in rows if row["job"] == "lumis" and value == 1} == {
        row.name for row in SERVICES
    }
    assert {row["job"] for row, value in rows if value == 1} == {"lumis", "rabbitmq", "rabbitmq-queues"}


async def test_every_rule_is_evaluated_without_an_error(watched: Asked) -> None:
    groups = (await watched.get("rules"))["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    assert [rule["lastError"] for rule in rules if rule.get("lastError")] == []


async def test_a_queue_of_one_caller_is_not_kept(watched: Asked) -> None:
    queues = {row["queue"] for row, _ in await watched.values("rabbitmq_detailed_queue_messages_ready")}
    assert "lumis.parked" in queues
    assert [name for name in queues if ".origin." in name or name.startswith("amq.gen")] == []


@pytest.mark.parametrize("dashboard", DASHBOARDS, ids=lambda dashboard: dashboard.uid)
async def test_every_panel_shows_something_after_a_load(watched: Asked, dashboard: Dashboard) -> None:
    empty, unnamed = set[str](), set[str]()

    async def all_show() -> bool:
        empty.clear()
        for panel in dashboard.panels:
            for query in panel.queries:
                found = await watched.values(query.expression.replace("$__rate_interval", "1m"))
                if not found and not panel.empty_while:
                    empty.add(f"{panel.title}: {query.expression}")
                wanted = set(re.findall(r"{{(\w+)}}", query.legend)) - {"model"}  # the offline engine has none
                unnamed.update(query.legend for labels, _ in found if labels and not wanted <= labels.keys())
        return not empty

    try:
        await until(all_show, seconds=30)
    except AssertionError:
        raise AssertionError("\n".join(["panels without a line:", *sorted(empty)])) from None
    assert unnamed == set()
