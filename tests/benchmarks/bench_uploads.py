"""Uploads per second with all services up on this machine, and the time of one, at 1, 20 and 100 clients.

`python -m tests.benchmarks.bench_uploads [UPLOADS]`. Two ways: with a model that answers at once and looks at nothing
(the platform's own cost: HTTP, GridFS, six hops, five databases), and with a Gemini on loopback that answers at once
while the engine looks at a real one-page PDF first. Clients, servers and services share the machine's processors.
"""

import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import uvloop

from tests.support.gemini_server import KEY, gemini_server
from tests.support.hosted_models import INVOICE
from tests.support.platform import Platform, running
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
CLIENTS = (1, 20, 100)
QUIET = {"LOG_LEVEL": "WARNING", "LOG_FORMAT": "json"}


@contextlib.asynccontextmanager
async def instant(folder: Path) -> AsyncIterator[Platform]:
    async with running(folder, QUIET) as platform:
        platform.stack.kill("ocr-engine")
        platform.stack.start_again("ocr-engine", sys.executable, "-m", "tests.support.instant_ocr_engine")
        await platform.stack.until_ready("ocr-engine")
        yield platform


@contextlib.asynccontextmanager
async def with_gemini(folder: Path) -> AsyncIterator[Platform]:
    truth = json.loads(PAPER.with_suffix(".json").read_text(encoding="utf-8"))
    values = {**INVOICE, **{key: truth[key] for key in INVOICE if key in truth}}
    async with gemini_server(values) as gemini:
        keys = {"GEMINI_API_KEY": KEY, "GEMINI_BASE_URL": gemini.url, "LOCATE_VALUES": "false"}
        async with running(folder, QUIET | keys) as platform:
            yield platform


async def measure(platform: Platform, clients: int, uploads: int) -> None:
    """Print the speed with so many clients, each uploading one document after the other."""
    user = await platform.user(lumis=15 * (uploads + clients))
    content = PAPER.read_bytes()
    await asyncio.gather(*(platform.upload(user, content) for _ in range(clients)))
    left = iter(range(uploads))
    times: list[float] = []
    statuses: list[int] = []

    async def client() -> None:
        for _ in left:
            started = time.perf_counter()
            status, _answer = await platform.upload(user, content)
            times.append(time.perf_counter() - started)
            statuses.append(status)

    started = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(clients)))
    seconds = time.perf_counter() - started
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    good = statuses.count(200)
    print(f"  {clients:3} clients: {uploads / seconds:6.1f} uploads/s", end="")
    print(f"   p50 {p50 * 1000:6.0f} ms   p99 {p99 * 1000:6.0f} ms   {good}/{uploads} answered with 200")

    async def settled() -> bool:
        return (await platform.balance(user)).held == 0

    await until(settled, seconds=60)
    balance = await platform.balance(user)
    print(f"       every charge settled: {balance.balance == 15 * (uploads - good)}")


async def main() -> None:
    uploads = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    for name, start in (("a model that answers at once", instant), ("Gemini on loopback, PDF looked at", with_gemini)):
        print(f"uploads with {name}:")
        with tempfile.TemporaryDirectory() as folder:
            async with start(Path(folder)) as platform:
                for clients in CLIENTS:
                    await measure(platform, clients, uploads if clients > 1 else max(100, uploads // 5))


if __name__ == "__main__":
    uvloop.run(main())
