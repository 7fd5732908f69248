"""SUNAT's catalogues, for combos and checks."""

from typing import Any

from gateway.deps import Deps
from gateway.http import INTERNAL_ERROR, UNAUTHORIZED, Answer, ErrorRow, Input, Problem, Route
from shared.contracts.sunat.catalogos import ReadCatalog

CATALOGO_NO_ENCONTRADO = ErrorRow(404, "CATALOGO_NO_ENCONTRADO", "El catálogo no existe")
_LONGEST_NAME = 64


async def read_catalog(given: Input[None], deps: Deps) -> Answer:
    """One catalogue by its name in the path."""
    tipo = given.path["tipo"]
    if len(tipo) > _LONGEST_NAME:
        raise Problem(CATALOGO_NO_ENCONTRADO)
    catalog = await deps.bus.call(ReadCatalog(tipo=tipo))
    return Answer(catalog.entries)


ROUTES = (
    Route(
        "GET",
        "/api/facturacion/catalogos/{tipo}",
        read_catalog,
        "One of SUNAT's catalogues",
        answer=tuple[dict[str, Any], ...],
        errors=(CATALOGO_NO_ENCONTRADO, UNAUTHORIZED, INTERNAL_ERROR),
    ),
)
