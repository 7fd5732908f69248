"""A value that a rule found, on its way to becoming a field of the reading."""

from collections.abc import Iterable
from dataclasses import dataclass

from ocr_engine.local.page import Line, Span
from shared.contracts.reading import Candidate, ReadField, Source

_MAX_CANDIDATES = 5
_LONGEST = 4096
"""Characters of a value in the contract; more stands only on hostile pages."""


@dataclass(frozen=True)
class Found:
    """A possible value: canonical text, the words it was read from and how much speaks for it (0-1)."""

    value: str
    raw: str
    weight: float
    span: Span | None
    source: Source
    line: int = -1

    def candidate(self) -> Candidate:
        """As a candidate of the reading."""
        return Candidate(
            value=self.value[:_LONGEST],
            raw=self.raw[:_LONGEST],
            confidence=round(min(max(self.weight, 0.0), 1.0), 4),
            page=self.span.page if self.span else None,
            box=self.span.box if self.span else None,
            source=self.source,
        )


def source_of(line: Line) -> Source:
    """`ocr` for recognised words, `text` for a PDF's own."""
    return "ocr" if line.ocr else "text"


def field_of(found: Iterable[Found], least: float = 0.5) -> ReadField:
    """The field with the heaviest value that weighs at least `least`, and the others as candidates."""
    ordered: list[Found] = []
    for each in sorted(found, key=lambda other: -other.weight):
        if all(each.value != other.value for other in ordered):
            ordered.append(each)
    candidates = tuple(each.candidate() for each in ordered[:_MAX_CANDIDATES])
    if not ordered or ordered[0].weight < least:
        return ReadField(candidates=candidates)
    best = candidates[0]
    return ReadField(
        value=best.value,
        raw=best.raw,
        confidence=best.confidence,
        page=best.page,
        box=best.box,
        source=best.source,
        candidates=candidates,
    )
