"""The command `sunat-emitter summarize`: the nightly job's work now, for one issuer or all, up to a day."""

import argparse
import sys
from datetime import date

from shared import mongo
from shared.errors import LumisError
from sunat_emitter.clock import given_day
from sunat_emitter.consola import quiet
from sunat_emitter.deps import Deps, NoBroker, on_database
from sunat_emitter.eleccion import today
from sunat_emitter.firmas import Firmas
from sunat_emitter.nocturno.ronda import summarize
from sunat_emitter.store import StoredEmisor
from sunat_emitter.vault import Vault

NAME = "summarize"
OK, SOME_LEFT, UNUSABLE = 0, 1, 2


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(NAME, help="put boletas that wait for it into daily summaries now, as by night")
    parser.add_argument("--day", type=given_day, metavar="YYYY-MM-DD", help="issued up to this day; today in Lima")
    parser.add_argument("--ruc", help="of this issuer alone")


async def summarize_now(database: mongo.Database, *, vault: Vault, given: argparse.Namespace) -> int:
    """Write each summary that was made; the running service sends them. 1: an issuer cannot sign; 2: there is none."""
    deps = on_database(database, NoBroker(), vault, Firmas(vault, "sha256"))
    with quiet():
        return await _all(given, deps)


async def _all(given: argparse.Namespace, deps: Deps) -> int:
    if given.ruc and given.ruc not in {each.ruc for each in await deps.emisores.all()}:
        sys.stderr.write(f"sunat-emitter {NAME}: {given.ruc}: no issuer has this RUC\n")
        return UNUSABLE
    left = 0
    for emisor_id in await deps.informables.waiting_emisores():
        emisor = await deps.emisores.find(emisor_id)
        if emisor is None or given.ruc not in {None, emisor.ruc}:
            continue
        left += not await _one(emisor, given.day or today(deps.now()), deps)
    return SOME_LEFT if left else OK


async def _one(emisor: StoredEmisor, until: date, deps: Deps) -> bool:
    try:
        made = await summarize(emisor, until, deps)
    except LumisError as error:
        sys.stderr.write(f"{emisor.ruc}\t{error}\n")
        return False
    for each in made:
        sys.stdout.write(f"{each.nombre_archivo}\t{each.fecha_referencia.isoformat()}\t{each.cantidad}\n")
    return True
