"""Uploads per second with all services up on this machine, and the time of one, at 1, 20 and 100 clients.

`python -m tests.benchmarks.bench_uploads [UPLOADS]`. Two ways: with a model that answers at once and looks at nothing
(the platform's own cost: HTTP, file, six hops, five databases), and with a Gemini on loopback that answers at once
while the engine looks at a real one-page PDF first. Clients, servers and services share the machine's processors:
where others work on it too, compare processor time and commands per upload rather than uploads per second.
"""

import asyncio
import contextlib
import json
import os
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
_WORTH_TELLING = 0.05
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
    """Print the speed with so many clients, each a user of its own uploading one document after the other."""
    users = [await platform.user(lumis=15 * (uploads + 1)) for _ in range(clients)]
    content = PAPER.read_bytes()
    await asyncio.gather(*(platform.upload(user, content) for user in users))
    left = iter(range(uploads))
    times: list[float] = []
    statuses: list[int] = []

    async def client(user: str) -> None:
        for _ in left:
            started = time.perf_counter()
            status, _answer = await platform.upload(user, content)
            times.append(time.perf_counter() - started)
            statuses.append(status)

    writes, commands = await database_work(platform)
    load = os.getloadavg()[0]
    before, started = platform.stack.cpu_seconds(), time.perf_counter()
    await asyncio.gather(*(client(user) for user in users))
    seconds = time.perf_counter() - started
    await until(lambda: all_settled(platform, users), seconds=60)
    after = platform.stack.cpu_seconds()
    p50, p99 = statistics.median(times), statistics.quantiles(times, n=100)[98]
    print(f"  {clients:3} clients: {uploads / seconds:6.1f} uploads/s", end="")
    print(f"   p50 {p50 * 1000:6.0f} ms   p99 {p99 * 1000:6.0f} ms   {statuses.count(200)}/{uploads} answered with 200")
    spent = {name: (after[name] - before[name]) / uploads * 1000 for name in after}
    shares = ", ".join(f"{name} {each:.1f}" for name, each in spent.items() if each >= _WORTH_TELLING)
    print(f"       CPU ms per upload: {sum(spent.values()):.1f} ({shares})")
    later_writes, later_commands = await database_work(platform)
    print(
        f"       MongoDB per upload: {(later_commands - commands) / uploads:.1f} commands, "
        f"{(later_writes - writes) / uploads:.1f} documents written   (load average before: {load:.1f})"
    )


async def database_work(platform: Platform) -> tuple[int, int]:
    """Documents written and commands taken so far, by the server's own count."""
    status = await platform.db.admin.command("serverStatus")
    documents = status["metrics"]["document"]
    return sum(documents[kind] for kind in ("inserted", "updated", "deleted")), status["network"]["numRequests"]


async def all_settled(platform: Platform, users: list[str]) -> bool:
    return not any([(await platform.balance(user)).held for user in users])


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
