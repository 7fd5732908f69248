"""How long a month's report takes, and the memory it does: `python -m tests.benchmarks.bench_sunat_reports [count]`.

The comprobantes of the month are copies of one of two lines, spread over its days.
"""

import asyncio
import resource
import sys
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from shared import mongo
from sunat_emitter.pdf.reporte import reporte_pdf
from sunat_emitter.reportes.lectura import piece
from sunat_emitter.reportes.reporte import periodo_of, report
from sunat_emitter.store import Comprobantes, StoredEmisor
from sunat_emitter.store.reportes import Reportes
from sunat_emitter.store.revisables import INDEXES
from sunat_emitter.store.series import Series
from tests.support import servers
from tests.support.comprobantes import EMISOR
from tests.support.envios import COMPANY, EMISOR_ID, insert, numbered

MES, NOW = "2026-03", datetime(2026, 4, 2, tzinfo=UTC)
COUNT, BATCH, REJECTED = 20_000, 2_000, 500


def _megabytes() -> float:
    """The most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _fill(database: mongo.Database, count: int) -> None:
    rows = database["comprobantes"]
    await mongo.ensure_indexes(database, (*INDEXES, *Series.INDEXES, *Comprobantes.INDEXES))
    name = await insert(database, numbered("factura", "01", "F001", 1, date(2026, 3, 1)))
    first = await rows.find_one_and_delete({"_id": name}) or {}
    for start in range(0, count, BATCH):
        copies: list[dict[str, Any]] = [
            {
                **first,
                "_id": f"{EMISOR.ruc}-01-F001-{number + 1}",
                "id": number + 1,
                "numero": number + 1,
                "fecha_emision": date(2026, 3, 1 + number * 31 // count).isoformat(),
                "estado": "ACEPTADO" if number % REJECTED else "RECHAZADO",
            }
            for number in range(start, min(start + BATCH, count))
        ]
        await rows.insert_many(copies, ordered=False)


async def _measure(url: str, count: int) -> None:
    client = mongo.connect(url, app="bench")
    database = mongo.database(client, "bench_reports")
    await _fill(database, count)
    emisor = StoredEmisor(
        id=EMISOR_ID, company=COMPANY, ruc=EMISOR.ruc, razon_social=EMISOR.razon_social, ubigeo="150101",
        sol_endpoint="prod", created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    reportes, before = Reportes(database), _megabytes()
    started = time.perf_counter()
    made = await report(emisor, MES, reportes, NOW)
    reported = time.perf_counter()
    after, size = None, 0
    while True:
        text, after = await piece(periodo_of(emisor, MES), after, reportes)
        size += len(text.encode())
        if after is None:
            break
    written = time.perf_counter()
    pages = reporte_pdf(made)
    printed = time.perf_counter()
    print(
        f"{made.conteo.emitidos} comprobantes: report {reported - started:.2f} s,"
        f" CSV {written - reported:.2f} s ({size / 1e6:.1f} MB),"
        f" PDF {printed - written:.2f} s ({len(pages) / 1024:.0f} KB),"
        f" {before:.0f} MB before, {_megabytes():.0f} MB at most"
    )
    await client.drop_database("bench_reports")
    await client.close()


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as folder, servers.mongodb(Path(folder)) as url:
        asyncio.run(_measure(url, count))


if __name__ == "__main__":
    main()
