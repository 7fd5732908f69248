"""Series and their correlativos."""

from typing import Any

from pydantic import BaseModel, Field

from gateway.deps import Deps
from gateway.http import Answer, ErrorRow, Input, Problem, Route, query_of
from gateway.routes.sunat.envelope import Done, Told
from gateway.routes.sunat.words import ALWAYS, DATOS_INVALIDOS, JSON_ERRORS, json_body, read_query
from shared.contracts.sunat.series import (
    CorrelativoReservado,
    CreateSerie,
    EstadoSerie,
    ListSeries,
    ReadSerie,
    ReserveCorrelativo,
    SerieChange,
    SerieInput,
    SerieShown,
    UpdateSerie,
)
from shared.contracts.sunat.values import Numero, TipoComprobante

_PATH = "/api/facturacion/series"
SERIE_NO_ENCONTRADA = ErrorRow(404, "SERIE_NO_ENCONTRADA", "La serie no existe")
SERIE_INVALIDA = ErrorRow(422, "SERIE_INVALIDA", "La serie de una boleta debe ser B y 3 dígitos (ej: B001)")
SERIE_DUPLICADA = ErrorRow(422, "SERIE_DUPLICADA", "La serie ya existe para este tipo de comprobante")
SERIE_INACTIVA = ErrorRow(422, "SERIE_INACTIVA", "La serie está inactiva")
SERIE_AGOTADA = ErrorRow(422, "SERIE_AGOTADA", "La serie ya no tiene números")
_LONGEST_ID = 9


class SeriesQuery(BaseModel):
    """Filters of the list."""

    tipo_comprobante: TipoComprobante | None = None
    estado: EstadoSerie | None = None
    sede_id: Numero | None = None


class ReserveInput(BaseModel):
    """Of which series a number is reserved."""

    serie_id: int = Field(ge=1, le=10**_LONGEST_ID)


async def list_series(given: Input[None], deps: Deps) -> Answer:
    """All series of the company, in the order in which they were made."""
    query = read_query(SeriesQuery, given.query)
    call = ListSeries(company=given.caller.company, **query.model_dump())
    return Answer((await deps.bus.call(call)).series)


async def read_serie(given: Input[None], deps: Deps) -> Answer:
    """One series with the number that comes next."""
    call = ReadSerie(company=given.caller.company, id=path_id(given, SERIE_NO_ENCONTRADA))
    return Answer(await deps.bus.call(call))


async def create_serie(given: Input[SerieInput], deps: Deps) -> Answer:
    """A new series; a name is unique per type of comprobante, whatever the branch (SUNAT knows no branches)."""
    shown = await deps.bus.call(CreateSerie(company=given.caller.company, serie=given.body))
    return Answer(Told(message="Serie creada correctamente", data=shown), status=201)


async def update_serie(given: Input[SerieChange], deps: Deps) -> Answer:
    """Change a series' state, branch or till; its name and numbers stay."""
    serie_id = path_id(given, SERIE_NO_ENCONTRADA)
    said = given.body.model_fields_set
    call = UpdateSerie(company=given.caller.company, id=serie_id, cambio=given.body, campos=tuple(sorted(said)))
    await deps.bus.call(call)
    return Answer(Done(message="Serie actualizada correctamente"))


async def reserve_correlativo(given: Input[ReserveInput], deps: Deps) -> Answer:
    """Take the next number of a series; no comprobante of ours will have it."""
    serie_id, request_id = given.body.serie_id, given.request_id
    call = ReserveCorrelativo(company=given.caller.company, serie_id=serie_id, request_id=request_id)
    return Answer(await deps.bus.call(call))


def path_id(given: Input[Any], missing: ErrorRow, name: str = "id") -> int:
    """The number in the path. Raises Problem: what stands there cannot be one's id."""
    text = given.path[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= _LONGEST_ID):
        raise Problem(missing)
    return int(text)


ROUTES = (
    Route(
        "GET",
        _PATH,
        list_series,
        "All series",
        answer=tuple[SerieShown, ...],
        errors=(DATOS_INVALIDOS, *ALWAYS),
        parameters=query_of(SeriesQuery),
    ),
    Route("GET", f"{_PATH}/{{id}}", read_serie, "A series", answer=SerieShown, errors=(SERIE_NO_ENCONTRADA, *ALWAYS)),
    Route(
        "POST",
        _PATH,
        create_serie,
        "Make a series",
        body=json_body(SerieInput),
        status=201,
        answer=Told[SerieShown],
        errors=(*JSON_ERRORS, SERIE_INVALIDA, SERIE_DUPLICADA, *ALWAYS),
    ),
    Route(
        "PATCH",
        f"{_PATH}/{{id}}",
        update_serie,
        "Change a series",
        body=json_body(SerieChange),
        answer=Done,
        errors=(*JSON_ERRORS, SERIE_NO_ENCONTRADA, *ALWAYS),
    ),
    Route(
        "POST",
        f"{_PATH}/reservar-correlativo",
        reserve_correlativo,
        "Reserve a number",
        body=json_body(ReserveInput),
        answer=CorrelativoReservado,
        errors=(*JSON_ERRORS, SERIE_NO_ENCONTRADA, SERIE_INACTIVA, SERIE_AGOTADA, *ALWAYS),
    ),
)
