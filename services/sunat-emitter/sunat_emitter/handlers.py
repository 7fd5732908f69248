"""Calls to the sunat-emitter, answered."""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.bus import Reply
from shared.contracts.sunat.catalogos import CatalogEntries, ReadCatalog
from shared.errors import Refused
from sunat_emitter.catalogos import Entry


@dataclass(frozen=True)
class Deps:
    """What the handlers need."""

    catalogos: Mapping[str, tuple[Entry, ...]]


async def read_catalog(call: ReadCatalog, deps: Deps) -> Reply:
    """One of SUNAT's catalogues.

    Raises:
        Refused: `CATALOGO_NO_ENCONTRADO`, with the names of those there are.
    """
    entries = deps.catalogos.get(call.tipo)
    if entries is None:
        names = list(deps.catalogos)
        message = f"El catálogo «{call.tipo}» no existe. Catálogos disponibles: {', '.join(names)}."
        raise Refused("CATALOGO_NO_ENCONTRADO", message, {"disponibles": names})
    return Reply(CatalogEntries(entries=entries))
