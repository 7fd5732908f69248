"""How well and how fast the offline engine reads: fields, lines, whole papers, confidence, seconds, memory.

Run as `python -m tests.benchmarks.bench_ocr [FOLDER …] [--report FOLDER] [--xml]`. A folder holds papers with a `.json`
of the same stem beside each, or a `truth.json`; the default is the shared test data, or else the project's own samples.
"""

import argparse
import asyncio
import os
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ocr_engine.engine import Document
from ocr_engine.providers.local import LocalEngine, UnreadableDocument
from shared.contracts.reading import Reading
from tests.benchmarks.report import Entry, write_report
from tests.benchmarks.scoring import Score, compare
from tests.benchmarks.truth import CONTENT_TYPES, PROJECT, Truth, folders, papers

SECONDS = 30.0
REPORT = PROJECT / ".benchmarks" / "ocr"


@dataclass
class Clock:
    """What the papers of a run took."""

    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    pages: int = 0


async def measure(chosen: Sequence[Path], report: Path, *, xml: bool) -> None:
    """Read every paper of the folders, print the figures, write the report; `xml` lets attached XML be believed."""
    engine = LocalEngine(embedded_xml=xml)
    await engine.start()
    clock, entries = Clock(), list[Entry]()
    try:
        for folder in chosen:
            scores: defaultdict[str, Score] = defaultdict(Score)
            print(f"\n{folder}")
            for truth in papers(folder):
                reading = await _read(engine, truth, clock)
                counted = [scores["all"]] if truth.quality == "?" else [scores["all"], scores[truth.quality]]
                misses = compare(reading, truth, counted)
                for miss in misses:
                    print(f"  {truth.path.name} ({truth.quality}): {miss}")
                entries.append(Entry(truth, reading, misses, await _page(engine, truth)))
            if scores:
                _print_scores(scores)
    finally:
        await engine.close()
    _print_clock(clock, engine.peak_memory)
    if entries:
        print(f"report: {write_report(entries, report)}")


async def _read(engine: LocalEngine, truth: Truth, clock: Clock) -> Reading | None:
    content = await asyncio.to_thread(truth.path.read_bytes)
    before, started = _children_cpu(engine), time.perf_counter()
    try:
        document = Document(content, CONTENT_TYPES[truth.path.suffix.lower()], truth.schema, truth.mode)
        reading = (await engine.read_with_text(document, SECONDS)).reading
    except (UnreadableDocument, TimeoutError) as error:
        print(f"  {truth.path.name}: {error!r}")
        return None
    finally:
        clock.seconds.append(time.perf_counter() - started)
        clock.cpu.append(max(0.0, _children_cpu(engine) - before))
    clock.pages += reading.pages_read
    return reading


async def _page(engine: LocalEngine, truth: Truth) -> bytes:
    content = await asyncio.to_thread(truth.path.read_bytes)
    try:
        return await engine.shown(content, CONTENT_TYPES[truth.path.suffix.lower()], SECONDS)
    except (UnreadableDocument, TimeoutError):
        return b""


def _children_cpu(engine: LocalEngine) -> float:
    """Seconds of processor time of the children that read, loading of the models included."""
    ticks = 0
    for process in engine._readers._all:
        try:
            stat = Path(f"/proc/{process.pid}/stat").read_text("ascii")
        except OSError:
            continue
        ticks += sum(map(int, stat.rpartition(")")[2].split()[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def _print_scores(scores: Mapping[str, Score]) -> None:
    """A row a quality: share of right values per field, of papers with all mandatory ones right, F1 of the lines."""
    fields = list(dict.fromkeys(key for score in scores.values() for key in score.counted))
    ways = list(dict.fromkeys(way for score in scores.values() for way in score.lines))
    rows = [["quality", "papers", *fields, "all mandatory", *(f"lines by {way}" for way in ways)]]
    for quality, score in sorted(scores.items()):
        shares = [f"{score.right[key] / score.counted[key]:.3f}" if score.counted[key] else "" for key in fields]
        f1 = [f"{score.lines[way].f1:.3f}" if way in score.lines else "" for way in ways]
        rows.append([quality, str(score.papers), *shares, f"{score.whole / score.papers:.3f}", *f1])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  " + "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)))
    score = scores["all"]
    for way, lines in score.lines.items():
        print(f"  lines by {way}: F1 {lines.f1:.3f} ({lines.matched} of {lines.wanted}, {lines.found} found)")
    if score.absent:
        print(f"  absent fields reported as absent: {score.absent_reported} of {score.absent}")
    for low, high, count, share in score.buckets():
        print(f"  confidence {low:.2f}-{min(high, 1):.2f}: {share:.3f} of {count} values right")


def _print_clock(clock: Clock, peak: int) -> None:
    if not clock.seconds:
        print("no paper with a truth was found")
        return
    ordered, pages = sorted(clock.seconds), max(1, clock.pages)
    print(f"\n{len(ordered)} papers, {clock.pages} pages: mean {sum(ordered) / len(ordered):.2f} s, ", end="")
    print(f"p95 {ordered[int(len(ordered) * 0.95)]:.2f} s, worst {ordered[-1]:.2f} s a paper; ", end="")
    print(f"{sum(ordered) / pages:.2f} s and {sum(clock.cpu) / pages:.2f} s CPU a page; ", end="")
    print(f"worker peak {peak / 1e6:.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    parser.add_argument("--report", type=Path, default=REPORT, help="folder of the HTML report (%(default)s)")
    parser.add_argument("--xml", action="store_true", help="believe attached XML, which may be the truth's own source")
    options = parser.parse_args()
    asyncio.run(measure(options.folders or folders(), options.report, xml=options.xml))
