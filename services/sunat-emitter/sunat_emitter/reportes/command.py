"""The command `sunat-emitter report`: the report of an issuer's month as text, JSON, CSV and PDF."""

import argparse
import asyncio
import re
import sys
from pathlib import Path

from shared import mongo
from shared.contracts.sunat.reportes import ReporteMensual
from sunat_emitter.clock import utc_now
from sunat_emitter.pdf.reporte import reporte_pdf
from sunat_emitter.reportes.lectura import piece
from sunat_emitter.reportes.reporte import periodo_of, report
from sunat_emitter.store import Contadores, Emisores, StoredEmisor
from sunat_emitter.store.reportes import Reportes

NAME = "report"
OK, SOME_LEFT, UNUSABLE = 0, 1, 2
_MES = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What the command is called with."""
    parser = commands.add_parser(NAME, help="the report of an issuer's month: counts, sums per tax, numbers explained")
    parser.add_argument("--ruc", required=True, help="of the issuer")
    parser.add_argument("--month", required=True, type=_month, metavar="YYYY-MM", help="month of issue, in Lima")
    parser.add_argument("--company", help="where several accounts have that RUC: which, as in its token")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write one line per comprobante there")
    parser.add_argument("--pdf", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument("--json", action="store_true", help="the report as JSON instead of text")


def _month(text: str) -> str:
    if not _MES.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text} is no month such as 2026-11")
    return text


async def write_report(database: mongo.Database, given: argparse.Namespace) -> int:
    """Report. 0: every number is accounted for; 1: some are missing and nobody knows why; 2: no such issuer."""
    emisores = await Emisores(database, Contadores(database)).all()
    fitting = [each for each in emisores if each.ruc == given.ruc and given.company in {None, each.company}]
    if len(fitting) != 1:
        companies = ", ".join(each.company for each in fitting)
        hint = f"say with --company which: {companies}" if fitting else "no issuer has this RUC"
        sys.stderr.write(f"sunat-emitter report: {given.ruc}: {hint}\n")
        return UNUSABLE
    emisor, reportes = fitting[0], Reportes(database)
    made = await report(emisor, given.month, reportes, utc_now())
    if given.csv:
        await _write_csv(given.csv, emisor, given.month, reportes)
    if given.pdf:
        await asyncio.to_thread(given.pdf.write_bytes, await asyncio.to_thread(reporte_pdf, made))
    sys.stdout.write(f"{made.model_dump_json()}\n" if given.json else _text(made))
    return OK if all(each.completa for each in made.numeracion) else SOME_LEFT


async def _write_csv(place: Path, emisor: StoredEmisor, mes: str, reportes: Reportes) -> None:
    periodo = periodo_of(emisor, mes)
    after: str | None = None
    with await asyncio.to_thread(place.open, "w", encoding="utf-8", newline="") as file:
        while True:
            text, after = await piece(periodo, after, reportes)
            file.write(text)
            if after is None:
                return


def _text(made: ReporteMensual) -> str:
    counts = made.conteo
    accepted = f"{counts.aceptados} accepted ({counts.observados} with remarks)"
    pending = f"{counts.pendientes} pending ({counts.fuera_de_plazo} too late)"
    others = f"{counts.rechazados} rejected, {counts.anulados} voided"
    found = [f"{made.ruc} {made.mes} ({made.ambiente}): {counts.emitidos} issued, {accepted}, {others}, {pending}"]
    found += [
        f"{each.moneda} {each.situacion}: {each.documentos} comprobantes, gravado {each.importes.gravado},"
        f" igv {each.importes.igv}, total {each.importes.total}"
        for each in made.totales
    ]
    for series in made.numeracion:
        standing = "complete" if series.completa else "NUMBERS MISSING"
        found.append(f"{series.tipo} {series.serie}: {series.primero} to {series.ultimo}, {standing}")
        found += [f"  {each.desde} to {each.hasta}: {each.motivo} {each.detalle}" for each in series.saltos]
    return "\n".join(found) + "\n"
