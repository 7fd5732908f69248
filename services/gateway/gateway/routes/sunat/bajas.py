"""Voidings: by RAs for facturas and their notes, by RCs for boletas and theirs; one body for both."""

from datetime import date

from pydantic import BaseModel

from gateway.deps import Deps
from gateway.http import Answer, ErrorRow, Input, Route, query_of
from gateway.routes.sunat.emision import KEY_PARAMETER, key_in
from gateway.routes.sunat.envelope import Page, Told, page
from gateway.routes.sunat.envios import (
    SENDING_ERRORS,
    Aceptado,
    Enviado,
    EnviosQuery,
    Fila,
    Pendiente,
    Rechazado,
    made_values,
    sent,
    state_values,
    ticket_in,
    total_of,
)
from gateway.routes.sunat.words import ALWAYS, DATOS_INVALIDOS, JSON_ERRORS, json_body, read_query
from shared.contracts.sunat.resumenes import BajaInput, CreateBaja, ListBajas, ReadBaja
from shared.contracts.sunat.values import TipoComprobante

_PATH = "/api/facturacion/bajas"
BAJA_NO_ENCONTRADA = ErrorRow(
    404, "BAJA_NO_ENCONTRADA", "No hay una comunicación de baja con ese ticket o identificador"
)
BAJA_INVALIDA = ErrorRow(
    422, "BAJA_INVALIDA", "F001-85 se podía dar de baja hasta el 2025-10-20 (7 días): emita una nota de crédito"
)


class BajaEnviada(Enviado):
    """What a request made: its first RA, or RC that voids, at the top, sums of all, and each in `partes`."""

    fecha_baja: date
    """Today, by the clock of Lima."""


class Anulado(BaseModel):
    """A comprobante that is void."""

    tipo: TipoComprobante
    serie: str
    numero: int
    motivo: str | None


class BajaPendiente(Pendiente):
    """An RA, or RC that voids, in a list."""

    fecha_baja: date


class BajaAceptada(Aceptado):
    """Of an RA, or RC that voids."""

    fecha_baja: date
    comprobantes_anulados: tuple[Anulado, ...]
    """By this part alone."""


class BajaRechazada(Rechazado):
    """Of an RA, or RC that voids; nothing is void by it."""

    fecha_baja: date


class BajaRow(Fila):
    """Of an RA, or RC that voids."""

    fecha_baja: date


async def create_baja(given: Input[BajaInput], deps: Deps) -> Answer:
    """Have accepted comprobantes voided, within seven days of their issue.

    Facturas and their notes go into an RA for each day of issue, boletas and theirs into an RC for each.
    """
    call = CreateBaja(
        request_id=given.request_id,
        origin=deps.origin,
        company=given.caller.company,
        baja=given.body,
        clave=key_in(given),
    )
    made = await sent(call, given, deps)
    data = BajaEnviada(**made_values(made, given, deps), fecha_baja=made.partes[0].fecha_generacion)
    return Answer(Told(message="Comunicación de Baja enviada correctamente", data=data))


async def read_baja(given: Input[None], deps: Deps) -> Answer:
    """How an RA, or RC that voids, stands, by its ticket or its identifier (`RA-20251013-001`)."""
    call = ReadBaja(company=given.caller.company, ticket=ticket_in(given, BAJA_NO_ENCONTRADA))
    found = await deps.bus.call(call)
    first = found.partes[0]
    values = {**state_values(found, given, deps), "fecha_baja": first.fecha_generacion}
    match first.estado:
        case "PENDIENTE":
            return Answer(BajaPendiente(**values))
        case "RECHAZADO":
            return Answer(BajaRechazada(**values))
        case _:
            voided = tuple(Anulado(**each.model_dump(include=set(Anulado.model_fields))) for each in first.lineas)
            return Answer(BajaAceptada(**values, comprobantes_anulados=voided))


async def list_bajas(given: Input[None], deps: Deps) -> Answer:
    """RAs, and RCs that void, newest first."""
    query = read_query(EnviosQuery, given.query)
    found = await deps.bus.call(ListBajas(company=given.caller.company, **query.model_dump()))
    fields = set(BajaRow.model_fields)
    rows = [
        BajaRow(**each.model_dump(include=fields), total=total_of(each.totales), fecha_baja=each.fecha_generacion)
        for each in found.resumenes
    ]
    return Answer(page(rows, query.page, query.per_page, found.total))


ROUTES = (
    Route(
        "POST",
        _PATH,
        create_baja,
        "Void comprobantes",
        body=json_body(BajaInput),
        answer=Told[BajaEnviada],
        errors=(*JSON_ERRORS, BAJA_INVALIDA, *SENDING_ERRORS, *ALWAYS),
        parameters=(KEY_PARAMETER,),
    ),
    Route(
        "GET",
        f"{_PATH}/{{ticket}}",
        read_baja,
        "A voiding",
        answer=BajaPendiente | BajaAceptada | BajaRechazada,
        errors=(BAJA_NO_ENCONTRADA, *ALWAYS),
    ),
    Route(
        "GET",
        _PATH,
        list_bajas,
        "Voidings",
        answer=Page[BajaRow],
        errors=(DATOS_INVALIDOS, *ALWAYS),
        parameters=query_of(EnviosQuery),
    ),
)
