"""Three processes of each service: they share the work, one may die or be restarted, and no client is any the worse."""

import asyncio
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from functools import partial
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio

from deploy.local.rows import SERVICES
from tests.e2e.test_sunat import accepted, ready_shop, sell
from tests.support.front import Front
from tests.support.load import PRICE, STORY, Load, books_of
from tests.support.platform import UPLOAD, Platform
from tests.support.replicas import Fleet, Replica, replicas
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
UPLOADS = 30
PER_SECOND = 4
FUNDS = 50 * PRICE
"""More than the load asks of a user, however long a busy machine takes to restart everything."""
FACTURAS = 15
COUNTS = {"ledger": 2, "reconciler": 2, "ocr-engine": 2, "tagger": 2, "gateway": 2, "sunat-emitter": 2}
RESTARTED = ("ledger", "reconciler", "ocr-engine", "gateway")
"""Those that a client waits for; the benchmark of a rolling restart takes all of them, twice."""
QUEUES = {
    "ocr-engine": "ocr-engine.document.uploaded.v1",
    "reconciler": "reconciler.document.recognized.v1",
    "ledger": "ledger.document.reconciled.v1",
    "tagger": "tagger.document.reconciled.v1",
}
SENDING = "sunat-emitter.comprobante.issued.v1"


@pytest_asyncio.fixture(scope="module")
async def fleet(platform: Platform) -> AsyncIterator[Fleet]:
    """Beside those of the platform two processes of each service."""
    settings = {**platform.stack.settings, "UNREADY_SECONDS": "1"}
    async with replicas(platform.stack.where, platform.secret, settings, COUNTS) as started:
        yield started


async def handled(platform: Platform, fleet: Fleet) -> dict[str, list[Counter[str]]]:
    """What each process of each service has handled since its start, by queue."""
    where = platform.stack.where
    all_of = {row.name: [*fleet[row.name], Replica(row, where, {})] for row in SERVICES if row.name in COUNTS}
    return {name: [Counter(await each.handled()) for each in group] for name, group in all_of.items()}


async def test_three_of_each_share_the_work_and_do_each_part_of_it_once(platform: Platform, fleet: Fleet) -> None:
    users = await asyncio.gather(*(platform.user(lumis=PRICE) for _ in range(UPLOADS)))
    before = await handled(platform, fleet)
    async with Front(fleet["gateway"]).running() as front:
        load = Load(platform, front.url, PAPER.read_bytes(), 15, users, keep_alive=0.5, most=UPLOADS)
        await load.run()
    assert load.failed == []
    books = await books_of(load, PRICE)
    assert (books.lost, books.overcharged) == (0, 0)
    for name, queue in QUEUES.items():

        async def shares(name: str = name, queue: str = queue) -> list[int]:
            after = (await handled(platform, fleet))[name]
            return [now[queue] - then[queue] for now, then in zip(after, before[name], strict=True)]

        assert sum(await shares()) == len(load.uploads), name
        assert min(await shares()) > 0, f"{name}: {await shares()}"


async def entered(platform: Platform, ruc: str) -> dict[str, int]:
    """How often SUNAT has entered each comprobante of an issuer."""
    books = f"http://127.0.0.1:{platform.stack.where.simulator_port}/_simulador/libros"
    async with platform.client.get(books) as response:
        rows = (await response.json())["comprobantes"]
    return {row["nombre_archivo"]: row["registrado"] for row in rows if row["nombre_archivo"].startswith(ruc)}


async def test_three_sunat_emitters_share_the_sending_and_each_factura_is_entered_once(
    platform: Platform, fleet: Fleet
) -> None:
    shop = await ready_shop(platform)
    ventas = [await sell(shop) for _ in range(FACTURAS)]
    before = (await handled(platform, fleet))["sunat-emitter"]
    body = {"tipo_comprobante": "01"}
    shown = await asyncio.gather(*(accepted(shop, f"/api/ventas/{venta}/facturar", body) for venta in ventas))
    names = {each["comprobante"]["numero_completo"] for each in shown}
    assert names == {f"F001-{number}" for number in range(1, FACTURAS + 1)}
    _, emisor = await shop.send("GET", "/api/facturacion/emisor")
    assert await entered(platform, emisor["data"]["ruc"]) == {f"{emisor['data']['ruc']}-01-{name}": 1 for name in names}
    after = (await handled(platform, fleet))["sunat-emitter"]
    shares = [now[SENDING] - then[SENDING] for now, then in zip(after, before, strict=True)]
    assert min(shares) > 0, shares


async def upload(platform: Platform, at: Replica, user: str, **headers: str) -> tuple[int, Mapping[str, str], bytes]:
    form = aiohttp.FormData()
    form.add_field("image", PAPER.read_bytes(), filename="x")
    named = {name.replace("_", "-"): value for name, value in headers.items()} | platform.headers(user)
    async with platform.client.post(f"{at.url}{UPLOAD}", data=form, headers=named) as response:
        return response.status, dict(response.headers), await response.read()


async def test_what_a_killed_gateway_was_asked_is_answered_by_another_and_charged_once(
    platform: Platform, fleet: Fleet
) -> None:
    user = await platform.user(lumis=2 * PRICE)
    doomed, other = fleet["gateway"]
    engines = [platform.stack.pid_of("ocr-engine"), *(each.process.pid or 0 for each in fleet["ocr-engine"])]
    for pid in engines:
        os.kill(pid, signal.SIGSTOP)
    try:
        status, _, _ = await upload(platform, doomed, user, Prefer="respond-async")
        assert status == 202
        key = str(uuid4())
        waiting = asyncio.create_task(upload(platform, doomed, user, Idempotency_Key=key))
        requests = platform.db["gateway"]["requests"]
        await until(lambda: _are_published(platform, user, 2))
        await asyncio.to_thread(doomed.process.kill)
        with pytest.raises(aiohttp.ClientError):
            await waiting
    finally:
        for pid in engines:
            os.kill(pid, signal.SIGCONT)
    ids = [str(row["_id"]) async for row in requests.find({"user_id": user}, {"_id": 1})]
    for request_id in ids:
        await until(partial(_is_told, platform, other, request_id, user), 40)
    answers = [await upload(platform, other, user, Idempotency_Key=key) for _ in range(2)]
    assert [status for status, _, _ in answers] == [200, 200]
    assert answers[0][2] == answers[1][2]
    assert answers[1][1]["Idempotent-Replayed"] == "true"
    assert sorted(movement.amount for movement in await platform.movements(user)) == [-PRICE, -PRICE, 2 * PRICE]
    assert (await platform.balance(user)).available == 0
    doomed.start()
    await doomed.until_ready()


async def _are_published(platform: Platform, user: str, count: int) -> bool:
    rows = platform.db["gateway"]["requests"].find({"user_id": user})
    return (
        sum([any(entry["type"] == "document.uploaded.v1" for entry in row["timeline"]) async for row in rows]) == count
    )


async def _is_told(platform: Platform, at: Replica, request_id: str, user: str) -> bool:
    url = f"{at.url}/api/v4/requests/{request_id}"
    async with platform.client.get(url, headers=platform.headers(user)) as response:
        assert response.status == 200
        request = (await response.json())["data"]
    return set(STORY) <= {entry["type"] for entry in request["timeline"]} and request["result"]["success"]


async def test_restarting_one_process_after_the_other_under_load_fails_no_upload(
    platform: Platform, fleet: Fleet
) -> None:
    users = await asyncio.gather(*(platform.user(lumis=FUNDS) for _ in range(200)))
    async with Front(fleet["gateway"]).running() as front:
        load = Load(platform, front.url, PAPER.read_bytes(), PER_SECOND, users, keep_alive=0.5)
        running = asyncio.create_task(load.run())
        for name in RESTARTED:
            await fleet[name][0].restart()
        load.stop()
        await running
    assert load.failed == []
    assert front.refused == 0
    books = await books_of(load, FUNDS)
    assert (books.lost, books.overcharged) == (0, 0)
