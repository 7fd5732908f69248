"""How well and how fast the local engine reads: exact match per field and quality, F1 of products, seconds, memory.

Run as `python -m tests.benchmarks.bench_ocr [FOLDER …]`. A folder holds papers with a `.json` of the same stem beside
each; the default is the Panamanian papers of the shared test data.
"""

import asyncio
import json
import resource
import sys
import time
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ocr_engine.providers.local import LocalEngine, UnreadableDocument
from shared.contracts.lumis import ITEM_FIELDS, LUMIS
from shared.contracts.reading import Reading

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
FOLDERS = ("panama", "panama_missing", "panama_combined")
FIELDS = ("ruc", "dv", "invoice_number", "date", "total", "tot_itbms", "issuer_name", "issuer_address", "cufe")
AMOUNTS = frozenset({"total", "tot_itbms", "quantity", "unit_price", "total_price"})
NAMES = frozenset({"issuer_name", "issuer_address", "name"})
CONTENT_TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".pdf": "application/pdf"}
SECONDS = 30.0

Product = tuple[Any, ...]


@dataclass
class Score:
    """Counts over the papers of one quality."""

    papers: int = 0
    right: Counter[str] = field(default_factory=Counter)
    found: int = 0
    wanted: int = 0
    matched: int = 0
    absent: int = 0
    absent_reported: int = 0

    @property
    def f1(self) -> float:
        """F1 of the products, all four of their values compared."""
        return 2 * self.matched / (self.found + self.wanted) if self.found + self.wanted else 1.0


def comparable(key: str, value: Any) -> Any:
    """A value for comparing: amounts as numbers, names without case, accents and doubled spaces."""
    if value is None:
        return None
    if key in AMOUNTS:
        return Decimal(str(value))
    if key in NAMES:
        plain = unicodedata.normalize("NFKD", str(value))
        return " ".join("".join(each for each in plain if not unicodedata.combining(each)).casefold().split())
    return str(value)


def papers(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Each paper of a folder with its truth."""
    for paper in sorted(folder.iterdir()):
        truth = paper.with_suffix(".json")
        if paper.suffix in CONTENT_TYPES and truth.exists():
            values = json.loads(truth.read_text("utf-8"))
            if "total" in values.get("omitted", ()):
                values["tot_itbms"] = None  # a paper without its sums shows no tax either
            yield paper, values


def compare(reading: Reading | None, truth: dict[str, Any], scores: list[Score]) -> list[str]:
    """Count one reading into the scores; what is wrong with it, one line each."""
    misses = []
    for score in scores:
        score.papers += 1
    for key in FIELDS:
        wanted = comparable(key, truth.get(key))
        got = comparable(key, reading.value(key)) if reading else None
        for score in scores:
            score.right[key] += wanted == got
            if wanted is None and key in {"ruc", "dv", "invoice_number", "total"}:
                score.absent += 1
                score.absent_reported += got is None
        if wanted != got:
            misses.append(f"{key}: {got!r} instead of {wanted!r}")
    wanted_products = Counter(
        tuple(comparable(key, each.get(key)) for key in ITEM_FIELDS) for each in truth["products"]
    )
    items = reading.items if reading else ()
    found = Counter(tuple(comparable(key, item[key].value) for key in ITEM_FIELDS) for item in items)
    for score in scores:
        score.found += found.total()
        score.wanted += wanted_products.total()
        score.matched += (found & wanted_products).total()
        if not wanted_products:
            score.absent += 1
            score.absent_reported += not found
    misses += [f"product missed: {shown(each)}" for each in wanted_products - found]
    misses += [f"product too many: {shown(each)}" for each in found - wanted_products]
    return misses


def shown(product: Product) -> str:
    """A product on one line."""
    return " | ".join(str(part) for part in product)


async def measure(folders: list[Path]) -> None:
    """Read every paper of the folders and print the figures."""
    engine = LocalEngine()
    await engine.start()
    before = _children_cpu()
    seconds: list[float] = []
    for folder in folders:
        scores: defaultdict[str, Score] = defaultdict(Score)
        print(f"\n{folder}")
        for paper, truth in papers(folder):
            started = time.perf_counter()
            reading = await _read(engine, paper, truth.get("mode", 1))
            seconds.append(time.perf_counter() - started)
            for miss in compare(reading, truth, [scores[truth.get("quality", "?")], scores["all"]]):
                print(f"  {paper.name} ({truth.get('quality')}): {miss}")
        for quality in sorted(scores):
            _print_score(quality, scores[quality])
    await engine.close()
    if seconds:
        ordered = sorted(seconds)
        cpu = (_children_cpu() - before) / len(seconds)
        print(f"\n{len(seconds)} papers: mean {sum(seconds) / len(seconds):.2f} s, ", end="")
        print(
            f"p95 {ordered[int(len(ordered) * 0.95)]:.2f} s, worst {ordered[-1]:.2f} s, CPU {cpu:.2f} s each, ", end=""
        )
        print(f"worker peak {engine.peak_memory / 1e6:.0f} MB")


async def _read(engine: LocalEngine, paper: Path, mode: int) -> Reading | None:
    content = await asyncio.to_thread(paper.read_bytes)
    content_type = CONTENT_TYPES[paper.suffix]
    try:
        return await engine.read(content, content_type, schema_name=LUMIS, mode=mode, timeout=SECONDS)
    except (UnreadableDocument, TimeoutError) as error:
        print(f"  {paper.name}: {error!r}")
        return None


def _print_score(quality: str, score: Score) -> None:
    parts = [f"{key} {score.right[key] / score.papers:.3f}" for key in FIELDS]
    print(f"  {quality} ({score.papers}): {', '.join(parts)}")
    absent = f"; absent fields reported {score.absent_reported}/{score.absent}" if score.absent else ""
    print(f"    products F1 {score.f1:.3f} ({score.matched} of {score.wanted}, {score.found} found){absent}")


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    chosen = [Path(each) for each in sys.argv[1:]] or [DATA / name for name in FOLDERS if (DATA / name).is_dir()]
    asyncio.run(measure(chosen))
