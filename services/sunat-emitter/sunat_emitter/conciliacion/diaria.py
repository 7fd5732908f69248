"""The daily reconciliation of every issuer in production, once however many processes there are; voidings told."""

import asyncio
from datetime import datetime, timedelta

import structlog

from shared.contracts.resumenes import ComprobanteVoided
from shared.errors import Unavailable
from shared.service import every
from sunat_emitter.clock import LIMA
from sunat_emitter.conciliacion.conciliador import Diaria
from sunat_emitter.deps import Deps
from sunat_emitter.store import Emisores
from sunat_emitter.store.conciliaciones import COUNTS
from sunat_emitter.store.revisables import Revisables

_log = structlog.get_logger()

_BATCH = 200
_TELL_SECONDS = 15.0


async def reconcile_daily(deps: Deps) -> None:
    """Look again and again whether something is due, until cancelled."""
    diaria = deps.diaria
    if diaria is not None and diaria.days:
        await every(diaria.seconds, lambda: turn(diaria, deps.emisores, deps.now()))


async def turn(diaria: Diaria, emisores: Emisores, now: datetime) -> None:
    """Begin the day's runs from its hour on, and do what is due, also what was interrupted before."""
    if now.astimezone(LIMA).hour >= diaria.hour:
        await _begin(diaria, emisores, now)
    for key in await diaria.conciliador.runs.due(now, _BATCH):
        # One that fails does not keep the others from their turn; its lease ends by itself.
        (done,) = await asyncio.gather(diaria.conciliador.work(key), return_exceptions=True)
        if isinstance(done, BaseException):
            _log.error("reconciliation failed", run=key, exc_info=done)
        elif done is not None:
            counts = {name: getattr(done, name) for name in COUNTS}
            _log.info("reconciled", emisor_id=done.emisor_id, estado=done.estado, **counts)


async def _begin(diaria: Diaria, emisores: Emisores, now: datetime) -> None:
    today = now.astimezone(LIMA).date()
    runs = diaria.conciliador.runs
    days = (today - timedelta(days=diaria.days), today - timedelta(days=1))
    for emisor in await emisores.all():
        if emisor.sol_endpoint != "prod" or emisor.sol_clave is None:
            continue
        key = f"{emisor.id}/{today.isoformat()}"
        values = {
            "company": emisor.company,
            "emisor_id": emisor.id,
            "origen": "diaria",
            "ensayo": False,
            "desde": days[0].isoformat(),
            "hasta": days[1].isoformat(),
        }
        if await runs.begin(key, values, now):
            await runs.close_others(emisor.id, key, now)


async def tell_voided(deps: Deps) -> None:
    """Publish what reconciliations voided, also those of the command, until cancelled."""
    diaria = deps.diaria
    if diaria is not None:
        await every(_TELL_SECONDS, lambda: tell_voided_once(diaria.conciliador.files, deps))


async def tell_voided_once(files: Revisables, deps: Deps) -> int:
    """Publish those that wait; the same ids however often. Returns how many."""
    waiting = await files.voided(_BATCH)
    try:
        for each in waiting:
            event = ComprobanteVoided(
                **each.model_dump(exclude={"motivo_anulacion"}), motivo=each.motivo_anulacion, identificador=""
            )
            await deps.bus.publish(event, cause=f"conciliaciones/{each.nombre_archivo}")
            await files.told(each.nombre_archivo)
    except Unavailable as error:
        _log.warning("could not tell every voiding", error=str(error))
    return len(waiting)
