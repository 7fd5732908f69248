"""The nightly job: boletas that wait for it go into the summaries (RC) of their days, of last night's failures too."""

import asyncio
from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import uuid4

import structlog

from shared.contracts.sunat.resumenes import MAX_COMPROBANTES
from shared.errors import LumisError, Refused
from shared.mongo import PyMongoError
from shared.service import every
from sunat_emitter import metrics
from sunat_emitter.clock import LIMA
from sunat_emitter.deps import Deps
from sunat_emitter.documents.summary import MOST_LINES
from sunat_emitter.eleccion import ADICIONAR, Elegido
from sunat_emitter.emision import ready
from sunat_emitter.pedidos import Eleccion, Pedido, carry_out
from sunat_emitter.store import StoredEmisor, StoredResumen

_log = structlog.get_logger()

_ORIGIN = "sunat-emitter"
_LEASE = timedelta(minutes=10)
_SMALLER = 8
LAST_REFUSAL = 4
"""After so many refusals a comprobante waits for a person."""


async def summarize_nightly(deps: Deps) -> None:
    """Look again and again whose hour has come, until cancelled."""
    if deps.nightly is None:
        await asyncio.Event().wait()
        return
    await every(deps.nightly.look_seconds, lambda: night(deps))


async def night(deps: Deps) -> int:
    """The turns that are due now; returns how many RCs were made."""
    made = 0
    for emisor_id in await deps.informables.waiting_emisores():
        emisor = await deps.emisores.find(emisor_id)
        if emisor is None or deps.nightly is None or not emisor.resumen_automatico:
            continue
        now = deps.now()
        day = due_day(now, emisor.resumen_hora or deps.nightly.hora)
        if not await deps.nocturnos.claim(emisor.id, day, now, now + _LEASE):
            continue
        try:
            made += len(await summarize(emisor, day, deps))
        except (LumisError, PyMongoError) as error:  # tried again when the lease ends; others do not wait for it
            metrics.NIGHTS.labels("failed").inc()
            why = error.code if isinstance(error, Refused) else type(error).__name__
            _log.error("cannot summarize", emisor_id=emisor.id, why=why, exc_info=error)
            continue
        metrics.NIGHTS.labels("done").inc()
        await deps.nocturnos.done(emisor.id, day)
    return made


def due_day(now: datetime, hora: str) -> date:
    """The last day whose hour has struck, by the clock of Lima; what an outage left of days before goes with it."""
    here = now.astimezone(LIMA)
    return here.date() if here.time() >= time.fromisoformat(hora) else here.date() - timedelta(days=1)


async def summarize(emisor: StoredEmisor, until: date, deps: Deps) -> list[StoredResumen]:
    """Put all that wait, issued up to this day, into RCs of their days.

    What was in a refused RC goes into ever smaller ones, apart from the rest, so that in the end a bad one is alone;
    after `LAST_REFUSAL` refusals it is left out.

    Raises:
        Refused: the issuer cannot sign: `EMISOR_INCOMPLETO`, `CERTIFICADO_VENCIDO`.
        Unsealable: its certificate was sealed with a key that is not there.
        Unavailable: the database is away; the next turn goes on.
    """
    ready(emisor, deps.now(), deps)
    made: list[StoredResumen] = []
    for day in await deps.informables.pending_days(emisor.id, emisor.sol_endpoint, until):
        for rechazos in range(LAST_REFUSAL):
            while some := await _summarize_some(emisor, day, rechazos, deps):
                made += some
    if made:
        _log.info("summarized", emisor_id=emisor.id, summaries=len(made), until=until.isoformat())
    return made


async def _summarize_some(emisor: StoredEmisor, day: date, rechazos: int, deps: Deps) -> list[StoredResumen]:
    request_id = f"nocturno-{emisor.id}-{day.isoformat()}-{uuid4().hex[:8]}"
    most = max(1, MOST_LINES // _SMALLER**rechazos)
    pedido = Pedido(request_id, _ORIGIN, emisor, None, None, most=most)
    return await carry_out(pedido, partial(_waiting, emisor, day, rechazos, deps), deps)


async def _waiting(emisor: StoredEmisor, day: date, rechazos: int, deps: Deps, done: frozenset[str]) -> Eleccion:
    del done  # what is in an RC does not wait
    found = await deps.informables.pending(emisor.id, emisor.sol_endpoint, day, MAX_COMPROBANTES, rechazos=rechazos)
    return Eleccion(tuple(Elegido(each, ADICIONAR) for each in found))
