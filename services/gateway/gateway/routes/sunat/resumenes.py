"""Daily summaries (RC): made, read by their ticket, listed."""

from datetime import date

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
from shared.contracts.sunat.resumenes import CreateResumen, ListResumenes, ReadResumen, ResumenInput

_PATH = "/api/facturacion/resumenes"
RESUMEN_NO_ENCONTRADO = ErrorRow(
    404, "RESUMEN_NO_ENCONTRADO", "No hay un resumen diario con ese ticket o identificador"
)
RESUMEN_INVALIDO = ErrorRow(422, "RESUMEN_INVALIDO", "B001-150 se emitió el 2025-10-12: haga un resumen aparte")
SIN_COMPROBANTES = ErrorRow(
    422, "SIN_COMPROBANTES", "No hay boletas ni notas del 2025-10-13 que esperen un resumen diario"
)
FECHA_INVALIDA = ErrorRow(422, "FECHA_INVALIDA", "La fecha 2025-10-14 aún no llega en Lima")


class ResumenEnviado(Enviado):
    """What a request made: its first RC at the top, sums of all, and each in `partes`."""

    fecha_resumen: date


class ResumenPendiente(Pendiente):
    """An RC in a list."""

    fecha_resumen: date


class ResumenAceptado(Aceptado):
    """Of an RC."""

    fecha_resumen: date


class ResumenRechazado(Rechazado):
    """Of an RC."""

    fecha_resumen: date


class ResumenRow(Fila):
    """Of an RC."""

    fecha_resumen: date


async def create_resumen(given: Input[ResumenInput], deps: Deps) -> Answer:
    """Send a summary of the boletas, and notes on boletas, of one day: those listed, or all that are pending.

    The figures are those that were issued; where others were sent here, `advertencias` says so. More than 500 make
    several RCs.
    """
    call = CreateResumen(
        request_id=given.request_id,
        origin=deps.origin,
        company=given.caller.company,
        resumen=given.body,
        clave=key_in(given),
    )
    made = await sent(call, given, deps)
    first = made.partes[0]
    data = ResumenEnviado(**made_values(made, given, deps), fecha_resumen=first.fecha_referencia)
    return Answer(Told(message="Resumen Diario enviado correctamente", data=data))


async def read_resumen(given: Input[None], deps: Deps) -> Answer:
    """How an RC stands, by its ticket or its identifier (`RC-20251013-001`)."""
    call = ReadResumen(company=given.caller.company, ticket=ticket_in(given, RESUMEN_NO_ENCONTRADO))
    found = await deps.bus.call(call)
    more = {"fecha_resumen": found.partes[0].fecha_referencia}
    models = {"PENDIENTE": ResumenPendiente, "ACEPTADO": ResumenAceptado, "RECHAZADO": ResumenRechazado}
    return Answer(models[found.partes[0].estado](**state_values(found, given, deps), **more))


async def list_resumenes(given: Input[None], deps: Deps) -> Answer:
    """RCs, newest first, those that void boletas among them."""
    query = read_query(EnviosQuery, given.query)
    found = await deps.bus.call(ListResumenes(company=given.caller.company, **query.model_dump()))
    fields = set(ResumenRow.model_fields)
    rows = [
        ResumenRow(**each.model_dump(include=fields), total=total_of(each.totales), fecha_resumen=each.fecha_referencia)
        for each in found.resumenes
    ]
    return Answer(page(rows, query.page, query.per_page, found.total))


ROUTES = (
    Route(
        "POST",
        _PATH,
        create_resumen,
        "Send a daily summary",
        body=json_body(ResumenInput),
        answer=Told[ResumenEnviado],
        errors=(*JSON_ERRORS, RESUMEN_INVALIDO, SIN_COMPROBANTES, FECHA_INVALIDA, *SENDING_ERRORS, *ALWAYS),
        parameters=(KEY_PARAMETER,),
    ),
    Route(
        "GET",
        f"{_PATH}/{{ticket}}",
        read_resumen,
        "A daily summary",
        answer=ResumenPendiente | ResumenAceptado | ResumenRechazado,
        errors=(RESUMEN_NO_ENCONTRADO, *ALWAYS),
    ),
    Route(
        "GET",
        _PATH,
        list_resumenes,
        "Daily summaries",
        answer=Page[ResumenRow],
        errors=(DATOS_INVALIDOS, *ALWAYS),
        parameters=query_of(EnviosQuery),
    ),
)
