"""A paper as the field rules of every schema see it: its lines, cut into cells of folded text."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import fold


@dataclass(frozen=True)
class Cell:
    """A cell of a line, its folded text and its position."""

    span: Span
    folded: str
    line: int
    order: int


@dataclass(frozen=True)
class Paper:
    """A document's lines and, line by line, their cells."""

    lines: Sequence[Line]
    rows: Sequence[Sequence[Cell]]

    @classmethod
    def of(cls, lines: Sequence[Line]) -> "Paper":
        """The lines cut into cells."""
        rows = [
            [Cell(span, fold(span.text), index, order) for order, span in enumerate(line.cells())]
            for index, line in enumerate(lines)
        ]
        return cls(lines, rows)

    def cells(self) -> Iterator[Cell]:
        """Every cell in reading order."""
        for row in self.rows:
            yield from row


def part_of(span: Span, start: int, end: int) -> Span:
    """The words of a span that its text's characters `start` to `end` lie in."""
    return span.part(start, end)
