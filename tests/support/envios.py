"""Comprobantes that wait for SUNAT in a real database, and what sends them, without the rest of the service."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts.message import Event
from shared.errors import Unavailable
from shared.http_client import Budget
from shared.mongo import Database, ensure_indexes
from sunat_emitter.clock import LIMA
from sunat_emitter.cuentas import Cuenta, SinCuenta
from sunat_emitter.documents.figures import issue
from sunat_emitter.documents.model import Comprobante, TipoComprobante
from sunat_emitter.documents.sign import sign
from sunat_emitter.documents.ubl import build
from sunat_emitter.endpoints import Ambiente, Breakers, servicios
from sunat_emitter.envelope import Sol
from sunat_emitter.resending import turn
from sunat_emitter.sending import deliver
from sunat_emitter.soap import SoapClient
from sunat_emitter.steps import Sending, Terms
from sunat_emitter.store import Archivos
from sunat_emitter.store.archivos import document as file_document
from sunat_emitter.store.auditoria import Auditoria
from sunat_emitter.store.emision import Emission
from sunat_emitter.store.envios import INDEXES as SENDING_INDEXES
from sunat_emitter.store.envios import Envios
from sunat_emitter.store.series import StoredSerie
from tests.support.comprobantes import EMISOR, SALES, signing_key
from tests.support.sunat_simulator import Simulator

COMPANY, EMISOR_ID = "company-1", 1
NUMBERS = iter(range(1, 100_000))
QUICK = Terms(quick_pause=0.0, ladder=(60.0, 300.0), lease=5.0)


@dataclass
class Accounts:
    """The SOL account of every issuer; `clave` and `version` may be changed by a test."""

    url: str
    ambiente: Ambiente = "prod"
    clave: str | None = "moddatos"
    numero: int = 1

    async def version(self, emisor_id: int) -> int:
        return self.numero

    async def cuenta(self, emisor_id: int) -> Cuenta | SinCuenta:
        if self.clave is None:
            return SinCuenta("El emisor no tiene usuario y clave SOL", self.numero)
        sol = Sol(EMISOR.ruc, "MODDATOS", self.clave)
        return Cuenta(sol, servicios(self.ambiente, self.url), self.ambiente, self.numero)


@dataclass
class Told:
    """Stands for the bus: keeps what was published; `broken` makes it fail."""

    events: list[tuple[str, Event]] = field(default_factory=list)
    broken: bool = False

    async def publish(self, *events: Event, cause: str | None = None) -> None:
        if self.broken:
            raise Unavailable
        self.events.extend((cause or "", event) for event in events)


def numbered(shape: str, tipo: TipoComprobante, serie: str, numero: int, fecha: date) -> Comprobante:
    """A document of a shape with another number and date."""
    venta, emision = SALES[shape]
    return issue(venta, emision.model_copy(update={"tipo": tipo, "serie": serie, "numero": numero, "fecha": fecha}))


async def insert(database: Database, comprobante: Comprobante, ambiente: Ambiente = "prod") -> str:
    """Put a comprobante and its XML where issuing puts them; its name."""
    signed = sign(build(comprobante), signing_key())
    now = datetime.now(UTC)
    kept_until = now + timedelta(days=3653)
    serie = StoredSerie(
        id=1,
        company=COMPANY,
        tipo=comprobante.tipo,
        serie=comprobante.serie,
        correlativo_actual=comprobante.numero - 1,
        created_at=now,
    )
    values: dict[str, Any] = dict.fromkeys(("venta_id", "referencia", "clave", "digest", "motivo"))
    values["metodo_pago"] = "EFECTIVO"
    emission = Emission(
        id=comprobante.numero,
        company=COMPANY,
        ambiente=ambiente,
        emisor_id=EMISOR_ID,
        serie=serie,
        comprobante=comprobante,
        xml=signed.xml,
        hash=signed.digest,
        request_id=f"request-{comprobante.nombre_archivo}",
        origin="test-1",
        now=now,
        kept_until=kept_until,
        **values,
    )
    name = comprobante.nombre_archivo
    await database["archivos"].insert_one(
        file_document(f"{name}.xml", signed.xml, company=COMPANY, kept_until=kept_until)
    )
    await database["comprobantes"].insert_one(emission.document())
    return name


async def sending_on(
    database: Database, accounts: Accounts, told: Told, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> Sending:
    """What sends out of this database. Its client is to be closed."""
    await ensure_indexes(database, SENDING_INDEXES)
    return Sending(
        envios=Envios(database),
        archivos=Archivos(database),
        auditoria=Auditoria(database, timedelta(days=3653)),
        cuentas=accounts,
        client=SoapClient(Budget(3.0, connect=1.0)),
        breakers=Breakers(failures=1000),
        bus=told,
        terms=QUICK,
        now=now,
    )


@dataclass
class Bench:
    """A database, a simulator and a sender on one clock."""

    database: Database
    simulator: Simulator
    accounts: Accounts
    told: Told
    sending: Sending
    ahead: timedelta = field(default_factory=timedelta)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    async def issue(self, shape: str = "factura") -> str:
        tipo, serie = ("03", "B001") if shape.startswith("boleta") else ("01", "F001")
        today = datetime.now(UTC).astimezone(LIMA).date()
        document = numbered(shape, "03" if tipo == "03" else "01", serie, next(NUMBERS), today)
        return await insert(self.database, document, self.accounts.ambiente)

    async def row(self, name: str) -> dict[str, Any]:
        found = await self.database["comprobantes"].find_one({"_id": name})
        assert found is not None
        return found

    async def operations(self, name: str) -> list[str]:
        return [row["operation"] for row in await self.sending.auditoria.of(name)]

    async def send(self, name: str) -> dict[str, Any]:
        await deliver(name, self.sending)
        return await self.row(name)

    async def later(self, seconds: float) -> None:
        self.ahead += timedelta(seconds=seconds)
        await turn(self.sending)


@asynccontextmanager
async def bench_on(database: Database) -> AsyncIterator[Bench]:
    """A bench whose simulator and sender go by its clock."""
    async with Simulator() as simulator:
        accounts, told = Accounts(simulator.url), Told()
        made: list[Bench] = []

        def now() -> datetime:
            return made[0].now()

        sending = await sending_on(database, accounts, told, now)
        made.append(Bench(database, simulator, accounts, told, sending))
        simulator.books.clock = now
        yield made[0]
        await sending.client.close()
