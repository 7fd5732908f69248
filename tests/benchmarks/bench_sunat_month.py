"""A shop's month, whole: `python -m tests.benchmarks.bench_sunat_month [BOLETAS FACTURAS NOTES VOIDS]`.

2,000 boletas, most by nightly summaries, 300 facturas, notes, voids; SUNAT away for two days, tickets and answers lost.
The clock is the bench's own, the broker, the database and SUNAT's simulator (XSD, signatures, sums) are real servers on
this machine. It ends by holding SUNAT's books, ours and the monthly report against each other, and fails where they
differ by a cent.
"""

import logging
import sys
import tempfile
import time
from collections import Counter
from datetime import datetime
from datetime import time as clock_time
from pathlib import Path

import structlog
import uvloop

from shared import mongo
from sunat_emitter.clock import LIMA
from tests.support import servers
from tests.support.broker import empty_broker
from tests.support.sunat_books import agree, gaps, report_differs, sums, unsettled
from tests.support.sunat_month import Month, Plan, first_of_next_month
from tests.support.sunat_shop import shop_on


async def measure(database: mongo.Database, rabbitmq_url: str, plan: Plan) -> list[str]:
    """Run the month and print it; what does not agree in the end."""
    await empty_broker(rabbitmq_url)
    first = first_of_next_month()
    async with shop_on(database, rabbitmq_url, datetime.combine(first, clock_time(8), LIMA)) as shop:
        month = Month(shop, plan, first)
        started = time.perf_counter()
        await month.run()
        took = time.perf_counter() - started
        documents = sum(month.made[tipo] for tipo in ("01", "03", "07", "08"))
        states = Counter(entry.estado for entry in shop.simulator.books.entries.values())
        print(f"{documents} documents ({dict(month.made)}) in {took:.0f} s, {documents / took:.0f}/s")
        print(f"faults that struck: {dict(shop.simulator.faults.struck)}")
        print(f"SUNAT's books: {dict(states)}; sums {sums(shop)}")
        told = await unsettled(database) + await gaps(database) + await agree(shop)
        return told + await report_differs(shop, f"{first:%Y-%m}") + shop.bus.failures


async def run(plan: Plan) -> int:
    """The bench's exit status."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        with servers.mongodb(place / "mongodb") as url, servers.rabbitmq(place / "rabbitmq") as broker:
            client = mongo.connect(url, app="bench")
            told = await measure(mongo.database(client, "month"), broker, plan)
            await client.close()
    for line in told:
        print(f"DIFFERS: {line}")
    print("every document is accounted for, to the cent" if not told else f"{len(told)} differences")
    return 1 if told else 0


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    counts = [int(each) for each in sys.argv[1:]]
    plan = Plan(counts[0], counts[1], counts[2], counts[3]) if counts else Plan()
    sys.exit(uvloop.run(run(plan)))


if __name__ == "__main__":
    main()
