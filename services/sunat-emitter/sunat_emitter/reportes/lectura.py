"""Monthly reports over the bus: as data, as CSV piece by piece, as a PDF."""

from shared.bus import Reply
from shared.contracts.sunat.reportes import ReadReporte, ReadReporteCsv, ReadReportePdf, ReporteCsv, ReportePdf
from sunat_emitter.deps import Deps
from sunat_emitter.emisores import issuer_of
from sunat_emitter.impresos import imprenta_of
from sunat_emitter.pdf.reporte import reporte_pdf
from sunat_emitter.reportes import tabla
from sunat_emitter.reportes.reporte import periodo_of, report
from sunat_emitter.store.reportes import Periodo, Reportes

_LINES = 1_000
"""In one piece; about 400 kB."""


async def read_reporte(call: ReadReporte, deps: Deps) -> Reply:
    """The report of a month. Raises Refused: `EMISOR_NO_CONFIGURADO`."""
    return Reply(await report(await issuer_of(call.company, deps), call.mes, deps.reportes, deps.now()))


async def read_reporte_csv(call: ReadReporteCsv, deps: Deps) -> Reply:
    """Some lines of a month. Raises Refused: `EMISOR_NO_CONFIGURADO`."""
    periodo = periodo_of(await issuer_of(call.company, deps), call.mes)
    text, after = await piece(periodo, call.despues, deps.reportes)
    return Reply(ReporteCsv(contenido=text.encode(), siguiente=after))


async def piece(periodo: Periodo, despues: str | None, reportes: Reportes) -> tuple[str, str | None]:
    """The lines after this one, the column names before the first; and after what to go on, None at the end."""
    day, _, name = (despues or "").partition("/")
    rows = await reportes.rows(periodo, (day, name), _LINES)
    text = ("" if despues else tabla.head()) + tabla.lines(rows)
    last = rows[-1] if len(rows) == _LINES else None
    return text, f"{last['fecha_emision']}/{last['_id']}" if last else None


async def read_reporte_pdf(call: ReadReportePdf, deps: Deps) -> Reply:
    """The report on paper. Raises Refused: `EMISOR_NO_CONFIGURADO`; Unavailable: too many pages wait."""
    emisor = await issuer_of(call.company, deps)
    made = await report(emisor, call.mes, deps.reportes, deps.now())
    key = ("reporte", made.model_dump_json(exclude={"generado"}))
    content = await imprenta_of(deps).press.run(key, lambda: reporte_pdf(made))
    return Reply(ReportePdf(contenido=content, nombre=f"reporte-{made.ruc}-{made.mes}.pdf"))
