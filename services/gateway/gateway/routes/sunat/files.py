"""Downloads of signed XMLs, CDRs and QR codes, by a link that we signed or with the company's own token."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from gateway.auth import InvalidToken
from gateway.deps import Deps
from gateway.http import INTERNAL_ERROR, UNAUTHORIZED, ErrorRow, Input, Problem, Raw, Route
from gateway.routes.sunat.links import PLACES, Place
from shared.contracts.sunat.emision import ReadArchivo

ARCHIVO_NO_ENCONTRADO = ErrorRow(404, "ARCHIVO_NO_ENCONTRADO", "El archivo no existe")
_LONGEST_NAME = 80


async def _company(place: Place, given: Input[None], deps: Deps) -> str | None:
    """The tenant whose file may be read; None where the link itself gives the right. Raises Problem: 401."""
    if deps.sunat.links.hold(place.path(given.path["nombre"]), given.query, datetime.now(UTC)):
        return None
    try:
        return (await deps.tokens.verify(given.headers.get("authorization"))).company
    except InvalidToken:
        raise Problem(UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}) from None


def _reader(place: Place) -> Callable[[Input[None], Deps], Awaitable[Raw]]:
    async def read(given: Input[None], deps: Deps) -> Raw:
        company = await _company(place, given, deps)
        name = given.path["nombre"]
        if len(name) > _LONGEST_NAME:
            raise Problem(ARCHIVO_NO_ENCONTRADO)
        found = await deps.bus.call(ReadArchivo(company=company, clase=place.clase, nombre=name))
        headers = {
            "Content-Disposition": f'inline; filename="{name}"',  # the name is one that we gave: it was found
            "Cache-Control": "private, max-age=300",
            "X-Content-Type-Options": "nosniff",
        }
        return Raw(found.contenido, found.media_type, headers=headers)

    read.__name__ = f"read_{place.clase}"
    read.__doc__ = "A file, by a link of ours that has not expired (`vence`, `firma`) or with a bearer token."
    return read


ROUTES = tuple(
    Route(
        "GET",
        f"{place.folder}/{{nombre}}",
        _reader(place),
        f"A comprobante's {place.clase.upper()}",
        answer=bytes,
        errors=(UNAUTHORIZED, ARCHIVO_NO_ENCONTRADO, INTERNAL_ERROR),
        media_type=place.media_type,
    )
    for place in PLACES
)
