"""All services restarted one after the other, two processes of each, while uploads come in at a steady rate.

`python -m tests.benchmarks.bench_rolling_restart [PER_SECOND]`: the model answers at once; clients come through a load
balancer that passes connections on to gateways that say that they are ready, and that never tries twice. Printed are
what failed, was lost or charged twice, and the times of uploads before and during the restarts.
"""

import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from deploy.local.rows import SERVICES
from tests.support.front import Front
from tests.support.load import PRICE, Load, Upload, books_of
from tests.support.platform import Platform, running
from tests.support.replicas import Fleet, replicas

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
QUIET = {"LOG_LEVEL": "WARNING", "LOG_FORMAT": "json", "UNREADY_SECONDS": "2"}
INSTANT = {"ocr-engine": (sys.executable, "-m", "tests.support.instant_ocr_engine")}
TWO = {row.name: 2 for row in SERVICES}
USERS, LUMIS = 20, 150_000
BEFORE_SECONDS = 15
KEEP_ALIVE = 1.0


async def main() -> None:
    per_second = float(sys.argv[1]) if len(sys.argv) > 1 else 20.0
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder), QUIET) as platform:
            where = platform.stack.where
            async with replicas(where, platform.secret, platform.stack.settings, TWO, INSTANT) as fleet:
                for row in SERVICES:
                    platform.stack.kill(row.name)
                await measure(platform, fleet, per_second)


async def measure(platform: Platform, fleet: Fleet, per_second: float) -> None:
    """Load, restart everything, and print what came of it."""
    users = [await platform.user(LUMIS) for _ in range(USERS)]
    async with Front(fleet["gateway"]).running() as front:
        load = Load(platform, front.url, PAPER.read_bytes(), per_second, users, KEEP_ALIVE)
        uploading = asyncio.create_task(load.run())
        await asyncio.sleep(BEFORE_SECONDS)
        load_before, began = os.getloadavg()[0], time.perf_counter()
        for row in SERVICES:
            for each in fleet[row.name]:
                started = time.perf_counter()
                await each.restart()
                print(f"  {row.name} restarted in {time.perf_counter() - started:.1f} s", flush=True)
        ended = time.perf_counter()
        load.stop()
        await uploading
    before = [each for each in load.uploads if each.began < began]
    during = [each for each in load.uploads if began <= each.began < ended]
    seconds = ended - began
    print(f"{per_second:g} uploads/s asked for, {len(during) / seconds:.1f}/s begun, restarts took {seconds:.0f} s")
    print(f"  before: {times_of(before)}\n  during: {times_of(during)}")
    books = await books_of(load, LUMIS)
    print(f"  {len(load.uploads)} uploads: {len(load.failed)} failed, {books.lost} lost, ", end="")
    print(f"{books.overcharged / PRICE:g} charged beyond what was answered; {front.refused} connections refused")
    print(f"  load average before the restarts {load_before:.1f}, after {os.getloadavg()[0]:.1f}")
    for upload in load.failed[:10]:
        print(f"  failed: {upload}")


def times_of(uploads: Sequence[Upload]) -> str:
    seconds = [each.seconds for each in uploads]
    p99 = statistics.quantiles(seconds, n=100)[98]
    return (
        f"{len(seconds)} uploads, p50 {statistics.median(seconds) * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, "
        f"longest {max(seconds) * 1000:.0f} ms"
    )


if __name__ == "__main__":
    uvloop.run(main())
