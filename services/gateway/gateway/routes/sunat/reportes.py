"""The report of a month: as data, as CSV for a spreadsheet, as a PDF."""

import re
from collections.abc import AsyncIterator
from typing import Literal

from pydantic import BaseModel

from gateway.deps import Deps
from gateway.http import Answer, ErrorRow, Input, Problem, Raw, Result, Route, Stream, query_of
from gateway.routes.sunat.emisores import EMISOR_NO_CONFIGURADO
from gateway.routes.sunat.words import ALWAYS, DATOS_INVALIDOS, read_query
from shared.contracts.sunat.reportes import (
    ReadReporte,
    ReadReporteCsv,
    ReadReportePdf,
    ReporteCsv,
    ReporteMensual,
)

MES_INVALIDO = ErrorRow(404, "MES_INVALIDO", "El mes debe tener el formato AAAA-MM, como 2026-11")
_MES = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
_SECONDS = 30.0
"""A month of a hundred thousand comprobantes is summed in less."""


class ReporteQuery(BaseModel):
    """The form."""

    formato: Literal["json", "csv", "pdf"] = "json"


async def read_reporte(given: Input[None], deps: Deps) -> Result:
    """What was issued in a month, how it stands with SUNAT, sums per tax and currency, every number accounted for.

    `formato=csv` gives a line for each comprobante (UTF-8, commas, decimal points), `formato=pdf` A4 pages.
    """
    query = read_query(ReporteQuery, given.query)
    mes, company = given.path["mes"], given.caller.company
    if not _MES.fullmatch(mes):
        raise Problem(MES_INVALIDO)
    match query.formato:
        case "csv":
            first = await deps.bus.call(ReadReporteCsv(company=company, mes=mes), timeout=_SECONDS)
            headers = _headers(f"comprobantes-{mes}.csv")
            return Stream(_pieces(first, company, mes, deps), "text/csv; charset=utf-8", headers=headers)
        case "pdf":
            found = await deps.bus.call(ReadReportePdf(company=company, mes=mes), timeout=_SECONDS)
            return Raw(found.contenido, "application/pdf", headers=_headers(found.nombre))
        case _:
            return Answer(await deps.bus.call(ReadReporte(company=company, mes=mes), timeout=_SECONDS))


def _headers(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "private, no-cache",
        "X-Content-Type-Options": "nosniff",
    }


async def _pieces(first: ReporteCsv, company: str, mes: str, deps: Deps) -> AsyncIterator[bytes]:
    """The first is there before the answer begins, so that an error is still told as one."""
    piece = first
    yield piece.contenido
    while piece.siguiente is not None:
        call = ReadReporteCsv(company=company, mes=mes, despues=piece.siguiente)
        piece = await deps.bus.call(call, timeout=_SECONDS)
        yield piece.contenido


ROUTES = (
    Route(
        "GET",
        "/api/facturacion/reportes/{mes}",
        read_reporte,
        "The report of a month",
        answer=ReporteMensual,
        errors=(DATOS_INVALIDOS, MES_INVALIDO, EMISOR_NO_CONFIGURADO, *ALWAYS),
        parameters=query_of(ReporteQuery),
    ),
)
