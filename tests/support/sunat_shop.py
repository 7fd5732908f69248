"""A shop on a clock of its own: the sunat-emitter's parts with a real broker and database, SUNAT's simulator beside."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.bus import Bus, Subscription
from shared.contracts.message import Event
from shared.contracts.sunat.emisores import EmisorInput, UploadCertificado, WriteEmisor
from shared.http_client import Budget
from shared.mongo import Database, ensure_indexes
from sunat_emitter.app import SERVICE
from sunat_emitter.cuentas import SealedCuentas
from sunat_emitter.deps import Deps, Nightly
from sunat_emitter.despacho import look as dispatch
from sunat_emitter.emision import tell_issued_once
from sunat_emitter.emisores import upload_certificado, write_emisor
from sunat_emitter.endpoints import Breakers
from sunat_emitter.nocturno.ronda import night
from sunat_emitter.noticias import tell_resumenes_once
from sunat_emitter.resending import turn
from sunat_emitter.resolucion import settle_decided_once
from sunat_emitter.soap import SoapClient
from sunat_emitter.steps import Sending, Terms, sending_of
from sunat_emitter.store.auditoria import INDEXES as AUDIT_INDEXES
from sunat_emitter.store.auditoria import Auditoria
from sunat_emitter.store.envios import INDEXES as SENDING_INDEXES
from sunat_emitter.store.envios import Envios
from sunat_emitter.store.vencimientos import INDEXES as DEADLINE_INDEXES
from sunat_emitter.store.vencimientos import Vencimientos
from sunat_emitter.vencimientos import Vigilancia
from sunat_emitter.vencimientos import look as watch
from tests.support.sunat import COMPANY, EMISOR, PASSWORD, emitter, pfx
from tests.support.sunat_simulator import Simulator
from tests.support.waiting import until

RUC = "20123456786"
_SECONDS = 60.0
_QUICK = Terms(quick_pause=0.0)


@dataclass
class Clock:
    """What all parts take for now."""

    moment: datetime

    def now(self) -> datetime:
        return self.moment


@dataclass
class CountedBus:
    """The bus, which knows when all that was published for this service is handled."""

    bus: Bus
    open: int = 0
    failures: list[str] = field(default_factory=list)
    heard: frozenset[type[Event]] = frozenset(row.event for row in SERVICE.subscriptions)

    async def publish(self, *events: Event, cause: str | None = None) -> None:
        """Publish; what this service hears is open until it is handled."""
        mine = sum(type(event) in self.heard for event in events)
        self.open += mine
        try:
            await self.bus.publish(*events, cause=cause)
        except BaseException:
            self.open -= mine
            raise

    def counted(self, row: Subscription) -> Subscription:
        """The subscription, counted; what it raises is kept besides."""

        async def handle(event: Any, deps: Any) -> Any:
            try:
                return await row.handler(event, deps)
            except Exception as error:
                self.failures.append(f"{row.event.NAME}: {error!r}")
                raise
            finally:
                self.open -= 1

        return replace(row, handler=handle)

    async def idle(self) -> None:
        """Wait until nothing is open."""
        await until(lambda: self.open <= 0, _SECONDS)


@dataclass
class Shop:
    """A tenant that sells."""

    deps: Deps
    database: Database
    simulator: Simulator
    clock: Clock
    bus: CountedBus
    vigilancia: Vigilancia

    async def at(self, moment: datetime) -> None:
        """Go on to this moment and have all work done that is due then."""
        await self.bus.idle()
        self.clock.moment = max(self.clock.moment, moment.astimezone(UTC))
        for work in self._works():
            await work()
        await self.bus.idle()

    def _works(self) -> tuple[Callable[[], Awaitable[Any]], ...]:
        """The service's background work, in one turn each."""
        deps, sending = self.deps, sending_of(self.deps)
        return (
            lambda: tell_issued_once(deps, deps.now()),
            lambda: turn(sending),
            lambda: night(deps),
            lambda: tell_resumenes_once(deps),
            lambda: dispatch(deps),
            lambda: settle_decided_once(deps),
        )

    async def watch(self) -> None:
        """Look at the legal times, as the service does each minute."""
        await watch(self.vigilancia, self.bus, self.deps.now())

    async def change(self, **fields: Any) -> None:
        """Set the issuer otherwise."""
        given = {**EMISOR, "ruc": RUC, "sol_endpoint": "prod", **fields}
        await write_emisor(WriteEmisor(company=COMPANY, emisor=EmisorInput.model_validate(given)), self.deps)


@asynccontextmanager
async def shop_on(database: Database, rabbitmq_url: str, start: datetime) -> AsyncIterator[Shop]:
    """A shop that may issue in production, whose boletas wait for the nightly summary."""
    await ensure_indexes(database, (*SENDING_INDEXES, *AUDIT_INDEXES, *DEADLINE_INDEXES))
    clock = Clock(start.astimezone(UTC))
    bus = CountedBus(Bus(rabbitmq_url, service="sunat-emitter", origin="sunat-emitter-month"))
    async with Simulator() as simulator:
        simulator.books.clock = clock.now
        deps = await _parts(database, simulator, clock, bus)
        for row in SERVICE.subscriptions:
            bus.bus.add(bus.counted(row), deps)
        await bus.bus.start()
        try:
            await bus.bus.wait_until_connected(30)
            shop = Shop(deps, database, simulator, clock, bus, Vigilancia(Vencimientos(database)))
            await shop.change(envio_boletas="resumen")
            await upload_certificado(
                UploadCertificado(company=COMPANY, contenido=pfx(days=400), password=PASSWORD), deps
            )
            yield shop
        finally:
            await bus.bus.close(drain_seconds=5)
            await sending_of(deps).client.close()


async def _parts(database: Database, simulator: Simulator, clock: Clock, bus: CountedBus) -> Deps:
    deps = await emitter(database, now=clock.now, nightly=Nightly("23:50"), republish_after=timedelta(seconds=30))
    deps = replace(deps, bus=bus)
    sending = Sending(
        envios=Envios(database),
        archivos=deps.archivos,
        auditoria=Auditoria(database, timedelta(days=3653)),
        cuentas=SealedCuentas(deps.emisores, deps.vault, simulator.url),
        client=SoapClient(Budget(10.0, connect=5.0), connections=64),
        breakers=Breakers(failures=5, rest=0.05),
        bus=bus,
        terms=_QUICK,
        now=clock.now,
    )
    return replace(deps, sending=sending)
