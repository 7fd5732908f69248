"""What the sunat-emitter's operations, handlers and background work are given."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from shared.contracts.message import Event
from shared.errors import Unavailable
from shared.mongo import Database
from sunat_emitter.clock import utc_now
from sunat_emitter.conciliacion.conciliador import Diaria
from sunat_emitter.firmas import Firmas
from sunat_emitter.imprenta import Imprenta
from sunat_emitter.mail import Correspondencia
from sunat_emitter.steps import Sending
from sunat_emitter.store import (
    Agrupaciones,
    Archivos,
    Comprobantes,
    Contadores,
    Emisiones,
    Emisores,
    Extravios,
    Importados,
    Informables,
    Nocturnos,
    Resoluciones,
    Resumenes,
    Series,
    Ventas,
)
from sunat_emitter.store.conciliaciones import Conciliaciones
from sunat_emitter.store.reportes import Reportes
from sunat_emitter.turnos import Turnos
from sunat_emitter.vault import Vault
from sunat_emitter.vencimientos import Vigilancia


class Publisher(Protocol):
    """The part of the bus that is used here."""

    def publish(self, *events: Event, cause: str | None = None) -> Awaitable[Any]:
        """Publish and wait for the confirm; a cause makes the same ids each time. Raises Unavailable."""


class NoBroker:
    """Of commands: the running service publishes what they bring about, and sends it."""

    def publish(self, *events: Event, cause: str | None = None) -> Awaitable[None]:
        """Raises Unavailable."""
        raise Unavailable(f"{len(events)} events of {cause} are left to the service")


@dataclass(frozen=True)
class Nightly:
    """When boletas that wait for a summary are summarised."""

    hora: str = "23:50"
    """By the clock of Lima, for issuers that say no hour of their own."""
    look_seconds: float = 60.0


@dataclass(frozen=True)
class Deps:
    """The parts."""

    emisores: Emisores
    series: Series
    ventas: Ventas
    comprobantes: Comprobantes
    archivos: Archivos
    contadores: Contadores
    emisiones: Emisiones
    resumenes: Resumenes
    agrupaciones: Agrupaciones
    extravios: Extravios
    informables: Informables
    resoluciones: Resoluciones
    nocturnos: Nocturnos
    importados: Importados
    conciliaciones: Conciliaciones
    reportes: Reportes
    vault: Vault
    firmas: Firmas
    bus: Publisher
    turnos: Turnos = field(default_factory=Turnos)
    sending: Sending | None = None
    """What brings comprobantes to SUNAT; None where nothing is sent."""
    imprenta: Imprenta | None = None
    """What prints; None where nothing is printed."""
    correspondencia: Correspondencia | None = None
    """What sends e-mails; None where none are."""
    diaria: Diaria | None = None
    """What reconciles day by day; None where nothing does."""
    vigilancia: Vigilancia | None = None
    """What watches the legal times; None where they are not watched."""
    nightly: Nightly | None = None
    """None where no summaries are made by night."""
    resend_seconds: float = 5.0
    """Time between two looks for what is to be sent again."""
    file_time: timedelta = timedelta(days=3652)
    """How long XMLs and CDRs are kept."""
    republish_after: timedelta = timedelta(seconds=30)
    xsd_folder: Path | None = None
    """SUNAT's XML schemas, where documents are checked by them."""
    now: Callable[[], datetime] = utc_now


def on_database(database: Database, bus: Publisher, vault: Vault, firmas: Firmas, **settings: Any) -> Deps:
    """The parts over a database."""
    contadores = Contadores(database)
    return Deps(
        emisores=Emisores(database, contadores),
        series=Series(database, contadores),
        ventas=Ventas(database, contadores),
        comprobantes=Comprobantes(database),
        archivos=Archivos(database),
        contadores=contadores,
        emisiones=Emisiones(database),
        resumenes=Resumenes(database),
        agrupaciones=Agrupaciones(database),
        extravios=Extravios(database),
        informables=Informables(database),
        resoluciones=Resoluciones(database),
        nocturnos=Nocturnos(database),
        importados=Importados(database),
        conciliaciones=Conciliaciones(database),
        reportes=Reportes(database),
        vault=vault,
        firmas=firmas,
        bus=bus,
        **settings,
    )
