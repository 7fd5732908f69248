"""What an operator does about comprobantes that are not sent again by themselves: list them, have them sent again."""

import sys
from collections.abc import Sequence

from shared import mongo
from sunat_emitter.clock import utc_now
from sunat_emitter.store.envios import Envios

OK, SOME_LEFT = 0, 1


async def list_held(database: mongo.Database) -> int:
    """Write each one's name and the reason."""
    async for name, motivo in Envios(database).held():
        sys.stdout.write(f"{name}\t{motivo}\n")
    return OK


async def send_again(database: mongo.Database, names: Sequence[str]) -> int:
    """Have these sent again by the running service; with no names all that are held. A decided one stays as it is."""
    envios = Envios(database)
    wanted = list(names) or [name async for name, _ in envios.held()]
    done = await envios.send_again(wanted, utc_now())
    sys.stdout.write(f"resend: {done} of {len(wanted)} are sent again\n")
    return OK if done == len(wanted) else SOME_LEFT
