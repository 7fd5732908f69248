"""Comprobantes by e-mail: asked for, kept, sent from a queue of its own, and how each stands."""

import hashlib
import re

import structlog

from shared.bus import Reply
from shared.contracts.message import Event
from shared.contracts.sunat.impresos import (
    ADDRESS,
    CorreoInput,
    CorreoRequested,
    CorreoShown,
    CorreosShown,
    ListCorreos,
    ReadCorreo,
    SendCorreo,
)
from shared.errors import Refused, Unavailable
from shared.mongo import PyMongoError
from shared.service import every
from sunat_emitter.deps import Deps
from sunat_emitter.downloads import cdr_name, has_cdr, xml_name
from sunat_emitter.impresos import imprenta_of, pdf_name, printed_one
from sunat_emitter.mail import Attachment, Correspondencia, Letter, Mailer, MailPutOff, MailRefused
from sunat_emitter.store import StoredComprobante
from sunat_emitter.store.correos import StoredCorreo

_log = structlog.get_logger()

_SWEEP_SECONDS = 10.0
_ADDRESS = re.compile(ADDRESS)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_GREETING = "Adjuntamos su comprobante de pago electrónico."


def _correspondencia(deps: Deps) -> Correspondencia:
    if deps.correspondencia is None:
        raise Unavailable("this process sends no e-mail")
    return deps.correspondencia


async def send_correo(call: SendCorreo, deps: Deps) -> Reply:
    """Keep an e-mail and have it sent; asked for again with the same key, the one of then.

    Raises:
        Refused: as the call says.
    """
    post = _correspondencia(deps)
    if post.mailer is None:
        raise Refused("CORREO_NO_CONFIGURADO", "El envío de correos no está configurado en este servidor")
    digest = hashlib.sha256(f"{call.impreso.model_dump_json()}{call.correo.model_dump_json()}".encode()).hexdigest()
    identity = _identity(call)
    if (first := await post.correos.find(identity, call.company)) is None:
        stored = await printed_one(call.company, call.impreso, deps)
        if stored.estado == "RECHAZADO":
            number = stored.documento.numero_completo
            raise Refused("COMPROBANTE_RECHAZADO", f"SUNAT rechazó el comprobante {number}: no se envía por correo")
        correo = await _new(call, identity, digest, stored, deps)
        first = correo if await post.correos.insert(correo) else await post.correos.find(identity, call.company)
    if first is None or first.digest != digest:
        raise Refused("CLAVE_REUTILIZADA", "La clave Idempotency-Key ya se usó con otros datos: use una clave nueva")
    await _tell_at_once(first, deps)
    return Reply(show(first))


def _identity(call: SendCorreo) -> str:
    return hashlib.sha256(f"{call.company}\n{call.clave or call.request_id}".encode()).hexdigest()[:32]


async def _new(call: SendCorreo, identity: str, digest: str, stored: StoredComprobante, deps: Deps) -> StoredCorreo:
    now = deps.now()
    said = call.correo
    return StoredCorreo(
        id=identity,
        company=call.company,
        nombre_archivo=stored.nombre_archivo,
        to=said.to,
        asunto=_subject(said, stored),
        mensaje=_CONTROL.sub("", said.mensaje) or _GREETING,
        digest=digest,
        archivos=tuple(_names(stored, cdr=await has_cdr(stored, deps))),
        request_id=call.request_id,
        origin=call.origin,
        created_at=now,
        expires_at=now + _correspondencia(deps).kept,
    )


def _subject(said: CorreoInput, stored: StoredComprobante) -> str:
    one_line = " ".join(_CONTROL.sub(" ", said.asunto).split())
    return one_line or f"Comprobante Electrónico {stored.documento.numero_completo}"


def _names(stored: StoredComprobante, *, cdr: bool) -> list[str]:
    """What is attached: the PDF, the XML (the document before the law), SUNAT's receipt once it is there."""
    names = [pdf_name(stored), xml_name(stored.nombre_archivo)]
    return [*names, cdr_name(stored.nombre_archivo)] if cdr else names


async def read_correo(call: ReadCorreo, deps: Deps) -> Reply:
    """One e-mail. Raises Refused: `CORREO_NO_ENCONTRADO`."""
    found = await _correspondencia(deps).correos.find(call.id, call.company)
    if found is None:
        raise Refused("CORREO_NO_ENCONTRADO", "El correo no existe")
    return Reply(show(found))


async def list_correos(call: ListCorreos, deps: Deps) -> Reply:
    """The e-mails with a comprobante, newest first. Raises Refused: as ReadPdf."""
    stored = await printed_one(call.company, call.impreso, deps)
    found = await _correspondencia(deps).correos.of(call.company, stored.nombre_archivo)
    return Reply(CorreosShown(correos=tuple(show(each) for each in found)))


def show(correo: StoredCorreo) -> CorreoShown:
    """An e-mail as the API shows it."""
    return CorreoShown(
        **correo.model_dump(include={"id", "asunto", "estado", "motivo", "created_at", "fecha_envio"}),
        destinatario=correo.to,
        archivos_adjuntos=correo.archivos,
    )


async def deliver_correo(event: CorreoRequested, deps: Deps) -> list[Event]:
    """Send an e-mail that waits. What its mail server refuses for good ends there, with the reason.

    At least once: where the mail server took it and its answer was lost, it goes out again with the same Message-ID.

    Raises:
        Unavailable: not now, or another worker has it; the bus tries again.
    """
    post, now = _correspondencia(deps), deps.now()
    correo = await post.correos.claim(event.correo_id, now, now + post.lease)
    if correo is None:
        found = await post.correos.find(event.correo_id)
        if found is not None and found.estado == "PENDIENTE":
            raise Unavailable("another worker has the e-mail")
        return []
    try:
        names = await _send(correo, post.mailer, deps)
    except MailRefused as refusal:
        await post.correos.failed(correo.id, str(refusal))
        _log.info("e-mail refused", correo_id=correo.id)
    except Unavailable as error:
        motivo = error.motivo if isinstance(error, MailPutOff) else "El envío está demorado"
        await post.correos.put_off(correo.id, motivo)
        raise
    else:
        await post.correos.sent(correo.id, names, deps.now())
    return []


async def _send(correo: StoredCorreo, mailer: Mailer | None, deps: Deps) -> tuple[str, ...]:
    """Send it with the files as they are now; their names."""
    if mailer is None:
        raise Unavailable("no mail server is set up")
    stored = await deps.comprobantes.find(correo.nombre_archivo, correo.company)
    if stored is None:
        raise MailRefused("El comprobante ya no existe")
    attachments = await _attachments(stored, deps)
    issuer = stored.documento.emisor
    letter = Letter(
        id=correo.id,
        to=correo.to,
        asunto=correo.asunto,
        mensaje=correo.mensaje,
        from_name=issuer.razon_social,
        reply_to=issuer.email if _ADDRESS.match(issuer.email) else "",
        moment=correo.created_at,
        attachments=attachments,
    )
    await mailer.send(letter)
    return tuple(each.name for each in attachments)


async def _attachments(stored: StoredComprobante, deps: Deps) -> list[Attachment]:
    pdf = await imprenta_of(deps).pdf(stored, "a4")
    found = [Attachment(pdf_name(stored), "application/pdf", pdf)]
    files = {xml_name(stored.nombre_archivo): "application/xml", cdr_name(stored.nombre_archivo): "application/zip"}
    for name, media_type in files.items():
        if (content := await deps.archivos.read(name, stored.company)) is not None:
            found.append(Attachment(name, media_type, content))
    return found


async def _tell(correo: StoredCorreo, deps: Deps) -> None:
    event = CorreoRequested(request_id=correo.request_id, origin=correo.origin, correo_id=correo.id)
    await deps.bus.publish(event, cause=f"correos/{correo.id}")
    await _correspondencia(deps).correos.told(correo.id)


async def _tell_at_once(correo: StoredCorreo, deps: Deps) -> None:
    if correo.estado != "PENDIENTE":
        return
    try:
        await _tell(correo, deps)
    except (Unavailable, PyMongoError) as error:  # the sweep does it
        _log.warning("e-mail not told yet", error=type(error).__name__)


async def tell_correos(deps: Deps) -> None:
    """Publish what a killed process, or a broker that was away, left unpublished; until cancelled."""
    await every(_SWEEP_SECONDS, lambda: tell_correos_once(deps))


async def tell_correos_once(deps: Deps) -> int:
    """Publish what has waited too long; returns how many."""
    untold = await _correspondencia(deps).correos.untold(deps.now() - deps.republish_after)
    for correo in untold:
        await _tell(correo, deps)
    return len(untold)
