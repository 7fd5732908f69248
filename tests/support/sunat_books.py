"""SUNAT's books held against ours: states, totals and each tax, to the cent; what is left over is told."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from shared.contracts.sunat.reportes import ReadReporte, ReporteMensual
from shared.mongo import Database
from sunat_emitter.reportes.lectura import read_reporte
from tests.support.sunat import COMPANY
from tests.support.sunat_shop import RUC, Shop
from tests.support.sunat_simulator.books import Entry

_TAXES = {
    "exonerado": ("exonerado",),
    "inafecto": ("inafecto",),
    "exportacion": ("exportacion",),
    "gratuito": ("gratuito",),
    "gravado": ("gravado", "ivap_base"),
    "igv": ("igv",),
    "ivap": ("ivap",),
    "isc": ("isc",),
    "icbper": ("icbper",),
    "otros": ("otros_tributos",),
}
"""What the books call a figure, and what our totals do."""
_CREDIT = "07"


async def unsettled(database: Database) -> list[str]:
    """Comprobantes and summaries that are not at their end, and why."""
    return [
        f"{row['_id']} {row.get('paso')} {row.get('motivo_pendiente')} {row.get('envio')}"
        for name in ("comprobantes", "resumenes")
        async for row in database[name].find({"estado": "PENDIENTE"}, {"documento": 0, "lineas": 0})
    ]


async def gaps(database: Database) -> list[str]:
    """Numbers of series, and of summaries of a day, that are missing or used twice."""
    numbers: dict[str, list[int]] = defaultdict(list)
    async for row in database["comprobantes"].find({}, {"tipo": 1, "serie": 1, "numero": 1}):
        numbers[f"{row['tipo']} {row['serie']}"].append(row["numero"])
    async for row in database["resumenes"].find({}, {"clase": 1, "fecha_generacion": 1, "correlativo": 1}):
        numbers[f"{row['clase']} {row['fecha_generacion']}"].append(row["correlativo"])
    return [name for name, used in numbers.items() if sorted(used) != list(range(1, len(used) + 1))]


async def agree(shop: Shop) -> list[str]:
    """Where our rows and SUNAT's entries differ; a rejected comprobante may be in no book."""
    books = shop.simulator.books
    entries = dict(books.of(RUC))
    told = [f"{name} was entered {times} times" for name, times in books.registered.items() if times > 1]
    async for row in shop.database["comprobantes"].find({}):
        entry = entries.pop(row["_id"], None)
        if entry is None:
            told += [] if row["estado"] == "RECHAZADO" else [f"{row['_id']} is {row['estado']} here, unknown there"]
            continue
        told += _differences(row, entry)
    return told + [f"{name} is unknown here" for name in entries]


def _differences(row: dict[str, Any], entry: Entry) -> Iterable[str]:
    if row["estado"] != entry.estado:
        yield f"{entry.name} is {row['estado']} here, {entry.estado} there"
    totales = {name: Decimal(value) for name, value in row["documento"]["totales"].items()}
    if totales["total"] != Decimal(entry.total) or row["moneda"] != entry.moneda:
        yield f"{entry.name} is {row['moneda']} {totales['total']} here, {entry.moneda} {entry.total} there"
    for figure, names in _TAXES.items():
        ours, theirs = sum((totales[name] for name in names), Decimal(0)), entry.figures.get(figure, Decimal(0))
        if ours != theirs:
            yield f"{entry.name} {figure}: {ours} here, {theirs} there"


def sums(shop: Shop, estado: str = "ACEPTADO") -> dict[str, dict[str, Decimal]]:
    """SUNAT's sums by currency, credit notes taken off."""
    found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for entry in shop.simulator.books.of(RUC).values():
        if entry.estado != estado:
            continue
        sign = -1 if entry.name.split("-")[1] == _CREDIT else 1
        found[entry.moneda]["total"] += sign * Decimal(entry.total)
        for figure, value in entry.figures.items():
            found[entry.moneda][figure] += sign * value
    return {moneda: dict(figures) for moneda, figures in found.items()}


async def report_differs(shop: Shop, mes: str) -> list[str]:
    """Where the monthly report of what is accepted differs from SUNAT's sums; and what it cannot explain."""
    report = (await read_reporte(ReadReporte(company=COMPANY, mes=mes), shop.deps)).answer
    assert isinstance(report, ReporteMensual)
    ours = {each.moneda: each.importes for each in report.totales if each.situacion == "aceptado"}
    theirs, told = sums(shop), []
    if set(ours) != set(theirs):
        told.append(f"currencies {sorted(ours)} here, {sorted(theirs)} there")
    for moneda, figures in theirs.items():
        shown = ours[moneda].model_dump() if moneda in ours else {}
        for figure, names in {**_TAXES, "total": ("total",)}.items():
            here, there = (
                sum((shown.get(name, Decimal(0)) for name in names), Decimal(0)),
                figures.get(figure, Decimal(0)),
            )
            if here != there:
                told.append(f"{moneda} {figure}: {here} in the report, {there} there")
    told += [
        f"{each.tipo} {each.serie}: {each.saltos}" for each in report.numeracion if not each.completa or each.saltos
    ]
    if not report.cerrado or report.conteo.pendientes:
        told.append(f"the month is open: {report.conteo}")
    return told
