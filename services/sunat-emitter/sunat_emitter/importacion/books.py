"""The collections that an import writes."""

from dataclasses import dataclass
from typing import Self

from shared.mongo import Database
from sunat_emitter.store import Archivos, Contadores, Series, Ventas
from sunat_emitter.store.importados import Importados


@dataclass(frozen=True)
class Books:
    """They."""

    series: Series
    ventas: Ventas
    archivos: Archivos
    contadores: Contadores
    importados: Importados

    @classmethod
    def over(cls, database: Database) -> Self:
        """Those of a database."""
        contadores = Contadores(database)
        return cls(
            Series(database, contadores),
            Ventas(database, contadores),
            Archivos(database),
            contadores,
            Importados(database),
        )
