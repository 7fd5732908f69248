"""Issuing: checked by SUNAT's own rules before a number is spent, then numbered, signed, stored and told."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import structlog

from shared.contracts.comprobantes import ComprobanteIssued
from shared.contracts.sunat.values import TipoComprobante
from shared.errors import Refused, Unavailable
from shared.mongo import PyMongoError
from shared.service import every
from sunat_emitter.clientes import NOBODY
from sunat_emitter.clock import LIMA
from sunat_emitter.deps import Deps
from sunat_emitter.documents.figures import issue
from sunat_emitter.documents.model import Comprobante, Direccion, Emisor
from sunat_emitter.documents.rules import violations
from sunat_emitter.documents.sale import Emision, Venta
from sunat_emitter.documents.schema import schema_errors
from sunat_emitter.documents.sign import SignatureBroken, Signed, SigningKey, sign, verify
from sunat_emitter.documents.summary import IDENTIFIED_ABOVE
from sunat_emitter.documents.ubl import build
from sunat_emitter.series import check_usable
from sunat_emitter.store import Emission, NumberTaken, SerieMoved, StoredComprobante, StoredEmisor, StoredSerie
from sunat_emitter.store.comprobantes import Via
from sunat_emitter.ubigeos import find_ubigeo

_log = structlog.get_logger()

_ATTEMPTS = 50
"""Other processes may be quicker so often; each time the number is another one."""
_SWEEP_SECONDS = 10.0
_MOST_SHOWN = 20
_SCHEMA_CODE = "0306"
"""What SUNAT answers to an XML that breaks its schema."""
_SIGNATURE_CODE = "2335"
"""What SUNAT answers to an XML that is not what was signed."""


@dataclass(frozen=True)
class Order:
    """What is to be issued, for whom, and out of what."""

    request_id: str
    origin: str
    emisor: StoredEmisor
    tipo: TipoComprobante
    venta: Venta
    serie: StoredSerie
    venta_id: int | None = None
    referencia: str | None = None
    """Of a note: the name of the comprobante that it changes."""
    notes_seen: int = 0
    clave: str | None = None
    digest: str | None = None
    motivo: str | None = None
    metodo_pago: str = ""
    key: SigningKey = field(kw_only=True)


def ready(emisor: StoredEmisor, now: datetime, deps: Deps) -> SigningKey:
    """What the issuer signs with. Raises Refused: `EMISOR_INCOMPLETO`, `CERTIFICADO_VENCIDO`."""
    missing = [name for name in ("sol_usuario", "sol_clave") if getattr(emisor, name) is None]
    if missing:
        raise Refused("EMISOR_INCOMPLETO", f"Al emisor le faltan datos: {', '.join(missing)}", {"faltan": missing})
    return deps.firmas.key_of(emisor, now)


async def emit(order: Order, deps: Deps) -> StoredComprobante:
    """Issue; one after the other in a series, because each needs the number before.

    Raises:
        Refused: `COMPROBANTE_INVALIDO` with SUNAT's code, `SERIE_INACTIVA`, `SERIE_AGOTADA`, what `figures.issue`
            refuses; no number was spent.
        SourceChanged: the sale, or the comprobante that a note changes, is no longer as it was seen.
        Unavailable: it is not known whether it was issued.
    """
    comprobante_id = await deps.contadores.take(f"comprobantes/{order.emisor.company}/{_kind(order.tipo)}")
    async with deps.turnos.turn(order.serie.key):
        for _ in range(_ATTEMPTS):
            serie = await deps.series.find(order.serie.company, order.serie.id) or order.serie
            check_usable(serie)
            emission = await _prepared(order, serie, comprobante_id, deps)
            try:
                await deps.emisiones.issue(emission, order.notes_seen)
            except SerieMoved:
                continue
            except NumberTaken:
                if order.clave and (first := await deps.comprobantes.by_key(serie.company, order.clave)):
                    return first
                await deps.series.raise_to(serie, await deps.comprobantes.last_number(*_numbering(emission)))
                continue
            break
        else:
            raise Unavailable("too many others issue in this series")
    stored = StoredComprobante(**emission.document(), nombre_archivo=emission.comprobante.nombre_archivo)
    await _tell_at_once(stored, deps)
    return stored


def _kind(tipo: TipoComprobante) -> str:
    """Facturas and boletas share their ids, as the API shows one list of sales; notes have their own."""
    return tipo if tipo in {"07", "08"} else "ventas"


def _numbering(emission: Emission) -> tuple[str, str, str]:
    comprobante = emission.comprobante
    return comprobante.emisor.ruc, comprobante.tipo, comprobante.serie


async def _prepared(order: Order, serie: StoredSerie, comprobante_id: int, deps: Deps) -> Emission:
    now = deps.now()
    here = now.astimezone(LIMA)
    emision = Emision(
        tipo=order.tipo,
        serie=serie.serie,
        numero=serie.correlativo_actual + 1,
        fecha=here.date(),
        hora=here.time(),
        emisor=issuer(order.emisor),
    )
    comprobante, signed = await asyncio.to_thread(_signed, order, emision, deps.xsd_folder)
    return Emission(
        id=comprobante_id,
        company=order.emisor.company,
        emisor_id=order.emisor.id,
        ambiente=order.emisor.sol_endpoint,
        via=_via(comprobante, order.emisor),
        serie=serie,
        comprobante=comprobante,
        xml=signed.xml,
        hash=signed.digest,
        venta_id=order.venta_id,
        referencia=order.referencia,
        clave=order.clave,
        digest=order.digest,
        motivo=order.motivo,
        metodo_pago=order.metodo_pago,
        request_id=order.request_id,
        origin=order.origin,
        now=now,
        kept_until=now + deps.file_time,
    )


def _via(comprobante: Comprobante, emisor: StoredEmisor) -> Via:
    """How SUNAT is told of it: what no summary takes goes by itself whatever the issuer wants."""
    nobody = NOBODY in {comprobante.cliente.tipo_documento, comprobante.cliente.numero_documento}
    unnamed = nobody and comprobante.totales.total > IDENTIFIED_ABOVE  # an export; 2514
    return emisor.envio_boletas if comprobante.serie.startswith("B") and not unnamed else "individual"


def _signed(order: Order, emision: Emision, xsd_folder: Path | None) -> tuple[Comprobante, Signed]:
    comprobante = issue(order.venta, emision)
    check(comprobante)
    tree = build(comprobante)
    signed = sign(tree, order.key)
    try:
        verify(signed.xml)
    except SignatureBroken as error:
        _log.exception("a signature does not hold", emisor_id=order.emisor.id)
        broken = {"codigo_sunat": _SIGNATURE_CODE}
        raise Refused("COMPROBANTE_INVALIDO", "La firma del XML no es válida", broken) from error
    if xsd_folder is not None and (errors := schema_errors(tree, xsd_folder)):
        shown = [{"codigo": _SCHEMA_CODE, "mensaje": each.mensaje} for each in errors[:_MOST_SHOWN]]
        details = {"codigo_sunat": _SCHEMA_CODE, "errores": shown}
        raise Refused("COMPROBANTE_INVALIDO", "El XML no cumple el esquema de SUNAT", details)
    return comprobante, signed


def check(comprobante: Comprobante) -> None:
    """Raises Refused: `COMPROBANTE_INVALIDO` with the code and text of the first of SUNAT's rules that it breaks."""
    broken = [each for each in violations(comprobante) if each.severidad == "reject"]
    if not broken:
        return
    shown = [{"codigo": each.codigo, "mensaje": each.mensaje} for each in broken[:_MOST_SHOWN]]
    details = {"codigo_sunat": broken[0].codigo, "errores": shown}
    raise Refused("COMPROBANTE_INVALIDO", broken[0].mensaje, details)


def issuer(emisor: StoredEmisor) -> Emisor:
    """An issuer as its documents show it."""
    place = find_ubigeo(emisor.ubigeo)
    return Emisor(
        ruc=emisor.ruc,
        razon_social=emisor.razon_social,
        nombre_comercial=emisor.nombre_comercial,
        direccion=Direccion(
            ubigeo=emisor.ubigeo,
            direccion=emisor.domicilio_fiscal,
            departamento=place.departamento if place else "",
            provincia=place.provincia if place else "",
            distrito=place.distrito if place else "",
        ),
        email=emisor.email,
        telefono=emisor.telefono,
    )


async def tell(stored: StoredComprobante, deps: Deps) -> None:
    """Publish that it was issued, and mark that. A repeat has the same id. Raises Unavailable."""
    documento = stored.documento
    event = ComprobanteIssued(
        request_id=stored.request_id,
        origin=stored.origin,
        company=stored.company,
        emisor_id=stored.emisor_id,
        nombre_archivo=stored.nombre_archivo,
        tipo=documento.tipo,
        serie=documento.serie,
        numero=documento.numero,
        fecha_emision=documento.fecha_emision,
        moneda=documento.moneda,
        total=documento.totales.total,
    )
    await deps.bus.publish(event, cause=f"comprobantes/{stored.nombre_archivo}")
    await deps.comprobantes.told(stored.nombre_archivo)


async def _tell_at_once(stored: StoredComprobante, deps: Deps) -> None:
    try:
        await tell(stored, deps)
    except (Unavailable, PyMongoError) as error:  # the sweep does it
        _log.warning("issue not told yet", error=type(error).__name__)


async def tell_issued(deps: Deps) -> None:
    """Publish what a killed process, or a broker that was away, left unpublished; until cancelled."""
    await every(_SWEEP_SECONDS, lambda: tell_issued_once(deps, deps.now()))


async def tell_issued_once(deps: Deps, now: datetime) -> int:
    """Publish what has waited too long; returns how many."""
    count = 0
    async for stored in deps.comprobantes.untold(now - deps.republish_after):
        await tell(stored, deps)
        count += 1
    if count:
        _log.info("issues published again", count=count)
    return count
