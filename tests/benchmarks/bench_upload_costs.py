"""What one upload costs: processor time by service, memory, events, bytes kept, written and carried.

`python -m tests.benchmarks.bench_upload_costs [UPLOADS] [--write]`: UPLOADS with a model that answers at once, a
twentieth of it with the offline engine on a picture. `--write` keeps the figures for `capacity.py` and its page.
"""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import aio_pika
import uvloop

from deploy.local.processes import processes_of
from shared.bus.topology import EXCHANGE
from tests.benchmarks.bench_uploads import QUIET, all_settled, instant
from tests.benchmarks.capacity import FIGURES, Cost, Figures, table
from tests.support.platform import Platform, running
from tests.support.waiting import until

PAPERS = Path(__file__).parents[1] / "data" / "papers"
AT_ONCE = {"a hosted model": 20, "the offline engine": 2}
REST_SECONDS = 5
_KEPT = ("gateway", "ocr_engine", "reconciler", "ledger", "lumimatch", "sunat_emitter")
_MIB = 1 << 20


@dataclass
class Events:
    """What went over the events' exchange."""

    count: int = 0
    size: int = 0


@dataclass(frozen=True)
class Meter:
    """All counters at one moment."""

    cpu: Mapping[str, float]
    kept: float
    written: float
    carried: float


async def rest(platform: Platform) -> dict[str, float]:
    """Processor seconds that each part takes in a second without uploads."""
    before = platform.stack.cpu_seconds()
    await asyncio.sleep(REST_SECONDS)
    return {name: (now - before[name]) / REST_SECONDS for name, now in platform.stack.cpu_seconds().items()}


async def meter(platform: Platform) -> Meter:
    """Read them; kept bytes are the databases' own count."""
    status = await platform.db.admin.command("serverStatus")
    stats = [await platform.db[name].command("dbStats") for name in _KEPT]
    servers = [platform.stack.server(name) for name in ("mongod", "rabbitmq")]
    return Meter(
        cpu=platform.stack.cpu_seconds(),
        kept=sum(each["dataSize"] + each["indexSize"] for each in stats),
        written=sum(written_by(pid) for server in servers for stamp in server.stamps for pid in processes_of(stamp)),
        carried=status["network"]["bytesIn"] + status["network"]["bytesOut"],
    )


def written_by(pid: int) -> int:
    lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("write_bytes"))


def memory_of(platform: Platform) -> dict[str, float]:
    """Proportional share of memory by part, in MiB, child processes included."""
    return {name: sum(map(_pss, pids)) / _MIB for name, pids in platform.stack.processes().items()}


def _pss(pid: int) -> int:
    with contextlib.suppress(OSError):
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return 0


@contextlib.asynccontextmanager
async def listening(platform: Platform) -> AsyncIterator[Events]:
    """Count every event, on a queue that goes with the connection."""
    found = Events()

    async def take(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        found.count += 1
        found.size += len(message.body)

    async with await aio_pika.connect(platform.stack.where.rabbitmq_url) as connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(exclusive=True, auto_delete=True)
        await queue.bind(EXCHANGE, "#")
        await queue.consume(take, no_ack=True)
        yield found


async def measure(platform: Platform, way: str, content: bytes, uploads: int) -> Cost:
    """Upload one paper so many times, a few at once, and divide what that took beyond the parts' rest."""
    users = [await platform.user(lumis=15 * (uploads + 1)) for _ in range(AT_ONCE[way])]
    await asyncio.gather(*(platform.upload(user, content) for user in users))
    await until(lambda: all_settled(platform, users), seconds=60)
    left, answered = iter(range(uploads)), 0

    async def client(user: str) -> None:
        nonlocal answered
        for _ in left:
            status, _answer = await platform.upload(user, content)
            answered += status == 200

    load = os.getloadavg()[0]
    resting = await rest(platform)
    async with listening(platform) as events:
        before, started = await meter(platform), time.perf_counter()
        await asyncio.gather(*map(client, users))
        await until(lambda: all_settled(platform, users), seconds=60)
        await asyncio.sleep(2)  # timelines and tags are written after the credits are settled
        after, seconds = await meter(platform), time.perf_counter() - started
    spent = {name: after.cpu[name] - before.cpu[name] - resting[name] * seconds for name in after.cpu}
    assert answered == uploads, f"{answered} of {uploads} were answered with 200"
    return Cost(
        way=way,
        uploads=uploads,
        resting_ms={name: round(each * 1000, 1) for name, each in resting.items()},
        cpu_ms={name: round(max(0.0, each) / uploads * 1000, 2) for name, each in spent.items()},
        memory_mib={name: round(size) for name, size in memory_of(platform).items()},
        paper_bytes=len(content),
        events=round(events.count / uploads, 2),
        event_bytes=round(events.size / uploads),
        kept_bytes=round((after.kept - before.kept) / uploads),
        written_bytes=round((after.written - before.written) / uploads),
        database_bytes=round((after.carried - before.carried) / uploads),
        load_average=round(load, 1),
    )


async def main() -> None:
    numbers = [word for word in sys.argv[1:] if word.isdecimal()]
    uploads = int(numbers[0]) if numbers else 600
    with tempfile.TemporaryDirectory() as folder:
        async with instant(Path(folder)) as platform:
            hosted = await measure(platform, "a hosted model", (PAPERS / "page-text.pdf").read_bytes(), uploads)
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder), QUIET) as platform:
            photo = (PAPERS / "demo.jpg").read_bytes()
            offline = await measure(platform, "the offline engine", photo, max(4, uploads // 20))
    figures = Figures(
        command=f"python -m tests.benchmarks.bench_upload_costs {uploads}",
        measured_at=f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC",
        processors=os.cpu_count() or 1,
        costs=(hosted, offline),
    )
    print(figures.model_dump_json(indent=1))
    print(table(figures.costs, (10, 1000, 100_000)))
    if "--write" in sys.argv:
        FIGURES.write_text(figures.model_dump_json(indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    uvloop.run(main())
