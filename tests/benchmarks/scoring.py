"""How right readings are: per field, per line, over whole papers, and whether their confidence can be believed."""

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.lumis import ITEM_FIELDS, LUMIS
from shared.contracts.reading import ReadField, Reading
from tests.benchmarks.truth import Truth, comparable

BUCKETS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.01)
"""Edges of the confidence buckets in the reliability table."""


@dataclass
class Lines:
    """Lines found, wanted and matched, under one way of comparing them."""

    found: int = 0
    wanted: int = 0
    matched: int = 0

    @property
    def f1(self) -> float:
        """F1; 1 where there is nothing to find and nothing was found."""
        return 2 * self.matched / (self.found + self.wanted) if self.found + self.wanted else 1.0


@dataclass
class Score:
    """Counts over the papers of one kind."""

    papers: int = 0
    counted: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    lines: dict[str, Lines] = field(default_factory=dict)
    whole: int = 0
    """Papers whose mandatory fields are all right, with the lines where they are known."""
    absent: int = 0
    absent_reported: int = 0
    sure: Counter[float] = field(default_factory=Counter)
    sure_right: Counter[float] = field(default_factory=Counter)

    @property
    def f1(self) -> float:
        """F1 of the lines under the strictest comparison."""
        return self.lines["all values"].f1 if "all values" in self.lines else 1.0

    def buckets(self) -> Iterator[tuple[float, float, int, float]]:
        """The reliability table: from and to confidence, values, share that was right."""
        for low, high in itertools.pairwise(BUCKETS):
            if self.sure[low]:
                yield low, high, self.sure[low], self.sure_right[low] / self.sure[low]


def compare(reading: Reading | None, truth: Truth, scores: Sequence[Score]) -> list[str]:
    """Count one reading into the scores; what is wrong with it, one line each."""
    misses = []
    right = {}
    for key, value in truth.fields.items():
        wanted = comparable(key, value)
        read = reading.fields.get(key, ReadField()) if reading else ReadField()
        got = comparable(key, read.value)
        right[key] = wanted == got
        for score in scores:
            score.counted[key] += 1
            score.right[key] += right[key]
            if wanted is None and key in truth.may_lack:
                score.absent += 1
                score.absent_reported += got is None
            if got is not None:
                _count_sure(score, read.confidence, right=right[key])
        if not right[key]:
            misses.append(f"{key}: {got!r} instead of {wanted!r}")
    line_misses = _compare_lines(reading, truth, scores)
    for score in scores:
        score.papers += 1
        score.whole += all(right[key] for key in truth.mandatory) and not line_misses
    return misses + line_misses


def _count_sure(score: Score, confidence: float, *, right: bool) -> None:
    bucket = max(edge for edge in BUCKETS if edge <= confidence)
    score.sure[bucket] += 1
    score.sure_right[bucket] += right


def _compare_lines(reading: Reading | None, truth: Truth, scores: Sequence[Score]) -> list[str]:
    if truth.items is None:
        return []
    misses: list[str] = []
    for way, keys in _ways(truth).items():
        wanted = Counter(tuple(_value(item, key) for key in keys) for item in truth.items)
        items = [{key: each.value for key, each in item.items()} for item in reading.items] if reading else []
        found = Counter(tuple(_value(item, key) for key in keys) for item in items)
        for score in scores:
            lines = score.lines.setdefault(way, Lines())
            lines.found += found.total()
            lines.wanted += wanted.total()
            lines.matched += (found & wanted).total()
        misses = [f"line missed: {_shown(each)}" for each in wanted - found]
        misses += [f"line too many: {_shown(each)}" for each in found - wanted]
    if not truth.items and truth.may_lack:
        for score in scores:
            score.absent += 1
            score.absent_reported += not (reading and reading.items)
    return misses


def _ways(truth: Truth) -> dict[str, tuple[str, ...]]:
    """The ways of comparing lines, the strictest last: its misses are told."""
    ways = {"total": (truth.item_total,), "name and total": (truth.item_name, truth.item_total)}
    return {**ways, "all values": ITEM_FIELDS} if truth.schema == LUMIS else ways


def _value(item: dict[str, Any] | Any, key: str) -> Any:
    return comparable(key, item.get(key, item.get("name") if key == "description" else None))


def _shown(line: tuple[Any, ...]) -> str:
    return " | ".join(str(part) for part in line)
