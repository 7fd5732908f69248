"""The monthly report on A4 pages: its texts for the template, and its PDF."""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from shared.contracts.sunat.reportes import Importes, Numeracion, Rango, ReporteMensual
from sunat_emitter.clock import LIMA
from sunat_emitter.pdf.sheet import breakable, money
from sunat_emitter.pdf.typeset import compile_sources, template

_MESES = (
    *("enero", "febrero", "marzo", "abril", "mayo", "junio"),
    *("julio", "agosto", "setiembre", "octubre", "noviembre", "diciembre"),
)
_TIPOS = {"01": "Factura", "03": "Boleta", "07": "Nota de crédito", "08": "Nota de débito"}
_IMPORTES = {
    "gravado": "Op. gravadas",
    "exonerado": "Op. exoneradas",
    "inafecto": "Op. inafectas",
    "exportacion": "Exportación",
    "gratuito": "Op. gratuitas",
    "ivap_base": "Base IVAP",
    "descuentos": "Descuentos",
    "igv": "IGV",
    "ivap": "IVAP",
    "isc": "ISC",
    "icbper": "ICBPER",
    "otros_tributos": "Otros tributos",
    "otros_cargos": "Otros cargos",
    "total": "Importe total",
}
_ALWAYS = {"gravado", "igv", "total"}
_SITUACIONES = {"aceptado": "Aceptados", "pendiente": "Pendientes", "anulado": "Anulados"}
"""What was rejected never was worth anything: it is counted, not summed."""
_TEST_NOTICE = "SIN VALOR LEGAL: comprobantes emitidos en el ambiente de pruebas (BETA) de SUNAT"


def reporte_pdf(reporte: ReporteMensual) -> bytes:
    """The report's PDF; the same bytes each time for the same report."""
    page = json.dumps(reporte_sheet(reporte)).encode()
    names = {"main.typ": "reporte.typ", "parts.typ": "parts.typ"}
    sources = {name: template(file) for name, file in names.items()}
    return compile_sources({**sources, "page.json": page}, moment=reporte.generado)


def reporte_sheet(reporte: ReporteMensual) -> dict[str, Any]:
    """Every value a text that is ready to be set."""
    year, month = reporte.mes.split("-")
    conteo = reporte.conteo
    return {
        "titulo": "REPORTE MENSUAL DE COMPROBANTES",
        "numero": f"{_MESES[int(month) - 1]} de {year}",
        "emisor": breakable(reporte.razon_social),
        "ruc": reporte.ruc,
        "logo": "",
        "aviso": _TEST_NOTICE if reporte.ambiente == "beta" else "",
        "generado": f"{reporte.generado.astimezone(LIMA):%d/%m/%Y %H:%M} (hora de Lima)",
        "situacion": "Mes cerrado" if reporte.cerrado else "Mes abierto: los importes pueden cambiar",
        "conteo": [
            ["Emitidos", str(conteo.emitidos)],
            ["Aceptados", str(conteo.aceptados)],
            ["con observaciones", str(conteo.observados)],
            ["Rechazados", str(conteo.rechazados)],
            ["Anulados", str(conteo.anulados)],
            ["Pendientes", str(conteo.pendientes)],
            ["fuera de plazo", str(conteo.fuera_de_plazo)],
        ],
        "totales": _totals(reporte),
        "series": [_serie(each) for each in reporte.series],
        "numeracion": [_numeracion(each) for each in reporte.numeracion],
        "excepciones": [_exception(each) for each in reporte.excepciones],
        "omitidas": f"y {reporte.excepciones_omitidas:,} más, que están en el CSV"
        if reporte.excepciones_omitidas
        else "",
    }


def _totals(reporte: ReporteMensual) -> dict[str, Any]:
    """A column for each currency and situation, a row for each sum that is not nought everywhere."""
    columns = [each for each in reporte.totales if each.situacion in _SITUACIONES]
    shown = [name for name in _IMPORTES if name in _ALWAYS or any(getattr(each.importes, name) for each in columns)]
    return {
        "cabecera": [f"{_SITUACIONES[each.situacion]} {each.moneda}" for each in columns],
        "filas": [
            ["Comprobantes", *(f"{each.documentos:,}" for each in columns)],
            *([_IMPORTES[name], *(_amount(each.importes, name) for each in columns)] for name in shown),
        ],
    }


def _amount(importes: Importes, name: str) -> str:
    return money(getattr(importes, name))


def _serie(serie: Any) -> list[str]:
    conteo, importes = serie.conteo, serie.importes
    counts = (conteo.emitidos, conteo.aceptados, conteo.rechazados, conteo.anulados, conteo.pendientes)
    bases = importes.exonerado + importes.inafecto + importes.exportacion
    amounts = (importes.gravado, bases, importes.igv, importes.total)
    return [
        _TIPOS[serie.tipo],
        serie.serie,
        serie.moneda,
        *(f"{each:,}" for each in counts),
        *(money(each) for each in amounts),
    ]


def _numeracion(numeracion: Numeracion) -> dict[str, Any]:
    notes = [f"{_range(each)}: {each.detalle}" for each in numeracion.saltos]
    for label, found in (("Rechazados", numeracion.rechazados), ("Anulados", numeracion.anulados)):
        if found:
            notes.append(f"{label}: {_ranges(found)}.")
    if numeracion.omitidos:
        notes.append(f"Hay {numeracion.omitidos:,} tramos más.")
    return {
        "serie": f"{_TIPOS[numeracion.tipo]} {numeracion.serie}",
        "tramo": f"{numeracion.primero} a {numeracion.ultimo}",
        "estado": "Completa" if numeracion.completa else "Con números sin explicar",
        "completa": numeracion.completa,
        "notas": notes,
    }


def _range(rango: Rango) -> str:
    return str(rango.desde) if rango.desde == rango.hasta else f"{rango.desde} a {rango.hasta}"


def _ranges(found: Sequence[Rango] | Iterable[Rango]) -> str:
    return ", ".join(_range(each) for each in found)


def _exception(each: Any) -> list[str]:
    refused = each.estado in {"RECHAZADO", "PENDIENTE"} and each.codigo_sunat not in {None, "0"}
    code = f"{each.codigo_sunat} - " if refused else ""  # elsewhere the text is a remark, or a person's own words
    return [
        f"{each.fecha_emision:%d/%m/%Y}",
        f"{_TIPOS[each.tipo]} {each.numero_completo}",
        each.estado if each.estado != "ACEPTADO" else "OBSERVADO",
        f"{each.moneda} {money(each.total)}",
        breakable(f"{code}{each.mensaje}"),
    ]
