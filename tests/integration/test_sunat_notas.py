"""Notes on a real database: on accepted comprobantes of one's own, in the right series, once per key."""

import asyncio
from typing import Any

import pytest

from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import ComprobantesPage, IssueNota, ListNotas, NotaInput, ReadNota
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.deps import Deps
from sunat_emitter.notas import issue_nota, list_notas, read_nota
from tests.support.sunat import (
    COMPANY,
    EMPRESA,
    LAPTOP,
    MOUSE,
    PERSONA,
    emitter,
    invoice,
    sell,
    set_up,
    settle,
    venta_of,
)


async def note(deps: Deps, *items: dict[str, Any], company: str = COMPANY, **fields: Any) -> ComprobanteShown:
    given = {
        "tipo": "07",
        "tipo_nota": "07",
        "comprobante_referencia": {"tipo": "01", "serie": "F001", "numero": 1},
        "items": list(items or (MOUSE,)),
    }
    clave = fields.pop("clave", None)
    nota = NotaInput.model_validate({**given, **fields})
    call = IssueNota(request_id="request-2", origin="gateway-test", company=company, nota=nota, clave=clave)
    answer = (await issue_nota(call, deps)).answer
    assert isinstance(answer, ComprobanteShown)
    return answer


async def accepted_factura(deps: Deps) -> ComprobanteShown:
    """F001-1, 3050.30 soles."""
    await set_up(deps)
    issued = await invoice(deps, (await sell(deps)).id)
    await settle(deps, issued.nombre_archivo)
    return issued


async def test_a_note_takes_customer_and_currency_of_what_it_changes(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    issued = await invoice(deps, (await sell(deps, venta_of(moneda="USD", tasa_igv=10.5))).id)
    await settle(deps, issued.nombre_archivo)
    nota = await note(deps, LAPTOP)
    assert (nota.numero_completo, nota.moneda, str(nota.total)) == ("FC01-1", "USD", "2762.50")
    assert (nota.referencia, nota.tipo_nota, nota.motivo) == ("F001-1", "07", "DEVOLUCION POR ITEM")
    stored = await deps.comprobantes.find(nota.nombre_archivo, COMPANY)
    assert stored is not None
    assert stored.documento.cliente.numero_documento == "20456789120"
    assert stored.referencia == issued.nombre_archivo


async def test_the_series_of_a_note_follows_its_document(database: Database) -> None:
    deps = await emitter(database)
    await accepted_factura(deps)
    boleta = await invoice(deps, (await sell(deps, venta_of(PERSONA, LAPTOP))).id, "03")
    await settle(deps, boleta.nombre_archivo)
    on_boleta: dict[str, Any] = {"comprobante_referencia": {"tipo": "03", "serie": "B001", "numero": 1}}
    assert (await note(deps, **on_boleta)).numero_completo == "BC01-1"
    assert (await note(deps, tipo="08", tipo_nota="02", **on_boleta)).numero_completo == "BD01-1"
    assert (await note(deps)).numero_completo == "FC01-1"
    with pytest.raises(Refused, match="SERIE_INVALIDA"):
        await note(deps, serie="BC01")


async def test_notes_together_never_credit_more_than_was_charged(database: Database) -> None:
    deps = await emitter(database)
    await accepted_factura(deps)
    answers = await asyncio.gather(*(note(deps, LAPTOP) for _ in range(5)), return_exceptions=True)
    refused = [each for each in answers if isinstance(each, Refused)]
    assert len(refused) == 4
    assert {each.code for each in refused} == {"NOTA_EXCEDE_COMPROBANTE"}
    assert refused[0].details == {"disponible": "100.30"}
    assert (await note(deps, MOUSE)).numero == 2
    with pytest.raises(Refused, match="NOTA_EXCEDE_COMPROBANTE"):
        await note(deps, {**MOUSE, "cantidad": 1})
    await note(deps, LAPTOP, tipo="08", tipo_nota="02")
    assert (await note(deps, LAPTOP)).numero == 3


@pytest.mark.parametrize("estado", ["RECHAZADO", "ANULADO"])
async def test_a_rejected_or_voided_note_credits_nothing(database: Database, estado: str) -> None:
    deps = await emitter(database)
    await accepted_factura(deps)
    first = await note(deps, LAPTOP)
    await settle(deps, first.nombre_archivo, estado, "2335")
    assert (await note(deps, LAPTOP)).numero == 2


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"comprobante_referencia": {"tipo": "01", "serie": "F001", "numero": 9}}, "COMPROBANTE_NO_ENCONTRADO"),
        ({"comprobante_referencia": {"tipo": "03", "serie": "F001", "numero": 1}}, "COMPROBANTE_NO_ENCONTRADO"),
        ({"tipo_nota": "99"}, "MOTIVO_INVALIDO"),
        ({"tipo": "08", "tipo_nota": "07"}, "MOTIVO_INVALIDO"),
        ({"serie": "FC09"}, "SERIE_INVALIDA"),
        ({"items": [{**MOUSE, "tipo_afectacion_igv": "99"}]}, "VENTA_INVALIDA"),
        ({"tipo_nota": "13"}, "COMPROBANTE_INVALIDO"),
    ],
)
async def test_a_note_that_cannot_be_is_refused_and_costs_no_number(
    database: Database, change: dict[str, Any], code: str
) -> None:
    deps = await emitter(database)
    await accepted_factura(deps)
    with pytest.raises(Refused) as refusal:
        await note(deps, **change)
    assert refusal.value.code == code
    assert await database["comprobantes"].count_documents({"tipo": {"$in": ["07", "08"]}}) == 0
    assert (await note(deps)).numero == 1


@pytest.mark.parametrize("estado", ["PENDIENTE", "RECHAZADO", "ANULADO"])
async def test_only_an_accepted_comprobante_takes_notes(database: Database, estado: str) -> None:
    deps = await emitter(database)
    issued = await accepted_factura(deps)
    await settle(deps, issued.nombre_archivo, estado)
    with pytest.raises(Refused, match="COMPROBANTE_NO_ACEPTADO"):
        await note(deps)


async def test_another_tenant_finds_neither_comprobante_nor_note(database: Database) -> None:
    deps = await emitter(database)
    await accepted_factura(deps)
    nota = await note(deps)
    await set_up(deps, "company:other", ruc="20456789120")
    with pytest.raises(Refused, match="COMPROBANTE_NO_ENCONTRADO"):
        await note(deps, company="company:other")
    with pytest.raises(Refused, match="NOTA_NO_ENCONTRADA"):
        await read_nota(ReadNota(company="company:other", tipo="07", id=nota.id), deps)
    found = (await list_notas(ListNotas(company="company:other", tipo="07"), deps)).answer
    assert found == ComprobantesPage(comprobantes=(), total=0)


async def test_one_key_issues_one_note(database: Database) -> None:
    processes = [await emitter(database), await emitter(database)]
    await accepted_factura(processes[0])
    issued = await asyncio.gather(*(note(processes[n % 2], MOUSE, clave="k1") for n in range(10)))
    assert {each.numero_completo for each in issued} == {"FC01-1"}
    with pytest.raises(Refused, match="CLAVE_REUTILIZADA"):
        await note(processes[0], LAPTOP, clave="k1")


async def test_notes_are_listed_by_day_series_and_reference(database: Database) -> None:
    deps = await emitter(database)
    await accepted_factura(deps)
    notas = [await note(deps, {**MOUSE, "cantidad": 1, "descuento": 0}) for _ in range(3)]
    today = notas[0].fecha_emision

    async def numbers(**filters: Any) -> list[int]:
        answer = (await list_notas(ListNotas(company=COMPANY, tipo="07", **filters), deps)).answer
        assert isinstance(answer, ComprobantesPage)
        return [each.numero for each in answer.comprobantes]

    assert await numbers() == [3, 2, 1]
    assert await numbers(page=2, per_page=2) == [1]
    assert await numbers(fecha_desde=today, fecha_hasta=today, serie="fc01", comprobante_referencia="F001-1") == [
        3,
        2,
        1,
    ]
    assert await numbers(comprobante_referencia="F001-2") == []
    assert await numbers(comprobante_referencia="F001-x") == []
    assert await numbers(serie="FC02") == []
    assert await numbers(fecha_hasta=today.replace(year=2000)) == []


async def test_what_was_tried_out_takes_no_note_in_production(database: Database) -> None:
    deps = await emitter(database)
    await accepted_factura(deps)
    await set_up(deps, sol_endpoint="prod")
    with pytest.raises(Refused, match="se emitió en beta"):
        await note(deps)


async def test_a_note_gives_back_a_sale_with_a_discount_on_the_whole(database: Database) -> None:
    deps = await emitter(database)
    await set_up(deps)
    lines = [{**LAPTOP, "precio_unitario": f"{number}.{number}7"} for number in range(1, 10)]
    issued = await invoice(deps, (await sell(deps, venta_of(EMPRESA, *lines, descuento_global="3.37"))).id)
    await settle(deps, issued.nombre_archivo)
    with pytest.raises(Refused, match="NOTA_EXCEDE_COMPROBANTE"):
        await note(deps, *lines, tipo_nota="01")
    assert (await note(deps, *lines, tipo_nota="01", descuento_global="3.37")).total == issued.total
