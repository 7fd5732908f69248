"""Boletas and facturas of a shop in a real database, put into RCs and RAs; SUNAT's word is written by the test."""

from datetime import timedelta
from typing import Any

from shared.contracts.message import Event
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import ReadComprobante
from shared.contracts.sunat.resumenes import (
    BajaInput,
    CreateBaja,
    CreateResumen,
    ResumenesShown,
    ResumenInput,
)
from shared.contracts.sunat.ventas import ReadVenta, VentaShown
from shared.mongo import Database
from sunat_emitter.bajas import create_baja
from sunat_emitter.clock import LIMA
from sunat_emitter.deps import Deps
from sunat_emitter.facturacion import read_comprobante
from sunat_emitter.resolucion import apply_resolution
from sunat_emitter.resumenes import create_resumen
from sunat_emitter.store import StoredResumen
from sunat_emitter.store.envios import Result
from sunat_emitter.ventas import read_venta
from tests.support.sunat import (
    COMPANY,
    MOUSE,
    PERSONA,
    SilentBus,
    emitter,
    invoice,
    sell,
    set_up,
    venta_of,
)

ACCEPTED = Result("ACEPTADO", "0", "El Resumen diario ha sido aceptado")
REFUSED = Result("RECHAZADO", "2663", "El documento ya fue informado")


async def shop(database: Database, mode: str = "resumen", **settings: Any) -> tuple[Deps, SilentBus]:
    """An issuer whose boletas wait for a summary."""
    bus = SilentBus()
    deps = await emitter(database, bus, **settings)
    await set_up(deps, envio_boletas=mode)
    return deps, bus


async def boleta(deps: Deps, *items: dict[str, Any]) -> ComprobanteShown:
    return await invoice(deps, (await sell(deps, venta_of(PERSONA, *(items or (MOUSE,))))).id, "03")


def today(deps: Deps) -> str:
    return deps.now().astimezone(LIMA).date().isoformat()


def line(shown: ComprobanteShown, **fields: Any) -> dict[str, Any]:
    return {"tipo": shown.tipo, "serie": shown.serie, "numero": shown.numero, **fields}


async def summarized(deps: Deps, *lines: dict[str, Any], request: str = "r", **said: Any) -> ResumenesShown:
    fecha = said.pop("fecha", today(deps))
    resumen = ResumenInput.model_validate({"fecha": fecha, "comprobantes": lines})
    call = CreateResumen(request_id=request, origin="gateway-test", company=COMPANY, resumen=resumen, **said)
    answer = (await create_resumen(call, deps)).answer
    assert isinstance(answer, ResumenesShown)
    return answer


async def voided(deps: Deps, *lines: dict[str, Any], request: str = "v", **said: Any) -> ResumenesShown:
    baja = BajaInput.model_validate({"comprobantes": lines})
    call = CreateBaja(request_id=request, origin="gateway-test", company=COMPANY, baja=baja, **said)
    answer = (await create_baja(call, deps)).answer
    assert isinstance(answer, ResumenesShown)
    return answer


async def decided(deps: Deps, name: str, result: Result, ticket: str = "20251013001") -> StoredResumen:
    """What the sender does: takes it, gets a ticket, learns of the end."""
    now = deps.now()
    until = now + timedelta(seconds=40)
    taken = await deps.resumenes.claim(name, "sender", now, until)
    assert taken is not None
    assert await deps.resumenes.sign(taken, "digest")
    assert await deps.resumenes.begin_try(taken, now, until)
    assert await deps.resumenes.keep_ticket(taken, ticket, now, now)
    taken = await deps.resumenes.claim(name, "poller", now, until)
    assert taken is not None
    found = await deps.resumenes.decide(taken, result, deps.now())
    assert found is not None
    return found


async def resolved(deps: Deps, name: str, result: Result = ACCEPTED, ticket: str = "20251013001") -> None:
    await apply_resolution(await decided(deps, name, result, ticket), deps)


async def state(deps: Deps, shown: ComprobanteShown) -> ComprobanteShown:
    call = ReadComprobante(company=COMPANY, nombre_archivo=shown.nombre_archivo)
    answer = (await read_comprobante(call, deps)).answer
    assert isinstance(answer, ComprobanteShown)
    return answer


async def sale_state(deps: Deps, shown: ComprobanteShown) -> str:
    answer = (await read_venta(ReadVenta(company=COMPANY, id=shown.venta_id or 0), deps)).answer
    assert isinstance(answer, VentaShown)
    return answer.estado


def named(events: list[Event], kind: type[Event]) -> list[str]:
    return [event.model_dump()["nombre_archivo"] for event in events if isinstance(event, kind)]
