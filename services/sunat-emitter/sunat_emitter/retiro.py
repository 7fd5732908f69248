"""The command `sunat-emitter withdraw`: take back an RC or RA that never left, so that its comprobantes are free."""

import argparse
import sys
from datetime import timedelta
from uuid import uuid4

from shared import mongo
from sunat_emitter.consola import quiet
from sunat_emitter.deps import Deps, NoBroker, on_database
from sunat_emitter.firmas import Firmas
from sunat_emitter.resolucion import apply_resolution
from sunat_emitter.store.envios import RECHAZADO, Result
from sunat_emitter.vault import Vault

NAME = "withdraw"
OK, SOME_LEFT = 0, 1
_CODE, _SAID = "-", "Se retiró sin enviarlo a SUNAT"
_LEASE = timedelta(seconds=60)


def declare(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """The command's arguments."""
    parser = commands.add_parser(NAME, help="take back summaries and voidings that were never sent to SUNAT")
    parser.add_argument("names", nargs="+", metavar="RUC-RC-YYYYMMDD-NNN")


async def withdraw_all(database: mongo.Database, *, vault: Vault, given: argparse.Namespace) -> int:
    """Write what became of each; 1 where one is left as it is."""
    deps = on_database(database, NoBroker(), vault, Firmas(vault, "sha256"))
    left = 0
    with quiet():
        for name in given.names:
            why = await withdraw(name, deps)
            left += why is not None
            sys.stdout.write(f"{name}\t{why or 'withdrawn: its comprobantes are free for another'}\n")
    return SOME_LEFT if left else OK


async def withdraw(name: str, deps: Deps) -> str | None:
    """End an RC or RA as rejected, unless SUNAT may have it; why not, where it is left."""
    now = deps.now()
    taken = await deps.resumenes.claim(name, uuid4().hex, now, now + _LEASE)
    if taken is None:
        known = await deps.resumenes.find(name)
        if known is None:
            return "there is none of this name"
        return "it is decided" if known.decision else "a worker has it in hand: try again in a minute"
    if taken.ticket is not None or taken.en_duda or "reemplaza" in taken.envio or "reemplazo" in taken.envio:
        await deps.resumenes.let_go(taken, now)
        return "SUNAT may have it: its end is waited for"
    decided = await deps.resumenes.decide(taken, Result(RECHAZADO, _CODE, _SAID), now)
    if decided is None:
        return "a worker has taken it in hand: try again in a minute"
    await apply_resolution(decided, deps)
    return None
