"""A business moves over: its history stands among our documents, its series go on, and nothing of ours is touched."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.sunat.emision import ComprobantesPage, IssueNota, ListNotas, NotaInput
from shared.contracts.sunat.importaciones import ImportacionShown, ImportHistory
from shared.contracts.sunat.series import CreateSerie, ReserveCorrelativo, SerieInput
from shared.contracts.sunat.ventas import ListVentas, ReadVenta, VentaShown, VentasPage
from shared.errors import Refused
from shared.mongo import Database, ensure_indexes
from sunat_emitter.conciliacion.conciliador import Conciliador
from sunat_emitter.deps import Deps
from sunat_emitter.held import send_again
from sunat_emitter.importaciones import import_history
from sunat_emitter.notas import issue_nota, list_notas
from sunat_emitter.resending import turn
from sunat_emitter.series import create_serie, reserve_correlativo
from sunat_emitter.store.conciliaciones import Conciliaciones
from sunat_emitter.store.envios import INDEXES as SENDING_INDEXES
from sunat_emitter.store.envios import Envios
from sunat_emitter.store.resumenes import Resumenes
from sunat_emitter.store.revisables import INDEXES as REVISABLE_INDEXES
from sunat_emitter.store.revisables import Revisables
from sunat_emitter.store.vencimientos import Vencimientos
from sunat_emitter.vencimientos import Vigilancia, look
from sunat_emitter.ventas import list_ventas, read_venta
from tests.support.comprobantes import EMISOR
from tests.support.envios import Accounts, Told, bench_on, sending_on
from tests.support.foreign import (
    OPENUBL_LIKE,
    PORTAL_LIKE,
    Sale,
    comprobante,
    pair,
    receipt,
    summary,
    summary_line,
    voiding,
    voiding_line,
    zipped,
)
from tests.support.sunat import COMPANY, LAPTOP, PERSONA, emitter, invoice, sell, set_up, venta_of
from tests.support.sunat_simulator import Entry

DAY = date(2026, 3, 2)
BOLETA = Sale("03", "B001", 5, cliente=("1", "12345678", "JUAN PEREZ"))


async def business(database: Database, **fields: Any) -> Deps:
    """One that issues here, and has not yet."""
    deps = await emitter(database)
    await ensure_indexes(database, SENDING_INDEXES)
    await set_up(deps, ruc=EMISOR.ruc, **fields)
    return deps


async def take_over(deps: Deps, files: dict[str, bytes], **how: Any) -> ImportacionShown:
    call = ImportHistory(request_id="request-1", company=COMPANY, contenido=zipped(files), **how)
    answer = (await import_history(call, deps)).answer
    assert isinstance(answer, ImportacionShown)
    return answer


def counts(shown: ImportacionShown) -> tuple[int, int, int, int]:
    return shown.importados, shown.actualizados, shown.ya_estaban, shown.no_importados


async def state(deps: Deps, sale: Sale) -> str:
    found = await deps.comprobantes.find(sale.name, COMPANY)
    assert found is not None
    return found.estado


async def credit(deps: Deps, serie: str, numero: int, **fields: Any) -> Any:
    nota = NotaInput.model_validate(
        {
            "tipo": "07",
            "tipo_nota": "07",
            "comprobante_referencia": {"tipo": "01", "serie": serie, "numero": numero},
            "items": [{**LAPTOP, "precio_unitario": 20.00}],
            **fields,
        }
    )
    call = IssueNota(request_id="request-2", origin="gateway-test", company=COMPANY, nota=nota)
    return (await issue_nota(call, deps)).answer


async def test_series_go_on_after_the_highest_number(database: Database) -> None:
    deps = await business(database)
    files = {**pair(Sale(numero=41)), **pair(Sale(numero=107), OPENUBL_LIKE), **pair(BOLETA, PORTAL_LIKE)}
    shown = await take_over(deps, files)
    assert counts(shown) == (3, 0, 0, 0)
    assert {(each.serie, each.creada, each.proximo_numero) for each in shown.series} == {
        ("F001", True, "F001-108"),
        ("B001", True, "B001-6"),
    }
    issued = await invoice(deps, (await sell(deps)).id)
    assert issued.numero_completo == "F001-108"
    boleta = await invoice(deps, (await sell(deps, venta_of(PERSONA))).id, "03")
    assert boleta.numero_completo == "B001-6"


async def test_a_series_is_never_lowered_and_reserved_numbers_stay_reserved(database: Database) -> None:
    deps = await business(database)
    serie = SerieInput(tipo_comprobante="01", serie="F001", correlativo_inicial=200)
    made: Any = (await create_serie(CreateSerie(company=COMPANY, serie=serie), deps)).answer
    await reserve_correlativo(ReserveCorrelativo(company=COMPANY, serie_id=made.id), deps)
    shown = await take_over(deps, pair(Sale(numero=88)))
    (told,) = shown.series
    assert (told.correlativo_anterior, told.correlativo_actual, told.proximo_numero) == (200, 200, "F001-201")
    assert (await invoice(deps, (await sell(deps)).id)).numero_completo == "F001-201"


async def test_importing_again_changes_nothing(database: Database) -> None:
    deps = await business(database)
    voided = replace(BOLETA, numero=6)
    lines = summary_line(BOLETA) + summary_line(voided, 3)
    name = f"{EMISOR.ruc}-RC-20260303-1"
    files = {
        **pair(Sale()),
        f"{BOLETA.name}.xml": comprobante(BOLETA),
        **pair(voided),
        f"{name}.xml": summary("RC-20260303-1", DAY, lines),
        f"R-{name}.zip": receipt(name),
    }
    assert counts(await take_over(deps, files)) == (4, 0, 0, 0)
    names = sorted(await database.list_collection_names())
    before = {each: await database[each].find().sort("_id", 1).to_list(None) for each in names if each != "contadores"}
    again = await take_over(deps, files)
    assert counts(again) == (0, 0, 4, 0)
    assert [each.correlativo_anterior == each.correlativo_actual for each in again.series] == [True, True]
    after = {each: await database[each].find().sort("_id", 1).to_list(None) for each in before}
    assert after == before


async def test_a_nota_de_credito_on_an_imported_factura(database: Database) -> None:
    deps = await business(database)
    await take_over(deps, pair(Sale()))
    nota = await credit(deps, "F001", 88)
    assert (nota.numero_completo, nota.referencia) == ("FC01-1", "F001-88")
    assert str(nota.total) == "23.60"
    with pytest.raises(Refused, match=r"94\.40"):
        await credit(deps, "F001", 88, items=[{**LAPTOP, "precio_unitario": 90.00}])


async def test_imported_notes_count_and_are_listed_with_ours(database: Database) -> None:
    deps = await business(database)
    note = Sale("07", "FC01", 3, changes=("01", "F001-88"), base="90.00", igv="16.20", total="106.20")
    await take_over(deps, {**pair(note), **pair(Sale())})
    with pytest.raises(Refused, match=r"11\.80"):
        await credit(deps, "F001", 88)
    page = (await list_notas(ListNotas(company=COMPANY, tipo="07"), deps)).answer
    assert isinstance(page, ComprobantesPage)
    assert [(each.numero_completo, each.referencia, each.tiene_cdr) for each in page.comprobantes] == [
        ("FC01-3", "F001-88", True)
    ]


async def test_imported_sales_stand_in_the_list_of_sales(database: Database) -> None:
    deps = await business(database)
    await take_over(deps, {**pair(Sale()), **pair(BOLETA), **pair(Sale(numero=89), codigo=2017)})
    page = (await list_ventas(ListVentas(company=COMPANY, fecha_desde=DAY, fecha_hasta=DAY), deps)).answer
    assert isinstance(page, VentasPage)
    listed = {each.comprobante.numero_completo: each for each in page.ventas if each.comprobante}
    assert sorted(listed) == ["B001-5", "F001-88"]  # a rejected one sold nothing
    shown = (await read_venta(ReadVenta(company=COMPANY, id=listed["F001-88"].id), deps)).answer
    assert isinstance(shown, VentaShown)
    assert (str(shown.totales.total), str(shown.totales.igv), shown.cliente.nombre) == (
        "118.00",
        "18.00",
        "PEÑA & HIJOS S.R.L.",
    )
    assert shown.comprobante is not None
    assert (shown.comprobante.estado_sunat, shown.comprobante.tiene_cdr) == ("ACEPTADO", True)


async def test_an_import_that_was_cut_off_after_the_sale_is_completed_without_a_second_one(database: Database) -> None:
    deps = await business(database)
    await take_over(deps, pair(Sale()))
    first = await deps.comprobantes.find(Sale().name)
    await database["comprobantes"].delete_one({"_id": Sale().name})
    assert counts(await take_over(deps, pair(Sale()))) == (1, 0, 0, 0)
    again = await deps.comprobantes.find(Sale().name)
    assert again == first
    assert await database["ventas"].count_documents({}) == 1


async def test_files_are_kept_byte_for_byte(database: Database) -> None:
    deps = await business(database)
    files = pair(Sale(), PORTAL_LIKE)
    await take_over(deps, files)
    for name, content in files.items():
        assert await deps.archivos.read(name, COMPANY) == content


async def test_what_was_issued_here_is_never_overwritten(database: Database) -> None:
    deps = await business(database)
    issued = await invoice(deps, (await sell(deps)).id)
    kept = await deps.archivos.read(f"{issued.nombre_archivo}.xml")
    shown = await take_over(deps, pair(Sale(numero=1)))
    (told,) = shown.archivos
    assert (told.resultado, "3050.30" in (told.motivo or "")) == ("NO_IMPORTADO", True)
    assert await deps.archivos.read(f"{issued.nombre_archivo}.xml") == kept
    assert kept is not None
    again = await take_over(deps, {f"{issued.nombre_archivo}.xml": kept})
    assert counts(again) == (0, 0, 1, 0)
    found = await deps.comprobantes.find(issued.nombre_archivo)
    assert found is not None
    assert found.estado == "PENDIENTE"  # it is ours to send


async def test_without_a_receipt_it_waits_to_be_asked_after_and_is_never_sent(database: Database) -> None:
    deps = await business(database)
    files = pair(Sale())
    shown = await take_over(deps, {f"{Sale().name}.xml": files[f"{Sale().name}.xml"]})
    assert [(each.resultado, each.estado_sunat) for each in shown.archivos] == [("IMPORTADO", "PENDIENTE")]
    told = Told()
    sending = await sending_on(database, Accounts("http://127.0.0.1:9"), told)
    await turn(sending)
    await sending.client.close()
    await look(Vigilancia(Vencimientos(database)), told, datetime(2026, 4, 1, tzinfo=UTC))  # its time was over long ago
    assert told.events == []
    assert await Envios(database).held_back() == 0
    assert await send_again(database, ()) == 0
    later = await take_over(deps, {f"R-{Sale().name}.zip": files[f"R-{Sale().name}.zip"]})
    assert counts(later) == (0, 1, 0, 0)
    assert await state(deps, Sale()) == "ACEPTADO"
    assert await deps.archivos.read(f"R-{Sale().name}.zip", COMPANY) is not None


async def test_a_reconciliation_fetches_the_receipts_that_did_not_come_along(database: Database) -> None:
    deps = await business(database, sol_endpoint="prod")
    await take_over(deps, {f"{Sale().name}.xml": comprobante(Sale())})
    async with bench_on(database) as bench:
        known = Entry(Sale().name, "ACEPTADO", 0, "aceptada", "", DAY, "6-20456789120", "118.00", "PEN")
        said = receipt(Sale().name)
        bench.simulator.books.register(replace(known, receipt=said))
        runs = Conciliaciones(database)
        await ensure_indexes(database, (*REVISABLE_INDEXES, *Conciliaciones.INDEXES))
        days = {"desde": DAY.isoformat(), "hasta": DAY.isoformat()}
        values = {"company": COMPANY, "emisor_id": 1, "origen": "comando", "ensayo": False, **days}
        assert await runs.begin("run-1", values, bench.now())
        done = await Conciliador(runs, Revisables(database), Resumenes(database), bench.sending, 1000.0).work("run-1")
        assert done is not None
        sent = [operation for operation, _ in bench.simulator.calls if operation.startswith("send")]
    assert (await state(deps, Sale()), sent) == ("ACEPTADO", [])
    assert await deps.archivos.read(f"R-{Sale().name}.zip", COMPANY) == said


@pytest.mark.parametrize("summary_first", [True, False])
async def test_an_rc_tells_what_became_of_boletas_in_any_order(database: Database, *, summary_first: bool) -> None:
    deps = await business(database)
    voided = replace(BOLETA, numero=6)
    name = f"{EMISOR.ruc}-RC-20260303-001"
    rc = {
        f"{name}.xml": summary("RC-20260303-001", DAY, summary_line(BOLETA) + summary_line(voided, 3)),
        f"R-{name}.zip": receipt(name),
    }
    boletas = {f"{each.name}.xml": comprobante(each) for each in (BOLETA, voided)}
    for files in (rc, boletas) if summary_first else (boletas, rc):
        await take_over(deps, files)
    assert (await state(deps, BOLETA), await state(deps, voided)) == ("ACEPTADO", "ANULADO")
    found = await deps.comprobantes.find(BOLETA.name, COMPANY)
    assert found is not None
    assert (found.codigo_sunat, found.informado_por) == ("0", name)


async def test_an_accepted_ra_voids_and_a_rejected_one_does_not(database: Database) -> None:
    deps = await business(database)
    other = Sale(numero=89)
    files = {**pair(Sale()), **pair(other)}
    for number, (sale, codigo) in enumerate(((Sale(), 0), (other, 2375)), 1):
        name = f"{EMISOR.ruc}-RA-20260303-{number}"
        files |= {
            f"{name}.xml": voiding(f"RA-20260303-{number}", DAY, voiding_line(sale)),
            f"R-{name}.zip": receipt(name, codigo),
        }
    shown = await take_over(deps, files)
    assert counts(shown) == (4, 0, 0, 0)
    assert (await state(deps, Sale()), await state(deps, other)) == ("ANULADO", "ACEPTADO")
    taken = await deps.resumenes.find(f"{EMISOR.ruc}-RA-20260303-1")
    assert taken is not None
    assert (taken.cantidad, taken.totales) == (1, {})
    found = await deps.comprobantes.find(Sale().name)
    assert found is not None
    assert found.motivo_anulacion == "Error en el pedido"
    sold = await deps.ventas.find(COMPANY, found.venta_id or 0)
    assert sold is not None
    assert (sold.estado, sold.motivo_anulacion) == ("ANULADO", "Error en el pedido")
    with pytest.raises(Refused, match="ANULADO"):
        await credit(deps, "F001", 88)


async def test_an_rc_of_today_keeps_its_number_from_being_used_again(database: Database) -> None:
    deps = await business(database)
    name = f"{EMISOR.ruc}-RC-20260303-7"
    files = {f"{name}.xml": summary("RC-20260303-7", DAY, summary_line(BOLETA)), f"R-{name}.zip": receipt(name)}
    await take_over(deps, files)
    found = await deps.resumenes.find(name)
    assert found is not None
    assert (found.correlativo, found.estado, found.cantidad, found.totales) == (
        7,
        "ACEPTADO",
        1,
        {"PEN": Decimal("118.00")},
    )


async def test_another_accounts_document_is_left_alone(database: Database) -> None:
    deps = await business(database)
    await take_over(deps, pair(Sale()))
    await set_up(deps, company="company:other", ruc=EMISOR.ruc)
    call = ImportHistory(request_id="request-9", company="company:other", contenido=zipped(pair(Sale())))
    shown: Any = (await import_history(call, deps)).answer
    assert (shown.no_importados, "otra cuenta" in shown.archivos[0].motivo) == (1, True)


async def test_a_history_of_production_imported_while_trying_out_is_moved(database: Database) -> None:
    deps = await business(database)
    await take_over(deps, pair(Sale()))
    assert counts(await take_over(deps, pair(Sale()), ambiente="prod")) == (0, 1, 0, 0)
    found = await deps.comprobantes.find(Sale().name)
    assert found is not None
    assert found.ambiente == "prod"


async def test_what_is_wrong_is_told_file_by_file(database: Database) -> None:
    deps = await business(database)
    files = {
        **pair(Sale()),
        "copia.xml": comprobante(Sale()),
        "otra.xml": comprobante(Sale(ruc="20999999991")),
        "nada.xml": b"<nada/>",
    }
    shown = await take_over(deps, files)
    assert counts(shown)[:3] == (1, 0, 0)
    told = {each.archivo: each.motivo or "" for each in shown.archivos if each.resultado == "NO_IMPORTADO"}
    assert {"20999999991" in told["otra.xml"], "se importan" in told["nada.xml"]} == {True}
    assert len(told) == 3


async def test_what_is_no_zip_is_refused_as_a_whole(database: Database) -> None:
    deps = await business(database)
    for content, said in ((b"no zip", "no es un zip"), (zipped({"a.txt": b"a"}), "no hay ningún XML")):
        call = ImportHistory(request_id="request-1", company=COMPANY, contenido=content)
        with pytest.raises(Refused, match=said) as refusal:
            await import_history(call, deps)
        assert refusal.value.code == "IMPORTACION_INVALIDA"


async def test_a_history_of_more_than_one_batch_is_whole_and_in_order(database: Database) -> None:
    deps = await business(database)
    files = {name: content for number in range(1, 151) for name, content in pair(Sale(numero=number)).items()}
    shown = await take_over(deps, files)
    assert counts(shown) == (150, 0, 0, 0)
    (serie,) = shown.series
    assert (serie.creada, serie.correlativo_anterior, serie.correlativo_actual) == (True, 0, 150)
    assert await database["comprobantes"].count_documents({"estado": "ACEPTADO"}) == 150
    assert await database["ventas"].count_documents({"estado": "FACTURADO"}) == 150
