"""Printed forms, the logo on them, and comprobantes by e-mail."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from pydantic import BaseModel

from gateway.auth import InvalidToken
from gateway.deps import Deps
from gateway.http import (
    INTERNAL_ERROR,
    UNAUTHORIZED,
    Answer,
    Body,
    BrokenBody,
    ErrorRow,
    Incoming,
    Input,
    Problem,
    Raw,
    Route,
    query_of,
)
from gateway.multipart import Malformed
from gateway.repeats import INVALID_IDEMPOTENCY_KEY
from gateway.routes.sunat.certificado import FORMULARIO_INVALIDO
from gateway.routes.sunat.emision import CLAVE_REUTILIZADA, KEY_PARAMETER, LIMITE_DE_EMISION, count, key_in
from gateway.routes.sunat.emisores import EMISOR_NO_CONFIGURADO
from gateway.routes.sunat.envelope import Done, Told
from gateway.routes.sunat.notas import NOTA_NO_ENCONTRADA
from gateway.routes.sunat.parts import PartTooLarge, read_parts
from gateway.routes.sunat.series import path_id
from gateway.routes.sunat.ventas import PATH, VENTA_NO_ENCONTRADA
from gateway.routes.sunat.words import ALWAYS, DATOS_INVALIDOS, JSON_ERRORS, json_body, read_query
from gateway.sunat import DOCUMENT
from shared.contracts.sunat.impresos import (
    Clase,
    CorreoInput,
    CorreoShown,
    DeleteLogo,
    EstadoCorreo,
    Formato,
    Impreso,
    ListCorreos,
    LogoShown,
    ReadCorreo,
    ReadPdf,
    SendCorreo,
    WriteLogo,
)

SIN_COMPROBANTE = ErrorRow(404, "COMPROBANTE_NO_ENCONTRADO", "La venta no tiene comprobante: todavía no fue facturada")
COMPROBANTE_RECHAZADO = ErrorRow(
    422, "COMPROBANTE_RECHAZADO", "SUNAT rechazó el comprobante F001-88: no se envía por correo"
)
CORREO_RECHAZADO = ErrorRow(422, "CORREO_RECHAZADO", "El servidor de correo no aceptó el envío")
CORREO_NO_CONFIGURADO = ErrorRow(
    503, "CORREO_NO_CONFIGURADO", "El envío de correos no está configurado en este servidor"
)
LOGO_FALTANTE = ErrorRow(400, "LOGO_FALTANTE", "Envíe la imagen en el campo logo")
LOGO_GRANDE = ErrorRow(413, "LOGO_GRANDE", "El logo debe pesar como máximo 512 KB")
LOGO_INVALIDO = ErrorRow(422, "LOGO_INVALIDO", "El logo debe ser PNG, JPEG o SVG")

_LOGO_PATH = "/api/facturacion/emisor/logo"
_LOGO = "logo"
_LARGEST_LOGO = 512 * 1024
_PLACES: dict[Clase, str] = {
    "venta": PATH,
    "07": "/api/facturacion/notas-credito",
    "08": "/api/facturacion/notas-debito",
}
_NAMES: dict[Clase, str] = {"venta": "sale", "07": "credit note", "08": "debit note"}
_PRINT_SECONDS = 20.0
_LOGO_SECONDS = 15.0
_FIRST_LOOK, _LONGEST_LOOK = 0.1, 1.0


class PdfQuery(BaseModel):
    """The paper."""

    formato: Formato = "a4"


class CorreoSent(BaseModel):
    """An e-mail as it stands."""

    id: str
    destinatario: str
    archivos_adjuntos: tuple[str, ...]
    estado: EstadoCorreo
    fecha_envio: datetime | None


def _missing(clase: Clase) -> ErrorRow:
    return VENTA_NO_ENCONTRADA if clase == "venta" else NOTA_NO_ENCONTRADA


async def _reader_of(given: Input[None], clase: Clase, deps: Deps) -> tuple[str | None, Impreso]:
    """Whose comprobante may be read, and which: by the link, or by the token. Raises Problem: 401, 404."""
    number = path_id(given, _missing(clase))
    path = f"{_PLACES[clase]}/{given.path['id']}/pdf"
    document = given.query.get(DOCUMENT)
    if document and deps.sunat.links.hold(path, given.query, datetime.now(UTC)):
        return None, Impreso(clase=clase, id=number, nombre_archivo=document)
    try:
        caller = await deps.tokens.verify(given.headers.get("authorization"))
    except InvalidToken:
        raise Problem(UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}) from None
    return caller.company, Impreso(clase=clase, id=number)


def _pdf_of(clase: Clase) -> Callable[[Input[None], Deps], Awaitable[Raw]]:
    async def read(given: Input[None], deps: Deps) -> Raw:
        company, impreso = await _reader_of(given, clase, deps)
        query = read_query(PdfQuery, given.query)
        call = ReadPdf(company=company, impreso=impreso, formato=query.formato)
        found = await deps.bus.call(call, timeout=_PRINT_SECONDS)
        headers = {
            "Content-Disposition": f'inline; filename="{found.nombre}"',
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
        }
        return Raw(found.contenido, "application/pdf", headers=headers)

    read.__name__ = f"read_pdf_{clase}"
    read.__doc__ = "The printed form as it stands now: A4, or an 80 mm ticket. By the link of `pdf_url` or a token."
    return read


def _send_of(clase: Clase) -> Callable[[Input[CorreoInput], Deps], Awaitable[Answer]]:
    async def send(given: Input[CorreoInput], deps: Deps) -> Answer:
        number, clave = path_id(given, _missing(clase)), key_in(given)
        await count(given, deps, "correo")
        call = SendCorreo(
            request_id=given.request_id,
            origin=deps.origin,
            company=given.caller.company,
            impreso=Impreso(clase=clase, id=number),
            correo=given.body,
            clave=clave,
        )
        shown = await _settled(await deps.bus.call(call), given.caller.company, deps)
        if shown.estado == "FALLIDO":
            message = f"El servidor de correo no aceptó el envío a {shown.destinatario}: {shown.motivo}"
            raise Problem(CORREO_RECHAZADO, message=message)
        data = CorreoSent(**shown.model_dump(include=set(CorreoSent.model_fields)))
        if shown.estado == "PENDIENTE":
            message = f"El comprobante espera su envío a {shown.destinatario}"
            return Answer(Told(message=message, data=data), status=202)
        return Answer(Told(message=f"Comprobante enviado correctamente a {shown.destinatario}", data=data))

    send.__name__ = f"send_{clase}_by_email"
    send.__doc__ = (
        "Send the PDF, the signed XML and SUNAT's receipt. Waits some seconds for the mail server; where it takes"
        " longer the answer is 202 and sending goes on. With an Idempotency-Key a repeat sends nothing again."
    )
    return send


async def _settled(shown: CorreoShown, company: str, deps: Deps) -> CorreoShown:
    """The e-mail once it was sent or refused, or when the answer can wait no longer."""
    clock = asyncio.get_running_loop().time
    deadline, pause = clock() + deps.sunat.wait.total_seconds(), _FIRST_LOOK
    while shown.estado == "PENDIENTE" and (left := deadline - clock()) > 0:
        await asyncio.sleep(min(pause, left))
        pause = min(2 * pause, _LONGEST_LOOK)
        shown = await deps.bus.call(ReadCorreo(company=company, id=shown.id))
    return shown


def _list_of(clase: Clase) -> Callable[[Input[None], Deps], Awaitable[Answer]]:
    async def read(given: Input[None], deps: Deps) -> Answer:
        impreso = Impreso(clase=clase, id=path_id(given, _missing(clase)))
        return Answer((await deps.bus.call(ListCorreos(company=given.caller.company, impreso=impreso))).correos)

    read.__name__ = f"list_emails_{clase}"
    read.__doc__ = "The e-mails that were asked for, newest first: how each stands, and why one failed or waits."
    return read


async def _read_logo(incoming: Incoming) -> bytes:
    try:
        parts = await read_parts(incoming, {_LOGO: _LARGEST_LOGO})
    except (Malformed, BrokenBody):
        raise Problem(FORMULARIO_INVALIDO) from None
    except PartTooLarge:
        raise Problem(LOGO_GRANDE) from None
    if not parts.get(_LOGO):
        raise Problem(LOGO_FALTANTE)
    return parts[_LOGO]


_LOGO_BODY = Body(
    _read_logo,
    "multipart/form-data",
    {
        "type": "object",
        "properties": {_LOGO: {"type": "string", "format": "binary", "description": "PNG, JPEG or SVG, to 512 KB"}},
        "required": [_LOGO],
    },
)


async def write_logo(given: Input[bytes], deps: Deps) -> Answer:
    """Upload the logo that stands on printed forms; it replaces the one before."""
    call = WriteLogo(company=given.caller.company, contenido=given.body)
    shown = await deps.bus.call(call, timeout=_LOGO_SECONDS)
    return Answer(Told(message="Logo cargado correctamente", data=shown))


async def delete_logo(given: Input[None], deps: Deps) -> Answer:
    """Print without a logo from now on."""
    await deps.bus.call(DeleteLogo(company=given.caller.company))
    return Answer(Done(message="Logo eliminado correctamente"))


def _pdf_row(clase: Clase) -> Route:
    return Route(
        "GET",
        f"{_PLACES[clase]}/{{id}}/pdf",
        _pdf_of(clase),
        f"The printed form of a {_NAMES[clase]}'s comprobante",
        answer=bytes,
        errors=(UNAUTHORIZED, _missing(clase), SIN_COMPROBANTE, DATOS_INVALIDOS, INTERNAL_ERROR),
        parameters=query_of(PdfQuery),
        media_type="application/pdf",
    )


def _send_row(clase: Clase) -> Route:
    return Route(
        "POST",
        f"{_PLACES[clase]}/{{id}}/email",
        _send_of(clase),
        f"Send a {_NAMES[clase]}'s comprobante by e-mail",
        body=json_body(CorreoInput),
        answer=Told[CorreoSent],
        accepted=Told[CorreoSent],
        errors=(
            *JSON_ERRORS,
            _missing(clase),
            SIN_COMPROBANTE,
            INVALID_IDEMPOTENCY_KEY,
            CLAVE_REUTILIZADA,
            COMPROBANTE_RECHAZADO,
            CORREO_RECHAZADO,
            LIMITE_DE_EMISION,
            CORREO_NO_CONFIGURADO,
            *ALWAYS,
        ),
        parameters=(KEY_PARAMETER,),
    )


def _list_row(clase: Clase) -> Route:
    return Route(
        "GET",
        f"{_PLACES[clase]}/{{id}}/email",
        _list_of(clase),
        f"E-mails with a {_NAMES[clase]}'s comprobante",
        answer=tuple[CorreoShown, ...],
        errors=(_missing(clase), SIN_COMPROBANTE, *ALWAYS),
    )


PDF_ROUTES = tuple(_pdf_row(clase) for clase in _PLACES)
ROUTES = (
    *(_send_row(clase) for clase in _PLACES),
    *(_list_row(clase) for clase in _PLACES),
    Route(
        "PUT",
        _LOGO_PATH,
        write_logo,
        "Upload the logo",
        body=_LOGO_BODY,
        answer=Told[LogoShown],
        errors=(FORMULARIO_INVALIDO, LOGO_FALTANTE, LOGO_GRANDE, LOGO_INVALIDO, EMISOR_NO_CONFIGURADO, *ALWAYS),
    ),
    Route("DELETE", _LOGO_PATH, delete_logo, "Remove the logo", answer=Done, errors=ALWAYS),
)
