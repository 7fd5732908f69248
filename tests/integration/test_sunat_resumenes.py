"""RCs and RAs on their way to a simulator of SUNAT and back: tickets, refusals, lost answers, kills; on one clock."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared.contracts.comprobantes import ComprobanteAccepted
from shared.contracts.resumenes import BajaSent, ComprobanteVoided, ResumenResolved, ResumenSent
from shared.mongo import Database
from tests.support.despachos import Shop, shop_on
from tests.support.sunat_simulator import Entry, Fault
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


SUMMARY_FAULTS = (
    "lost_before",
    "lost_after",
    "html_502",
    "empty_200",
    "internal_error",
    "lost_ticket",
    "dropped_ticket",
    "unknown_ticket",
    "no_content",
)


@pytest.mark.parametrize("kind", SUMMARY_FAULTS)
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
