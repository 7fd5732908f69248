"""Watches the legal times: tells what is near its end, marks and tells what is past it, sets the gauges."""

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

import structlog

from shared.contracts.plazos import PlazoNeared, PlazoOf, PlazoPassed
from shared.service import every
from sunat_emitter import metrics
from sunat_emitter.plazos import CLASES, Clase, Plazos
from sunat_emitter.steps import Publisher
from sunat_emitter.store.vencimientos import Vencido, Vencimientos, Waiting

_log = structlog.get_logger()

_BATCH = 200


@dataclass(frozen=True)
class Vigilancia:
    """How legal times are watched."""

    vencimientos: Vencimientos
    plazos: Plazos = field(default_factory=Plazos)
    warning: timedelta = timedelta(hours=24)
    """How long before the end of a legal time it is told."""
    seconds: float = 60.0
    """Between two looks."""


class HasVigilancia(Protocol):
    """The service's Deps, as far as legal times go."""

    @property
    def vigilancia(self) -> Vigilancia | None:
        """How legal times are watched; None where they are not."""

    @property
    def bus(self) -> Publisher:
        """Where it is told."""

    def now(self) -> datetime:
        """The time."""


async def watch_plazos(deps: HasVigilancia) -> None:
    """Look again and again, until cancelled."""
    vigilancia = deps.vigilancia
    if vigilancia is not None:
        await every(vigilancia.seconds, lambda: look(vigilancia, deps.bus, deps.now()))


async def look(vigilancia: Vigilancia, bus: Publisher, now: datetime) -> None:
    """One look at everything; several processes may do it side by side, as what they tell has the same ids.

    Raises:
        Unavailable: not everything could be told; the next look does it.
    """
    for clase in CLASES:
        for place in vigilancia.vencimientos.of(clase):
            await _mark(place, vigilancia, now)
        await _measure(clase, vigilancia, now)
    for clase in CLASES:
        for place in vigilancia.vencimientos.of(clase):
            await _tell_near(place, vigilancia, bus, now)
            await _tell_over(place, vigilancia, bus)


async def _mark(place: Waiting, vigilancia: Vigilancia, now: datetime) -> None:
    vencimientos, plazos = vigilancia.vencimientos, vigilancia.plazos
    last = plazos.last_over(place.clase, now)
    if freed := await vencimientos.unmark(place, last):
        _log.info("in time again", clase=place.clase, count=freed)
    while found := await vencimientos.over(place, last, _BATCH):
        for each in found:
            end = plazos.end_of(each.clase, each.fecha_emision)
            is_summary = (each.tipo, each.clase) == ("RC", "boleta")
            remedy = plazos.remedy(each.clase, each.fecha_emision, en_duda=each.en_duda, resumen=is_summary)
            await vencimientos.mark(place, each.nombre_archivo, end, remedy)
        _log.warning("legal time over", clase=place.clase, count=len(found))


async def _tell_near(place: Waiting, vigilancia: Vigilancia, bus: Publisher, now: datetime) -> None:
    plazos = vigilancia.plazos
    until, after = plazos.last_over(place.clase, now + vigilancia.warning), plazos.last_over(place.clase, now)
    while found := await vigilancia.vencimientos.near(place, until, after, _BATCH):
        for each in found:
            event = PlazoNeared.model_validate(_values(each, plazos))
            await bus.publish(event, cause=f"plazos/{each.nombre_archivo}/near")
            await vigilancia.vencimientos.warned(place, each.nombre_archivo, now)


async def _tell_over(place: Waiting, vigilancia: Vigilancia, bus: Publisher) -> None:
    while found := await vigilancia.vencimientos.untold(place, _BATCH):
        for each in found:
            values = {**_values(each, vigilancia.plazos), "que_hacer": each.que_hacer}
            await bus.publish(PlazoPassed.model_validate(values), cause=f"plazos/{each.nombre_archivo}/over")
            await vigilancia.vencimientos.told(place, each.nombre_archivo)


def _values(each: Vencido, plazos: Plazos) -> dict[str, object]:
    values = {name: getattr(each, name) for name in PlazoOf.model_fields if hasattr(each, name)}
    return {
        **values,
        "request_id": each.request_id,
        "origin": each.origin,
        "fin": plazos.end_of(each.clase, each.fecha_emision),
    }


async def _measure(clase: Clase, vigilancia: Vigilancia, now: datetime) -> None:
    vencimientos, plazos = vigilancia.vencimientos, vigilancia.plazos
    over, soon = plazos.last_over(clase, now), plazos.last_over(clase, now + vigilancia.warning)
    places = vencimientos.of(clase)
    metrics.DEADLINES.labels(clase, "past").set(sum([await vencimientos.count(each, over) for each in places]))
    metrics.DEADLINES.labels(clase, "near").set(sum([await vencimientos.count(each, soon, over) for each in places]))
    days = [day for each in places if (day := await vencimientos.oldest(each, over))]
    left = (plazos.end_of(clase, min(days)) - now).total_seconds() if days else math.inf
    metrics.DEADLINE_SECONDS.labels(clase).set(left)
