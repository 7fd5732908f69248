"""Brings an issued comprobante to SUNAT: sends it, keeps the receipt, says what came of it.

Each way out leaves the comprobante decided, put off to a moment that the database knows, or held back with a reason;
a crash at any point leaves a lease that ends and, from the first byte sent, the note that SUNAT may have it.
"""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import structlog

from shared.contracts.comprobantes import ComprobanteAccepted, ComprobanteIssued, ComprobanteRejected
from shared.contracts.message import Event
from sunat_emitter import cdr, metrics
from sunat_emitter.cdr import CdrUnreadable
from sunat_emitter.cuentas import Cuenta, SinCuenta
from sunat_emitter.duda import decided_by, find_out, is_about, settle_duplicate
from sunat_emitter.envelope import Delivered, Fault, Reply, Unusable
from sunat_emitter.intentos import IN_PROCESS, entering, judge, pause, quickly, stopped
from sunat_emitter.steps import Again, Decided, End, HasSending, Held, Later, Lost, Sending, Step, sending_of
from sunat_emitter.store.envios import RECHAZADO, Envio, Parada
from sunat_emitter.verdict import Verdict, of_fault

_log = structlog.get_logger()

_LAST_CHANCE = timedelta(minutes=10)


async def send_issued(event: ComprobanteIssued, deps: HasSending) -> list[Event]:
    """Send a comprobante that was issued.

    What came of it is published here and not by the bus, as the sweep does it too: so it can be noted as told.
    """
    await deliver(event.nombre_archivo, sending_of(deps))
    return []


async def deliver(name: str, sending: Sending) -> None:
    """Send a comprobante, unless it is decided or somebody else is at it; publish its end where that was not done."""
    envio = await sending.envios.claim(name, uuid4().hex, sending.now(), sending.lease_end())
    if envio is None:
        row = await sending.envios.find(name)
        if row is not None and row.get("envio", {}).get("por_contar"):
            await tell(row, sending)
        return
    cuenta = await sending.cuentas.cuenta(envio.emisor_id)
    envio = replace(envio, plazo=sending.terms.plazos.end(envio.serie, envio.fecha_emision))
    end = await _work(envio, cuenta, sending)
    await _finish(envio, end, cuenta.version, sending)


async def tell(row: dict[str, Any], sending: Sending) -> None:
    """Publish the end of a decided comprobante and note that it was told; the same ids however often."""
    name = row["_id"]
    _, tipo, serie, numero = name.split("-")
    which = {
        **{key: row[key] for key in ("request_id", "origin", "company", "emisor_id")},
        "nombre_archivo": name,
        "tipo": tipo,
        "serie": serie,
        "numero": numero,
        "codigo": row["codigo_sunat"],
        "mensaje": row["mensaje_sunat"],
    }
    event: Event
    if row["estado"] == RECHAZADO:
        event = ComprobanteRejected.model_validate(which)
    else:
        event = ComprobanteAccepted.model_validate({**which, "observaciones": tuple(row["observaciones"])})
    await sending.bus.publish(event, cause=name)
    await sending.envios.told(name)


async def _work(envio: Envio, cuenta: Cuenta | SinCuenta, sending: Sending) -> End:
    """The quick tries."""
    if isinstance(cuenta, SinCuenta):
        return Held(cuenta.motivo, envio.en_duda, parado=True)
    if envio.ambiente not in {None, cuenta.ambiente}:
        return Held(f"Se emitió para {envio.ambiente} y el emisor está ahora en {cuenta.ambiente}", envio.en_duda)
    xml = await sending.archivos.read(f"{envio.nombre_archivo}.xml")
    if xml is None:
        return Held("No se encuentra el XML firmado", envio.en_duda)
    return await quickly(
        lambda en_duda: _once(replace(envio, en_duda=en_duda), cuenta, xml, sending),
        sending.terms,
        en_duda=envio.en_duda,
    )


async def _once(envio: Envio, cuenta: Cuenta, xml: bytes, sending: Sending) -> Step:
    """Ask where there is doubt, then send."""
    if envio.en_duda:
        halted = await stopped(envio.emisor_id, cuenta, sending, en_duda=True)
        found = halted or await find_out(envio, cuenta, sending)
        if found is not None:
            return found
    if envio.plazo is not None and sending.now() >= envio.plazo:
        doubt = ", que pudo haberlo recibido" if envio.en_duda else ""
        return Held(f"Venció el plazo de envío a SUNAT{doubt}", envio.en_duda)
    return await entering(
        envio.emisor_id, cuenta, sending, lambda: _send(envio, cuenta, xml, sending), en_duda=envio.en_duda
    )


async def _send(envio: Envio, cuenta: Cuenta, xml: bytes, sending: Sending) -> Step:
    """One call, unless SUNAT is being left alone."""
    breaker = sending.breakers.of(cuenta.servicios.bill)
    if wait := breaker.wait():
        return Later("SUNAT no responde", envio.en_duda, after=wait)
    if not await sending.envios.begin_try(envio, sending.now(), sending.lease_end()):
        return Lost()
    call = sending.client.send_bill(cuenta.servicios.bill, cuenta.sol, envio.nombre_archivo, xml)
    said = _read((await sending.audited(envio, call)).reply, envio)
    if isinstance(said, Fault) and envio.en_duda and _is_duplicate(said):
        breaker.told(works=True)
        return await settle_duplicate(envio, cuenta, said, sending)
    step = judge(said, en_duda=envio.en_duda)
    breaker.told(works=not isinstance(step, Again))
    return step


def _read(reply: Reply, envio: Envio) -> Reply | Decided:
    """A reply with its receipt read: a code in it that decides nothing is as good as a fault."""
    if not isinstance(reply, Delivered):
        return reply
    try:
        receipt = cdr.read(reply.content)
    except CdrUnreadable:
        return Unusable("malformed")
    if not is_about(receipt, envio):
        return Unusable("other")
    return decided_by(receipt, reply.content) or Fault(receipt.codigo, receipt.mensaje)


def _is_duplicate(fault: Fault) -> bool:
    return of_fault(fault) is Verdict.RECONCILE and fault.codigo != IN_PROCESS


async def _finish(envio: Envio, end: End, version: int, sending: Sending) -> None:
    metrics.SENT.labels(metrics.outcome_of(end)).inc()
    _log.info(
        "comprobante sent",
        emisor_id=envio.emisor_id,
        comprobante=f"{envio.serie}-{envio.numero}",
        end=type(end).__name__.lower(),
        codigo=end.result.codigo if isinstance(end, Decided) else None,
    )
    match end:
        case Decided():
            await _conclude(envio, end, sending)
        case Later():
            await _put_off(envio, end, sending)
        case Held(motivo, en_duda, parado):
            if parado:
                await sending.envios.stop(Parada(envio.emisor_id, version, motivo), sending.now())
            await sending.envios.hold_back(envio, motivo, en_duda=en_duda, parado=parado)
        case Lost():
            pass


async def _conclude(envio: Envio, end: Decided, sending: Sending) -> None:
    now = sending.now()
    if end.cdr is not None:
        name = f"R-{envio.nombre_archivo}.zip"
        await sending.archivos.keep(name, end.cdr, company=envio.company, kept_until=now + sending.terms.kept)
    row = await sending.envios.conclude(envio, end.result, now)
    if row is not None:
        await tell(row, sending)


async def _put_off(envio: Envio, end: Later, sending: Sending) -> None:
    """To the ladder's next step, or to when it is said to; a little scattered, and once more before the time limit."""
    ladder, now = sending.terms.ladder, sending.now()
    at = now + timedelta(seconds=pause(ladder, envio.escalon, end.after))
    if envio.plazo is not None and now < (last_chance := envio.plazo - _LAST_CHANCE) < at:
        at = last_chance
    escalon = envio.escalon + (end.after is None)
    await sending.envios.postpone(envio, end.motivo, at, en_duda=end.en_duda, escalon=escalon)
