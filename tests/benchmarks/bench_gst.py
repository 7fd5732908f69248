"""GST invoices through the whole platform with the offline engine alone: `python -m tests.benchmarks.bench_gst`.

Twenty drawn papers; fields, lines (F1 over HSN, quantity and rate) and the share that is reconciled within a rupee,
for the papers that the rules were made on and for those kept apart at first. The seconds are of the requests.
"""

import asyncio
import base64
import io
import json
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.support.gst_papers import STYLES, UNSEEN, GstDrawing, draw
from tests.support.gst_papers.invoice import Style
from tests.support.platform import Platform, running

ROUTE = "/api/ocr-structured-v4"
_HEAD = (
    "supplier_name",
    "supplier_gstin",
    "buyer_gstin",
    "invoice_number",
    "invoice_date",
    "place_of_supply_state_code",
)
_ITEM = ("name", "hsn", "uom")


@dataclass
class Figures:
    """What a run found."""

    right: Counter[str] = field(default_factory=Counter)
    whole: Counter[str] = field(default_factory=Counter)
    lines_right: int = 0
    lines_read: int = 0
    lines_printed: int = 0
    reconciled: int = 0
    exact: int = 0
    papers: int = 0
    seconds: list[float] = field(default_factory=list)

    @property
    def f1(self) -> float:
        """Of the lines."""
        return 2 * self.lines_right / max(self.lines_read + self.lines_printed, 1)

    def count(self, key: str, *, good: bool) -> None:
        """One value compared."""
        self.whole[key] += 1
        self.right[key] += good


async def measure(platform: Platform, styles: Sequence[Style]) -> Figures:
    """Send every paper and compare what comes back."""
    figures = Figures()
    for style in styles:
        drawing = draw(style)
        started = time.perf_counter()
        status, answer = await post(platform, ROUTE, drawing)
        figures.seconds.append(time.perf_counter() - started)
        misses = compare(answer if status == 200 else {}, drawing, figures)
        print(f"  {drawing.name}: {', '.join(misses) or 'whole'}")
    return figures


async def post(platform: Platform, route: str, drawing: GstDrawing) -> tuple[int, dict[str, Any]]:
    """One paper to an ocr-structured route: the status and the answer."""
    key = "pdfBase64" if drawing.content_type == "application/pdf" else "imageBase64"
    body = {key: base64.b64encode(drawing.content).decode(), "mimeType": drawing.content_type}
    async with platform.client.post(route, data=io.BytesIO(json.dumps(body).encode())) as response:
        return response.status, await response.json()


def compare(answer: dict[str, Any], drawing: GstDrawing, figures: Figures) -> list[str]:
    """Count an answer against the truth; what was missed."""
    truth = drawing.truth
    misses = []
    head = answer.get("doc_level", {})
    for key in _HEAD:
        good = _same(head.get(key), truth["fields"][key])
        figures.count(key, good=good)
        misses += [] if good else [key]
    for key, shown in (
        ("grand_total", answer.get("printed", {}).get("grand_total")),
        ("gst_total", answer.get("printed", {}).get("gst_total")),
    ):
        good = _same(shown, truth["fields"][f"printed_{key}"])
        figures.count(f"printed {key}", good=good)
        misses += [] if good else [f"printed {key}"]
    misses += _compare_lines(answer.get("items", []), truth["items"], figures)
    error = answer.get("reconciliation", {}).get("error_absolute")
    total = answer.get("totals", {}).get("grand_total")
    reconciled = error is not None and error <= 1 and bool(answer.get("items"))
    exact = reconciled and _same(total, truth["fields"]["printed_grand_total"])
    figures.papers += 1
    figures.reconciled += reconciled
    figures.exact += exact
    return misses + ([] if exact else [f"total {total}, error {error}"])


def _compare_lines(read: list[dict[str, Any]], printed: list[dict[str, Any]], figures: Figures) -> list[str]:
    wanted = [(each["hsn"], each["qty"], each["rate_printed"]) for each in printed]
    found = [(each["hsn"], _amount(each["qty"]), _amount(each["raw"]["rate_printed"])) for each in read]
    figures.lines_read += len(found)
    figures.lines_printed += len(wanted)
    right = sum((Counter(wanted) & Counter(found)).values())
    figures.lines_right += right
    for one, other in zip(printed, read, strict=False):
        for key in _ITEM:
            if key != "uom":
                figures.count(f"line {key}", good=_same(other.get(key), one[key]))
        figures.count("line gst_rate", good=_amount(other["gst"]["rate"]) == one["gst_rate"])
    return [] if right == len(wanted) == len(found) else [f"lines {right} of {len(wanted)}, {len(found)} read"]


def _amount(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _same(shown: object, wanted: object) -> bool:
    if isinstance(wanted, Decimal):
        return _amount(shown) == wanted
    return "".join(str(shown).split()).upper() == "".join(str(wanted).split()).upper()


def show(name: str, figures: Figures) -> None:
    """Print a run's figures."""
    print(f"{name}: {figures.papers} papers")
    print("  " + ", ".join(f"{key} {figures.right[key]}/{figures.whole[key]}" for key in figures.whole))
    print(f"  lines F1 {figures.f1:.3f} ({figures.lines_right} right of {figures.lines_printed})")
    share = figures.reconciled / max(figures.papers, 1)
    print(f"  reconciled within a rupee {share:.0%}, and to the paisa of the truth {figures.exact}/{figures.papers}")
    print(f"  seconds: median {statistics.median(figures.seconds):.2f}, most {max(figures.seconds):.2f}")


async def main() -> None:
    """Start a platform, measure both halves."""
    with tempfile.TemporaryDirectory() as folder:
        async with running(Path(folder)) as platform:
            seen = await measure(platform, [each for each in STYLES if each not in UNSEEN])
            unseen = await measure(platform, UNSEEN)
    show("papers that the rules were made on", seen)
    show("papers kept apart while the first rules were written", unseen)


if __name__ == "__main__":
    asyncio.run(main())
