"""A month of a shop in small: SUNAT away for two days, tickets and answers lost; every document is accounted for."""

from datetime import datetime, time

from shared.mongo import Database
from sunat_emitter.clock import LIMA
from tests.support.broker import empty_broker
from tests.support.sunat_books import agree, gaps, report_differs, unsettled
from tests.support.sunat_month import Month, Plan, first_of_next_month
from tests.support.sunat_shop import shop_on

SMALL = Plan(
    boletas=62,
    facturas=62,
    notes=31,
    voids=31,
    hours=(10, 17),
    evening=((23, 51), (23, 58)),
    morning=((7, 0),),
)


async def test_a_month_ends_with_every_document_accounted_for(database: Database, rabbitmq_url: str) -> None:
    await empty_broker(rabbitmq_url)
    first = first_of_next_month()
    async with shop_on(database, rabbitmq_url, datetime.combine(first, time(8), LIMA)) as shop:
        month = Month(shop, SMALL, first)
        await month.run()
        assert await unsettled(database) == []
        assert (month.made["03"], month.made["01"]) == (SMALL.boletas, SMALL.facturas)
        assert min(month.made["07"], month.made["08"], month.made["void"]) > 0
        assert await gaps(database) == []
        assert await agree(shop) == []
        assert await report_differs(shop, f"{first:%Y-%m}") == []
        struck = shop.simulator.faults.struck
        assert {"html_503", "lost_ticket", "dropped_ticket", "lost_after", "unknown_ticket"} <= set(struck)
        assert shop.bus.failures == []
