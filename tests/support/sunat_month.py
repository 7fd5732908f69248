"""A month of a shop: what it sells, credits and voids, and what goes wrong at SUNAT, the same for the same numbers."""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any, TypeVar

from shared.contracts.sunat.comprobantes import ComprobanteShown
from shared.contracts.sunat.emision import IssueNota, NotaInput
from shared.contracts.sunat.resumenes import BajaInput, CreateBaja
from sunat_emitter.bajas import create_baja
from sunat_emitter.clock import LIMA
from sunat_emitter.notas import issue_nota
from tests.support.sunat import COMPANY, EMPRESA, PERSONA, invoice, sell, venta_of
from tests.support.sunat_shop import RUC, Shop
from tests.support.sunat_simulator import Fault

_AT_ONCE = 12
_NOTES_AFTER, _VOIDS_AFTER = timedelta(days=1), timedelta(days=5)
_AFFECTATIONS = ("10",) * 8 + ("20", "30", "11")
ResultT = TypeVar("ResultT")


@dataclass(frozen=True)
class Plan:
    """How much of what."""

    boletas: int = 2_000
    facturas: int = 300
    notes: int = 60
    voids: int = 60
    single_days: int = 4
    """Days on which boletas are sent one by one."""
    outage: tuple[int, int] = (12, 14)
    """SUNAT is away from the morning of the first day to that of the other."""
    seed: int = 2026
    hours: tuple[int, ...] = (9, 12, 15, 18)
    """When it sells."""
    evening: tuple[tuple[int, int], ...] = ((21, 0), (22, 30), (23, 49), (23, 51), (23, 55))
    morning: tuple[tuple[int, int], ...] = ((0, 10), (1, 0), (3, 0), (6, 0), (8, 0))
    """Hours and minutes at which work that is due is done; the nightly summaries are made from 23:50 on."""


@dataclass
class Month:
    """The month as it goes on."""

    shop: Shop
    plan: Plan
    first: date
    chance: random.Random = field(init=False)
    made: Counter[str] = field(default_factory=Counter)
    _requests: int = 0
    _turns: Iterator[str] = field(default_factory=lambda: cycle(("01", "03")))

    def __post_init__(self) -> None:
        self.chance = random.Random(self.plan.seed)

    @property
    def days(self) -> list[date]:
        """All of it."""
        following = (self.first + timedelta(days=31)).replace(day=1)
        return [self.first + timedelta(days=count) for count in range((following - self.first).days)]

    async def run(self) -> None:
        """From the first morning until nothing is left to be done, at most nine days after the last."""
        days = self.days
        singles = set(self.chance.sample(days[:10] + days[15:], self.plan.single_days))
        shares = zip(
            days,
            *(
                _shares(count, len(days))
                for count in (self.plan.boletas, self.plan.facturas, self.plan.notes, self.plan.voids)
            ),
            strict=True,
        )
        for day, boletas, facturas, notes, voids in shares:
            await self.shop.change(envio_boletas="individual" if day in singles else "resumen")
            self._plan_faults(day)
            await self._sell(day, boletas, facturas)
            await self._note(day, notes)
            await self._void(day, voids)
            await self._through_the_night(day)
        self.shop.simulator.faults.clear()
        for day in (days[-1] + timedelta(days=count) for count in range(1, 10)):
            for hour in range(0, 24, 3):
                await self.shop.at(_moment(day, hour))
            if not await self._left():
                return

    async def _left(self) -> int:
        """How many comprobantes and summaries are not at their end."""
        pending = {"estado": "PENDIENTE"}
        return sum([await self.shop.database[name].count_documents(pending) for name in ("comprobantes", "resumenes")])

    def _plan_faults(self, day: date) -> None:
        faults, (down, up) = self.shop.simulator.faults, self.plan.outage
        number = day.day
        if number == down:
            faults.plan(Fault(kind="html_503", times=None))
        if number == up:
            faults.clear()
        if down <= number < up:
            return
        if number % 5 == 1:
            faults.plan(Fault(kind="lost_after", operation="sendBill"), Fault(kind="empty_200", operation="sendBill"))
        planned: dict[int, tuple[Fault, ...]] = {
            9: (Fault(kind="exception", codigo=2335, operation="sendBill"),),
            15: (Fault(kind="lost_ticket", name=f"{RUC}-RA"),),
            17: (Fault(kind="unknown_ticket", times=3), Fault(kind="no_content")),
            23: (Fault(kind="observed", codigo=4031, operation="sendBill"),),
            26: (Fault(kind="lost_after", operation="sendSummary", name=f"{RUC}-RA"),),
        }
        faults.plan(*planned.get(number, ()))

    def _plan_night(self, day: date) -> None:
        """What becomes of the nightly summary: its ticket or answer is lost, it is refused, its ticket is a lie."""
        name = f"{RUC}-RC"
        planned = {
            4: Fault(kind="lost_ticket", name=name),
            7: Fault(kind="lost_after", operation="sendSummary", name=name),
            11: Fault(kind="exception", codigo=2072, operation="sendSummary", name=name),
            20: Fault(kind="dropped_ticket", name=name),
        }
        if day.day in planned:
            self.shop.simulator.faults.plan(planned[day.day])

    async def _sell(self, day: date, boletas: int, facturas: int) -> None:
        """A day's sales, spread over its hours."""
        hours = self.plan.hours
        for hour, some_boletas, some_facturas in zip(
            hours, _shares(boletas, len(hours)), _shares(facturas, len(hours)), strict=True
        ):
            await self.shop.at(_moment(day, hour))
            sales = [("03", self._sale(PERSONA)) for _ in range(some_boletas)]
            sales += [("01", self._sale(EMPRESA, dollars=self.chance.random() < 0.1)) for _ in range(some_facturas)]
            await _all(self._issue(tipo, sale) for tipo, sale in sales)

    def _sale(self, cliente: dict[str, Any], *, dollars: bool = False) -> dict[str, Any]:
        items = [self._item(dollars=dollars) for _ in range(self.chance.randint(1, 4))]
        if all(each["tipo_afectacion_igv"] == "11" for each in items):
            items[0]["tipo_afectacion_igv"] = "10"
        whole = self.chance.choice((0, 0, 0, 0.5)) if any(_cost(each) > 1 for each in items) else 0
        return venta_of(cliente, *items, descuento_global=whole, moneda="USD" if dollars else "PEN")

    def _item(self, *, dollars: bool) -> dict[str, Any]:
        cents = self.chance.randint(50, 20_000)
        quantity = self.chance.choice((1, 1, 1, 2, 3, 1.5, 0.333))
        kind = self.chance.choice(_AFFECTATIONS)
        bags = self.chance.randint(1, 3) if kind == "10" and not dollars and self.chance.random() < 0.1 else 0
        plain = kind == "10" and not bags and cents * quantity > 200
        return {
            "descripcion": f"Producto {cents}",
            "unidad_medida": "NIU",
            "cantidad": bags or quantity,
            "precio_unitario": cents / 100,
            "tipo_afectacion_igv": kind,
            "descuento": self.chance.choice((0, 0, 1.37)) if plain else 0,
            **({"bolsas": bags} if bags else {}),
        }

    async def _issue(self, tipo: str, sale: dict[str, Any]) -> None:
        sold = await sell(self.shop.deps, sale)
        await invoice(self.shop.deps, sold.id, tipo, request_id=self._request("sale"))
        self.made[tipo] += 1

    async def _note(self, day: date, count: int) -> None:
        """Credit and debit notes on what SUNAT has accepted."""
        await self.shop.at(_moment(day, 19))
        found = await self._accepted(day - _NOTES_AFTER - timedelta(days=6), day - _NOTES_AFTER, count)
        await _all(
            self._noted(row, "08" if place % 3 == 2 else "07")
            for place, row in enumerate(found, self.made["07"] + self.made["08"])
        )

    async def _noted(self, row: dict[str, Any], tipo: str) -> None:
        item = {"descripcion": "Devolución", "unidad_medida": "NIU", "cantidad": 1, "precio_unitario": 0.37}
        nota = NotaInput.model_validate(
            {
                "tipo": tipo,
                "tipo_nota": "07" if tipo == "07" else "02",
                "comprobante_referencia": {"tipo": row["tipo"], "serie": row["serie"], "numero": row["numero"]},
                "items": [{**item, "tipo_afectacion_igv": "10"}],
            }
        )
        call = IssueNota(request_id=self._request("note"), origin="gateway-test", company=COMPANY, nota=nota)
        shown = (await issue_nota(call, self.shop.deps)).answer
        assert isinstance(shown, ComprobanteShown)
        self.made[tipo] += 1

    async def _void(self, day: date, count: int) -> None:
        """Void some, facturas and boletas in one request."""
        await self.shop.at(_moment(day, 20))
        found = await self._accepted(day - _VOIDS_AFTER, day, count)
        if not found:
            return
        lines = [
            {"tipo": row["tipo"], "serie": row["serie"], "numero": row["numero"], "motivo": "Error en el pedido"}
            for row in found
        ]
        baja = BajaInput.model_validate({"comprobantes": lines})
        call = CreateBaja(request_id=self._request("void"), origin="gateway-test", company=COMPANY, baja=baja)
        await create_baja(call, self.shop.deps)
        self.made["void"] += len(found)

    async def _accepted(self, since: date, until: date, count: int) -> list[dict[str, Any]]:
        """Accepted facturas and boletas of these days that nothing was done with yet, by turns."""
        tipos = [next(self._turns) for _ in range(count)]
        found: list[dict[str, Any]] = []
        for tipo, some in Counter(tipos).items():
            wanted = {
                "estado": "ACEPTADO",
                "tipo": tipo,
                "notas": 0,
                "resumen": None,
                "total": {"$gte": Decimal(3)},
                "fecha_emision": {"$gte": since.isoformat(), "$lte": until.isoformat()},
            }
            found += (
                await self.shop.database["comprobantes"].find(wanted, {"documento": 0}).sort("_id", 1).to_list(some)
            )
        return found

    async def _through_the_night(self, day: date) -> None:
        await self.shop.watch()
        self._plan_night(day)
        for hour, minute in self.plan.evening:
            await self.shop.at(_moment(day, hour, minute))
        following = day + timedelta(days=1)
        for hour, minute in self.plan.morning:
            await self.shop.at(_moment(following, hour, minute))

    def _request(self, what: str) -> str:
        self._requests += 1
        return f"{what}-{self._requests}"


def first_of_next_month() -> date:
    """A month for which the certificate made today is good."""
    today = datetime.now(UTC).astimezone(LIMA).date()
    return (today.replace(day=1) + timedelta(days=31)).replace(day=1)


def _moment(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), LIMA)


def _cost(item: dict[str, Any]) -> float:
    return float(item["cantidad"] * item["precio_unitario"]) if item["tipo_afectacion_igv"] == "10" else 0.0


def _shares(count: int, places: int) -> list[int]:
    """A number shared out evenly."""
    return [count * (place + 1) // places - count * place // places for place in range(places)]


async def _all(works: Iterable[Awaitable[ResultT]]) -> Sequence[ResultT]:
    """Some at once."""
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(work: Awaitable[ResultT]) -> ResultT:
        async with room:
            return await work

    return await asyncio.gather(*(one(work) for work in works))
