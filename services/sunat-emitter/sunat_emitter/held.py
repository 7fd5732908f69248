"""What an operator does about comprobantes and summaries that are held back: list them, have them tried again."""

import sys
from collections.abc import Sequence

from shared import mongo
from sunat_emitter.clock import utc_now
from sunat_emitter.store import Comprobantes, Extravios, Resumenes
from sunat_emitter.store.envios import Envios

OK, SOME_LEFT = 0, 1


async def list_held(database: mongo.Database) -> int:
    """Write each one's name and the reason."""
    for name, motivo in await _held(database):
        sys.stdout.write(f"{name}\t{motivo}\n")
    return OK


async def send_again(database: mongo.Database, names: Sequence[str]) -> int:
    """Have these sent again by the running service; with no names all that are held. A decided one stays as it is."""
    wanted = list(names) or [name for name, _ in await _held(database)]
    left = [name for name in wanted if not await _sent_again(database, name)]
    for name in left:
        sys.stdout.write(f"{name}\t{await _why_not(database, name)}\n")
    sys.stdout.write(f"resend: {len(wanted) - len(left)} of {len(wanted)} are sent again\n")
    return SOME_LEFT if left else OK


async def _sent_again(database: mongo.Database, name: str) -> bool:
    now = utc_now()
    return bool(await Envios(database).send_again([name], now) + await Resumenes(database).send_again([name], now))


async def _why_not(database: mongo.Database, name: str) -> str:
    if (found := await Resumenes(database).find(name)) is not None:
        return f"it is decided: {found.decision}"
    comprobante = await Comprobantes(database).find(name)
    if comprobante is None:
        return "there is none of this name"
    if comprobante.estado != "PENDIENTE":
        return f"it is decided: {comprobante.estado}"
    where = f"in {comprobante.resumen}" if comprobante.resumen else "by a daily summary (sunat-emitter summarize)"
    return f"it does not go by itself: SUNAT is told of it {where}"


async def _held(database: mongo.Database) -> list[tuple[str, str]]:
    """Name and reason of each."""
    return [each async for each in Envios(database).held()] + await Extravios(database).held()
