"""Printed pages a second, and the memory they take: `python -m tests.benchmarks.bench_sunat_print [pages]`.

Each document is another one, as in a service that prints each once: the same page again comes out of a cache.
"""

import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from sunat_emitter.documents.figures import issue
from sunat_emitter.documents.model import Comprobante
from sunat_emitter.documents.printed import qr_text
from sunat_emitter.pdf.sheet import Formato, sheet
from sunat_emitter.pdf.typeset import qr_svg, typeset
from tests.support import comprobantes as shapes
from tests.support.comprobantes import emision, venta

DIGEST = "MMTlBuRlKS8lHmGbhZFAX5h9KxwP/MfoJcsztyzhaKs="
MOMENT = datetime(2026, 3, 12, tzinfo=UTC)
WORKERS = 2


def _megabytes() -> float:
    fields = Path("/proc/self/statm").read_text(encoding="ascii").split()
    return int(fields[1]) * 4096 / 1024 / 1024


def _print(document: Comprobante, formato: Formato) -> int:
    page = typeset(sheet(document, DIGEST), formato, qr_text(document, DIGEST), moment=MOMENT)
    return len(page)


def _documents(lines: int, count: int) -> list[Comprobante]:
    sale = venta(*shapes.many(lines))
    return [issue(sale, emision(numero=number)) for number in range(1, count + 1)]


def _measure(lines: int, count: int, formato: Formato) -> None:
    documents = _documents(lines, count)
    cpu, started = time.process_time(), time.perf_counter()
    size = sum(_print(document, formato) for document in documents) / count
    alone, cpu = time.perf_counter() - started, time.process_time() - cpu
    others = _documents(lines + 1, count)
    started = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda document: _print(document, formato), others))
    together = time.perf_counter() - started
    print(
        f"{formato:6} {lines:4} lines {size / 1024:6.1f} KB {count / alone:7.1f}/s alone, "
        f"{1000 * cpu / count:6.1f} ms CPU, "
        f"{count / together:7.1f}/s by {WORKERS} threads, {_megabytes():5.0f} MB"
    )


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    before = _megabytes()
    _print(_documents(1, 1)[0], "a4")
    print(f"{before:.0f} MB before the first page, {_megabytes():.0f} MB after it")
    for formato in ("a4", "ticket"):
        _measure(12, count, formato)
    _measure(500, max(1, count // 20), "a4")
    text, started = qr_text(_documents(1, 1)[0], DIGEST), time.process_time()
    for number in range(count):
        qr_svg(f"{text}{number}")
    print(f"QR codes {count / (time.process_time() - started):.0f}/s")


if __name__ == "__main__":
    main()
