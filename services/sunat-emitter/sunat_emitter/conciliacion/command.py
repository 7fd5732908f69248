"""The command `sunat-emitter reconcile`: compare what is held with what SUNAT says, now, and say what was found."""

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from shared import mongo
from sunat_emitter.clock import LIMA, given_day, utc_now
from sunat_emitter.conciliacion.conciliador import Conciliador
from sunat_emitter.conciliacion.lectura import show
from sunat_emitter.cuentas import SealedCuentas
from sunat_emitter.deps import NoBroker
from sunat_emitter.settings import ReconcileSettings
from sunat_emitter.soap import SoapClient
from sunat_emitter.steps import Sending
from sunat_emitter.store import Archivos, Contadores, Emisores, Resumenes, StoredEmisor
from sunat_emitter.store.auditoria import Auditoria
from sunat_emitter.store.conciliaciones import Conciliaciones, StoredConciliacion
from sunat_emitter.store.envios import Envios
from sunat_emitter.store.revisables import Revisables

NAME = "reconcile"
OK, SOME_LEFT, UNUSABLE = 0, 1, 2
_CONNECTIONS = 2
_MOST_SHOWN = 1_000


@dataclass(frozen=True)
class Wanted:
    """What is to be reconciled."""

    company: str | None
    ruc: str | None
    desde: date
    hasta: date
    ensayo: bool


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """What the command takes."""
    parser = commands.add_parser(NAME, help="compare what is held with what SUNAT says, and mend what can be mended")
    parser.add_argument(
        "--company", help="one tenant's issuer, such as company:acme; all issuers where nothing is said"
    )
    parser.add_argument("--ruc", help="the issuer with this RUC")
    parser.add_argument(
        "--from",
        dest="desde",
        type=given_day,
        metavar="YYYY-MM-DD",
        help="first day of issue, else a week before",
    )
    parser.add_argument(
        "--to", dest="hasta", type=given_day, metavar="YYYY-MM-DD", help="last day of issue, else yesterday"
    )
    parser.add_argument("--dry-run", action="store_true", help="ask SUNAT and say what would be done; change nothing")
    parser.add_argument("--json", action="store_true", help="one JSON object per issuer and line")


async def reconcile(database: mongo.Database, given: argparse.Namespace, settings: ReconcileSettings) -> int:
    """Reconcile; 0: everything is as SUNAT says, or was mended; 1: something is left; 2: there is no such issuer."""
    yesterday = utc_now().astimezone(LIMA).date() - timedelta(days=1)
    hasta = given.hasta or yesterday
    desde = given.desde or hasta - timedelta(days=7)
    wanted = Wanted(given.company, given.ruc, desde, hasta, given.dry_run)
    if desde > hasta:
        sys.stderr.write("sunat-emitter reconcile: --from is after --to\n")
        return UNUSABLE
    emisores = _chosen(await Emisores(database, Contadores(database)).all(), wanted)
    if not emisores:
        sys.stderr.write("sunat-emitter reconcile: no issuer fits --company and --ruc\n")
        return UNUSABLE
    conciliador = _conciliador(database, settings)
    await mongo.ensure_indexes(database, Conciliaciones.INDEXES)
    try:
        results = [await _one(emisor, wanted, conciliador, as_json=given.json) for emisor in emisores]
    finally:
        await conciliador.sending.client.close()
    return max(results)


def _chosen(emisores: Sequence[StoredEmisor], wanted: Wanted) -> list[StoredEmisor]:
    return [
        each
        for each in emisores
        if wanted.company in {None, each.company} and wanted.ruc in {None, each.ruc} and each.sol_clave is not None
    ]


def _conciliador(database: mongo.Database, settings: ReconcileSettings) -> Conciliador:
    emisores = Emisores(database, Contadores(database))
    sending = Sending(
        envios=Envios(database),
        archivos=Archivos(database),
        auditoria=Auditoria(database, settings.audit_time),
        cuentas=SealedCuentas(emisores, settings.vault, settings.sunat_base_url),
        client=SoapClient(settings.budget, connections=_CONNECTIONS),
        breakers=settings.breakers,
        bus=NoBroker(),
        terms=settings.terms(settings.file_time),
    )
    runs, files = Conciliaciones(database), Revisables(database)
    return Conciliador(runs, files, Resumenes(database), sending, settings.sunat_conciliacion_per_second)


async def _one(emisor: StoredEmisor, wanted: Wanted, conciliador: Conciliador, *, as_json: bool) -> int:
    """One issuer: the run of these days that was not finished, else a new one."""
    values = {
        "emisor_id": emisor.id,
        "origen": "comando",
        "ensayo": wanted.ensayo,
        "desde": wanted.desde.isoformat(),
        "hasta": wanted.hasta.isoformat(),
    }
    key = await conciliador.runs.open_of(values)
    if key is None:
        key = f"{emisor.id}/{uuid4().hex}"
        await conciliador.runs.begin(key, {**values, "company": emisor.company}, utc_now())
    done = await conciliador.work(key)
    if done is None:
        sys.stderr.write(
            f"sunat-emitter reconcile: {emisor.ruc}: another process is at it; try again in a few minutes\n"
        )
        return SOME_LEFT
    await _say(emisor, done, conciliador, as_json=as_json)
    clean = done.estado == "TERMINADA" and not (done.diferencias or done.sin_respuesta)
    return OK if clean else SOME_LEFT


async def _say(emisor: StoredEmisor, done: StoredConciliacion, conciliador: Conciliador, *, as_json: bool) -> None:
    found, total = await conciliador.runs.found(done.key, None, 0, _MOST_SHOWN)
    if as_json:
        shown: dict[str, Any] = {"ruc": emisor.ruc, **show(done).model_dump(mode="json")}
        partidas = [each.model_dump(mode="json") for each in found]
        sys.stdout.write(json.dumps({**shown, "partidas": partidas}, ensure_ascii=False) + "\n")
        return
    for each in found:
        states = " → ".join(dict.fromkeys((each.estado_antes, each.estado_despues)))
        sys.stdout.write(f"{each.resultado}\t{each.nombre_archivo}\t{states}\t{each.detalle}\n")
    if total > len(found):
        sys.stdout.write(f"… {total - len(found)} more: GET /api/facturacion/conciliacion/{done.id}\n")
    unasked = ", ".join(f"{count} {reason}" for reason, count in sorted(done.no_consultables.items())) or "0"
    sys.stdout.write(
        f"{emisor.ruc}: {done.revisados} checked, {done.conformes} as SUNAT says, {done.corregidos} corrected,"
        f" {done.cdr_recuperados} receipts fetched, {done.diferencias} differences,"
        f" {done.sin_respuesta} unanswered, cannot be asked: {unasked}{' (dry run)' if done.ensayo else ''}\n"
    )
    if done.estado != "TERMINADA":
        sys.stdout.write(f"{emisor.ruc}: stopped: {done.motivo}. The same command goes on where it stopped.\n")
