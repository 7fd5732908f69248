"""Processes that issue are killed in the middle: no number is lost, none is used twice, no sale is invoiced twice."""

import asyncio
import random
import sys
from pathlib import Path

from shared.contracts.comprobantes import ComprobanteIssued
from shared.mongo import Database
from sunat_emitter.documents.sign import verify
from sunat_emitter.emision import tell_issued_once
from tests.support.sunat import COMPANY, LAPTOP, PERSONA, SilentBus, emitter, invoice, sell, set_up, venta_of

ROOT = Path(__file__).parents[2]
SALES = 120
KILLS = 6


async def start(url: str, database: Database, first: int, last: int) -> asyncio.subprocess.Process:
    command = (sys.executable, "-m", "tests.support.issuing_process", url, database.name, str(first), str(last))
    return await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)


async def kill_after(process: asyncio.subprocess.Process, lines: int, delay: float) -> None:
    """SIGKILL it a moment after it has issued so many."""
    assert process.stdout is not None
    for _ in range(lines):
        if not await process.stdout.readline():
            break
    await asyncio.sleep(delay)
    if process.returncode is None:
        process.kill()
    await process.wait()


async def test_kills_in_the_middle_leave_no_gap_and_no_repeat(mongodb_url: str, database: Database) -> None:
    bus = SilentBus()
    deps = await emitter(database, bus)
    await set_up(deps)
    ventas = [await sell(deps, venta_of(PERSONA, LAPTOP)) for _ in range(SALES)]
    chance = random.Random(7)
    for _ in range(KILLS):
        process = await start(mongodb_url, database, ventas[0].id, ventas[-1].id)
        await kill_after(process, chance.randint(1, 15), chance.uniform(0, 0.02))
    # Whatever a killed process left open, the same sales are asked for again.
    await asyncio.gather(*(invoice(deps, venta.id, "03", request_id=f"again-{venta.id}") for venta in ventas))

    rows = [row async for row in database["comprobantes"].find({}).sort("numero", 1)]
    assert [row["numero"] for row in rows] == list(range(1, SALES + 1))
    assert sorted(row["venta_id"] for row in rows) == [venta.id for venta in ventas]
    serie = await deps.series.named(COMPANY, "03", "B001")
    assert serie is not None
    assert serie.correlativo_actual == SALES
    for row in rows:
        xml = await deps.archivos.read(f"{row['_id']}.xml")
        assert xml is not None
        assert verify(xml).digest == row["hash"]
    bus.published.clear()
    await tell_issued_once(deps, deps.now() + deps.republish_after)
    told = {row["_id"] async for row in database["comprobantes"].find({"told.issued": True})}
    assert len(told) == SALES
    assert all(isinstance(event, ComprobanteIssued) for event in bus.published)
