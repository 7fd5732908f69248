"""A month's report over a real database: its sums are those of the documents, its numbers are accounted for."""

import argparse
import csv
import io
import json
from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pypdfium2
import pytest
import pytest_asyncio

from shared.contracts.sunat.reportes import ReporteMensual
from shared.contracts.sunat.series import CreateSerie, ReserveCorrelativo, SerieInput
from shared.mongo import Database, ensure_indexes
from sunat_emitter.documents.model import Comprobante, TipoComprobante
from sunat_emitter.pdf.reporte import reporte_pdf
from sunat_emitter.reportes.command import NAME, declare, write_report
from sunat_emitter.reportes.lectura import piece
from sunat_emitter.reportes.reporte import periodo_of, report
from sunat_emitter.series import create_serie, reserve_correlativo
from sunat_emitter.store import Comprobantes, StoredEmisor
from sunat_emitter.store.reportes import IMPORTES, Reportes
from sunat_emitter.store.revisables import INDEXES
from sunat_emitter.store.series import Series
from tests.support.comprobantes import HOY, SALES
from tests.support.envios import COMPANY, EMISOR_ID, insert, numbered
from tests.support.sunat import emitter, set_up

MES, DAY = "2026-03", HOY
NOW = datetime(2026, 4, 1, 5, 0, tzinfo=UTC)
"""The first moment of April in Lima."""
EMISOR = StoredEmisor(
    id=EMISOR_ID,
    company=COMPANY,
    ruc="20123456786",
    razon_social="MI EMPRESA SAC",
    ubigeo="150101",
    sol_endpoint="prod",
    created_at=NOW,
    updated_at=NOW,
)


@pytest_asyncio.fixture
async def reportes(database: Database) -> Reportes:
    await ensure_indexes(database, (*INDEXES, *Series.INDEXES, *Comprobantes.INDEXES))
    return Reportes(database)


async def put(database: Database, shape: str, number: str, estado: str = "ACEPTADO", **fields: Any) -> Comprobante:
    """Store a document of a shape; `number` is `01-F001-7`, `day` another day of issue."""
    tipo, serie, numero = number.split("-")
    day = fields.pop("day", DAY)
    document = numbered(shape, cast("TipoComprobante", tipo), serie, int(numero), day)
    name = await insert(database, document)
    await database["comprobantes"].update_one({"_id": name}, {"$set": {"estado": estado, **fields}})
    return document


async def test_the_sums_are_the_documents_own_to_the_cent_with_the_sign_of_their_kind(
    database: Database, reportes: Reportes
) -> None:
    expected: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    count = 0
    for shape, (_, emision) in SALES.items():
        if "500" in shape:
            continue
        count += 1
        document = await put(database, shape, f"{emision.tipo}-{emision.serie}-{100 + count}")
        sign = -1 if document.tipo == "07" else 1
        totals = document.totales
        for name in (*IMPORTES, "total"):
            expected[document.moneda][name] += sign * getattr(totals, name)
        expected[document.moneda]["descuentos"] += sign * (totals.descuento_items + totals.descuento_global)
    await put(database, "factura", "01-F001-1", "RECHAZADO")
    await put(database, "factura", "01-F001-2", "PENDIENTE", day=DAY.replace(day=1))
    await put(database, "factura", "01-F001-3", day=date(2026, 4, 1))
    await put(database, "factura", "01-F001-4", day=date(2026, 2, 28))
    found = await report(EMISOR, MES, reportes, NOW)
    accepted = {each.moneda: each.importes for each in found.totales if each.situacion == "aceptado"}
    assert set(accepted) == set(expected)
    for moneda, sums in expected.items():
        assert {name: getattr(accepted[moneda], name) for name in sums} == dict(sums)
    by_series: dict[str, Decimal] = defaultdict(Decimal)
    for serie in found.series:
        by_series[serie.moneda] += serie.importes.total
    assert by_series == {moneda: sums["total"] for moneda, sums in expected.items()}
    assert (found.conteo.emitidos, found.conteo.aceptados) == (count + 2, count)
    assert (found.conteo.rechazados, found.conteo.pendientes, found.cerrado) == (1, 1, False)

    text, after = await piece(periodo_of(EMISOR, MES), None, reportes)
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert (after, len(rows)) == (None, count + 2)
    in_csv: dict[str, Decimal] = defaultdict(Decimal)
    for row in rows:
        if row["estado"] == "ACEPTADO":
            in_csv[row["moneda"]] += Decimal(row["igv"])
    assert in_csv == {moneda: sums["igv"] for moneda, sums in expected.items()}


async def test_every_number_is_accounted_for(database: Database, reportes: Reportes) -> None:
    deps = await emitter(database)
    serie = SerieInput.model_validate({"tipo_comprobante": "01", "serie": "F001", "correlativo_inicial": 14})
    await create_serie(CreateSerie(company=COMPANY, serie=serie), deps)
    await reserve_correlativo(ReserveCorrelativo(company=COMPANY, serie_id=1), deps)
    await put(database, "factura", "01-F001-10")
    await put(database, "factura", "01-F001-11", "RECHAZADO")
    await put(database, "factura", "01-F001-12", company="company:other", emisor_id=9)
    await put(database, "factura", "01-F001-13", ambiente="beta")
    await put(database, "factura", "01-F001-15", "ANULADO")
    await put(database, "factura", "01-F001-18")
    await put(database, "boleta to nobody", "03-B001-7", day=date(2026, 2, 2))
    await put(database, "boleta to nobody", "03-B001-8")
    boletas, facturas = sorted((await report(EMISOR, MES, reportes, NOW)).numeracion, key=lambda each: each.serie)
    assert (boletas.primero, boletas.ultimo, boletas.saltos, boletas.completa) == (8, 8, (), True)
    assert [(each.desde, each.hasta, each.motivo) for each in facturas.saltos] == [
        (1, 9, "INICIO"),
        (12, 12, "OTRA_CUENTA"),
        (13, 13, "PRUEBA"),
        (14, 14, "RESERVADO"),
        (16, 17, "FALTANTE"),
    ]
    assert not facturas.completa
    assert [(each.desde, each.hasta) for each in (*facturas.rechazados, *facturas.anulados)] == [(11, 11), (15, 15)]


async def test_a_gap_at_the_turn_of_the_month_belongs_to_the_later_one(database: Database, reportes: Reportes) -> None:
    await put(database, "factura", "01-F001-1", day=date(2026, 2, 28))
    await put(database, "factura", "01-F001-4")
    (february,) = (await report(EMISOR, "2026-02", reportes, NOW)).numeracion
    (march,) = (await report(EMISOR, MES, reportes, NOW)).numeracion
    assert february.completa
    assert [(each.desde, each.hasta, each.motivo) for each in march.saltos] == [(2, 3, "FALTANTE")]


async def test_what_somebody_should_look_at_is_listed_and_printed(database: Database, reportes: Reportes) -> None:
    remark = "4031 - El ubigeo no es válido"
    await put(database, "factura", "01-F001-1", observaciones=[remark], codigo_sunat="0")
    await put(database, "factura", "01-F001-2", "RECHAZADO", codigo_sunat="3271", mensaje_sunat="El valor difiere")
    late = {"desde": NOW, "que_hacer": "Emita de nuevo", "contado": True}
    await put(database, "factura", "01-F001-3", "PENDIENTE", fuera_de_plazo=late)
    await put(database, "factura", "01-F001-4")
    await put(database, "factura", "01-F001-5", "ANULADO", codigo_sunat="0", motivo_anulacion="ERROR EN EL PEDIDO")
    found = await report(EMISOR, MES, reportes, NOW)
    assert [(each.numero_completo, each.mensaje) for each in found.excepciones] == [
        ("F001-1", remark),
        ("F001-2", "El valor difiere"),
        ("F001-3", "Emita de nuevo"),
        ("F001-5", "ERROR EN EL PEDIDO"),
    ]
    assert (found.conteo.observados, found.conteo.fuera_de_plazo) == (1, 1)
    pages = pypdfium2.PdfDocument(reporte_pdf(found))
    text = pages[0].get_textpage().get_text_bounded()
    for said in ("marzo de 2026", "RUC 20123456786", "6,100.60", "3271 - El valor difiere", "1 a 5", remark):
        assert said in text
    assert "0 - " not in text
    assert reporte_pdf(found) == reporte_pdf(found)


async def test_an_empty_month_is_a_report_too(reportes: Reportes) -> None:
    found = await report(EMISOR, "2026-01", reportes, NOW)
    assert (found.conteo.emitidos, found.totales, found.numeracion, found.cerrado) == (0, (), (), True)
    assert len(reporte_pdf(found)) > 1000
    assert (await piece(periodo_of(EMISOR, "2026-01"), None, reportes))[0].count("\n") == 1


async def test_pages_of_rows_go_on_after_the_last_one(database: Database, reportes: Reportes) -> None:
    for numero, day in ((9, 3), (10, 3), (1, 4), (2, 30)):
        await put(database, "factura", f"01-F001-{numero}", day=DAY.replace(day=day))
    periodo, after, seen = periodo_of(EMISOR, MES), ("", ""), []
    while rows := await reportes.rows(periodo, after, 1):
        after = (rows[0]["fecha_emision"], rows[0]["_id"])
        seen.append(rows[0]["numero"])
    assert seen == [10, 9, 1, 2]


async def test_the_command_writes_the_files_and_says_whether_numbers_are_missing(
    database: Database, reportes: Reportes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await set_up(await emitter(database), COMPANY, ruc="20123456786", sol_endpoint="prod")
    await put(database, "factura", "01-F001-1")
    parser = argparse.ArgumentParser()
    declare(parser.add_subparsers())
    files = ["--csv", str(tmp_path / "month.csv"), "--pdf", str(tmp_path / "month.pdf")]
    which = [NAME, "--ruc", "20123456786", "--month", MES]
    assert await write_report(database, parser.parse_args([*which, *files])) == 0
    said = capsys.readouterr().out
    assert said.startswith("20123456786 2026-03 (prod): 1 issued, 1 accepted (0 with remarks)")
    assert "01 F001: 1 to 1, complete" in said
    assert (tmp_path / "month.csv").read_bytes().startswith(b"\xef\xbb\xbffecha_emision,")
    assert (tmp_path / "month.pdf").read_bytes().startswith(b"%PDF")
    await put(database, "factura", "01-F001-3")
    assert await write_report(database, parser.parse_args([*which, "--json"])) == 1
    assert ReporteMensual.model_validate(json.loads(capsys.readouterr().out)).conteo.emitidos == 2
    assert await write_report(database, parser.parse_args([NAME, "--ruc", "20999999999", "--month", MES])) == 2
