"""What follows once SUNAT has decided an RC or RA: its comprobantes stand accordingly, and followers are told."""

import asyncio
from datetime import timedelta

import structlog

from shared.contracts.comprobantes import ComprobanteAccepted
from shared.contracts.message import Event
from shared.contracts.resumenes import ComprobanteVoided
from shared.service import every
from sunat_emitter.deps import Deps
from sunat_emitter.eleccion import ADICIONAR, MODIFICAR
from sunat_emitter.noticias import tell_at_once
from sunat_emitter.store import LineaResumen, StoredResumen
from sunat_emitter.store.resoluciones import Raised

_log = structlog.get_logger()

_BATCH = 20
_AT_ONCE = 50
_SWEEP_SECONDS = 10.0
_GRACE = timedelta(seconds=30)
"""For who has just decided one to see it through."""


async def apply_resolution(resumen: StoredResumen, deps: Deps) -> None:
    """Have the comprobantes of a decided RC or RA stand as SUNAT decided; a repeat changes nothing more.

    Accepted: lines of condition 1 are ACEPTADO, those to void ANULADO and their sales annulled. Rejected: all stand
    as they did, each says why, and is free for another RC or RA. Only at the end `estado` of the RC or RA changes.

    Args:
        resumen: As `Resumenes.decide` returned it, with its lines.
        deps: The service's parts.

    Raises:
        Unavailable: the broker is away; `settle_decided` sees it through.
    """
    if resumen.paso != "decidido":
        return
    if resumen.decision == "ACEPTADO":
        await _accept(resumen, deps)
    else:
        said = f"{resumen.codigo_sunat} - {resumen.mensaje_sunat}"
        await deps.resoluciones.refuse(resumen, f"SUNAT rechazó {resumen.identificador}: {said}")
    await deps.resumenes.settle(resumen, deps.now())
    _log.info(
        "summary resolved",
        emisor_id=resumen.emisor_id,
        resumen=resumen.identificador,
        estado=resumen.decision,
        codigo=resumen.codigo_sunat,
    )
    await tell_at_once(resumen, "resolved", deps)


async def _accept(resumen: StoredResumen, deps: Deps) -> None:
    added = [each for each in resumen.lineas if each.condicion == ADICIONAR]
    modified = [each for each in resumen.lineas if each.condicion == MODIFICAR]
    voided = [each for each in resumen.lineas if each.condicion not in {ADICIONAR, MODIFICAR}]
    if added:
        await deps.resoluciones.accept(resumen, added)
    if modified:
        await deps.resoluciones.modify(resumen, modified)
    if voided:
        await deps.resoluciones.void(resumen, voided, deps.now())
    raised = await deps.resoluciones.raised(resumen.lineas)
    events = [(each, _accepted(each, resumen, raised[each.comprobante])) for each in added]
    events += [(each, _voided(each, resumen, raised[each.comprobante])) for each in voided]
    for start in range(0, len(events), _AT_ONCE):
        batch = events[start : start + _AT_ONCE]
        await asyncio.gather(*(_publish(line, event, resumen, deps) for line, event in batch))


async def _publish(line: LineaResumen, event: Event, resumen: StoredResumen, deps: Deps) -> None:
    await deps.bus.publish(event, cause=f"{resumen.nombre_archivo}/{line.comprobante}")


def _accepted(line: LineaResumen, resumen: StoredResumen, raised: Raised) -> Event:
    return ComprobanteAccepted.model_validate(
        {**_which(line, resumen, raised), "codigo": resumen.codigo_sunat, "mensaje": resumen.mensaje_sunat}
    )


def _voided(line: LineaResumen, resumen: StoredResumen, raised: Raised) -> Event:
    return ComprobanteVoided.model_validate(
        {**_which(line, resumen, raised), "motivo": line.motivo or "", "identificador": resumen.identificador}
    )


def _which(line: LineaResumen, resumen: StoredResumen, raised: Raised) -> dict[str, object]:
    """Of the request that the comprobante came of, so that its timeline shows how it ended."""
    return {
        "request_id": raised.request_id,
        "origin": raised.origin,
        "company": resumen.company,
        "emisor_id": resumen.emisor_id,
        "nombre_archivo": line.comprobante,
        "tipo": line.tipo,
        "serie": line.serie,
        "numero": line.numero,
    }


async def settle_decided(deps: Deps) -> None:
    """See through what a killed process left half done; until cancelled."""
    await every(_SWEEP_SECONDS, lambda: settle_decided_once(deps))


async def settle_decided_once(deps: Deps) -> int:
    """See through what was decided a while ago; returns how many."""
    left = await deps.resumenes.decided(deps.now() - _GRACE, _BATCH)
    for each in left:
        await apply_resolution(each, deps)
    return len(left)
