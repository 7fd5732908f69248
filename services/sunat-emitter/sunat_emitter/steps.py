"""What one step of sending a comprobante comes to, and what the steps need."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from shared.contracts.message import Event
from shared.errors import Unavailable
from sunat_emitter.clock import utc_now
from sunat_emitter.cuentas import Cuentas, Proven
from sunat_emitter.endpoints import Breakers
from sunat_emitter.plazos import Plazos
from sunat_emitter.soap import Answer, SoapClient
from sunat_emitter.store.archivos import Archivos
from sunat_emitter.store.auditoria import Auditoria
from sunat_emitter.store.envios import Envios, Result


@dataclass(frozen=True)
class Decided:
    """SUNAT has decided; `cdr` is the receipt's zip where there is one."""

    result: Result
    cdr: bytes | None = None


@dataclass(frozen=True)
class Again:
    """It may be tried again at once. `en_duda`: SUNAT may have it."""

    motivo: str
    en_duda: bool


@dataclass(frozen=True)
class Later:
    """Not before `after` seconds; None leaves it to the ladder."""

    motivo: str
    en_duda: bool
    after: float | None = None


@dataclass(frozen=True)
class Held:
    """Not again by itself. `parado`: the issuer is stopped, and its change takes it up again."""

    motivo: str
    en_duda: bool
    parado: bool = False


@dataclass(frozen=True)
class Lost:
    """Another worker has it now."""


End = Decided | Later | Held | Lost
Step = End | Again


@dataclass(frozen=True)
class Terms:
    """How sending is paced; seconds."""

    plazos: Plazos = field(default_factory=Plazos)
    quick_tries: int = 3
    quick_pause: float = 1.0
    """Before the second try; twice as long before each one after it."""
    ladder: tuple[float, ...] = (60.0, 300.0, 900.0, 3600.0)
    """After the quick tries; the last step repeats until the time limit."""
    ticket_ladder: tuple[float, ...] = (2.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
    """Between two questions after a summary's ticket; the last step repeats for as long as SUNAT takes."""
    ticket_lost: timedelta = timedelta(hours=6)
    """How long a ticket may be unknown to SUNAT, or a summary of an unknown ticket in its process, until it is lost."""
    lease: float = 40.0
    """How long a worker has a comprobante without a sign of life; more than one call takes."""
    kept: timedelta = timedelta(days=3653)


class Audited(Protocol):
    """What an exchange is about."""

    @property
    def nombre_archivo(self) -> str:
        """The file's name."""

    @property
    def company(self) -> str:
        """The tenant."""


class Publisher(Protocol):
    """The part of the bus that is needed."""

    def publish(self, *events: Event, cause: str | None = None) -> Awaitable[None]:
        """Publish and wait for the confirm; a cause makes the same ids each time."""


@dataclass(frozen=True)
class Sending:
    """What sending needs."""

    envios: Envios
    archivos: Archivos
    auditoria: Auditoria
    cuentas: Cuentas
    client: SoapClient
    breakers: Breakers
    bus: Publisher
    terms: Terms = field(default_factory=Terms)
    now: Callable[[], datetime] = utc_now
    proven: Proven = field(default_factory=Proven)

    def lease_end(self) -> datetime:
        """When a lease that is taken now ends."""
        return self.now() + timedelta(seconds=self.terms.lease)

    async def audited(self, envio: Audited, call: Awaitable[Answer]) -> Answer:
        """Make a call and keep its exchange, before anything is made of it."""
        answer = await call
        await self.auditoria.add(envio.nombre_archivo, envio.company, answer.exchange, self.now())
        return answer


class HasSending(Protocol):
    """The service's Deps, as far as sending goes."""

    @property
    def sending(self) -> Sending | None:
        """What sending needs; None where nothing is sent."""

    @property
    def resend_seconds(self) -> float:
        """Time between two looks for what is to be sent again."""


def sending_of(deps: HasSending) -> Sending:
    """What sending needs.

    Raises:
        Unavailable: nothing is sent by this process.
    """
    if deps.sending is None:
        raise Unavailable("this process does not send")
    return deps.sending
