"""Columns under their headings: where one ends and the next begins, told from what stands below."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ocr_engine.local.page import Line, Span, Token
from ocr_engine.local.table.figure import figure_of
from ocr_engine.local.table.heading import Head, Heading
from ocr_engine.local.table.vocabulary import Vocabulary

_FIGURES_WEIGH = 4
"""A line with figures says more of the columns than a line of words, which may run on."""
_SPLIT = 0.45
"""In line heights: the least space between two columns' words on one line."""


@dataclass(frozen=True)
class Column:
    """A column: its heading and the stretch of the page that is its own."""

    heading: Heading
    left: float
    right: float

    @property
    def keys(self) -> tuple[str, ...]:
        """What it holds, from a row's first line down."""
        return self.heading.keys


@dataclass(frozen=True)
class Grid:
    """What a table's lines are read by: its columns, their meaning, and the document's decimal sign."""

    columns: tuple[Column, ...]
    vocabulary: Vocabulary
    decimal: str


def columns_of(head: Head, body: Sequence[Line]) -> tuple[Column, ...]:
    """The columns with their edges, each edge where it cuts the fewest words."""
    headings = head.headings
    edges = [float("-inf")]
    for before, after in pairwise(headings):
        edges.append(max(edges[-1], _edge(before, after, body)))
    edges.append(float("inf"))
    return tuple(Column(heading, edges[i], edges[i + 1]) for i, heading in enumerate(headings))


def _edge(before: Heading, after: Heading, body: Sequence[Line]) -> float:
    low, high = before.right, after.left
    if high <= low:
        # Headings that overlap: the words below decide around the middle of the two.
        low, high = min(before.left + 1, after.left), max(after.left, low)
    words = [
        (token.left, token.right, _FIGURES_WEIGH if _has_digits(line) else 1)
        for line in body
        for token in line.tokens
        if token.right > low and token.left < high
    ]
    places = sorted({low, high, (low + high) / 2} | {x for left, right, _ in words for x in (left - 0.1, right + 0.1)})
    inside = [x for x in places if low <= x <= high]

    def cost(x: float) -> tuple[float, float]:
        cut = sum(weight for left, right, weight in words if left < x < right)
        room = min((abs(x - side) for left, right, _ in words for side in (left, right)), default=0.0)
        return cut, -room

    best = min(inside, key=cost)
    # The middle of the empty stretch that the best place lies in.
    end = min([left for left, _, _ in words if left >= best] + [high])
    start = max([right for _, right, _ in words if right <= best] + [low])
    return (start + end) / 2


def _has_digits(line: Line) -> bool:
    return sum(any(map(str.isdigit, token.text)) for token in line.tokens) > 1


def split_line(line: Line, grid: Grid) -> dict[int, Span]:
    """The line's words by the position of their column; a run of words that only reaches over an edge stays whole."""
    parts: dict[int, list[Token]] = {}
    for cell in line.cells():
        current: int | None = None
        for place, token in enumerate(cell.tokens):
            own = _column_at(token, grid.columns)
            if current is not None and own != current:
                rest = Span(cell.tokens[place:], line.page, line.aspect)
                gap = token.left - cell.tokens[place - 1].right
                if not _may_start(rest, own, grid, line, gap):
                    own = current
            current = own
            parts.setdefault(own, []).append(token)
    return {index: Span(tuple(tokens), line.page, line.aspect) for index, tokens in sorted(parts.items())}


def _column_at(token: Token, columns: Sequence[Column]) -> int:
    middle = (token.left + token.right) / 2
    return next(index for index, column in enumerate(columns) if middle < column.right or index == len(columns) - 1)


def _may_start(rest: Span, own: int, grid: Grid, line: Line, gap: float) -> bool:
    """Whether a column's text may begin here, in the middle of a run of words."""
    column = grid.columns[own]
    first = rest.tokens[0]
    if first.left < column.left - 1:
        return False
    inside = tuple(token for token in rest.tokens if (token.left + token.right) / 2 < column.right)
    part = Span(inside or (first,), rest.page, rest.aspect)
    if set(column.keys) & grid.vocabulary.figures:
        return gap > _SPLIT * line.height and figure_of(part, grid.decimal, ocr=line.ocr) is not None
    aligned = abs(first.left - column.heading.left) < 0.6 * line.height
    return aligned or gap > _SPLIT * line.height
