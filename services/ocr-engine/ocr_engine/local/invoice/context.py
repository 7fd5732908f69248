"""Where on an invoice the value of a label may stand: beside it, or below it."""

from collections.abc import Iterator
from dataclasses import dataclass

from ocr_engine.local.page import Span
from ocr_engine.local.paper import Cell, Paper, part_of

_BELOW = 2.3
"""In line heights: how far below its label a value may stand."""


@dataclass(frozen=True)
class Value:
    """Text that stands where a label's value should, and how likely it is the value (1: beside the label)."""

    span: Span
    text: str
    line: int
    near: float


def after(cell: Cell, end: int, paper: Paper) -> Iterator[Value]:
    """Where the value of a label that ends at character `end` of the cell may stand, likeliest first."""
    text = cell.span.text
    rest = text[end:].lstrip(" :.#=-\t")
    if rest:
        start = len(text) - len(rest)
        yield Value(part_of(cell.span, start, len(text)), rest, cell.line, 1.0)
        return
    row = paper.rows[cell.line]
    following = row[cell.order + 1] if cell.order + 1 < len(row) else None
    if following is not None:
        stripped = following.span.text.lstrip(" :.#=")
        if stripped:
            start = len(following.span.text) - len(stripped)
            yield Value(part_of(following.span, start, len(following.span.text)), stripped, cell.line, 0.95)
        elif cell.order + 2 < len(row):
            yield Value(row[cell.order + 2].span, row[cell.order + 2].span.text, cell.line, 0.9)
    yield from _below(cell, paper)


def _below(cell: Cell, paper: Paper) -> Iterator[Value]:
    line = paper.lines[cell.line]
    for index in range(cell.line + 1, min(cell.line + 4, len(paper.lines))):
        other = paper.lines[index]
        if other.page != line.page or other.middle - line.middle > _BELOW * max(line.height, other.height):
            return
        for below in paper.rows[index]:
            if same_column(below.span, cell.span):
                yield Value(below.span, below.span.text, index, 0.75)


def same_column(one: Span, other: Span) -> bool:
    """True where one stands above the other, or both begin at one edge."""
    return min(one.right, other.right) > max(one.left, other.left)
