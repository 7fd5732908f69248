"""Rows of a table: figures that belong together, and the words around them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median

from ocr_engine.local.page import Line, Span
from ocr_engine.local.table.column import Grid, split_line
from ocr_engine.local.table.figure import Figure, figure_of

_ONE_ROW = 1.7
"""In line heights: how far apart the figures of one row may stand (one set lower than the rest)."""


@dataclass(frozen=True)
class Row:
    """A row: its figures and its words by column, and the lines that it spans."""

    figures: dict[str, Figure]
    texts: dict[str, tuple[Span, ...]]
    first: int
    last: int
    anchor: int
    """The line of its figures."""

    def figure(self, key: str) -> Figure | None:
        """The number in a column."""
        return self.figures.get(key)

    def parts(self, key: str) -> tuple[Span, ...]:
        """The words in a column, line by line."""
        return self.texts.get(key, ())

    def text(self, key: str) -> str:
        """The words in a column."""
        return " ".join(part.text for part in self.parts(key))


@dataclass
class _Group:
    """Figures on one or two lines that make a row."""

    lines: list[int]
    figures: dict[str, Figure] = field(default_factory=dict)


def rows_of(lines: Sequence[Line], body: Sequence[int], grid: Grid) -> tuple[Row, ...]:
    """The rows that stand on the lines of a table's body."""
    split = {index: split_line(lines[index], grid) for index in body}
    groups = _groups(lines, body, split, grid)
    keys = {key for column in grid.columns for key in column.keys}
    vocabulary = grid.vocabulary
    wanted = [key for key in vocabulary.amounts if key in keys]
    rows = [group for group in groups if any(key in group.figures for key in wanted[:1] or vocabulary.amounts)]
    if not rows and wanted[1:]:
        rows = [group for group in groups if any(key in group.figures for key in wanted)]
    return _with_texts(lines, body, split, grid, rows)


def _groups(
    lines: Sequence[Line],
    body: Sequence[int],
    split: dict[int, dict[int, Span]],
    grid: Grid,
) -> list[_Group]:
    groups: list[_Group] = []
    for index in body:
        line = lines[index]
        figures: dict[str, Figure] = {}
        for place, span in split[index].items():
            key = next((key for key in grid.columns[place].keys if key in grid.vocabulary.figures), None)
            figure = figure_of(span, grid.decimal, ocr=line.ocr) if key else None
            if key and figure is not None and key not in figures:
                figures[key] = figure
        if not figures:
            continue
        if groups and not figures.keys() & groups[-1].figures.keys():
            last = lines[groups[-1].lines[-1]]
            if last.page == line.page and line.middle - last.middle < _ONE_ROW * max(line.height, last.height):
                groups[-1].lines.append(index)
                groups[-1].figures.update(figures)
                continue
        groups.append(_Group([index], figures))
    return groups


def _with_texts(
    lines: Sequence[Line],
    body: Sequence[int],
    split: dict[int, dict[int, Span]],
    grid: Grid,
    groups: Sequence[_Group],
) -> tuple[Row, ...]:
    if not groups:
        return ()
    owner = _owners(lines, body, groups)
    rows = []
    for number, group in enumerate(groups):
        own = [index for index in body if owner.get(index) == number]
        texts: dict[str, list[Span]] = {}
        seen: dict[int, int] = {}
        for index in own:
            for place, span in split[index].items():
                keys = [key for key in grid.columns[place].keys if key not in grid.vocabulary.figures]
                if not keys or any(figure.span == span for figure in group.figures.values()):
                    continue
                nth = seen.get(place, 0)
                seen[place] = nth + 1
                texts.setdefault(keys[min(nth, len(keys) - 1)], []).append(span)
        spans = {key: tuple(parts) for key, parts in texts.items()}
        rows.append(Row(group.figures, spans, own[0], own[-1], group.lines[0]))
    return tuple(rows)


def _owners(lines: Sequence[Line], body: Sequence[int], groups: Sequence[_Group]) -> dict[int, int]:
    """Which row each line belongs to: the one above, or, where words stand before the first figures, by the gaps."""
    owner: dict[int, int] = {}
    for number, group in enumerate(groups):
        owner.update(dict.fromkeys(group.lines, number))
        between = [index for index in body if group.lines[0] < index < group.lines[-1]]
        owner.update(dict.fromkeys(between, number))
    leading = [index for index in body if index < groups[0].lines[0]]
    lead = _adjoining(lines, leading, groups[0].lines[0])
    owner.update(dict.fromkeys(lead, 0))
    for number, group in enumerate(groups):
        end = groups[number + 1].lines[0] if number + 1 < len(groups) else body[-1] + 1
        after = [index for index in body if group.lines[-1] < index < end]
        cut = _cut(lines, group.lines[-1], after, end, len(lead)) if lead and number + 1 < len(groups) else len(after)
        for place, index in enumerate(after):
            owner[index] = number if place < cut else number + 1
    return owner


def _adjoining(lines: Sequence[Line], before: Sequence[int], anchor: int) -> list[int]:
    """The lines directly above a row's figures, without a gap between."""
    taken: list[int] = []
    below = lines[anchor]
    for index in reversed(before):
        line = lines[index]
        if line.page != below.page or below.middle - line.middle > 1.6 * max(below.height, line.height):
            break
        taken.insert(0, index)
        below = line
    return taken


def _cut(lines: Sequence[Line], last: int, after: Sequence[int], following: int, lead: int) -> int:
    """How many of the lines between two rows' figures belong to the first of them."""
    chain = [last, *after, following]
    if not after or lines[last].page != lines[following].page:
        return len(after)
    gaps = [lines[b].middle - lines[a].middle for a, b in pairwise(chain)]
    widest = max(range(len(gaps)), key=lambda place: gaps[place])
    if gaps[widest] > 1.25 * median(gaps):
        return widest
    return max(0, len(after) - lead)
