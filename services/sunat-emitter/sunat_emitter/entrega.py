"""Signs a summary (RC, RA) and sends it: until SUNAT gives a ticket, says no, or may have it already."""

import asyncio
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from shared.errors import LumisError, Refused
from sunat_emitter.clock import LIMA
from sunat_emitter.cuentas import Cuenta
from sunat_emitter.deps import Deps
from sunat_emitter.documents.rules.summary import summary_violations, voiding_violations
from sunat_emitter.documents.schema import schema_errors
from sunat_emitter.documents.sign import Signed, SigningKey, sign, verify
from sunat_emitter.documents.summary import Baja, Condicion, LineaRA, LineaRC, Receptor, Referido, Resumen
from sunat_emitter.documents.ubl.summary import build_summary, build_voiding
from sunat_emitter.emision import issuer
from sunat_emitter.envelope import Fault, Reply, Ticketed, parse_xml
from sunat_emitter.intentos import entering, judge, quickly, told
from sunat_emitter.steps import Again, Decided, End, Held, Later, Lost, Sending, Step, sending_of
from sunat_emitter.store import LineaResumen, StoredEmisor, StoredResumen
from sunat_emitter.store.envios import RECHAZADO, Result
from sunat_emitter.store.resumenes import RC
from sunat_emitter.vault import Unsealable
from sunat_emitter.verdict import ON_BOOKS, Verdict, of_fault

_BUSY = frozenset({140, 402})
"""SUNAT works on a file of this name, or has just done so."""
_THERE = _BUSY | {2223, 2324}
"""SUNAT has a file of this name."""
_CONDITIONS: dict[int | None, Condicion] = {1: "1", 2: "2", 3: "3"}
"""Catalog 19."""


class SchemaBroken(LumisError):
    """It is not what SUNAT's schema wants (0306): a mistake of this program, not of the issuer's."""


@dataclass(frozen=True)
class Taken:
    """SUNAT took it, and gave a ticket."""

    ticket: str


@dataclass(frozen=True)
class Missing:
    """SUNAT has one of its name, or its lines, and there is no ticket to ask with.

    `motivo` is what it said, `en_duda` whether it can have been this one.
    """

    motivo: str
    en_duda: bool


async def deliver_summary(resumen: StoredResumen, cuenta: Cuenta, deps: Deps) -> End | Taken | Missing:
    """Sign it where that was not done, and send it.

    Raises:
        PyMongoError: the database is away; a lease that ends by itself brings it up again.
    """
    if resumen.ambiente != cuenta.ambiente:
        said = f"Se emitió para {resumen.ambiente} y el emisor está ahora en {cuenta.ambiente}"
        return Held(said, resumen.en_duda)
    xml = await _signed_xml(resumen, deps)
    if not isinstance(xml, bytes):
        return xml
    delivery = _Delivery(resumen, cuenta, xml, deps, sending_of(deps))
    return await quickly(delivery.once, delivery.sending.terms, en_duda=resumen.en_duda)


@dataclass(frozen=True)
class _Delivery:
    """One summary in a worker's hands."""

    resumen: StoredResumen
    cuenta: Cuenta
    xml: bytes
    deps: Deps
    sending: Sending

    async def once(self, en_duda: bool) -> Step | Taken | Missing:  # noqa: FBT001 - as `quickly` hands it over
        """One try, unless its issuer is stopped."""
        emisor = self.resumen.emisor_id
        return await entering(emisor, self.cuenta, self.sending, lambda: self._send(en_duda=en_duda), en_duda=en_duda)

    async def _send(self, *, en_duda: bool) -> Step | Taken | Missing:
        sending, resumen, cuenta = self.sending, self.resumen, self.cuenta
        breaker = sending.breakers.of(cuenta.servicios.bill)
        if wait := breaker.wait():
            return Later("SUNAT no responde", en_duda, after=wait)
        if not await self.deps.resumenes.begin_try(resumen, sending.now(), sending.lease_end()):
            return Lost()
        call = sending.client.send_summary(cuenta.servicios.bill, cuenta.sol, resumen.nombre_archivo, self.xml)
        step = await self._judge((await sending.audited(resumen, call)).reply, en_duda=en_duda)
        breaker.told(works=not isinstance(step, Again))
        return step

    async def _judge(self, reply: Reply, *, en_duda: bool) -> Step | Taken | Missing:
        if isinstance(reply, Ticketed):
            return Taken(reply.ticket)
        if not isinstance(reply, Fault):
            return judge(reply, en_duda=en_duda)
        said = told(reply)
        if reply.codigo in _BUSY and en_duda:
            now = self.sending.now()
            since = await self.deps.extravios.silent_since(self.resumen, now)
            if now - since <= self.sending.terms.ticket_lost:
                return Later(said, en_duda)
        if reply.codigo in _THERE or (en_duda and reply.codigo in ON_BOOKS):
            return Missing(said, en_duda)
        if of_fault(reply) is Verdict.RECONCILE:  # of its lines: nothing of ours was there before
            return Decided(Result(RECHAZADO, f"{reply.codigo:04d}", reply.mensaje))
        return judge(reply, en_duda=en_duda)


async def _signed_xml(resumen: StoredResumen, deps: Deps) -> bytes | Later | Held | Lost:
    """Its XML as it was signed, once: a repeat sends the same bytes."""
    name = f"{resumen.nombre_archivo}.xml"
    if (kept := await deps.archivos.read(name)) is not None:
        if resumen.hash is None and not await deps.resumenes.sign(resumen, verify(kept).digest):
            return Lost()
        return kept
    emisor = await deps.emisores.find(resumen.emisor_id)
    if emisor is None:
        return Held("El emisor no existe", resumen.en_duda)
    now = deps.now()
    try:
        key = deps.firmas.key_of(emisor, now)
    except (Refused, Unsealable) as error:  # a certificate that is uploaded meanwhile mends it
        return Later(f"No se pudo firmar: {error}", resumen.en_duda)
    document = document_of(resumen, emisor)
    if (said := objection(document, now.astimezone(LIMA).date())) is not None:
        return Held(f"No se envió, SUNAT lo rechazaría: {said}", resumen.en_duda)
    try:
        signed = await asyncio.to_thread(_signed, document, key, deps.xsd_folder)
    except SchemaBroken as error:
        return Held(f"No se envió, SUNAT lo rechazaría: 0306 - {error}", resumen.en_duda)
    await deps.archivos.keep(name, signed.xml, company=resumen.company, kept_until=now + deps.file_time)
    # Another worker, whose lease had ended, may have kept its own first.
    kept = await deps.archivos.read(name) or signed.xml
    return kept if await deps.resumenes.sign(resumen, verify(kept).digest) else Lost()


def _signed(document: Resumen | Baja, key: SigningKey, xsd_folder: Path | None) -> Signed:
    signed = sign(build_summary(document) if isinstance(document, Resumen) else build_voiding(document), key)
    if xsd_folder is not None and (errors := schema_errors(parse_xml(signed.xml), xsd_folder)):
        raise SchemaBroken(errors[0].mensaje)
    return verify(signed.xml)


def objection(document: Resumen | Baja, hoy: date) -> str | None:
    """The first of SUNAT's rules that rejects it, with its code; None where it may be sent."""
    found = summary_violations(document, hoy) if isinstance(document, Resumen) else voiding_violations(document, hoy)
    return next((f"{each.codigo} - {each.mensaje}" for each in found if each.severidad == "reject"), None)


def document_of(resumen: StoredResumen, emisor: StoredEmisor) -> Resumen | Baja:
    """The document that a row stands for."""
    head = {
        "correlativo": resumen.correlativo,
        "fecha_referencia": resumen.fecha_referencia,
        "fecha_generacion": resumen.fecha_generacion,
        "emisor": issuer(emisor),
    }
    if resumen.clase == RC:
        return Resumen(**head, lineas=tuple(_summary_line(each) for each in resumen.lineas))
    return Baja(**head, lineas=tuple(_voiding_line(each) for each in resumen.lineas))


def _summary_line(linea: LineaResumen) -> LineaRC:
    changed = None
    if linea.referencia_tipo and linea.referencia_serie and linea.referencia_numero:
        changed = Referido(tipo=linea.referencia_tipo, serie=linea.referencia_serie, numero=linea.referencia_numero)
    return LineaRC(
        tipo=linea.tipo,
        serie=linea.serie,
        numero=linea.numero,
        condicion=_CONDITIONS[linea.condicion],
        receptor=Receptor(tipo_documento=linea.cliente_tipo, numero_documento=linea.cliente_numero),
        referencia=changed,
        moneda=linea.moneda,
        totales=linea.totales,
    )


def _voiding_line(linea: LineaResumen) -> LineaRA:
    return LineaRA(tipo=linea.tipo, serie=linea.serie, numero=linea.numero, motivo=linea.motivo or "")
