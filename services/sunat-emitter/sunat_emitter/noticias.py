"""Publishes what became of RCs and RAs: issued, sent, resolved; the same ids however often."""

from datetime import timedelta

import structlog

from shared.contracts.message import Event
from shared.contracts.resumenes import BajaResolved, BajaSent, ResumenIssued, ResumenResolved, ResumenSent
from shared.errors import Unavailable
from shared.mongo import PyMongoError
from shared.service import every
from sunat_emitter.deps import Deps
from sunat_emitter.store.resumenes import RC, Contado, StoredResumen

_log = structlog.get_logger()

_BATCH = 200
_SWEEP_SECONDS = 10.0
_GRACE = timedelta(seconds=15)
"""For who has just brought it about to publish that: longer than a publish may take."""


def event_of(resumen: StoredResumen, what: Contado) -> Event:
    """The event of a step."""
    which = {
        **resumen.model_dump(include=set(ResumenIssued.model_fields)),
        "ticket": resumen.ticket,
        "estado": resumen.decision,
        "codigo": resumen.codigo_sunat,
        "mensaje": resumen.mensaje_sunat,
        "observaciones": resumen.observaciones,
    }
    models: dict[Contado, type[Event]] = {
        "issued": ResumenIssued,
        "sent": ResumenSent if resumen.clase == RC else BajaSent,
        "resolved": ResumenResolved if resumen.clase == RC else BajaResolved,
    }
    return models[what].model_validate(which)


async def tell(resumen: StoredResumen, what: Contado, deps: Deps) -> None:
    """Publish a step and note that. Raises Unavailable."""
    await deps.bus.publish(event_of(resumen, what), cause=f"resumenes/{resumen.nombre_archivo}")
    await deps.resumenes.told(resumen.nombre_archivo, what)


async def tell_at_once(resumen: StoredResumen, what: Contado, deps: Deps) -> None:
    """Publish a step, or leave it to the sweep."""
    try:
        await tell(resumen, what, deps)
    except (Unavailable, PyMongoError) as error:
        _log.warning("summary not told yet", step=what, error=type(error).__name__)


async def tell_resumenes(deps: Deps) -> None:
    """Publish what a killed process, or a broker that was away, left unpublished; until cancelled."""
    await every(_SWEEP_SECONDS, lambda: tell_resumenes_once(deps))


async def tell_resumenes_once(deps: Deps) -> int:
    """Publish what has waited too long; returns how many."""
    waiting = await deps.resumenes.untold(deps.now() - _GRACE, _BATCH)
    for each in waiting:
        await tell(each.resumen, each.what, deps)
    return len(waiting)
