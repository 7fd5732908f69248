"""Finds out what became of a summary (RC, RA) that SUNAT may have taken and whose ticket is lost.

Nobody can be asked after a summary without its ticket. So another with the same lines takes its place (ADR 12): SUNAT
takes it, or says by its books that the lines are there. Each end tells what the first one came to, and no comprobante
is entered twice, because SUNAT enters each once.
"""

import dataclasses

import structlog

from shared.contracts.sunat.resumenes import Condicion
from sunat_emitter.clock import LIMA
from sunat_emitter.cuentas import Cuenta, SinCuenta
from sunat_emitter.deps import Deps
from sunat_emitter.entrega import Missing
from sunat_emitter.envelope import Status
from sunat_emitter.noticias import tell_at_once
from sunat_emitter.soap import Consulta
from sunat_emitter.steps import Decided, Held, Later, Lost, sending_of
from sunat_emitter.store import LineaResumen, StoredResumen
from sunat_emitter.store.envios import ACEPTADO, RECHAZADO, Result
from sunat_emitter.store.extravios import Reemplazo
from sunat_emitter.store.resumenes import RA
from sunat_emitter.verdict import Consulted, of_state_consult

_log = structlog.get_logger()

COPY, CONFIRMATION = 1, 2
"""What takes its place: first the same lines, then, where SUNAT has some, the same documents as they are."""
_DEEPEST = 8
"""So often may one that takes another's place be lost itself."""
_ADD: Condicion = 1
_MODIFY: Condicion = 2
_VOIDED = frozenset({2323, 2987})
_ADDED = 2282
_UNSAID = 99
"""Refused, and SUNAT does not say why."""
_NOT_ALL = frozenset({2663, 2987})
"""SUNAT has no document of this number, or only a void or rejected one."""


async def replace(resumen: StoredResumen, missing: Missing, deps: Deps, ordinal: int = COPY) -> Later | Held:
    """Have another take its place; a repeat finds the one that was made."""
    if int(resumen.envio.get("profundidad", 0)) >= _DEEPEST:
        said = f"SUNAT no dio ticket de ninguno de los que lo reemplazan ({missing.motivo}): revise sus comprobantes"
        return Held(said, missing.en_duda)
    now = deps.now()
    reemplazo = Reemplazo(
        lineas=_confirming(resumen.lineas) if ordinal == CONFIRMATION else resumen.lineas,
        ordinal=ordinal,
        id=await deps.contadores.take(f"resumenes/{resumen.company}"),
        now=now,
        day=now.astimezone(LIMA).date(),
    )
    made = await deps.extravios.replace(resumen, reemplazo)
    _log.warning("summary without a ticket", resumen=resumen.identificador, reemplazo=made.identificador)
    await tell_at_once(made, "issued", deps)
    return Later(f"SUNAT no dio ticket ({missing.motivo}): se comprueba con {made.identificador}", missing.en_duda)


async def follow(resumen: StoredResumen, cuenta: Cuenta | SinCuenta, deps: Deps) -> Decided | Later | Held | Lost:
    """What the one that takes its place tells of it; the account is for asking after facturas."""
    other = await deps.resumenes.find(str(resumen.envio["reemplazo"]))
    if other is None or other.decision is None:
        return Later(resumen.motivo_pendiente or "", resumen.en_duda)
    codigo = int(other.codigo_sunat or 0)
    said = f"{other.mensaje_sunat} ({other.identificador})"
    if other.decision == ACEPTADO:
        content = await deps.archivos.read(f"R-{other.nombre_archivo}.zip")
        return Decided(Result(ACEPTADO, other.codigo_sunat or "0", said, other.observaciones), content)
    if not resumen.en_duda:  # nothing of ours was there before: the other's end is its own
        return Decided(Result(RECHAZADO, f"{codigo:04d}", said))
    if other.parte == CONFIRMATION:
        return await _not_taken(resumen, codigo, said, deps)
    if codigo in _voiding_codes(resumen):
        return await _void_before(resumen, cuenta, Result(ACEPTADO, f"{codigo:04d}", said), deps)
    if codigo in {_ADDED, *_VOIDED, _UNSAID} and _confirming(resumen.lineas):
        return await replace(resumen, Missing(said, en_duda=True), deps, CONFIRMATION)
    if codigo == _UNSAID:
        return Held(f"No se sabe si SUNAT lo tomó: revise sus comprobantes ({said})", en_duda=True)
    return Decided(Result(RECHAZADO, f"{codigo:04d}", said))


async def _not_taken(resumen: StoredResumen, codigo: int, said: str, deps: Deps) -> Decided | Held:
    """SUNAT has one of its documents and not another: so it did not take it, as it takes all of one or nothing."""
    copy = await deps.extravios.reemplazo_of(resumen, COPY)
    if codigo not in _NOT_ALL or copy is None:
        return Held(f"No se sabe si SUNAT lo tomó: revise sus comprobantes ({codigo:04d} - {said})", en_duda=True)
    return Decided(Result(RECHAZADO, copy.codigo_sunat or "", f"{copy.mensaje_sunat} ({copy.identificador})"))


async def _void_before(
    resumen: StoredResumen, cuenta: Cuenta | SinCuenta, result: Result, deps: Deps
) -> Decided | Later | Lost:
    """A document is void already. Where the consult service knows them all, it tells whether the others are too."""
    url = cuenta.servicios.consult if isinstance(cuenta, Cuenta) and resumen.clase == RA else None
    if url is None or isinstance(cuenta, SinCuenta):
        return Decided(result)
    sending = sending_of(deps)
    for linea in resumen.lineas:
        if not await deps.resumenes.renew(resumen, sending.lease_end()):
            return Lost()
        consulta = Consulta(resumen.ruc, linea.tipo, linea.serie, linea.numero)
        reply = (await sending.audited(resumen, sending.client.consult_status(url, cuenta.sol, consulta))).reply
        known = of_state_consult(reply.codigo) if isinstance(reply, Status) else Consulted.UNANSWERED
        if known is Consulted.UNANSWERED:
            return Later(resumen.motivo_pendiente or "", resumen.en_duda)
        if known is not Consulted.VOIDED:
            return Decided(dataclasses.replace(result, estado=RECHAZADO))
    return Decided(result)


def _voiding_codes(resumen: StoredResumen) -> frozenset[int]:
    """What SUNAT says where a voiding was taken before: its documents, all of which it had, are void already."""
    voids_only = resumen.clase == RA or all(each.condicion not in {_ADD, _MODIFY} for each in resumen.lineas)
    return _VOIDED if voids_only else frozenset()


def _confirming(lineas: tuple[LineaResumen, ...]) -> tuple[LineaResumen, ...]:
    """The added and modified documents, modified to what they are: SUNAT takes that only if it has each of them."""
    void = {each.comprobante for each in lineas if each.condicion not in {_ADD, _MODIFY}}
    kept = (each for each in lineas if each.comprobante not in void)
    return tuple(each.model_copy(update={"condicion": _MODIFY}) for each in kept)
