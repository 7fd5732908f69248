"""A shop whose comprobantes, summaries and voidings go to a simulator of SUNAT, all on one clock that a test moves."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shared.contracts.message import Event
from shared.contracts.resumenes import BajaSent, ResumenIssued, ResumenSent
from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.resumenes import BajaInput, CreateBaja, CreateResumen, ResumenesShown, ResumenInput
from shared.http_client import Budget
from shared.mongo import Database, ensure_indexes
from sunat_emitter.bajas import create_baja
from sunat_emitter.clock import LIMA
from sunat_emitter.cuentas import SealedCuentas
from sunat_emitter.deps import Deps
from sunat_emitter.despacho import ask_baja, ask_resumen, dispatch_resumen, look
from sunat_emitter.endpoints import Breakers
from sunat_emitter.noticias import tell_resumenes_once
from sunat_emitter.resolucion import settle_decided_once
from sunat_emitter.resumenes import create_resumen
from sunat_emitter.sending import deliver
from sunat_emitter.soap import SoapClient
from sunat_emitter.steps import Sending, Terms, sending_of
from sunat_emitter.store import StoredResumen
from sunat_emitter.store.auditoria import Auditoria
from sunat_emitter.store.envios import INDEXES as SENDING_INDEXES
from sunat_emitter.store.envios import Envios
from tests.support.sunat import (
    COMPANY,
    EMISOR,
    EMPRESA,
    MOUSE,
    PERSONA,
    SilentBus,
    emitter,
    invoice,
    sell,
    set_up,
    venta_of,
)
from tests.support.sunat_simulator import Simulator

QUICK = Terms(quick_pause=0.0, ladder=(60.0, 300.0, 3600.0), ticket_ladder=(5.0, 60.0, 3600.0), lease=5.0)
RUC = EMISOR["ruc"]
HANDLERS: Mapping[type[Event], Callable[[Any, Deps], Awaitable[object]]] = {
    ResumenIssued: dispatch_resumen,
    ResumenSent: ask_resumen,
    BajaSent: ask_baja,
}


@dataclass
class Shop:
    """An issuer in production, whose boletas wait for a summary."""

    database: Database
    simulator: Simulator
    deps: Deps
    bus: SilentBus
    ahead: timedelta = field(default_factory=timedelta)
    requests: int = 0
    _handed: int = 0

    def now(self) -> datetime:
        """The time of all."""
        moment = datetime.now(UTC) + self.ahead
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    async def look(self) -> None:
        """What the service does with its own events and, about summaries, in the background, once."""
        for event in self.bus.published[self._handed :]:
            if (handler := HANDLERS.get(type(event))) is not None:
                await handler(event, self.deps)
        self._handed = len(self.bus.published)
        await look(self.deps)
        await settle_decided_once(self.deps)
        await tell_resumenes_once(self.deps)

    async def later(self, seconds: float) -> None:
        """Let time pass."""
        self.ahead += timedelta(seconds=seconds)
        await self.look()

    async def boleta(self, *items: dict[str, Any]) -> ComprobanteShown:
        """An issued boleta."""
        return await invoice(self.deps, (await sell(self.deps, venta_of(PERSONA, *(items or (MOUSE,))))).id, "03")

    async def factura(self) -> ComprobanteShown:
        """An issued factura that SUNAT has."""
        shown = await invoice(self.deps, (await sell(self.deps, venta_of(EMPRESA, MOUSE))).id)
        await deliver(shown.nombre_archivo, sending_of(self.deps))
        return shown

    async def summarise(self, *shown: ComprobanteShown, estado: int = 1) -> ResumenesShown:
        """Have boletas of today added, modified or voided."""
        lines = [{"tipo": each.tipo, "serie": each.serie, "numero": each.numero, "estado": estado} for each in shown]
        fecha = self.now().astimezone(LIMA).date().isoformat()
        resumen = ResumenInput.model_validate({"fecha": fecha, "comprobantes": lines})
        call = CreateResumen(request_id=self._request(), origin="test", company=COMPANY, resumen=resumen)
        answer = (await create_resumen(call, self.deps)).answer
        assert isinstance(answer, ResumenesShown)
        return answer

    async def void(self, *shown: ComprobanteShown) -> ResumenesShown:
        """Have comprobantes voided."""
        lines = [{"tipo": each.tipo, "serie": each.serie, "numero": each.numero, "motivo": "ERROR"} for each in shown]
        baja = BajaInput.model_validate({"comprobantes": lines})
        call = CreateBaja(request_id=self._request(), origin="test", company=COMPANY, baja=baja)
        answer = (await create_baja(call, self.deps)).answer
        assert isinstance(answer, ResumenesShown)
        return answer

    def _request(self) -> str:
        self.requests += 1
        return f"request-{self.requests}"

    async def resumen(self, shown: ResumenesShown) -> StoredResumen:
        """The first part as it stands."""
        found = await self.deps.resumenes.find(shown.partes[0].nombre_archivo)
        assert found is not None
        return found

    async def estado(self, shown: ComprobanteShown) -> str:
        """How a comprobante stands with us."""
        found = await self.deps.comprobantes.find(shown.nombre_archivo)
        assert found is not None
        return found.estado

    async def ours(self) -> dict[str, tuple[str, Decimal]]:
        """State and total of each comprobante that we hold."""
        rows = self.database["comprobantes"].find({}, {"estado": 1, "total": 1})
        return {row["_id"]: (row["estado"], row["total"]) async for row in rows}

    def theirs(self) -> dict[str, tuple[str, Decimal]]:
        """The same by SUNAT's books."""
        return {name: (each.estado, Decimal(each.total)) for name, each in self.simulator.books.of(RUC).items()}

    async def calls(self, name: str) -> list[str]:
        """The operations that were about a file."""
        return [row["operation"] for row in await sending_of(self.deps).auditoria.of(name)]


@asynccontextmanager
async def shop_on(database: Database, terms: Terms = QUICK, **fields: Any) -> AsyncIterator[Shop]:
    """A shop that is open."""
    made: list[Shop] = []

    def now() -> datetime:
        return made[0].now() if made else datetime.now(UTC)

    bus = SilentBus()
    deps = await emitter(database, bus, now=now)
    await ensure_indexes(database, SENDING_INDEXES)
    async with Simulator() as simulator:
        sending = Sending(
            envios=Envios(database),
            archivos=deps.archivos,
            auditoria=Auditoria(database, timedelta(days=3653)),
            cuentas=SealedCuentas(deps.emisores, deps.vault, simulator.url),
            client=SoapClient(Budget(3.0, connect=1.0)),
            breakers=Breakers(failures=1000),
            bus=bus,
            terms=terms,
            now=now,
        )
        simulator.books.clock = now
        made.append(Shop(database, simulator, replace(deps, sending=sending), bus))
        await set_up(deps, **{"envio_boletas": "resumen", "sol_endpoint": "prod", **fields})
        yield made[0]
        await sending.client.close()
