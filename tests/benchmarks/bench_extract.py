"""The Extract API's readings, in one process: offline engine, reconciler, result object. `make bench ONLY=extract`.

Figures by feature on papers whose truth is known, and how well boxes cover what is printed: pages of PDFs that have a
text layer are drawn as pictures and read as scans, and each value's box is compared with the layer's own words.
"""

import asyncio
import io
import math
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdfium2

from ocr_engine.engine import Document
from ocr_engine.evidence import Word
from ocr_engine.local.signature import sniff
from ocr_engine.providers.local import LocalEngine, UnreadableDocument
from ocr_engine.sight import code
from reconciler.handlers import SCHEMAS
from shared.contracts.documents import DocumentRecognized
from shared.contracts.odoo import ODOO_EXPENSE, ODOO_INVOICE, OdooOutcome
from shared.contracts.reading import Box, ReadField, Reading
from shared.odoo_result import odoo_result
from tests.benchmarks.truth import Truth, comparable, folders, papers

SECONDS = 60.0
SCALE = 200 / 72
"""Pixels per point of a page that is read as a scan: 200 dpi."""
_LONGEST_RUN = 16


@dataclass
class Figures:
    """What a run found."""

    right: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    unread: int = 0
    computed: int = 0
    candidates: list[int] = field(default_factory=list)


async def outcome_of(engine: LocalEngine, content: bytes, schema: str) -> OdooOutcome:
    """What the ocr-engine and the reconciler make of a paper."""
    seen = await engine.read_with_text(Document(content, sniff(content) or "", schema, 1), SECONDS)
    now = datetime.now(UTC)
    event = DocumentRecognized(
        request_id="bench",
        origin="bench",
        user_id="bench",
        schema_name=schema,
        received_at=now,
        answer_by=now + timedelta(minutes=5),
        reading=seen.reading,
        full_text=seen.text,
    )
    outcome = SCHEMAS[schema](event)
    if not isinstance(outcome, OdooOutcome):
        raise TypeError(schema)
    return outcome


async def score(engine: LocalEngine, truths: Sequence[Truth]) -> Figures:
    """Read every paper and compare what its result object shows."""
    figures = Figures()
    for truth in truths:
        content = await asyncio.to_thread(truth.path.read_bytes)
        started = time.perf_counter()
        try:
            outcome = await outcome_of(engine, content, truth.schema)
        except (UnreadableDocument, TimeoutError):
            figures.unread += 1
            continue
        figures.seconds.append(time.perf_counter() - started)
        shown = odoo_result(outcome.reading, outcome.full_text)
        for key, value in truth.fields.items():
            feature = shown.get(key)
            figures.asked[key] += 1
            content_of = feature["selected_value"]["content"] if feature else None
            figures.right[key] += comparable(key, content_of) == comparable(key, value)
            figures.candidates.append(len(feature["candidates"]) if feature else 0)
        figures.computed += any(each.source == "computed" for each in _sums(outcome.reading))
    return figures


def _sums(reading: Reading) -> Iterable[ReadField]:
    return (reading.fields.get(key, ReadField()) for key in ("subtotal", "total_tax_amount", "total"))


async def cover(engine: LocalEngine, paths: Sequence[Path], degrees: int) -> dict[str, list[float]]:
    """Intersection over union of each value's box with the layer's words of the same text, by field."""
    covered: defaultdict[str, list[float]] = defaultdict(list)
    for path in paths:
        content = await asyncio.to_thread(path.read_bytes)
        evidence = await engine.inspect(content, "application/pdf", SECONDS)
        words = [word for word in evidence.words if word.page == 0]
        if not words:
            continue
        scan = await asyncio.to_thread(_scan, content, degrees)
        reading = (await outcome_of(engine, scan, ODOO_INVOICE)).reading
        rows: list[tuple[str, dict[str, ReadField]]] = [("", reading.fields)]
        rows += [("line ", item) for item in reading.items]
        for name, row in rows:
            for key, each in row.items():
                if each.box is not None and each.raw and (places := _printed(each.raw, words, degrees)):
                    aspect = words[0].aspect if degrees % 180 == 0 else 1 / words[0].aspect
                    covered[name + key].append(max(_overlap(_upright(each.box, aspect), place) for place in places))
    return covered


def _scan(content: bytes, degrees: int) -> bytes:
    """The first page as a PNG, turned clockwise."""
    with pypdfium2.PdfDocument(content) as pdf:
        shown = pdf[0].render(scale=SCALE).to_pil().rotate(-degrees, expand=True)
    target = io.BytesIO()
    shown.convert("RGB").save(target, "PNG")
    return target.getvalue()


Corners = tuple[float, float, float, float]
"""Left, top, right, bottom, relative to the page."""


def _printed(raw: str, words: Sequence[Word], degrees: int) -> list[Corners]:
    """Where the layer prints a text, on the page as it is turned."""
    wanted, found = code(raw), list[Corners]()
    for start in range(len(words)):
        text, boxes = "", list[Corners]()
        for word in words[start : start + _LONGEST_RUN]:
            text += code(word.text)
            boxes.append(_upright(word.box, word.aspect))
            if text == wanted and wanted:
                lefts, tops, rights, bottoms = zip(*boxes, strict=True)
                found.append(_turned((min(lefts), min(tops), max(rights), max(bottoms)), degrees))
            if not wanted.startswith(text):
                break
    return found


def _turned(place: Corners, degrees: int) -> Corners:
    left, top, right, bottom = place
    if degrees == 90:
        return 1 - bottom, left, 1 - top, right
    return (1 - right, 1 - bottom, 1 - left, 1 - top) if degrees == 180 else place


def _upright(box: Box, aspect: float) -> Corners:
    """The upright rectangle around a box."""
    cos, sin = abs(math.cos(math.radians(box[4]))), abs(math.sin(math.radians(box[4])))
    width = box[2] * cos + box[3] * aspect * sin
    height = (box[2] * sin + box[3] * aspect * cos) / aspect
    return box[0] - width / 2, box[1] - height / 2, box[0] + width / 2, box[1] + height / 2


def _overlap(one: Corners, other: Corners) -> float:
    across = max(0.0, min(one[2], other[2]) - max(one[0], other[0]))
    down = max(0.0, min(one[3], other[3]) - max(one[1], other[1]))
    both = sum((each[2] - each[0]) * (each[3] - each[1]) for each in (one, other))
    return across * down / (both - across * down) if both else 0.0


def print_figures(name: str, figures: Figures) -> None:
    """A folder's figures."""
    shares = ", ".join(f"{key} {figures.right[key] / count:.3f}" for key, count in figures.asked.items())
    seconds = sorted(figures.seconds)
    p95 = seconds[min(len(seconds) - 1, int(0.95 * len(seconds)))]
    print(f"{name}: {len(seconds)} papers, {figures.unread} unread")
    print(f"  {shares}")
    print(f"  a sum was computed on {figures.computed}; {statistics.mean(figures.candidates):.1f} candidates a feature")
    print(f"  seconds a paper: median {statistics.median(seconds):.2f}, p95 {p95:.2f}")


def print_cover(degrees: int, covered: dict[str, list[float]]) -> None:
    """How well boxes cover the print, by field."""
    every = [each for values in covered.values() for each in values]
    if not every:
        return
    close = sum(each >= 0.5 for each in every) / len(every)
    print(
        f"boxes on scans turned by {degrees}: {len(every)} values, median IoU {statistics.median(every):.2f}, ", end=""
    )
    print(f"{close:.2f} at 0.5 or more")
    for key, values in sorted(covered.items()):
        print(f"  {key:<20} {len(values):>4} values, median IoU {statistics.median(values):.2f}")


async def main(most: int) -> None:
    """Measure; of each folder at most so many papers."""
    engine = LocalEngine(embedded_xml=False)
    await engine.start()
    try:
        by_folder: dict[str, list[Truth]] = {}
        for folder in folders():
            truths = [truth for truth in papers(folder) if truth.schema in {ODOO_INVOICE, ODOO_EXPENSE}][:most]
            if truths:
                by_folder[folder.name] = truths
        for name, truths in by_folder.items():
            print_figures(name, await score(engine, truths))
        pdfs = [truth.path for truths in by_folder.values() for truth in truths if truth.path.suffix == ".pdf"]
        for degrees, chosen in ((0, pdfs), (90, pdfs[:12])):
            print_cover(degrees, await cover(engine, chosen, degrees))
    finally:
        await engine.close()


def _arguments() -> dict[str, Any]:
    return {"most": int(sys.argv[1]) if len(sys.argv) > 1 else 1000}


if __name__ == "__main__":
    asyncio.run(main(**_arguments()))
