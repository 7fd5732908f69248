"""What an operator does about comprobantes and summaries that are held back: list them, have them tried again."""

import sys
from collections.abc import Sequence

from shared import mongo
from sunat_emitter.clock import utc_now
from sunat_emitter.store import Extravios, Resumenes
from sunat_emitter.store.envios import Envios

OK, SOME_LEFT = 0, 1


async def list_held(database: mongo.Database) -> int:
    """Write each one's name and the reason."""
    for name, motivo in await _held(database):
        sys.stdout.write(f"{name}\t{motivo}\n")
    return OK


async def send_again(database: mongo.Database, names: Sequence[str]) -> int:
    """Have these sent again by the running service; with no names all that are held. A decided one stays as it is."""
    wanted, now = list(names) or [name for name, _ in await _held(database)], utc_now()
    done = await Envios(database).send_again(wanted, now) + await Resumenes(database).send_again(wanted, now)
    sys.stdout.write(f"resend: {done} of {len(wanted)} are sent again\n")
    return OK if done == len(wanted) else SOME_LEFT


async def _held(database: mongo.Database) -> list[tuple[str, str]]:
    """Name and reason of each."""
    return [each async for each in Envios(database).held()] + await Extravios(database).held()
