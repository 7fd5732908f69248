"""Fifty emissions at once while SUNAT fails in every way it can and the sunat-emitter is killed: each ends, once."""

import asyncio
import contextlib
import hashlib
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from typing import Any, TypeVar
from uuid import uuid4

import pytest
import pytest_asyncio

from shared.bus import Bus, Delivery, OwnEvents
from shared.contracts.comprobantes import ComprobanteAccepted, ComprobanteRejected
from shared.contracts.message import Call
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import FacturarInput, IssueComprobante
from shared.contracts.sunat.emisores import EmisorInput, UploadCertificado, WriteEmisor
from shared.contracts.sunat.ventas import CreateVenta, VentaInput
from shared.errors import Unavailable
from shared.mongo import Database, database
from tests.support.platform import Platform, running
from tests.support.sunat import EMISOR, PASSWORD, PERSONA, pfx, venta_of
from tests.support.sunat_simulator import Fault, Simulator
from tests.support.sunat_simulator.faults import Kind
from tests.support.waiting import until

EMISSIONS = 50
ANSWER_SECONDS = 1.5
ORIGIN = "test-chaos"
ALL = (
    Fault(kind="timeout", seconds=10, times=None, rate=0.05),
    Fault(kind="lost_before", times=None, rate=0.08),
    Fault(kind="lost_after", times=None, rate=0.15),
    Fault(kind="html_503", times=None, rate=0.08),
    Fault(kind="empty_200", times=None, rate=0.08),
    Fault(kind="malformed_zip", times=None, rate=0.08),
    Fault(kind="internal_error", times=None, rate=0.05),
    Fault(kind="exception", codigo=109, times=None, rate=0.08),
    Fault(kind="slow", seconds=0.5, times=None, rate=0.1),
)
AnswerT = TypeVar("AnswerT")


@pytest_asyncio.fixture(scope="module")
async def simulator() -> AsyncIterator[Simulator]:
    async with Simulator() as started:
        yield started


@pytest_asyncio.fixture(scope="module")
async def platform(simulator: Simulator, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    settings = {
        "SUNAT_BASE_URL": simulator.url,
        "SUNAT_ANSWER_SECONDS": str(ANSWER_SECONDS),
        "SUNAT_LEASE_MARGIN_SECONDS": "1",
        "SUNAT_QUICK_PAUSE_SECONDS": "0.2",
        "SUNAT_LADDER_SECONDS": "[1, 2]",
        "SUNAT_RESEND_SECONDS": "0.5",
        "SUNAT_BREAKER_SECONDS": "1",
        "SUNAT_REPUBLISH_SECONDS": "2",
        "DRAIN_SECONDS": "5",
    }
    async with running(tmp_path_factory.mktemp("sunat"), settings) as started:
        yield started


async def ask(platform: Platform, call: Call[Any]) -> Any:
    """Ask until it is answered: the one who is asked may be dead just now."""
    for _ in range(40):
        try:
            return await platform.bus.call(call, timeout=4)
        except Unavailable:
            await asyncio.sleep(0.5)
    raise AssertionError(f"{call.NAME} was never answered")


class Seller:
    """A tenant with an issuer of its own."""

    def __init__(self, platform: Platform, endpoint: str, ruc: str) -> None:
        self.platform = platform
        self.company = f"company:{uuid4().hex[:8]}"
        self.emisor = {**EMISOR, "ruc": ruc, "sol_endpoint": endpoint}

    async def configure(self) -> None:
        await ask(self.platform, WriteEmisor(company=self.company, emisor=EmisorInput.model_validate(self.emisor)))

    async def certify(self) -> None:
        await ask(self.platform, UploadCertificado(company=self.company, contenido=pfx(), password=PASSWORD))

    async def issue(self, number: int) -> ComprobanteShown:
        """A factura for even numbers, a boleta for odd ones."""
        sale = venta_of(PERSONA) if number % 2 else venta_of()
        venta = await ask(self.platform, CreateVenta(company=self.company, venta=VentaInput.model_validate(sale)))
        call = IssueComprobante(
            request_id=f"{self.company}-{number}",
            origin=ORIGIN,
            company=self.company,
            venta_id=venta.id,
            datos=FacturarInput.model_validate({"tipo_comprobante": "03" if number % 2 else "01"}),
        )
        shown: ComprobanteShown = await ask(self.platform, call)
        return shown


async def kill_again_and_again(platform: Platform, times: int, simulator: Simulator) -> None:
    """Kill the sunat-emitter each time some more has reached SUNAT."""
    for _ in range(times):
        seen = len(simulator.calls)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(_more_calls(simulator, seen + 6), 3)
        platform.stack.kill("sunat-emitter")
        platform.stack.start_again("sunat-emitter")
        await platform.stack.until_ready("sunat-emitter")


async def _more_calls(simulator: Simulator, wanted: int) -> None:
    while len(simulator.calls) < wanted:  # noqa: ASYNC110 - what is waited for happens in another process
        await asyncio.sleep(0.005)


async def emit_under(
    faults: tuple[Fault, ...], platform: Platform, simulator: Simulator, seller: Seller, kills: int
) -> list[dict[str, Any]]:
    """Issue fifty while everything fails, then let SUNAT recover: the comprobantes in the end."""
    await seller.configure()
    await seller.certify()
    simulator.faults.plan(*faults)
    killing = asyncio.create_task(kill_again_and_again(platform, kills, simulator))
    shown = await asyncio.gather(*(seller.issue(number) for number in range(EMISSIONS)))
    await killing
    simulator.faults.clear()
    if any(fault.kind == "credentials" for fault in faults):
        await seller.configure()
    assert len({each.nombre_archivo for each in shown}) == EMISSIONS
    db = database(platform.db, "sunat_emitter")

    async def decided() -> bool:
        undecided = {"company": seller.company, "$or": [{"estado": "PENDIENTE"}, {"envio.por_contar": True}]}
        return await db["comprobantes"].count_documents(undecided) == 0

    try:
        await until(decided, seconds=90)
    except AssertionError:
        left = db["comprobantes"].find({"company": seller.company, "estado": "PENDIENTE"}, {"documento": 0})
        raise AssertionError([(row["_id"], row["motivo_pendiente"], row.get("envio")) async for row in left]) from None
    return [row async for row in db["comprobantes"].find({"company": seller.company}, {"documento": 0})]


async def check(rows: list[dict[str, Any]], db: Database, simulator: Simulator) -> None:
    """Each decided, once at SUNAT and the same as stored; no number lost."""
    assert len(rows) == EMISSIONS
    assert Counter(row["estado"] for row in rows) == {"ACEPTADO": EMISSIONS}
    numbers = defaultdict(set)
    for row in rows:
        numbers[row["serie"]].add(row["numero"])
        assert simulator.books.registered[row["_id"]] == 1, row["_id"]
        stored = await db["archivos"].find_one({"_id": f"{row['_id']}.xml"})
        assert stored is not None
        assert simulator.books.entries[row["_id"]].huella == hashlib.sha256(stored["content"]).hexdigest()
    for series in numbers.values():
        assert series == set(range(1, len(series) + 1)), "a correlativo was lost"


@pytest.mark.parametrize("endpoint", ["prod", "beta"])
async def test_under_every_fault_together_and_three_kills_each_comprobante_ends_once(
    platform: Platform, simulator: Simulator, endpoint: str
) -> None:
    seller = Seller(platform, endpoint, {"prod": "20100000001", "beta": "20100000002"}[endpoint])
    rows = await emit_under(ALL, platform, simulator, seller, kills=3)
    assert len(simulator.faults.struck) >= 5, simulator.faults.struck
    await check(rows, database(platform.db, "sunat_emitter"), simulator)


GROUPS: dict[str, tuple[Kind, ...]] = {
    "no answer": ("timeout", "slow"),
    "connection lost": ("lost_before", "lost_after"),
    "no use": ("html_503", "empty_200", "malformed_zip"),
    "said to be down": ("internal_error", "exception"),
    "refused": ("credentials",),
}
RUCS = {name: f"201000001{place:02d}" for place, name in enumerate(GROUPS)}


@pytest.mark.parametrize("group", GROUPS)
async def test_while_every_call_fails_one_way_and_a_kill_comes_each_comprobante_ends_once(
    platform: Platform, simulator: Simulator, group: str
) -> None:
    known = {fault.kind: fault for fault in (*ALL, Fault(kind="credentials"))}
    times = 1 if group == "refused" else 10
    faults = tuple(known[kind].model_copy(update={"times": times, "rate": 1.0}) for kind in GROUPS[group])
    rows = await emit_under(faults, platform, simulator, Seller(platform, "prod", RUCS[group]), kills=1)
    await check(rows, database(platform.db, "sunat_emitter"), simulator)


async def test_every_end_is_told_by_one_event_and_no_password_is_in_the_audit(
    platform: Platform, simulator: Simulator
) -> None:
    heard: defaultdict[str, set[str]] = defaultdict(set)

    def hear(delivery: Delivery, _deps: object) -> None:
        heard[delivery.data["nombre_archivo"]].add(f"{delivery.type} {delivery.id}")

    bus = Bus(platform.stack.where.rabbitmq_url, service="test", origin=ORIGIN)
    bus.add(OwnEvents(hear, (ComprobanteAccepted, ComprobanteRejected)), None)
    await bus.start()
    try:
        await bus.wait_until_connected(30)
        rows = await emit_under(ALL, platform, simulator, Seller(platform, "prod", "20100000200"), kills=2)
        await until(lambda: len(heard) >= EMISSIONS)
    finally:
        await bus.close(drain_seconds=1)
    assert heard.keys() == {row["_id"] for row in rows}
    assert Counter(len(events) for events in heard.values()) == {1: EMISSIONS}
    db = database(platform.db, "sunat_emitter")
    exchanges = [row async for row in db["auditoria_sunat"].find({"company": rows[0]["company"]})]
    assert {row["nombre_archivo"] for row in exchanges} == {row["_id"] for row in rows}
    assert not any(b"moddatos" in row["request"].lower() for row in exchanges)
