"""Legal times that come to their end: told once when near, told and marked when over, by Lima's clock."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from shared.contracts.plazos import PlazoNeared, PlazoPassed
from shared.errors import Unavailable
from shared.mongo import Database, ensure_indexes
from sunat_emitter.plazos import Plazos
from sunat_emitter.resumenes import show
from sunat_emitter.shown import show_comprobante
from sunat_emitter.store import Comprobantes, Resumenes
from sunat_emitter.store.vencimientos import INDEXES, Vencimientos
from sunat_emitter.vencimientos import Vigilancia, look
from tests.support.envios import Told, insert, numbered

ISSUED = date(2026, 11, 21)
FACTURA, BOLETA = "20123456786-01-F001-7", "20123456786-03-B001-7"
END = datetime(2026, 11, 25, 5, tzinfo=UTC)
"""Of the factura's time; the boleta's ends two days later."""


@pytest_asyncio.fixture
async def watched(database: Database) -> AsyncIterator[Vigilancia]:
    await ensure_indexes(database, INDEXES)
    await insert(database, numbered("factura", "01", "F001", 7, ISSUED))
    await insert(database, numbered("boleta to a person", "03", "B001", 7, ISSUED))
    yield Vigilancia(Vencimientos(database))


def told(bus: Told) -> list[tuple[str, str]]:
    return [(event.NAME.split(".")[1], event.model_dump()["nombre_archivo"]) for _, event in bus.events]


def gauge(name: str, clase: str, standing: str | None = None) -> float | None:
    labels = {"clase": clase} | ({"standing": standing} if standing else {})
    return REGISTRY.get_sample_value(f"lumis_sunat_deadline_{name}", labels)


async def row(database: Database, name: str) -> dict[str, Any]:
    return await database["comprobantes"].find_one({"_id": name}) or {}


async def test_each_document_is_told_once_when_its_end_is_near_and_once_when_it_is_over(
    database: Database, watched: Vigilancia
) -> None:
    bus = Told()
    await look(watched, bus, END - timedelta(hours=24, seconds=1))
    assert bus.events == []
    assert gauge("seconds", "factura") == 24 * 3600 + 1
    for _ in range(2):
        await look(watched, bus, END - timedelta(hours=24))
        await look(watched, bus, END - timedelta(seconds=1))
    assert told(bus) == [("neared", FACTURA)]
    assert (gauge("files", "factura", "near"), gauge("files", "factura", "past")) == (1, 0)
    for _ in range(2):
        await look(watched, bus, END)
    assert told(bus) == [("neared", FACTURA), ("passed", FACTURA)]
    near, over = (event for _, event in bus.events)
    assert isinstance(near, PlazoNeared)
    assert isinstance(over, PlazoPassed)
    assert near.fin == over.fin == END
    assert (gauge("files", "factura", "near"), gauge("files", "factura", "past")) == (0, 1)
    assert gauge("seconds", "factura") == float("inf")
    assert gauge("seconds", "boleta") == 2 * 24 * 3600
    await look(watched, bus, END + timedelta(days=2))
    assert told(bus)[2:] == [("passed", BOLETA)]


async def test_what_is_over_is_marked_with_what_is_left_and_shows_it_while_it_is_pending(
    database: Database, watched: Vigilancia
) -> None:
    await look(watched, Told(), END)
    stored = await Comprobantes(database).find(FACTURA)
    assert stored is not None
    shown = show_comprobante(stored, cdr=False).fuera_de_plazo
    assert shown == Plazos().remedy("factura", ISSUED, en_duda=False)
    accepted = stored.model_copy(update={"estado": "ACEPTADO"})
    assert show_comprobante(accepted, cdr=True).fuera_de_plazo is None
    assert "fuera_de_plazo" not in await row(database, BOLETA)


async def test_without_a_broker_it_is_marked_all_the_same_and_told_later(
    database: Database, watched: Vigilancia
) -> None:
    bus = Told(broken=True)
    with pytest.raises(Unavailable):
        await look(watched, bus, END)
    assert (await row(database, FACTURA))["fuera_de_plazo"]["contado"] is False
    bus.broken = False
    await look(watched, bus, END + timedelta(hours=1))
    assert ("passed", FACTURA) in told(bus)


async def test_what_sunat_has_or_works_on_is_not_told_and_raised_days_take_the_mark_away(
    database: Database, watched: Vigilancia
) -> None:
    rows, bus = database["comprobantes"], Told()
    await rows.update_one({"_id": BOLETA}, {"$set": {"resumen": "20123456786-RC-20261122-001"}})
    await look(watched, bus, END + timedelta(days=9))
    assert told(bus) == [("passed", FACTURA)]
    longer = Vigilancia(watched.vencimientos, Plazos(factura=30))
    await look(longer, bus, END + timedelta(days=9))
    assert "fuera_de_plazo" not in await row(database, FACTURA)
    await rows.update_one({"_id": FACTURA}, {"$set": {"estado": "ACEPTADO"}})
    await look(watched, bus, END + timedelta(days=9))
    assert len(bus.events) == 1


async def test_a_voiding_that_sunat_has_not_taken_has_seven_days_and_shows_that_they_are_over(
    database: Database, watched: Vigilancia
) -> None:
    name, bus, rows = "20123456786-RA-20261122-001", Told(), database["resumenes"]
    whose = {"company": "company-1", "emisor_id": 1, "ruc": "20123456786", "ambiente": "prod", "id": 1}
    which = {"clase": "RA", "identificador": "RA-20261122-001", "correlativo": 1, "cantidad": 1, "baja": True}
    days = {"fecha_referencia": ISSUED.isoformat(), "fecha_generacion": "2026-11-22", "created_at": END}
    cause = {"pedido": "request-1", "request_id": "request-1", "origin": "test-1"}
    standing = {"estado": "PENDIENTE", "paso": "firmado", "envio": {}}
    await rows.insert_one({"_id": name, **whose, **which, **days, **cause, **standing})

    async def shown() -> str | None:
        stored = await Resumenes(database).find(name)
        assert stored is not None
        return show(stored, cdr=False).fuera_de_plazo

    await look(watched, bus, END + timedelta(days=3, hours=1))
    assert (("neared", name) in told(bus), await shown()) == (True, None)
    await look(watched, bus, END + timedelta(days=4))
    assert ("passed", name) in told(bus)
    assert await shown() == Plazos().remedy("baja", ISSUED, en_duda=False)
    await rows.update_one({"_id": name}, {"$set": {"ticket": "2026112200001", "paso": "enviado"}})
    await look(watched, bus, END + timedelta(days=5))
    assert (gauge("files", "baja", "past"), await shown()) == (0, None)
