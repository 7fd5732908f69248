"""Reconciliations over the bus: listed, and one with what it found."""

from shared.bus import Reply
from shared.contracts.sunat.conciliacion import (
    ConciliacionDetail,
    ConciliacionesPage,
    ConciliacionShown,
    ListConciliaciones,
    ReadConciliacion,
)
from shared.errors import Refused
from sunat_emitter.deps import Deps
from sunat_emitter.store.conciliaciones import StoredConciliacion


async def list_conciliaciones(call: ListConciliaciones, deps: Deps) -> Reply:
    """The tenant's runs, newest first."""
    found, total = await deps.conciliaciones.page(call.company, (call.page - 1) * call.per_page, call.per_page)
    return Reply(ConciliacionesPage(conciliaciones=tuple(show(each) for each in found), total=total))


async def read_conciliacion(call: ReadConciliacion, deps: Deps) -> Reply:
    """One run. Raises Refused: `CONCILIACION_NO_ENCONTRADA`."""
    run = await deps.conciliaciones.find(call.company, call.id)
    if run is None:
        raise Refused("CONCILIACION_NO_ENCONTRADA", "La conciliación no existe")
    skip = (call.page - 1) * call.per_page
    found, total = await deps.conciliaciones.found(run.key, call.resultado, skip, call.per_page)
    return Reply(ConciliacionDetail(conciliacion=show(run), partidas=tuple(found), total=total))


def show(run: StoredConciliacion) -> ConciliacionShown:
    """A run as the API shows it."""
    return ConciliacionShown.model_validate(run.model_dump(include=set(ConciliacionShown.model_fields)))
