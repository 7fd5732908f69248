"""Issuing on a real database: one number each, without gaps, and once per sale, whatever happens side by side."""

import asyncio
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, cast

import pytest

from shared.contracts.comprobantes import ComprobanteIssued, ComprobanteRejected
from shared.contracts.sunat.ventas import AnnulVenta
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.documents.sign import SigningKey, verify
from sunat_emitter.emision import tell_issued_once
from sunat_emitter.facturacion import reopen_venta
from sunat_emitter.firmas import Firmas
from sunat_emitter.store import StoredEmisor
from sunat_emitter.ventas import annul_venta
from tests.support.comprobantes import private_key
from tests.support.sunat import (
    COMPANY,
    EMPRESA,
    LAPTOP,
    PERSONA,
    SilentBus,
    emitter,
    invoice,
    sell,
    set_up,
    settle,
    venta_of,
)

XSD_FOLDER = Path(__file__).parents[3] / "shared" / "data" / "sunat-xsd"


async def numbers(database: Database, serie: str) -> list[int]:
    rows = database["comprobantes"].find({"serie": serie}, {"numero": 1}).sort("numero", 1)
    return [row["numero"] async for row in rows]


async def last_number(deps: Deps, tipo: str, serie: str) -> int:
    found = await deps.series.named(COMPANY, tipo, serie)
    assert found is not None
    return found.correlativo_actual


async def test_an_issued_comprobante_is_signed_stored_and_told(database: Database) -> None:
    bus = SilentBus()
    deps = await emitter(database, bus)
    await set_up(deps)
    venta = await sell(deps)
    issued = await invoice(deps, venta.id)
    assert (issued.numero_completo, issued.estado_sunat, issued.venta_id) == ("F001-1", "PENDIENTE", venta.id)
    assert issued.nombre_archivo == "20123456789-01-F001-1"
    xml = await deps.archivos.read(f"{issued.nombre_archivo}.xml", COMPANY)
    assert xml is not None
    assert verify(xml).digest == issued.hash
    assert await deps.archivos.read(f"{issued.nombre_archivo}.xml", "company:other") is None
    stored = await deps.comprobantes.find(issued.nombre_archivo, COMPANY)
    assert stored is not None
    assert stored.metodo_pago == "EFECTIVO"
    (event,) = bus.published
    assert isinstance(event, ComprobanteIssued)
    assert (event.nombre_archivo, event.request_id, str(event.total)) == (issued.nombre_archivo, "request-1", "3050.30")
    assert await tell_issued_once(deps, deps.now()) == 0


async def test_two_hundred_emissions_at_once_leave_no_gap_and_no_repeat(database: Database) -> None:
    processes = [await emitter(database), await emitter(database)]
    await set_up(processes[0])
    ventas = [await sell(processes[0], venta_of(PERSONA, LAPTOP)) for _ in range(200)]
    issued = await asyncio.gather(
        *(invoice(processes[n % 2], venta.id, "03", request_id=f"r-{n}") for n, venta in enumerate(ventas))
    )
    assert sorted(each.numero for each in issued) == list(range(1, 201))
    assert await numbers(database, "B001") == list(range(1, 201))
    assert await last_number(processes[0], "03", "B001") == 200
    assert await database["archivos"].count_documents({}) == 200


async def test_a_sale_is_invoiced_once_however_often_it_is_asked(database: Database) -> None:
    processes = [await emitter(database), await emitter(database)]
    await set_up(processes[0])
    venta = await sell(processes[0])
    issued = await asyncio.gather(*(invoice(processes[n % 2], venta.id, request_id=f"r-{n}") for n in range(20)))
    assert {each.numero_completo for each in issued} == {"F001-1"}
    assert await numbers(database, "F001") == [1]
    assert await last_number(processes[0], "01", "F001") == 1
    with pytest.raises(Refused, match="VENTA_FACTURADA"):
        await invoice(processes[0], venta.id, "03")


async def test_a_rejected_sale_may_have_another_number(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    venta = await sell(deps)
    first = await invoice(deps, venta.id)
    await settle(deps, first.nombre_archivo, "RECHAZADO", "2335")
    rejected: dict[str, Any] = {"company": COMPANY, "emisor_id": 1, "tipo": "01", "serie": "F001", "numero": 1}
    event = ComprobanteRejected(
        request_id="r", origin="o", nombre_archivo=first.nombre_archivo, codigo="2335", mensaje="alterado", **rejected
    )
    await reopen_venta(event, deps)
    await reopen_venta(event, deps)
    stored = await deps.ventas.find(COMPANY, venta.id)
    assert stored is not None
    assert (stored.estado, stored.comprobante, stored.rechazados) == ("PENDIENTE", None, (first.nombre_archivo,))
    assert (await invoice(deps, venta.id)).numero_completo == "F001-2"


async def test_a_rejected_sale_may_be_annulled_before_anybody_heard_of_it(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    venta = await sell(deps)
    await settle(deps, (await invoice(deps, venta.id)).nombre_archivo, "RECHAZADO", "2335")
    await annul_venta(AnnulVenta(company=COMPANY, id=venta.id), deps)
    stored = await deps.ventas.find(COMPANY, venta.id)
    assert stored is not None
    assert stored.estado == "ANULADO"


async def test_a_broken_rule_costs_no_number(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    venta = await sell(deps, venta_of(PERSONA, LAPTOP))
    with pytest.raises(Refused, match="CLIENTE_INVALIDO"):
        await invoice(deps, venta.id)
    assert await deps.series.matching(COMPANY, {}) == []
    overdue: dict[str, Any] = {"cuotas": [{"monto": 1, "fecha_vencimiento": "2020-01-01"}]}
    venta = await sell(deps, venta_of(EMPRESA, LAPTOP))
    with pytest.raises(Refused, match="COMPROBANTE_INVALIDO") as refusal:
        await invoice(deps, venta.id, **overdue)
    assert refusal.value.details["codigo_sunat"]
    assert await last_number(deps, "01", "F001") == 0
    assert await database["comprobantes"].count_documents({}) == 0


async def test_what_the_broker_did_not_take_is_told_later(database: Database) -> None:
    bus = SilentBus(down=True)
    deps = await emitter(database, bus)
    await set_up(deps)
    issued = await invoice(deps, (await sell(deps)).id)
    assert bus.published == []
    bus.down = False
    later = deps.now() + deps.republish_after
    assert await tell_issued_once(deps, later) == 1
    assert await tell_issued_once(deps, later) == 0
    assert [event.nombre_archivo for event in bus.published if isinstance(event, ComprobanteIssued)] == [
        issued.nombre_archivo
    ]


async def test_tenants_with_one_ruc_in_the_test_system_share_its_numbers(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    await set_up(deps, "company:other")
    assert (await invoice(deps, (await sell(deps)).id)).numero == 1
    theirs = await sell(deps, company="company:other")
    assert (await invoice(deps, theirs.id, company="company:other")).numero == 2
    assert (await invoice(deps, (await sell(deps)).id)).numero == 3
    with pytest.raises(Refused, match="VENTA_NO_ENCONTRADA"):
        await invoice(deps, 2, company="company:other")


@pytest.mark.skipif(not XSD_FOLDER.is_dir(), reason="SUNAT's XML schemas are not there")
async def test_with_schemas_a_document_is_checked_before_it_has_its_number(database: Database, tmp_path: Path) -> None:
    deps = await emitter(database, xsd_folder=XSD_FOLDER)
    await set_up(deps)
    assert (await invoice(deps, (await sell(deps)).id)).numero == 1
    shutil.copytree(XSD_FOLDER, tmp_path / "xsd")
    for path in (tmp_path / "xsd").rglob("UBL-Invoice-2.1.xsd"):
        path.write_text(path.read_text(encoding="utf-8").replace('name="Invoice"', 'name="Nothing"'), encoding="utf-8")
    strict = await emitter(database, xsd_folder=tmp_path / "xsd")
    with pytest.raises(Refused, match="COMPROBANTE_INVALIDO") as refusal:
        await invoice(strict, (await sell(strict)).id)
    assert refusal.value.details["codigo_sunat"] == "0306"
    assert await last_number(deps, "01", "F001") == 1


class OtherKey:
    """Signs with a key that is not the certificate's."""

    def __init__(self, real: Firmas) -> None:
        self.real = real

    def key_of(self, emisor: StoredEmisor, now: datetime) -> SigningKey:
        return replace(self.real.key_of(emisor, now), key=private_key())


async def test_a_signature_that_does_not_hold_costs_no_number(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    wrong = replace(deps, firmas=cast("Firmas", OtherKey(deps.firmas)))
    venta = await sell(wrong)
    with pytest.raises(Refused, match="COMPROBANTE_INVALIDO") as refusal:
        await invoice(wrong, venta.id)
    assert refusal.value.details["codigo_sunat"] == "2335"
    assert await last_number(deps, "01", "F001") == 0
    assert (await invoice(deps, venta.id)).numero == 1


async def test_a_line_worth_nothing_costs_no_number(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    venta = await sell(deps, venta_of(EMPRESA, LAPTOP, {**LAPTOP, "descuento": 2500}))
    with pytest.raises(Refused, match="COMPROBANTE_INVALIDO") as refusal:
        await invoice(deps, venta.id)
    assert refusal.value.details["codigo_sunat"] == "3105"
    assert await last_number(deps, "01", "F001") == 0
