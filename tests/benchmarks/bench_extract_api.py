"""The Extract API through the running platform, offline engine: speed and figures by feature.

`make bench ONLY=extract_api`; `python -m tests.benchmarks.bench_extract_api 20` takes at most 20 papers of each folder.
Each paper is handed in, polled for and compared with its truth as an Odoo database would have it.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.contracts.odoo import ODOO_EXPENSE, ODOO_INVOICE
from tests.benchmarks.truth import Truth, comparable, folders, papers
from tests.support.extract import Client, account
from tests.support.platform import Platform, running

AT_ONCE = 4
"""Papers in hand at the same time."""
SECONDS = 300.0
POLL_SECONDS = 0.1
_KINDS = {ODOO_INVOICE: ("invoice", 122), ODOO_EXPENSE: ("expense", 132)}
_FEATURES = {"supplier_country": "country", "supplier_vat": "VAT_Number", "swift_code": "SWIFT_code"}
_UNTOLD = {(ODOO_EXPENSE, "supplier")}
"""Known of a paper, but no feature of its kind."""


@dataclass
class Figures:
    """What a run found."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    parse: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)


async def read(client: Client, truth: Truth, figures: Figures) -> None:
    """One paper from /parse to its result."""
    content = await asyncio.to_thread(truth.path.read_bytes)
    started = time.perf_counter()
    document = await client.handed_in(content)
    figures.parse.append(time.perf_counter() - started)
    ended = await client.ended(document, SECONDS, POLL_SECONDS)
    figures.whole.append(time.perf_counter() - started)
    figures.statuses[ended["status"]] += 1
    result = ended["results"][0] if ended["status"] == "success" else {}
    told = [(key, value) for key, value in truth.fields.items() if (truth.schema, key) not in _UNTOLD]
    for key, value in told:
        feature = result.get(_FEATURES.get(key, key))
        figures.asked[key] += 1
        shown = feature["selected_value"]["content"] if feature else None
        figures.right[key] += comparable(key, shown) == comparable(key, _as_entered(value, result))


def _as_entered(value: Any, result: dict[str, Any]) -> Any:
    """What the paper says, without the minus that a credit note is never shown with."""
    return str(value).removeprefix("-") if value is not None and result.get("type") == "refund" else value


async def measure(platform: Platform, truths: Sequence[Truth]) -> Figures:
    """Every paper, several at once, for one account."""
    kind, version = _KINDS[truths[0].schema]
    _, client = await account(platform, len(truths), kind=kind, version=version)
    figures, places = Figures(), asyncio.Semaphore(AT_ONCE)

    async def one(truth: Truth) -> None:
        async with places:
            await read(client, truth, figures)

    await asyncio.gather(*map(one, truths))
    return figures


def print_figures(name: str, figures: Figures) -> None:
    """A folder's figures."""
    statuses = ", ".join(f"{status} {count}" for status, count in figures.statuses.items())
    print(f"{name}: {len(figures.whole)} papers ({statuses}), {AT_ONCE} at once")
    print("  " + ", ".join(f"{key} {figures.right[key] / count:.3f}" for key, count in figures.asked.items()))
    for what, seconds in (("/parse", sorted(figures.parse)), ("until its result", sorted(figures.whole))):
        p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
        print(f"  {what}: median {statistics.median(seconds):.3f} s, p95 {p95:.3f} s, longest {seconds[-1]:.3f} s")


async def main(most: int) -> None:
    """Measure; of each folder at most so many papers."""
    chosen = {folder.name: [truth for truth in papers(folder) if truth.schema in _KINDS][:most] for folder in folders()}
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as platform:
            for name, truths in chosen.items():
                if truths:
                    print_figures(name, await measure(platform, truths))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000))
