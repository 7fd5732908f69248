"""Documents around midnight in Lima and the ends of legal times: the service's clock and SUNAT's are the test's."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import pytest_asyncio

from shared.contracts.sunat.reportes import ReadReporte
from shared.contracts.sunat.resumenes import BajaInput, CreateBaja
from shared.contracts.sunat.ventas import ListVentas
from shared.errors import Refused
from shared.mongo import Database
from sunat_emitter.bajas import create_baja
from sunat_emitter.clock import LIMA
from sunat_emitter.reportes.lectura import read_reporte
from sunat_emitter.sending import deliver
from sunat_emitter.steps import sending_of
from sunat_emitter.ventas import list_ventas
from tests.support.broker import empty_broker
from tests.support.sunat import COMPANY, MOUSE, PERSONA, invoice, sell, venta_of
from tests.support.sunat_month import first_of_next_month
from tests.support.sunat_shop import Shop, shop_on
from tests.support.sunat_simulator import Fault

FIRST = first_of_next_month()
DAY = FIRST + timedelta(days=9)
LAST_MOMENT = time(23, 59, 59, 999_000)


def at(day: date, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute, second), LIMA)


def later(days: int) -> date:
    return DAY + timedelta(days=days)


@pytest_asyncio.fixture
async def shop(database: Database, rabbitmq_url: str) -> AsyncIterator[Shop]:
    await empty_broker(rabbitmq_url)
    async with shop_on(database, rabbitmq_url, at(DAY, 8)) as opened:
        yield opened


async def issued(shop: Shop, moment: datetime, tipo: str = "01") -> Any:
    """What is sold and issued at that moment."""
    await shop.at(moment)
    sold = await sell(shop.deps, venta_of(PERSONA, MOUSE) if tipo == "03" else None)
    return await invoice(shop.deps, sold.id, tipo, request_id=f"sale-{sold.id}")


async def row(shop: Shop, name: str) -> dict[str, Any]:
    return await shop.database["comprobantes"].find_one({"_id": name}) or {}


async def void(shop: Shop, *sold: Any) -> Any:
    lines = [
        {"tipo": each.tipo, "serie": each.serie, "numero": each.numero, "motivo": "Error en el pedido"} for each in sold
    ]
    baja = BajaInput.model_validate({"comprobantes": lines})
    call = CreateBaja(request_id="void-1", origin="gateway-test", company=COMPANY, baja=baja)
    return (await create_baja(call, shop.deps)).answer


async def summaries(shop: Shop) -> list[tuple[str, str, int, str]]:
    """Each by its identifier: the day that it is about, how many lines, how it stands."""
    rows = shop.database["resumenes"].find({}).sort("created_at", 1)
    return [(each["identificador"], each["fecha_referencia"], each["cantidad"], each["estado"]) async for each in rows]


async def test_the_last_millisecond_of_a_day_and_the_first_of_the_next_have_their_own_dates(shop: Shop) -> None:
    before = await issued(shop, datetime.combine(DAY, LAST_MOMENT, LIMA))
    after = await issued(shop, at(later(1)))
    assert (before.fecha_emision, before.hora_emision) == (DAY, time(23, 59, 59))
    assert (after.fecha_emision, after.hora_emision) == (later(1), time(0, 0))
    await shop.at(at(later(1), 0, 1))
    entries = shop.simulator.books.entries
    assert [entries[each.nombre_archivo].fecha_emision for each in (before, after)] == [DAY, later(1)]
    for day, number in ((DAY, before), (later(1), after)):
        page: Any = (await list_ventas(ListVentas(company=COMPANY, fecha_desde=day, fecha_hasta=day), shop.deps)).answer
        assert [each.comprobante.numero_completo for each in page.ventas] == [number.numero_completo]


async def test_boletas_of_both_sides_of_midnight_go_into_the_summaries_of_their_days(shop: Shop) -> None:
    early = await issued(shop, at(DAY, 12), "03")
    await shop.at(at(DAY, 23, 49, 59))
    assert await summaries(shop) == []
    await shop.at(at(DAY, 23, 50))
    late = await issued(shop, at(DAY, 23, 59, 59), "03")
    following = await issued(shop, at(later(1)), "03")
    for moment in (at(later(1), 0, 30), at(later(1), 12), at(later(1), 23, 50), at(later(2), 0, 30), at(later(2), 2)):
        await shop.at(moment)
    one, two = f"RC-{DAY:%Y%m%d}", f"RC-{later(1):%Y%m%d}"
    assert await summaries(shop) == [
        (f"{one}-001", DAY.isoformat(), 1, "ACEPTADO"),
        (f"{two}-001", DAY.isoformat(), 1, "ACEPTADO"),
        (f"{two}-002", later(1).isoformat(), 1, "ACEPTADO"),
    ]
    rows = [await row(shop, each.nombre_archivo) for each in (early, late, following)]
    assert [each["estado"] for each in rows] == ["ACEPTADO"] * 3


async def test_a_summary_made_before_midnight_and_sent_after_it_keeps_its_name(shop: Shop) -> None:
    await issued(shop, at(DAY, 12), "03")
    shop.simulator.faults.plan(Fault(kind="html_503", times=None))
    await shop.at(at(DAY, 23, 59))
    shop.simulator.faults.clear()
    for hour in (1, 2, 3):
        await shop.at(at(later(1), hour))
    assert await summaries(shop) == [(f"RC-{DAY:%Y%m%d}-001", DAY.isoformat(), 1, "ACEPTADO")]


async def test_a_factura_is_sent_until_the_last_second_of_its_third_day(shop: Shop) -> None:
    shop.simulator.faults.plan(Fault(kind="html_503", times=None))
    in_time, late = [await issued(shop, at(DAY, 23, 59, 58 + number)) for number in (0, 1)]
    await shop.at(at(later(1)))
    shop.simulator.faults.clear()
    sending = sending_of(shop.deps)
    for sold, moment in ((in_time, at(later(3), 23, 59, 59)), (late, at(later(4)))):
        shop.clock.moment = moment.astimezone(UTC)
        await sending.envios.send_again([sold.nombre_archivo], shop.clock.moment)
        await deliver(sold.nombre_archivo, sending)
    assert (await row(shop, in_time.nombre_archivo))["estado"] == "ACEPTADO"
    found = await row(shop, late.nombre_archivo)
    assert (found["estado"], "Venció el plazo" in found["motivo_pendiente"]) == ("PENDIENTE", True)
    assert late.nombre_archivo not in shop.simulator.books.entries


async def test_what_is_accepted_can_be_voided_until_the_last_second_of_the_seventh_day(shop: Shop) -> None:
    await shop.change(envio_boletas="individual")
    both = [await issued(shop, at(DAY), tipo) for tipo in ("01", "03")]
    await shop.at(at(later(7), 23, 59, 59))
    made = await void(shop, *both)
    assert [(part.clase, part.fecha_generacion, part.fecha_referencia) for part in made.partes] == [
        ("RA", later(7), DAY),
        ("RC", later(7), DAY),
    ]
    for hour in (1, 3):
        await shop.at(at(later(8), hour))
    assert [(await row(shop, each.nombre_archivo))["estado"] for each in both] == ["ANULADO"] * 2
    entries = shop.simulator.books.entries
    assert [entries[each.nombre_archivo].estado for each in both] == ["ANULADO"] * 2


async def test_the_first_second_of_the_eighth_day_is_too_late_to_void(shop: Shop) -> None:
    await shop.change(envio_boletas="individual")
    both = [await issued(shop, at(DAY), tipo) for tipo in ("01", "03")]
    await shop.at(at(later(8)))
    for sold in both:
        with pytest.raises(Refused, match=later(7).isoformat()):
            await void(shop, sold)
        assert (await row(shop, sold.nombre_archivo))["estado"] == "ACEPTADO"


async def test_a_voiding_late_in_the_evening_has_limas_date_though_it_is_tomorrow_in_utc(shop: Shop) -> None:
    sold = await issued(shop, at(DAY, 12))
    await shop.at(at(DAY, 20))
    (part,) = (await void(shop, sold)).partes
    assert part.identificador == f"RA-{DAY:%Y%m%d}-001"


async def test_a_month_ends_at_midnight_in_lima(shop: Shop) -> None:
    last = (FIRST + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    inside = await issued(shop, at(last, 23, 59, 59))
    await issued(shop, at(last + timedelta(days=1)))
    report: Any = (await read_reporte(ReadReporte(company=COMPANY, mes=f"{FIRST:%Y-%m}"), shop.deps)).answer
    assert [(each.serie, each.ultimo) for each in report.numeracion] == [("F001", inside.numero)]
    assert report.conteo.emitidos == 1
