"""Boletas and facturas into RCs and RAs and out again, on a real database; SUNAT's word is written by the test."""

import argparse
import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.comprobantes import ComprobanteAccepted
from shared.contracts.message import Event
from shared.contracts.resumenes import ComprobanteVoided, ResumenIssued, ResumenResolved
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import IssueNota, NotaInput, ReadComprobante
from shared.contracts.sunat.resumenes import (
    BajaInput,
    CreateBaja,
    CreateResumen,
    ListBajas,
    ListResumenes,
    ReadBaja,
    ReadResumen,
    ResumenesPage,
    ResumenesShown,
    ResumenInput,
)
from shared.contracts.sunat.ventas import ReadVenta, VentaShown
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.bajas import create_baja, list_bajas, read_baja
from sunat_emitter.clock import LIMA
from sunat_emitter.deps import Deps, Nightly
from sunat_emitter.facturacion import read_comprobante
from sunat_emitter.noche import summarize_now
from sunat_emitter.nocturno import LAST_REFUSAL, night
from sunat_emitter.notas import issue_nota
from sunat_emitter.noticias import tell_resumenes_once
from sunat_emitter.resolucion import apply_resolution, settle_decided_once
from sunat_emitter.resumenes import create_resumen, list_resumenes, read_resumen
from sunat_emitter.retiro import withdraw
from sunat_emitter.store import StoredResumen
from sunat_emitter.store.envios import Envios, Result
from sunat_emitter.ventas import read_venta
from tests.support.sunat import (
    COMPANY,
    LAPTOP,
    MOUSE,
    PERSONA,
    SilentBus,
    emitter,
    invoice,
    sell,
    set_up,
    settle,
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


async def test_a_boleta_that_waits_for_a_summary_is_never_sent_by_itself(database: Database) -> None:
    deps, _ = await shop(database)
    issued = await boleta(deps)
    envios, now = Envios(database), deps.now()
    await envios.adopt(now)
    assert await envios.due(now, 10) == []
    assert await envios.claim(issued.nombre_archivo, "worker", now, now + timedelta(seconds=40)) is None
    shown = await state(deps, issued)
    assert (shown.estado_sunat, shown.por_resumen) == ("PENDIENTE", True)
    assert "resumen diario" in (shown.motivo_pendiente or "")
    factura = await invoice(deps, (await sell(deps)).id)
    assert not (await state(deps, factura)).por_resumen


async def test_a_day_s_boletas_are_accepted_together_and_their_followers_are_told_once(database: Database) -> None:
    deps, bus = await shop(database)
    boletas = [await boleta(deps, LAPTOP), await boleta(deps)]
    made = (await summarized(deps)).partes
    assert [(each.cantidad_comprobantes, each.total) for each in made] == [(2, Decimal("3050.30"))]
    name = made[0].nombre_archivo
    assert made[0].identificador == f"RC-{today(deps).replace('-', '')}-001"
    assert named(bus.published, ResumenIssued) == [name]
    assert (await state(deps, boletas[0])).resumen == made[0].identificador
    end = await decided(deps, name, ACCEPTED)
    for _ in range(2):
        await apply_resolution(end, deps)
    assert [(await state(deps, each)).estado_sunat for each in boletas] == ["ACEPTADO", "ACEPTADO"]
    told = named(bus.published, ComprobanteAccepted)
    assert set(told) == {each.nombre_archivo for each in boletas}
    assert named(bus.published, ResumenResolved)[0] == name
    found = (await read_resumen(ReadResumen(company=COMPANY, ticket="20251013001"), deps)).answer
    assert isinstance(found, ResumenesShown)
    assert (found.partes[0].estado, found.partes[0].codigo_sunat, len(found.partes[0].lineas)) == ("ACEPTADO", "0", 2)
    with pytest.raises(Refused, match="SIN_COMPROBANTES"):
        await summarized(deps, request="another")
    with pytest.raises(Refused, match="SUNAT ya tiene B001-1"):
        await summarized(deps, line(boletas[0]), request="third")


async def test_the_figures_are_those_that_were_issued_and_a_difference_is_told(database: Database) -> None:
    deps, _ = await shop(database)
    issued = await boleta(deps)
    made = await summarized(deps, line(issued, total=99.99, igv=15.30, estado="ACEPTADO"))
    assert made.partes[0].lineas[0].total == Decimal("100.30")
    assert [told for told in made.advertencias if "total" in told] == [
        "B001-1: total enviado 99.99, emitido 100.30; se informa lo emitido"
    ]


async def test_each_comprobante_that_cannot_go_is_named_and_nothing_is_made(database: Database) -> None:
    deps, _ = await shop(database)
    issued, factura = await boleta(deps), await invoice(deps, (await sell(deps)).id)
    with pytest.raises(Refused, match="RESUMEN_INVALIDO") as refused:
        await summarized(deps, line(issued), line(issued), {"serie": "B001", "numero": 99})
    codes = {each["comprobante"]: each["codigo"] for each in refused.value.details["errores"]}
    assert codes == {"B001-1": "REPETIDO", "B001-99": "COMPROBANTE_NO_ENCONTRADO"}
    with pytest.raises(Refused, match="FECHA_INVALIDA"):
        await summarized(deps, fecha="2999-01-01")
    with pytest.raises(Refused, match="F001-1 está PENDIENTE"):
        await voided(deps, line(factura, motivo="ERROR EN LA EMISION"))
    assert (await deps.resumenes.page({"company": COMPANY}, 0, 10))[1] == 0


async def test_a_rejection_frees_every_comprobante_and_says_why(database: Database) -> None:
    deps, _ = await shop(database)
    issued = await boleta(deps)
    first = (await summarized(deps)).partes[0]
    with pytest.raises(Refused, match="ya está en RC-"):
        await summarized(deps, line(issued), request="meanwhile")
    await resolved(deps, first.nombre_archivo, REFUSED)
    shown = await state(deps, issued)
    assert (shown.estado_sunat, shown.resumen) == ("PENDIENTE", None)
    assert "2663 - El documento ya fue informado" in (shown.motivo_pendiente or "")
    assert shown.aviso == shown.motivo_pendiente
    again = (await summarized(deps, line(issued), request="again")).partes[0]
    assert again.identificador.endswith("-002")
    await resolved(deps, again.nombre_archivo)
    shown = await state(deps, issued)
    assert (shown.estado_sunat, shown.aviso) == ("ACEPTADO", None)


async def test_one_body_voids_facturas_by_an_ra_and_boletas_by_an_rc(database: Database) -> None:
    deps, bus = await shop(database, "individual")
    factura, ticketed = await invoice(deps, (await sell(deps)).id), await boleta(deps)
    for each in (factura, ticketed):
        await settle(deps, each.nombre_archivo)
    lines = (line(ticketed, motivo="OPERACION NO REALIZADA"), line(factura, motivo="ERROR EN LA EMISION"))
    made = (await voided(deps, *lines)).partes
    assert [(each.clase, each.cantidad_comprobantes, each.lineas[0].condicion) for each in made] == [
        ("RA", 1, None),
        ("RC", 1, 3),
    ]
    assert (await state(deps, factura)).estado_sunat == "ACEPTADO"
    await resolved(deps, made[0].nombre_archivo, ticket="1")
    assert (await state(deps, factura)).estado_sunat == "ANULADO"
    assert (await state(deps, factura)).motivo_anulacion == "ERROR EN LA EMISION"
    assert (await sale_state(deps, factura), await sale_state(deps, ticketed)) == ("ANULADO", "FACTURADO")
    await resolved(deps, made[1].nombre_archivo, REFUSED, ticket="2")
    assert (await state(deps, ticketed)).estado_sunat == "ACEPTADO"
    assert "2663" in ((await state(deps, ticketed)).aviso or "")
    assert named(bus.published, ComprobanteVoided) == [factura.nombre_archivo]
    found = (await read_baja(ReadBaja(company=COMPANY, ticket="2"), deps)).answer
    assert isinstance(found, ResumenesShown)
    assert [each.estado for each in found.partes] == ["RECHAZADO", "ACEPTADO"]
    listed = (await list_bajas(ListBajas(company=COMPANY, estado="ACEPTADO"), deps)).answer
    assert isinstance(listed, ResumenesPage)
    assert [each.identificador for each in listed.resumenes] == [made[0].identificador]
    summaries = (await list_resumenes(ListResumenes(company=COMPANY), deps)).answer
    assert isinstance(summaries, ResumenesPage)
    assert summaries.total == 1


async def test_a_repeat_with_its_key_gets_what_was_made_and_another_body_is_refused(database: Database) -> None:
    deps, _ = await shop(database)
    issued = await boleta(deps)
    made = [await summarized(deps, line(issued), request=f"r{turn}", clave="key") for turn in range(2)]
    assert made[0] == made[1]
    with pytest.raises(Refused, match="CLAVE_REUTILIZADA"):
        await summarized(deps, request="r3", clave="key")


async def test_more_than_500_of_a_day_make_several_and_that_is_told(database: Database) -> None:
    deps, _ = await shop(database)
    first = await database["comprobantes"].find_one({"_id": (await boleta(deps)).nombre_archivo})
    assert first is not None
    stem = str(first["_id"]).removesuffix("-1")
    copies = [
        {**first, "_id": f"{stem}-{number}", "id": number, "numero": number, "documento": document}
        for number in range(2, 502)
        if (document := {**first["documento"], "numero": number})
    ]
    await database["comprobantes"].insert_many(copies)
    made = await summarized(deps)
    assert [each.cantidad_comprobantes for each in made.partes] == [500, 1]
    assert [each.identificador[-3:] for each in made.partes] == ["001", "002"]
    assert made.advertencias == ("501 comprobantes van en 2 envíos, cada uno con su ticket: vea partes",)


async def test_of_many_who_ask_at_once_one_gets_each_boleta_and_numbers_have_no_gap(database: Database) -> None:
    deps, _ = await shop(database)
    boletas = [await boleta(deps) for _ in range(6)]

    async def ask(number: int) -> ResumenesShown | None:
        pair = boletas[number % 6], boletas[(number + 1) % 6]
        try:
            return await summarized(deps, *(line(each) for each in pair), request=f"r{number}")
        except Refused:
            return None

    answers = [each for each in await asyncio.gather(*(ask(number) for number in range(12))) if each]
    numbers = [f"B001-{row.numero}" for each in answers for part in each.partes for row in part.lineas]
    assert len(numbers) == len(set(numbers))
    counted = sorted(int(part.identificador[-3:]) for each in answers for part in each.partes)
    assert counted == list(range(1, len(counted) + 1))


async def test_what_a_crash_left_half_done_is_seen_through_and_told(database: Database) -> None:
    deps, bus = await shop(database)
    issued = await boleta(deps)
    bus.down = True
    name = (await summarized(deps)).partes[0].nombre_archivo
    await decided(deps, name, ACCEPTED)
    bus.down = False
    later = await emitter(database, bus, now=lambda: deps.now() + timedelta(minutes=5))
    assert await settle_decided_once(later) == 1
    last = await emitter(database, bus, now=lambda: deps.now() + timedelta(minutes=10))
    assert await tell_resumenes_once(last) == 2  # issued, sent
    assert await tell_resumenes_once(last) == 0
    assert (await state(deps, issued)).estado_sunat == "ACEPTADO"
    assert named(bus.published, ResumenResolved) == [name]


async def test_by_night_each_day_is_summarised_once_whoever_looks(database: Database) -> None:
    deps, _ = await shop(database, nightly=Nightly("00:00", 1.0))
    await boleta(deps)
    ahead = await emitter(database, nightly=deps.nightly, now=lambda: deps.now() + timedelta(days=1))
    await boleta(ahead)
    later = await emitter(database, nightly=deps.nightly, now=lambda: deps.now() + timedelta(days=3))
    assert sum(await asyncio.gather(*(night(later) for _ in range(4)))) == 2
    found, _ = await deps.resumenes.page({"company": COMPANY}, 0, 10)
    assert sorted((each.fecha_referencia - found[0].fecha_generacion).days for each in found) == [-3, -2]
    await boleta(later)
    assert await night(later) == 0


async def test_an_issuer_without_the_nightly_job_is_left_alone_and_one_of_his_own_hour_waits(
    database: Database,
) -> None:
    deps, _ = await shop(database, nightly=Nightly("00:00", 1.0))
    await boleta(deps)
    await set_up(deps, resumen_automatico=False)
    assert await night(deps) == 0
    await set_up(deps, resumen_automatico=True)
    assert await night(deps) == 1


async def test_an_issuer_that_cannot_sign_stops_nobody_else(database: Database) -> None:
    deps, _ = await shop(database, nightly=Nightly("00:00", 1.0))
    await boleta(deps)
    await set_up(deps, "company:other", ruc="20123456786", envio_boletas="resumen")
    other = await sell(deps, venta_of(PERSONA, MOUSE), "company:other")
    await invoice(deps, other.id, "03", "company:other")
    first = await deps.emisores.of_company(COMPANY)
    assert first is not None
    await deps.emisores.change(first.id, {"certificado": None}, deps.now())
    assert await night(deps) == 1
    assert (await deps.resumenes.page({"company": "company:other"}, 0, 10))[1] == 1


async def test_what_is_refused_again_and_again_is_taken_apart_and_then_waits_for_a_person(database: Database) -> None:
    deps, _ = await shop(database, nightly=Nightly("00:00", 1.0))
    issued = await boleta(deps)
    for day in range(1, LAST_REFUSAL + 2):
        later = await emitter(database, nightly=deps.nightly, now=lambda day=day: deps.now() + timedelta(days=day))
        made = await night(later)
        assert made == (1 if day <= LAST_REFUSAL else 0)
        if made:
            newest = (await deps.resumenes.page({"company": COMPANY}, 0, 1))[0][0]
            await resolved(later, newest.nombre_archivo, REFUSED)
    assert (await state(deps, issued)).estado_sunat == "PENDIENTE"
    assert (await summarized(deps, line(issued), request="a person")).partes


async def test_a_boleta_that_was_never_sent_by_itself_may_go_into_a_summary(database: Database) -> None:
    deps, _ = await shop(database, "individual")
    issued = await boleta(deps)
    envios = Envios(database)
    await envios.adopt(deps.now())
    await summarized(deps, line(issued))
    assert await envios.due(deps.now() + timedelta(days=1), 10) == []
    assert (await state(deps, issued)).por_resumen


async def test_no_note_is_issued_on_what_is_being_voided(database: Database) -> None:
    deps, _ = await shop(database)
    factura = await invoice(deps, (await sell(deps)).id)
    await settle(deps, factura.nombre_archivo)
    await voided(deps, line(factura, motivo="ERROR EN LA EMISION"))
    nota = NotaInput.model_validate(
        {
            "tipo": "07",
            "tipo_nota": "01",
            "comprobante_referencia": {"tipo": "01", "serie": "F001", "numero": 1},
            "items": [MOUSE],
        }
    )
    with pytest.raises(Refused, match="COMPROBANTE_NO_ACEPTADO: El comprobante F001-1 está en RA-"):
        await issue_nota(IssueNota(request_id="n", origin="gateway-test", company=COMPANY, nota=nota), deps)


async def test_the_command_does_the_night_s_work_and_says_what_it_made(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    deps, _ = await shop(database)
    await boleta(deps)
    given = argparse.Namespace(day=None, ruc=None)
    assert await summarize_now(database, vault=deps.vault, given=given) == 0
    name, day, count = capsys.readouterr().out.strip().split("\t")
    assert (day, count) == (today(deps), "1")
    waiting = await deps.resumenes.find(name)
    assert waiting is not None
    assert (waiting.paso, waiting.envio["por_contar"]) == ("creado", ["issued"])


async def test_what_no_summary_takes_goes_by_itself(database: Database) -> None:
    deps, _ = await shop(database)
    nobody = {"tipo_documento": "-", "numero_documento": "-", "nombre": "CLIENTE DEL EXTERIOR"}
    sale = venta_of(nobody, {**LAPTOP, "tipo_afectacion_igv": "40"}, tipo_operacion="0200")
    assert not (await invoice(deps, (await sell(deps, sale)).id, "03")).por_resumen


async def test_what_never_left_is_taken_back_and_what_sunat_may_have_is_not(database: Database) -> None:
    deps, _ = await shop(database)
    issued = await boleta(deps)
    name = (await summarized(deps)).partes[0].nombre_archivo
    assert await withdraw(name, deps) is None
    assert "Se retiró sin enviarlo" in ((await state(deps, issued)).aviso or "")
    assert await withdraw(name, deps) == "it is decided"
    name, now = (await summarized(deps, request="again")).partes[0].nombre_archivo, deps.now()
    taken = await deps.resumenes.claim(name, "sender", now, now + timedelta(seconds=40))
    assert taken is not None
    assert "in hand" in (await withdraw(name, deps) or "")
    await deps.resumenes.begin_try(taken, now, now + timedelta(seconds=40))
    await deps.resumenes.postpone(taken, "SUNAT no responde", now, en_duda=True, escalon=1)
    assert await withdraw(name, deps) == "SUNAT may have it: its end is waited for"
    assert await deps.resumenes.due(deps.now(), 10) == [name]
