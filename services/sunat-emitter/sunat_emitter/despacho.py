"""Brings RCs and RAs to SUNAT and to their end: signed, sent, asked after by their ticket, decided.

Each turn leaves a summary decided, put off to a moment that the database knows, or held back with a reason; a crash at
any point leaves a lease that ends by itself.
"""

from datetime import timedelta
from uuid import uuid4

import structlog

from shared.contracts.message import Event
from shared.contracts.resumenes import BajaSent, ResumenIssued, ResumenSent
from shared.service import every
from sunat_emitter import metrics
from sunat_emitter.cuentas import Cuenta, SinCuenta
from sunat_emitter.deps import Deps
from sunat_emitter.entrega import Missing, Taken, deliver_summary
from sunat_emitter.extravio import follow, replace
from sunat_emitter.intentos import each_of, pause
from sunat_emitter.noticias import tell_at_once
from sunat_emitter.resolucion import apply_resolution
from sunat_emitter.steps import Decided, End, Held, Later, sending_of
from sunat_emitter.store import StoredResumen
from sunat_emitter.store.envios import Parada
from sunat_emitter.tickets import Adrift, ask_ticket

_log = structlog.get_logger()

_BATCH = 100
_AT_ONCE = 8
_Turn = End | Taken | Missing | Adrift


async def dispatch_resumen(event: ResumenIssued, deps: Deps) -> list[Event]:
    """Send an RC or RA that has its number. What came of it is published here, as the sweep does it too."""
    await advance(event.nombre_archivo, deps)
    return []


async def ask_resumen(event: ResumenSent, deps: Deps) -> list[Event]:
    """Ask after an RC's ticket for the first time; the sweep goes on."""
    await advance(event.nombre_archivo, deps)
    return []


async def ask_baja(event: BajaSent, deps: Deps) -> list[Event]:
    """Ask after an RA's ticket for the first time; the sweep goes on."""
    await advance(event.nombre_archivo, deps)
    return []


async def advance(name: str, deps: Deps) -> None:
    """Do what is next with a summary, unless it is decided or somebody else is at it."""
    sending = sending_of(deps)
    resumen = await deps.resumenes.claim(name, uuid4().hex, sending.now(), sending.lease_end())
    if resumen is None:
        return
    cuenta = await sending.cuentas.cuenta(resumen.emisor_id)
    turn = await _next(resumen, cuenta, deps)
    metrics.SUMMARIES.labels(resumen.clase, metrics.turn_of(turn)).inc()
    _log.info(
        "summary dispatched",
        emisor_id=resumen.emisor_id,
        resumen=resumen.identificador,
        paso=resumen.paso,
        end=type(turn).__name__.lower(),
    )
    await _finish(resumen, turn, cuenta.version, deps)


async def _next(resumen: StoredResumen, cuenta: Cuenta | SinCuenta, deps: Deps) -> _Turn:
    if "reemplazo" in resumen.envio:
        return await follow(resumen, cuenta, deps)
    if isinstance(cuenta, SinCuenta):
        return Held(cuenta.motivo, resumen.en_duda, parado=True)
    if resumen.paso == "enviado":
        return await ask_ticket(resumen, cuenta, deps)
    return await deliver_summary(resumen, cuenta, deps)


async def _finish(resumen: StoredResumen, turn: _Turn, version: int, deps: Deps) -> None:
    match turn:
        case Decided():
            await _conclude(resumen, turn, deps)
        case Taken(ticket):
            await _keep_ticket(resumen, ticket, deps)
        case Missing():
            await _finish(resumen, await replace(resumen, turn, deps), version, deps)
        case Adrift(motivo):
            tries = len(resumen.envio.get("tickets_perdidos", ()))
            at = deps.now() + timedelta(seconds=pause(sending_of(deps).terms.ladder, tries))
            await deps.extravios.forget_ticket(resumen, motivo, at)
        case Later():
            await _put_off(resumen, turn, deps)
        case Held(motivo, en_duda, parado):
            if parado:
                parada = Parada(resumen.emisor_id, version, motivo)
                await sending_of(deps).envios.stop(parada, deps.now())
            await deps.resumenes.hold_back(resumen, motivo, en_duda=en_duda, parado=parado)


async def _conclude(resumen: StoredResumen, end: Decided, deps: Deps) -> None:
    now = deps.now()
    if end.cdr is not None:
        name = f"R-{resumen.nombre_archivo}.zip"
        await deps.archivos.keep(name, end.cdr, company=resumen.company, kept_until=now + deps.file_time)
    if (original := resumen.envio.get("reemplaza")) is not None:
        await deps.extravios.conclude(resumen, end.result, now)
        await deps.extravios.nudge(original, now)
        return
    decided = await deps.resumenes.decide(resumen, end.result, now)
    if decided is not None:
        await apply_resolution(decided, deps)


async def _keep_ticket(resumen: StoredResumen, ticket: str, deps: Deps) -> None:
    now = deps.now()
    first = now + timedelta(seconds=pause(sending_of(deps).terms.ticket_ladder, 0))
    if await deps.resumenes.keep_ticket(resumen, ticket, now, first):
        await deps.extravios.heard(resumen)
        await tell_at_once(resumen.model_copy(update={"ticket": ticket}), "sent", deps)


async def _put_off(resumen: StoredResumen, end: Later, deps: Deps) -> None:
    """To the ladder's next step, or to when it is said to."""
    terms = sending_of(deps).terms
    asks = resumen.paso == "enviado" or "reemplazo" in resumen.envio
    seconds = pause(terms.ticket_ladder if asks else terms.ladder, resumen.escalon, end.after)
    at = deps.now() + timedelta(seconds=seconds)
    escalon = resumen.escalon + (end.after is None)
    await deps.resumenes.postpone(resumen, end.motivo, at, en_duda=end.en_duda, escalon=escalon)


async def sweep_resumenes(deps: Deps) -> None:
    """Take up again and again what is due, until cancelled."""
    await every(deps.resend_seconds, lambda: look(deps))


async def look(deps: Deps) -> None:
    """One look at everything."""
    sending = sending_of(deps)
    stopped = [each.emisor_id async for each in sending.envios.paradas()]
    await deps.extravios.resume(stopped, deps.now())
    await measure(deps)
    while due := await deps.resumenes.due(deps.now(), _BATCH):
        if not await each_of(due, lambda name: advance(name, deps), at_once=_AT_ONCE):
            break


async def measure(deps: Deps) -> None:
    """Set the gauges that alerts look at."""
    now, found = deps.now(), await deps.extravios.abiertos()
    for paso, count in found.por_paso.items():
        metrics.SUMMARIES_OPEN.labels(paso).set(count)
    metrics.SUMMARIES_HELD.set(found.retenidos)
    age = (now - found.oldest_ticket).total_seconds() if found.oldest_ticket is not None else 0.0
    metrics.OLDEST_TICKET.set(age)
