"""SUNAT's catalogues, read."""

from shared.bus import Reply
from shared.contracts.sunat.catalogos import CatalogEntries, ReadCatalog
from shared.errors import Refused
from sunat_emitter.catalogos.tablas import CATALOGOS


async def read_catalog(call: ReadCatalog, deps: object = None) -> Reply:
    """One of SUNAT's catalogues.

    Raises:
        Refused: `CATALOGO_NO_ENCONTRADO`, with the names of those there are.
    """
    del deps  # the catalogues are part of the program
    entries = CATALOGOS.get(call.tipo)
    if entries is None:
        names = list(CATALOGOS)
        message = f"El catálogo «{call.tipo}» no existe. Catálogos disponibles: {', '.join(names)}."
        raise Refused("CATALOGO_NO_ENCONTRADO", message, {"disponibles": names})
    return Reply(CatalogEntries(entries=entries))
