"""Boletas and facturas into RCs and RAs and out again, on a real database; SUNAT's word is written by the test."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from shared.contracts.comprobantes import ComprobanteAccepted
from shared.contracts.resumenes import ComprobanteVoided, ResumenIssued, ResumenResolved
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import IssueNota, NotaInput
from shared.contracts.sunat.resumenes import (
    ListBajas,
    ListResumenes,
    ReadBaja,
    ReadResumen,
    ResumenesPage,
    ResumenesShown,
)
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.bajas import list_bajas, read_baja
from sunat_emitter.notas import issue_nota
from sunat_emitter.noticias import tell_resumenes_once
from sunat_emitter.resolucion import apply_resolution, settle_decided_once
from sunat_emitter.resumenes import list_resumenes, read_resumen
from sunat_emitter.retiro import withdraw
from sunat_emitter.store.envios import Envios
from tests.support.agrupacion import (
    ACCEPTED,
    REFUSED,
    boleta,
    decided,
    line,
    named,
    resolved,
    sale_state,
    shop,
    state,
    summarized,
    today,
    voided,
)
from tests.support.sunat import (
    COMPANY,
    EMPRESA,
    LAPTOP,
    MOUSE,
    emitter,
    invoice,
    sell,
    settle,
    venta_of,
)


def note_on(changed: ComprobanteShown) -> IssueNota:
    asked = {"tipo": "07", "tipo_nota": "01", "comprobante_referencia": line(changed), "items": [MOUSE]}
    nota = NotaInput.model_validate(asked)
    return IssueNota(request_id="n", origin="gateway-test", company=COMPANY, nota=nota)


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
    assert [(each.cantidad_comprobantes, each.totales) for each in made] == [(2, {"PEN": Decimal("3050.30")})]
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
    with pytest.raises(Refused, match="COMPROBANTE_NO_ACEPTADO: El comprobante F001-1 está en RA-"):
        await issue_nota(note_on(factura), deps)


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


async def test_what_a_repeat_cannot_add_any_more_is_told_and_what_was_made_stands(database: Database) -> None:
    deps, _ = await shop(database)
    first, second = await boleta(deps), await boleta(deps)
    made = await summarized(deps, line(first), line(second), request="r", clave="key")
    # As a crash between two parts leaves it: one comprobante is in, the other was taken by somebody else.
    name = made.partes[0].nombre_archivo
    await database["resumenes"].update_one({"_id": name}, {"$pop": {"lineas": 1}})
    again = await summarized(deps, line(first), line(second), request="r2", clave="key")
    assert [each.nombre_archivo for each in again.partes] == [name]
    assert again.advertencias[0].startswith("El resto no se envió: B001-2 ya está en RC-")


async def test_notes_that_a_voiding_leaves_in_force_are_told(database: Database) -> None:
    deps, _ = await shop(database, "individual")
    dollars = await invoice(deps, (await sell(deps, venta_of(EMPRESA, MOUSE, moneda="USD"))).id)
    factura = await invoice(deps, (await sell(deps)).id)
    for each in (dollars, factura):
        await settle(deps, each.nombre_archivo)
    noted = (await issue_nota(note_on(factura), deps)).answer
    assert isinstance(noted, ComprobanteShown)
    await settle(deps, noted.nombre_archivo)
    lines = [line(each, motivo="ERROR EN LA EMISION") for each in (dollars, factura, noted)]
    made = await voided(deps, *lines[:2])
    assert made.advertencias == (
        f"F001-2 tiene notas vigentes: {noted.serie}-{noted.numero}. Su baja no las anula: delas de baja también",
    )
    assert made.partes[0].totales == {"USD": Decimal("100.30"), "PEN": Decimal("3050.30")}
    assert await withdraw(made.partes[0].nombre_archivo, deps) is None
    assert (await voided(deps, *lines, request="all")).advertencias == ()
