"""Reconciliation: what we hold compared with what SUNAT says, run by run, and what each run found."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Call, Contract
from shared.contracts.sunat.values import Company

OrigenConciliacion = Literal["diaria", "comando"]
EstadoConciliacion = Literal["EN_CURSO", "TERMINADA", "INTERRUMPIDA"]
"""An interrupted one goes on where it stopped once SUNAT answers again, or the issuer's account is put right."""
Resultado = Literal["CORREGIDO", "CDR_RECUPERADO", "DIFERENCIA", "SIN_RESPUESTA"]
"""Mended here; SUNAT's receipt fetched; not the same, for a person to look at; SUNAT did not say."""


class ConciliacionShown(Contract):
    """A run as it stands. Counts are of files; those of `resultado` add up with `conformes` and `no_consultables`."""

    id: int
    origen: OrigenConciliacion
    estado: EstadoConciliacion
    motivo: str | None
    """Why it was interrupted."""
    ensayo: bool
    """Nothing was changed: it only says what it would do."""
    desde: date
    hasta: date
    """Days of issue in Lima, both inclusive."""
    inicio: datetime
    fin: datetime | None
    revisados: int
    conformes: int
    """Here as SUNAT says."""
    corregidos: int
    cdr_recuperados: int
    diferencias: int
    sin_respuesta: int
    no_consultables: dict[str, int]
    """How many SUNAT cannot be asked about, by the reason."""


class ConciliacionesPage(Contract):
    """Answer of ListConciliaciones."""

    conciliaciones: tuple[ConciliacionShown, ...]
    total: int


class ListConciliaciones(Call[ConciliacionesPage]):
    """The tenant's runs, newest first."""

    NAME: ClassVar[str] = "sunat.list-conciliaciones.v1"
    ANSWER: ClassVar[type[Contract]] = ConciliacionesPage

    company: Company
    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)


class PartidaShown(Contract):
    """One file that was not simply as SUNAT says."""

    nombre_archivo: str
    resultado: Resultado
    estado_antes: str
    estado_despues: str
    """The same as before where nothing was changed; in a trial run, what it would be."""
    codigo_sunat: str | None
    detalle: str
    """What SUNAT says and what was done, for a person, in Spanish."""
    fecha: datetime


class ConciliacionDetail(Contract):
    """Answer of ReadConciliacion: the run and a page of what it found, in the order of the files."""

    conciliacion: ConciliacionShown
    partidas: tuple[PartidaShown, ...]
    total: int


class ReadConciliacion(Call[ConciliacionDetail]):
    """One run. Refused with `CONCILIACION_NO_ENCONTRADA`."""

    NAME: ClassVar[str] = "sunat.read-conciliacion.v1"
    ANSWER: ClassVar[type[Contract]] = ConciliacionDetail

    company: Company
    id: int
    resultado: Resultado | None = None
    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=20, ge=1, le=100)
