"""What emissions share: the comprobante as it is shown with its links, the wait for SUNAT, the limit, the key."""

import asyncio
from datetime import UTC, date, datetime, time
from typing import Any

from pydantic import BaseModel

from gateway.deps import Deps
from gateway.http import ErrorRow, Input, Parameter, Problem
from gateway.idempotency import key_of
from gateway.repeats import HEADER, valid_key
from gateway.routes.sunat.links import CDR, QR, XML
from gateway.sunat import Links
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import IssueComprobante, IssueNota, ReadComprobante
from shared.contracts.sunat.values import EstadoSunat, Importe, TipoComprobante

SUNAT_ERROR = ErrorRow(422, "SUNAT_ERROR", "SUNAT rechazó el comprobante")
COMPROBANTE_INVALIDO = ErrorRow(422, "COMPROBANTE_INVALIDO", "SUNAT rechazaría el comprobante: no se gastó el número")
EMISOR_INCOMPLETO = ErrorRow(422, "EMISOR_INCOMPLETO", "Al emisor le falta el certificado o su usuario y clave SOL")
CERTIFICADO_VENCIDO = ErrorRow(422, "CERTIFICADO_VENCIDO", "El certificado digital del emisor venció")
CLAVE_REUTILIZADA = ErrorRow(
    422, "CLAVE_REUTILIZADA", "La clave Idempotency-Key ya se usó con otros datos: use una clave nueva"
)
LIMITE_DE_EMISION = ErrorRow(429, "LIMITE_DE_EMISION", "Demasiadas emisiones seguidas. Intente de nuevo más tarde.")
EMISION_ERRORS = (SUNAT_ERROR, COMPROBANTE_INVALIDO, EMISOR_INCOMPLETO, CERTIFICADO_VENCIDO, LIMITE_DE_EMISION)
KEY_PARAMETER = Parameter(
    "Idempotency-Key", "header", "1 to 255 visible ASCII characters; a repeat gets what the first request made"
)

_ISSUE_SECONDS = 20.0
"""Longer than a transaction that a killed process left open blocks the series."""
_LOOK_SECONDS = 1.0


class Emitido(BaseModel):
    """A comprobante that was issued."""

    id: int
    tipo: TipoComprobante
    tipo_nombre: str
    serie: str
    numero: int
    numero_completo: str
    fecha_emision: date
    hora_emision: time
    """Both by the clock of Lima."""
    total: Importe
    moneda: str
    hash: str
    qr: str
    xml_url: str
    cdr_url: str | None
    """Null until SUNAT has answered with a receipt."""
    pdf_url: str
    estado_sunat: EstadoSunat
    motivo_pendiente: str | None
    """Why SUNAT has not decided yet; null where it was not tried yet, or has decided."""
    fuera_de_plazo: str | None = None
    """What can still be done where its legal time is over and it is pending; else null."""
    codigo_sunat: str | None
    mensaje_sunat: str | None
    observaciones: tuple[str, ...]
    fecha_envio_sunat: datetime | None
    por_resumen: bool
    """SUNAT is told of it in a daily summary (RC), not by itself."""
    resumen: str | None
    """The RC or RA that it is in, or by which it stands as it does: `RC-20251013-001`."""
    aviso: str | None
    """Why SUNAT refused the last RC or RA that it was in."""
    motivo_anulacion: str | None


async def emitted(call: IssueComprobante | IssueNota, given: Input[Any], deps: Deps) -> ComprobanteShown:
    """Issue, and wait for SUNAT's answer as long as the settings say; without it the state is PENDIENTE.

    Raises:
        Problem: 429; 422 where SUNAT rejects.
        Refused: it was not issued.
    """
    await count(given, deps, "sunat")
    with deps.waiters.expect(given.request_id) as future:
        deadline = asyncio.get_running_loop().time() + deps.sunat.wait.total_seconds()
        shown: ComprobanteShown = await deps.bus.call(call, timeout=_ISSUE_SECONDS)
        read = ReadComprobante(company=given.caller.company, nombre_archivo=shown.nombre_archivo)
        told = False
        while shown.estado_sunat == "PENDIENTE" and not told and not shown.por_resumen:
            left = deadline - asyncio.get_running_loop().time()
            if left <= 0:
                break
            # The event of a comprobante that an earlier request issued wakes that one only: look now and then.
            await asyncio.wait({future}, timeout=min(left, _LOOK_SECONDS))
            told = future.done()
            shown = await deps.bus.call(read)
    if shown.estado_sunat == "RECHAZADO":
        message = shown.mensaje_sunat or SUNAT_ERROR.message
        details = {"codigo_sunat": shown.codigo_sunat, "numero_completo": shown.numero_completo}
        raise Problem(SUNAT_ERROR, message=message, details=details)
    return shown


async def count(given: Input[Any], deps: Deps, what: str) -> None:
    """Count one emission, or one e-mail, of the tenant. Raises Problem: 429."""
    if deps.sunat.limits is None:
        return
    standing = await deps.sunat.limits.take(f"{what}/{given.caller.company}")
    if not standing.accepted:
        raise Problem(LIMITE_DE_EMISION, headers={"Retry-After": str(standing.retry_after)})


def key_in(given: Input[Any]) -> str:
    """A digest of the Idempotency-Key; of the request's own id where none came, as a call may be delivered twice.

    Raises:
        Problem: 400.
    """
    key = given.headers.get(HEADER)
    return key_of(given.caller.company, f"request {given.request_id}" if key is None else valid_key(key))


def emitido_values(shown: ComprobanteShown, pdf_path: str, given: Input[Any], links: Links) -> dict[str, Any]:
    """What every issued comprobante is shown with."""
    now, name = datetime.now(UTC), shown.nombre_archivo
    fields = set(Emitido.model_fields) & set(ComprobanteShown.model_fields)
    return {
        **shown.model_dump(include=fields),
        "qr": links.signed(QR.path(f"{name}.png"), given.headers, now),
        "xml_url": links.signed(XML.path(f"{name}.xml"), given.headers, now),
        "cdr_url": links.signed(CDR.path(f"R-{name}.zip"), given.headers, now) if shown.tiene_cdr else None,
        "pdf_url": links.signed(pdf_path, given.headers, now, name),
    }
