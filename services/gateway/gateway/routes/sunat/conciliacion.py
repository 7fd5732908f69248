"""Reconciliations with SUNAT: which were made, and what each found."""

from pydantic import BaseModel, Field

from gateway.deps import Deps
from gateway.http import Answer, ErrorRow, Input, Route, query_of
from gateway.routes.sunat.envelope import Page, Pagination, Whole, page
from gateway.routes.sunat.series import path_id
from gateway.routes.sunat.words import ALWAYS, DATOS_INVALIDOS, read_query
from shared.contracts.sunat.conciliacion import (
    ConciliacionShown,
    ListConciliaciones,
    PartidaShown,
    ReadConciliacion,
    Resultado,
)

CONCILIACION_NO_ENCONTRADA = ErrorRow(404, "CONCILIACION_NO_ENCONTRADA", "La conciliación no existe")
_PATH = "/api/facturacion/conciliacion"


class ConciliacionesQuery(BaseModel):
    """Which page."""

    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)


class PartidasQuery(ConciliacionesQuery):
    """Which page of what a run found."""

    resultado: Resultado | None = None


class ConciliacionPage(Whole):
    """A run with a page of what it found, by file name."""

    data: ConciliacionShown
    partidas: tuple[PartidaShown, ...]
    pagination: Pagination


async def list_conciliaciones(given: Input[None], deps: Deps) -> Answer:
    """The company's reconciliations, newest first: the daily ones and those that an operator asked for."""
    query = read_query(ConciliacionesQuery, given.query)
    found = await deps.bus.call(ListConciliaciones(company=given.caller.company, **query.model_dump()))
    return Answer(page(found.conciliaciones, query.page, query.per_page, found.total))


async def read_conciliacion(given: Input[None], deps: Deps) -> Answer:
    """One reconciliation: every file that was not simply as SUNAT says, and what was done about it."""
    query = read_query(PartidasQuery, given.query)
    number = path_id(given, CONCILIACION_NO_ENCONTRADA)
    call = ReadConciliacion(company=given.caller.company, id=number, **query.model_dump())
    found = await deps.bus.call(call)
    shown = page(found.partidas, query.page, query.per_page, found.total)
    return Answer(ConciliacionPage(data=found.conciliacion, partidas=found.partidas, pagination=shown.pagination))


ROUTES = (
    Route(
        "GET",
        _PATH,
        list_conciliaciones,
        "Reconciliations with SUNAT",
        answer=Page[ConciliacionShown],
        errors=(DATOS_INVALIDOS, *ALWAYS),
        parameters=query_of(ConciliacionesQuery),
    ),
    Route(
        "GET",
        f"{_PATH}/{{id}}",
        read_conciliacion,
        "A reconciliation and what it found",
        answer=ConciliacionPage,
        errors=(DATOS_INVALIDOS, CONCILIACION_NO_ENCONTRADA, *ALWAYS),
        parameters=query_of(PartidasQuery),
    ),
)
