"""The command `sunat-emitter summarize`: the nightly job's work now, for one issuer or all, up to a day."""

import argparse
import logging
import sys
from collections.abc import Awaitable
from datetime import date

import structlog

from shared import mongo
from shared.contracts.message import Event
from shared.errors import LumisError, Unavailable
from sunat_emitter.deps import Deps, on_database
from sunat_emitter.eleccion import today
from sunat_emitter.firmas import Firmas
from sunat_emitter.nocturno import summarize
from sunat_emitter.store import StoredEmisor
from sunat_emitter.vault import Vault

NAME = "summarize"
OK, SOME_LEFT = 0, 1


class NoBroker:
    """Of commands: the running service publishes what they bring about, and sends it."""

    def publish(self, *events: Event, cause: str | None = None) -> Awaitable[None]:
        """Raises Unavailable."""
        raise Unavailable(f"{len(events)} events of {cause} are left to the service")


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(NAME, help="put boletas that wait for it into daily summaries now, as by night")
    parser.add_argument("--day", type=date.fromisoformat, help="issued up to this day, YYYY-MM-DD; today in Lima")
    parser.add_argument("--ruc", help="of this issuer alone")


async def summarize_now(database: mongo.Database, *, vault: Vault, given: argparse.Namespace) -> int:
    """Write each summary that was made; the running service sends them. 1 where an issuer cannot sign."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    deps = on_database(database, NoBroker(), vault, Firmas(vault, "sha256"))
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
