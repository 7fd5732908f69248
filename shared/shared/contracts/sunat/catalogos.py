"""SUNAT's catalogues: a call to sunat-emitter."""

from typing import Any, ClassVar

from pydantic import Field

from shared.contracts.message import Call, Contract


class CatalogEntries(Contract):
    """A catalogue as the API shows it; keys differ by catalogue."""

    entries: tuple[dict[str, Any], ...]


class ReadCatalog(Call[CatalogEntries]):
    """One of SUNAT's catalogues by the name that the API gives it. Refused with `CATALOGO_NO_ENCONTRADO`."""

    NAME: ClassVar[str] = "sunat.read-catalog.v1"
    ANSWER: ClassVar[type[Contract]] = CatalogEntries

    tipo: str = Field(max_length=64)
