"""What daily summaries (RC) and voidings (RA) share: how they are shown, sent and waited for."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from gateway.deps import Deps
from gateway.http import ErrorRow, Input, Problem
from gateway.repeats import INVALID_IDEMPOTENCY_KEY
from gateway.routes.sunat.emision import (
    CERTIFICADO_VENCIDO,
    CLAVE_REUTILIZADA,
    EMISOR_INCOMPLETO,
    LIMITE_DE_EMISION,
    SUNAT_ERROR,
    count,
)
from gateway.routes.sunat.emisores import EMISOR_NO_CONFIGURADO
from gateway.routes.sunat.links import CDR, XML
from shared.contracts.sunat.resumenes import (
    CreateBaja,
    CreateResumen,
    EstadoResumen,
    ReadBaja,
    ReadResumen,
    ResumenesShown,
    ResumenShown,
)
from shared.contracts.sunat.values import Importe

SENDING_ERRORS = (
    INVALID_IDEMPOTENCY_KEY,
    CLAVE_REUTILIZADA,
    EMISOR_NO_CONFIGURADO,
    EMISOR_INCOMPLETO,
    CERTIFICADO_VENCIDO,
    SUNAT_ERROR,
    LIMITE_DE_EMISION,
)
"""What making a summary or a voiding may answer besides."""

_MAKE_SECONDS = 20.0
"""Longer than a transaction that a killed process left open blocks the day's numbers."""
_LOOK_SECONDS = 1.0
_NEXT_LOOK_SECONDS = 0.2
_IN_PROCESS = "En proceso de validación por SUNAT"
_UNSENT = "Aún no se ha enviado a SUNAT"
_LONGEST_TICKET = 64


class ParteShown(BaseModel):
    """One RC or RA of a request."""

    id: int
    identificador: str
    fecha_referencia: date
    """When its comprobantes were issued, by the clock of Lima."""
    ticket: str | None
    """Null until SUNAT has given it; the identifier does as well to ask."""
    cantidad_comprobantes: int
    total: Importe | None
    """In their one currency; null where there are several."""
    totales: dict[str, Importe]
    """By currency."""
    xml_url: str | None
    """Null until it is signed."""
    estado: EstadoResumen
    motivo_pendiente: str | None
    fuera_de_plazo: str | None = None
    """What can still be done where its legal time ended before SUNAT took it; else null."""
    codigo_sunat: str | None
    mensaje_sunat: str | None
    fecha_envio: datetime | None


class Enviado(BaseModel):
    """What a request made: its first RC or RA at the top, sums of all, and each in `partes`."""

    id: int
    identificador: str
    ticket: str | None
    """Null where SUNAT did not give it within the wait."""
    cantidad_comprobantes: int
    total: Importe | None
    """Both of all parts; null where there are several currencies."""
    totales: dict[str, Importe]
    """By currency."""
    xml_url: str | None
    estado: EstadoResumen
    fecha_envio: datetime | None
    partes: tuple[ParteShown, ...]
    advertencias: tuple[str, ...]
    """What whoever asked should know: figures that were issued otherwise, notes that stay in force, another day."""


class Estado(BaseModel):
    """An RC or RA as it stands."""

    id: int
    identificador: str
    ticket: str | None
    cantidad_comprobantes: int
    total: Importe | None
    """In their one currency; null where there are several."""
    totales: dict[str, Importe]
    """By currency."""
    xml_url: str | None
    fecha_envio: datetime | None
    partes: tuple[ParteShown, ...]
    """All that the same request made."""


class Pendiente(Estado):
    """SUNAT has not decided it."""

    estado: Literal["PENDIENTE"] = "PENDIENTE"
    mensaje: str


class Decidido(Estado):
    """SUNAT has decided it."""

    codigo_sunat: str | None
    mensaje_sunat: str | None
    fecha_procesamiento: datetime | None


class Aceptado(Decidido):
    """SUNAT accepted all of it."""

    estado: Literal["ACEPTADO"] = "ACEPTADO"
    cdr_url: str | None
    observaciones: tuple[str, ...]


class Rechazado(Decidido):
    """SUNAT rejected all of it; its comprobantes stand as they did."""

    estado: Literal["RECHAZADO"] = "RECHAZADO"
    cdr_url: str | None


class Fila(BaseModel):
    """An RC or RA in a list."""

    id: int
    identificador: str
    ticket: str | None
    cantidad_comprobantes: int
    total: Importe | None
    """In their one currency; null where there are several."""
    totales: dict[str, Importe]
    """By currency."""
    estado: EstadoResumen
    fecha_envio: datetime | None


class EnviosQuery(BaseModel):
    """Filters of a list; days, both inclusive, are those of issue for summaries, those of the deed for voidings."""

    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)
    fecha_desde: date | None = None
    fecha_hasta: date | None = None
    estado: EstadoResumen | None = None


async def sent(call: CreateResumen | CreateBaja, given: Input[Any], deps: Deps) -> ResumenesShown:
    """Make them, and wait for SUNAT's tickets as long as the settings say; without them `ticket` is null.

    Raises:
        Problem: 429; 422 where SUNAT rejects all of it at once.
        Refused: nothing was made.
    """
    await count(given, deps, "sunat")
    asked = ReadResumen if isinstance(call, CreateResumen) else ReadBaja
    clock = asyncio.get_running_loop().time
    with deps.waiters.expect(given.request_id) as future:
        deadline = clock() + deps.sunat.wait.total_seconds()
        made: ResumenesShown = await deps.bus.call(call, timeout=_MAKE_SECONDS)
        read = asked(company=given.caller.company, ticket=made.partes[0].identificador)
        told = made.advertencias
        while any(_waits(each) for each in made.partes) and (left := deadline - clock()) > 0:
            # One event wakes; the tickets of other parts are looked for shortly after.
            if future.done():
                await asyncio.sleep(min(left, _NEXT_LOOK_SECONDS))
            else:
                await asyncio.wait({future}, timeout=min(left, _LOOK_SECONDS))
            made = await deps.bus.call(read)
    if all(each.estado == "RECHAZADO" for each in made.partes):
        first = made.partes[0]
        details = {"codigo_sunat": first.codigo_sunat, "identificador": first.identificador}
        raise Problem(SUNAT_ERROR, message=first.mensaje_sunat or SUNAT_ERROR.message, details=details)
    return made.model_copy(update={"advertencias": told})


def _waits(parte: ResumenShown) -> bool:
    return parte.estado == "PENDIENTE" and parte.ticket is None


def made_values(made: ResumenesShown, given: Input[Any], deps: Deps) -> dict[str, Any]:
    """What everything that a request made is shown with: the first at the top."""
    partes = tuple(parte(each, given, deps) for each in made.partes)
    first, totales = partes[0], _together(made)
    return {
        **first.model_dump(include={"id", "identificador", "ticket", "xml_url", "estado", "fecha_envio"}),
        "cantidad_comprobantes": sum(each.cantidad_comprobantes for each in partes),
        "total": total_of(totales),
        "totales": totales,
        "partes": partes,
        "advertencias": made.advertencias,
    }


def state_values(found: ResumenesShown, given: Input[Any], deps: Deps) -> dict[str, Any]:
    """What the first is shown with, whatever its state; its siblings in `partes`."""
    first, now = found.partes[0], datetime.now(UTC)
    name = CDR.path(f"R-{first.nombre_archivo}.zip")
    return {
        **first.model_dump(include=set(Estado.model_fields) | {"codigo_sunat", "mensaje_sunat", "fecha_procesamiento"}),
        "total": total_of(first.totales),
        "xml_url": _xml_url(first, given, deps),
        "partes": tuple(parte(each, given, deps) for each in sorted(found.partes, key=lambda each: each.id)),
        "mensaje": first.motivo_pendiente or (_IN_PROCESS if first.ticket else _UNSENT),
        "cdr_url": deps.sunat.links.signed(name, given.headers, now) if first.tiene_cdr else None,
        "observaciones": first.observaciones,
    }


def parte(shown: ResumenShown, given: Input[Any], deps: Deps) -> ParteShown:
    """One RC or RA of a request."""
    values = shown.model_dump(include=set(ParteShown.model_fields))
    return ParteShown(**values, total=total_of(shown.totales), xml_url=_xml_url(shown, given, deps))


def total_of(totales: Mapping[str, Decimal]) -> Decimal | None:
    """The sum where there is one currency: amounts of several are not added up."""
    return next(iter(totales.values())) if len(totales) == 1 else None


def _together(made: ResumenesShown) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for currency, total in (pair for each in made.partes for pair in each.totales.items()):
        sums[currency] = sums.get(currency, Decimal(0)) + total
    return sums


def _xml_url(shown: ResumenShown, given: Input[Any], deps: Deps) -> str | None:
    path = XML.path(f"{shown.nombre_archivo}.xml")
    return deps.sunat.links.signed(path, given.headers, datetime.now(UTC)) if shown.firmado else None


def ticket_in(given: Input[Any], missing: ErrorRow) -> str:
    """The ticket, or identifier, in the path. Raises Problem: what stands there can be neither."""
    text = given.path["ticket"]
    if not 0 < len(text) <= _LONGEST_TICKET:
        raise Problem(missing)
    return text
