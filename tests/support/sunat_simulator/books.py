"""What the simulator holds: every comprobante once, every ticket with what became of it."""

import hashlib
import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

LIMA = timezone(timedelta(hours=-5))
ACEPTADO, RECHAZADO, ANULADO = "ACEPTADO", "RECHAZADO", "ANULADO"


@dataclass(frozen=True)
class Entry:
    """A registered comprobante."""

    name: str
    estado: str
    codigo: int
    mensaje: str
    huella: str
    """SHA-256 of the XML that was registered."""
    fecha_emision: date
    receptor: str
    """`6-20456789120`."""
    total: str
    moneda: str
    receipt: bytes = field(repr=False, default=b"")
    observaciones: tuple[str, ...] = ()
    figures: Mapping[str, Decimal] = field(default_factory=dict)
    """What it comes to, as `figures` names it."""

    @property
    def ruc(self) -> str:
        """The issuer's."""
        return self.name.partition("-")[0]


@dataclass(frozen=True)
class Ticket:
    """A summary or voiding in work."""

    numero: str
    name: str
    codigo: int
    """0, or why it failed."""
    receipt: bytes = field(repr=False)
    polls_left: int = 0
    """So many times more it says that it is in process."""
    ready_at: datetime | None = None
    """Until then it says so too."""


@dataclass
class Books:
    """Kept in memory. `clock` is what the simulator takes for now."""

    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    entries: dict[str, Entry] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    """Summaries and voidings by name: their ticket."""
    tickets: dict[str, Ticket] = field(default_factory=dict)
    received: Counter[str] = field(default_factory=Counter)
    """How often each file came in, whatever was said to it."""
    registered: Counter[str] = field(default_factory=Counter)
    """How often each comprobante was entered: more than once is what must never be."""
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def today(self) -> date:
        """By the clock of Lima."""
        return self.clock().astimezone(LIMA).date()

    def register(self, entry: Entry) -> None:
        """Enter a comprobante."""
        self.registered[entry.name] += 1
        self.entries[entry.name] = entry

    def change(self, name: str, estado: str) -> None:
        """Another state of a comprobante."""
        self.entries[name] = replace(self.entries[name], estado=estado)

    def enter(self, entry: Entry) -> None:
        """A comprobante as a summary or voiding leaves it."""
        if entry.name not in self.entries:
            self.registered[entry.name] += 1
        self.entries[entry.name] = entry

    def of(self, ruc: str) -> dict[str, Entry]:
        """An issuer's comprobantes by name."""
        return {name: entry for name, entry in self.entries.items() if entry.ruc == ruc}

    def totals(self, ruc: str, estado: str = ACEPTADO) -> dict[tuple[str, str], Decimal]:
        """Sums of an issuer's comprobantes of a state, by (type, currency)."""
        found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
        for name, entry in self.of(ruc).items():
            if entry.estado == estado:
                found[name.split("-")[1], entry.moneda] += Decimal(entry.total or 0)
        return dict(found)

    def new_number(self) -> str:
        """A ticket's number that nobody has."""
        return f"{self.clock():%Y%m%d%H}{next(self._numbers):05d}"

    def give_ticket(self, ticket: Ticket) -> str:
        """Take a summary or voiding into work; its ticket."""
        self.tickets[ticket.numero] = ticket
        self.files[ticket.name] = ticket.numero
        return ticket.numero

    def in_process(self, ticket: Ticket) -> bool:
        """Whether it would still say so."""
        return bool(ticket.polls_left) or (ticket.ready_at is not None and self.clock() < ticket.ready_at)

    def poll(self, numero: str) -> Ticket | None:
        """A ticket as it stands for who asks now, or sends its file again; asking brings it further."""
        ticket = self.tickets.get(numero)
        if ticket is not None and ticket.polls_left:
            self.tickets[numero] = replace(ticket, polls_left=ticket.polls_left - 1)
        return ticket

    def shown(self) -> dict[str, object]:
        """As JSON shows it."""
        return {
            "comprobantes": [
                {
                    "nombre_archivo": each.name,
                    "estado": each.estado,
                    "codigo": each.codigo,
                    "mensaje": each.mensaje,
                    "huella": each.huella,
                    "registrado": self.registered[each.name],
                    "recibido": self.received[each.name],
                    "moneda": each.moneda,
                    "total": each.total,
                    "importes": {name: str(value) for name, value in each.figures.items()},
                }
                for each in self.entries.values()
            ],
            "tickets": [
                {
                    "ticket": each.numero,
                    "nombre_archivo": each.name,
                    "codigo": each.codigo,
                    "en_proceso": each.polls_left,
                }
                for each in self.tickets.values()
            ],
        }


def fingerprint(xml: bytes) -> str:
    """What tells two documents of one number apart."""
    return hashlib.sha256(xml).hexdigest()
