"""RCs and RAs on their way to a simulator of SUNAT and back: tickets, refusals, lost answers, kills; on one clock."""

import inspect
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.comprobantes import ComprobanteAccepted
from shared.contracts.resumenes import BajaSent, ComprobanteVoided, ResumenResolved, ResumenSent
from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.despacho import look
from sunat_emitter.held import send_again
from sunat_emitter.resending import turn
from sunat_emitter.steps import sending_of
from tests.support.despachos import RUC, Shop, shop_on
from tests.support.sunat import set_up
from tests.support.sunat_simulator import Entry, Fault
from tests.support.sunat_simulator.desk import Rules
from tests.support.sunat_simulator.faults import IN_WORK, Kind


@pytest_asyncio.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    async with shop_on(database) as opened:
        yield opened


async def settle(shop: Shop, days: int = 0) -> None:
    """Let so many days pass, the first ones slowly."""
    for seconds in (1, 6, 61, 3700, *[22_000, 61, 61, 3700] * days):
        await shop.later(seconds)


async def test_boletas_are_told_by_an_rc_whose_ticket_is_asked_until_it_is_done(shop: Shop) -> None:
    boletas = [await shop.boleta() for _ in range(3)]
    made = await shop.summarise(*boletas)
    name = made.partes[0].nombre_archivo
    await shop.look()
    sent = await shop.resumen(made)
    assert (sent.paso, sent.estado) == ("enviado", "PENDIENTE")
    assert [await shop.estado(each) for each in boletas] == ["PENDIENTE"] * 3
    await shop.later(7)
    waiting = await shop.resumen(made)
    assert waiting.motivo_pendiente == "En proceso de validación por SUNAT"
    await shop.later(80)
    done = await shop.resumen(made)
    assert (done.estado, done.codigo_sunat, done.ticket) == ("ACEPTADO", "0", sent.ticket)
    assert await shop.calls(name) == ["sendSummary", "getStatus", "getStatus"]
    assert await shop.deps.archivos.read(f"R-{name}.zip") is not None
    assert await shop.ours() == shop.theirs()
    kinds = [type(event) for event in shop.bus.published]
    assert kinds.count(ResumenSent) == kinds.count(ResumenResolved) == 1
    assert kinds.count(ComprobanteAccepted) == 3


async def test_facturas_are_voided_by_an_ra_and_boletas_by_an_rc(shop: Shop) -> None:
    factura, boleta = await shop.factura(), await shop.boleta()
    await shop.summarise(boleta)
    await settle(shop)
    made = await shop.void(factura, boleta)
    await settle(shop)
    assert [each.clase for each in made.partes] == ["RA", "RC"]
    assert {estado for estado, _ in (await shop.ours()).values()} == {"ANULADO"}
    assert await shop.ours() == shop.theirs()
    kinds = [type(event) for event in shop.bus.published]
    assert (kinds.count(BajaSent), kinds.count(ComprobanteVoided)) == (1, 2)


def known_elsewhere(shop: Shop, name: str) -> None:
    """Another system of the issuer's has told SUNAT of a number."""
    today = shop.simulator.books.today
    shop.simulator.books.register(Entry(name, "ACEPTADO", 0, "", "", today, "1-12345678", total="1.00", moneda="PEN"))


async def test_documents_of_a_rejected_rc_are_told_why_and_go_in_the_next(shop: Shop) -> None:
    boletas = [await shop.boleta(), await shop.boleta()]
    known_elsewhere(shop, boletas[1].nombre_archivo)
    first = await shop.summarise(*boletas)
    await settle(shop)
    rejected = await shop.resumen(first)
    assert (rejected.estado, rejected.codigo_sunat) == ("RECHAZADO", "2282")
    told = await shop.deps.comprobantes.find(boletas[0].nombre_archivo)
    assert told is not None
    assert told.estado == "PENDIENTE"
    assert "2282" in (told.aviso or "")
    await shop.summarise(boletas[0])
    await settle(shop)
    assert await shop.estado(boletas[0]) == "ACEPTADO"


@pytest.mark.parametrize("codigo", [2282, 2663, 2514])
async def test_a_refusal_at_once_is_as_good_as_one_by_a_ticket(shop: Shop, codigo: int) -> None:
    boleta = await shop.boleta()
    shop.simulator.faults.plan(Fault(kind="exception", operation="sendSummary", codigo=codigo))
    made = await shop.summarise(boleta)
    await shop.look()
    refused = await shop.resumen(made)
    assert (refused.estado, refused.codigo_sunat, refused.ticket) == ("RECHAZADO", str(codigo), None)
    assert await shop.estado(boleta) == "PENDIENTE"


SUMMARY_FAULTS: tuple[Kind, ...] = (
    "html_502",
    "empty_200",
    "internal_error",
    "lost_before",
    "lost_after",
    "lost_ticket",
    "dropped_ticket",
    "unknown_ticket",
    "no_content",
)


@pytest.mark.parametrize("kind", SUMMARY_FAULTS[3:])
async def test_whatever_is_lost_each_document_ends_as_sunat_has_it(shop: Shop, kind: Kind) -> None:
    factura, known, fresh = await shop.factura(), await shop.boleta(), await shop.boleta()
    await shop.summarise(known)
    await settle(shop)
    shop.simulator.faults.plan(Fault(kind=kind, operation=IN_WORK.get(kind, "sendSummary"), times=3))
    made = [await shop.summarise(fresh), await shop.void(known), await shop.void(factura)]
    await settle(shop, 2)
    assert shop.simulator.faults.struck[kind] == 3
    assert [await shop.estado(each) for each in (fresh, known, factura)] == ["ACEPTADO", "ANULADO", "ANULADO"]
    assert await shop.ours() == shop.theirs()
    assert {(await shop.resumen(each)).estado for each in made} == {"ACEPTADO"}
    assert set(shop.simulator.books.registered.values()) == {1}


async def test_where_sunat_has_some_documents_of_a_lost_rc_and_not_others_it_did_not_take_it(shop: Shop) -> None:
    boletas = [await shop.boleta(), await shop.boleta()]
    known_elsewhere(shop, boletas[1].nombre_archivo)
    shop.simulator.faults.plan(Fault(kind="lost_before", operation="sendSummary"))
    made = await shop.summarise(*boletas)
    await settle(shop, 1)
    lost = await shop.resumen(made)
    assert (lost.estado, lost.codigo_sunat) == ("RECHAZADO", "2282")
    assert [await shop.estado(each) for each in boletas] == ["PENDIENTE"] * 2
    await shop.summarise(boletas[0])
    await settle(shop)
    assert await shop.estado(boletas[0]) == "ACEPTADO"
    assert shop.simulator.books.entries[boletas[1].nombre_archivo].total == "1.00"


async def test_a_lost_voiding_of_which_sunat_has_a_part_did_not_void_the_rest(shop: Shop) -> None:
    facturas = [await shop.factura(), await shop.factura()]
    shop.simulator.books.change(facturas[1].nombre_archivo, "ANULADO")  # by a person, on SUNAT's own pages
    shop.simulator.faults.plan(Fault(kind="lost_before", operation="sendSummary"))
    made = await shop.void(*facturas)
    await settle(shop, 1)
    lost = await shop.resumen(made)
    assert (lost.estado, lost.codigo_sunat) == ("RECHAZADO", "2323")
    await shop.void(facturas[0])
    await settle(shop)
    assert await shop.estado(facturas[0]) == "ANULADO"


async def test_a_name_that_another_system_has_used_is_left_to_it(shop: Shop) -> None:
    boleta = await shop.boleta()
    made = await shop.summarise(boleta)
    name = made.partes[0].nombre_archivo
    shop.simulator.books.files[name] = "another system's ticket"
    await settle(shop, 1)
    first = await shop.resumen(made)
    assert first.estado == "ACEPTADO"
    assert "-002" in (first.mensaje_sunat or "")
    assert await shop.ours() == shop.theirs()


async def test_a_refused_account_stops_summaries_until_it_is_changed(shop: Shop) -> None:
    shop.simulator.desk.claves[f"{RUC}MODDATOS"] = "otra"
    boletas = [await shop.boleta(), await shop.boleta()]
    made = [await shop.summarise(each) for each in boletas]
    await settle(shop)
    assert sum(operation == "sendSummary" for operation, _ in shop.simulator.calls) == 1
    assert "0102" in ((await shop.resumen(made[1])).motivo_pendiente or "")
    await set_up(shop.deps, envio_boletas="resumen", sol_endpoint="prod", sol_clave="otra")
    await turn(sending_of(shop.deps))
    await settle(shop, 1)
    assert [await shop.estado(each) for each in boletas] == ["ACEPTADO"] * 2


async def test_a_ticket_that_sunat_leaves_open_for_days_is_asked_until_it_is_done(shop: Shop) -> None:
    shop.simulator.desk.rules = Rules(ticket_polls=0, ticket_time=timedelta(days=4))
    boleta = await shop.boleta()
    made = await shop.summarise(boleta)
    await settle(shop, 2)
    open_since = (await shop.deps.extravios.abiertos()).oldest_ticket
    assert open_since is not None
    assert shop.now() - open_since > timedelta(hours=12)
    assert (await shop.resumen(made)).estado == "PENDIENTE"
    await shop.later(4 * 86_400)
    assert await shop.estado(boleta) == "ACEPTADO"
    assert len(await shop.calls(made.partes[0].nombre_archivo)) > 6


async def test_what_sunat_would_reject_is_held_back_and_never_sent(shop: Shop) -> None:
    boleta = await shop.boleta()
    made = await shop.summarise(boleta)
    name = made.partes[0].nombre_archivo
    await shop.database["resumenes"].update_one({"_id": name}, {"$set": {"lineas.0.serie": "F001"}})
    await settle(shop)
    ((held, why),) = await shop.deps.extravios.held()
    assert (held, "2513" in why) == (name, True)
    assert name not in shop.simulator.books.received
    await shop.database["resumenes"].update_one({"_id": name}, {"$set": {"lineas.0.serie": "B001"}})
    assert await send_again(shop.database, ()) == 0
    await settle(shop, 1)
    assert await shop.estado(boleta) == "ACEPTADO"


class Killed(Exception):
    """The process is dead."""


class Mortal:
    """A part of a process that dies before its last call of so many; `life` is shared by its parts."""

    def __init__(self, part: object, life: list[int]) -> None:
        self._part, self._life = part, life

    def __getattr__(self, name: str) -> object:
        found = getattr(self._part, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def call(*given: object, **named: object) -> object:
            self._life[0] -= 1
            if self._life[0] < 0:
                raise Killed
            return await found(*given, **named)

        return call


def mortal(shop: Shop, life: int) -> Deps:
    """The service's parts in a process that lives for so many of their calls."""
    left, deps = [life], shop.deps
    names = ("resumenes", "extravios", "resoluciones", "archivos", "contadores")
    parts: dict[str, Any] = {name: Mortal(getattr(deps, name), left) for name in names}
    sending = sending_of(deps)
    auditoria: Any = Mortal(sending.auditoria, left)
    return replace(deps, **parts, sending=replace(sending, auditoria=auditoria))


@pytest.mark.parametrize("kind", [None, "lost_after"])
async def test_a_process_killed_at_any_step_leaves_nothing_undone(shop: Shop, kind: Kind | None) -> None:
    boletas = []
    for life in range(0, 36, 3) if kind is None else range(3, 66, 12):
        boletas.append(await shop.boleta())
        made = await shop.summarise(boletas[-1])
        if kind is not None:
            name = made.partes[0].nombre_archivo
            shop.simulator.faults.plan(Fault(kind=kind, operation="sendSummary", name=name))
        deps = mortal(shop, life)
        with suppress(Killed):
            for _ in range(4):
                shop.ahead += timedelta(seconds=70)
                await look(deps)
    await settle(shop, 5)
    assert [await shop.estado(each) for each in boletas] == ["ACEPTADO"] * len(boletas)
    assert await shop.database["resumenes"].count_documents({"hash": None}) == 0
    assert await shop.ours() == shop.theirs()
    assert set(shop.simulator.books.registered.values()) == {1}


@given(st.lists(st.sampled_from(SUMMARY_FAULTS), max_size=5), st.integers(0, 3))
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_row_of_faults_ends_with_books_that_agree(shop: Shop, kinds: list[Kind], polls: int) -> None:
    shop.simulator.desk.rules = Rules(ticket_polls=polls)
    shop.simulator.faults.plan(*(Fault(kind=kind, operation=IN_WORK.get(kind, "sendSummary")) for kind in kinds))
    boletas = [await shop.boleta(), await shop.boleta()]
    await shop.summarise(*boletas)
    await settle(shop, 2)
    shop.simulator.faults.clear()
    await settle(shop, 2)
    assert [await shop.estado(each) for each in boletas] == ["ACEPTADO"] * 2
    assert await shop.ours() == shop.theirs()
    assert await shop.deps.extravios.held() == []
