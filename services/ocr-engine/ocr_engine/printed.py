"""What is printed on a paper as values of a kind, each with its place and the words that label it. Pure."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from itertools import groupby

from ocr_engine.comparison import AMOUNTS, CODES, DATES
from ocr_engine.evidence import Word
from ocr_engine.local.amounts import decimal_sign, parse_number
from ocr_engine.local.dates import find_dates, month_comes_first
from ocr_engine.local.page import Line, Span, Token
from ocr_engine.local.paper import Cell, Paper
from shared.contracts.reading import Box

_UNITS = 1000.0
"""Widths of a page; lengths on straightened lines are in thousandths of it."""
_SAME_LINE = 0.6
_ABOVE = 2.6
"""In line heights: how far above a value the words may stand that label it."""
_LABEL_WORDS = 6
_LABEL_LETTERS = 48
_MOST_PARTS = 8
"""Words of one code: an IBAN in groups of four."""
_LONGEST_NAME = 8
"""Words; what is longer is a sentence."""
_MOST_WORDS = 6000
_GROUPED = re.compile(r"[-(]?\d{1,3}(?: \d{3})+(?:[.,]\d{1,4})?[-)]?")


class Kind(StrEnum):
    """How a field's value is printed."""

    DATE = "date"
    AMOUNT = "amount"
    CODE = "code"
    NAME = "name"


def kind_of(key: str) -> Kind | None:
    """A field's kind; None for a field that is not told by where it stands (a currency, an e-mail address)."""
    if key in DATES:
        return Kind.DATE
    if key in AMOUNTS:
        return Kind.AMOUNT
    if key in CODES:
        return Kind.CODE
    return Kind.NAME if key in {"supplier", "client"} else None


@dataclass(frozen=True)
class Printed:
    """A value where it stands. What labels it is only looked at when it is asked for."""

    value: str
    """Canonical, as a reading holds it."""
    cell: Cell
    start: int
    end: int
    """Characters of the cell's text."""
    paper: Paper
    parts: int = 1
    """Words of a code."""
    month_first: bool = False
    is_other: bool = False
    """A date in the order that is not the paper's, where both make a date."""
    is_amount: bool = False

    @cached_property
    def span(self) -> Span:
        """The words."""
        return self.cell.span.part(self.start, self.end)

    @property
    def raw(self) -> str:
        """As printed."""
        return self.cell.span.text[self.start : self.end].strip()

    @property
    def page(self) -> int:
        """From 0."""
        return self.cell.span.page

    @property
    def box(self) -> Box:
        """The place on the page as shown."""
        return self.span.box

    @cached_property
    def left(self) -> str:
        """The words before it on its line, as a label: letters only, folded."""
        return _before(self.cell, self.start, self.paper)

    @cached_property
    def above(self) -> str:
        """The words above it, likewise."""
        return _label(_over(self.span, self.cell.line, self.paper))

    @property
    def x(self) -> float:
        """Where it begins (an amount, which is aligned there: ends), over the page's width."""
        return round((self.span.right if self.is_amount else self.span.left) / _UNITS, 4)

    @property
    def y(self) -> float:
        """How far down it stands, over the page's height."""
        return round(self.span.tokens[0].middle / _UNITS / (self.span.aspect or 1.0), 4)


def paper_of(words: Sequence[Word]) -> Paper:
    """The words, which come in reading order, on straight lines; a page that is turned is turned back."""
    lines: list[list[tuple[Word, Token]]] = []
    taken = words[:_MOST_WORDS]
    angles = {page: _angle([word for word in taken if word.page == page]) for page in {word.page for word in taken}}
    for word in taken:
        token = _straight(word, angles[word.page])
        before = lines[-1][-1] if lines else None
        if before is not None and _on_one_line(before, (word, token)):
            lines[-1].append((word, token))
        else:
            lines.append([(word, token)])
    made = [Line(tuple(token for _, token in line), line[0][0].page, line[0][0].aspect, ocr=False) for line in lines]
    return Paper.of(made)


class Values:
    """What is printed on a paper, by kind; looked for once."""

    def __init__(self, words: Sequence[Word]) -> None:
        self.paper = paper_of(words)
        self._found: dict[tuple[Kind, int, bool], list[Printed]] = {}

    @property
    def last_page(self) -> int:
        """From 0."""
        return max((line.page for line in self.paper.lines), default=0)

    def of(self, kind: Kind, *, parts: int = 1, month_first: bool = False) -> list[Printed]:
        """Every value of a kind in reading order. `parts`: of how many words a code is."""
        key = (kind, parts if kind is Kind.CODE else 1, month_first and kind is Kind.DATE)
        if key not in self._found:
            self._found[key] = list(self._all(*key))
        return self._found[key]

    def of_any_length(self, kind: Kind) -> list[Printed]:
        """Every value of a kind; codes of one word first."""
        lengths = range(1, (_MOST_PARTS if kind is Kind.CODE else 1) + 1)
        return [each for parts in lengths for each in self.of(kind, parts=parts)]

    def _all(self, kind: Kind, parts: int, month_first: bool) -> Iterator[Printed]:  # noqa: FBT001 - a part of the key
        paper = self.paper
        match kind:
            case Kind.DATE:
                vote = month_comes_first(line.text for line in paper.lines)
                yield from _dates(paper, month_first=month_first if vote is None else vote)
            case Kind.AMOUNT:
                yield from _amounts(paper, decimal_sign(line.text for line in paper.lines))
            case Kind.CODE:
                yield from _codes(paper, parts)
            case Kind.NAME:
                yield from _names(paper)


def _angle(words: Sequence[Word]) -> float:
    """How a page's text lies, in degrees: single words are seen a little askew, and some run up the margin."""
    ways: dict[int, list[Box]] = {}
    for word in words:
        ways.setdefault(round(word.box[4] / 90) % 4, []).append(word.box)
    boxes = max(ways.values(), key=lambda boxes: sum(box[2] for box in boxes))
    across = sum(box[2] * math.cos(math.radians(box[4])) for box in boxes)
    down = sum(box[2] * math.sin(math.radians(box[4])) for box in boxes)
    return math.degrees(math.atan2(down, across))


def _straight(word: Word, angle: float) -> Token:
    cx, cy, width, height, _ = word.box
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    x, y = cx * cos + cy * word.aspect * sin, cy * word.aspect * cos - cx * sin
    half, tall = width / 2, height * word.aspect / 2
    left, right, top, bottom = (_UNITS * each for each in (x - half, x + half, y - tall, y + tall))
    return Token(word.text, left, top, right, bottom, 1.0, word.box)


def _on_one_line(before: tuple[Word, Token], after: tuple[Word, Token]) -> bool:
    (one, first), (other, second) = before, after
    near = abs(first.middle - second.middle) <= _SAME_LINE * max(first.height, second.height)
    return one.page == other.page and near and second.left >= first.left


def _dates(paper: Paper, *, month_first: bool) -> Iterator[Printed]:
    for cell in paper.cells():
        for date in find_dates(cell.span.text, month_first=month_first):
            at = Printed(date.value.isoformat(), cell, date.start, date.end, paper, month_first=month_first)
            yield at
            if date.other is not None:
                yield replace(at, value=date.other.isoformat(), month_first=not month_first, is_other=True)


def _amounts(paper: Paper, decimal: str) -> Iterator[Printed]:
    for cell in paper.cells():
        text = cell.span.text
        if not any(map(str.isdigit, text)):
            continue
        grouped = [(hit.start(), hit.end()) for hit in _GROUPED.finditer(text)]
        single = [(hit.start(), hit.end()) for hit in re.finditer(r"\S+", text)]
        free = [each for each in single if not any(start < each[1] and each[0] < end for start, end in grouped)]
        for start, end in sorted(grouped + free):
            amount = parse_number(text[start:end].replace(" ", ""), decimal)
            if amount is not None:
                yield Printed(f"{amount:f}", cell, start, end, paper, is_amount=True)


def _codes(paper: Paper, parts: int) -> Iterator[Printed]:
    for cell in paper.cells():
        text = cell.span.text
        if not any(map(str.isdigit, text)):
            continue
        words = list(re.finditer(r"\S+", text))
        for first in range(len(words) - parts + 1):
            start, end = words[first].start(), words[first + parts - 1].end()
            if any(map(str.isdigit, words[first][0] + words[first + parts - 1][0])):
                value = text[start:end].strip(" ():;,.#")
                if value:
                    yield Printed(value, cell, start, end, paper, parts=parts)


def _names(paper: Paper) -> Iterator[Printed]:
    """Whole cells, and what follows a colon in one."""
    for cell in paper.cells():
        text = cell.span.text
        for start in (0, *(hit.end() for hit in re.finditer(r":\s+", text))):
            value = text[start:].strip()
            if 0 < len(value.split()) <= _LONGEST_NAME and any(map(str.isalpha, value)):
                yield Printed(value, cell, start, len(text), paper)


def _before(cell: Cell, start: int, paper: Paper) -> str:
    """The words before a value: in its own cell, else those of the nearest cell before it that has any."""
    own = _label(cell.folded[:start])
    if own:
        return own
    before = (_label(other.folded) for other in reversed(paper.rows[cell.line][: cell.order]))
    return next((label for label in before if label), "")


def _over(span: Span, line: int, paper: Paper) -> str:
    """The cell that stands nearest above, in the value's column."""
    own = paper.lines[line]
    for index in range(line - 1, max(line - 4, -1), -1):
        other = paper.lines[index]
        if other.page != own.page or own.middle - other.middle > _ABOVE * max(own.height, other.height):
            return ""
        for cell in paper.rows[index]:
            if min(cell.span.right, span.right) > max(cell.span.left, span.left):
                return cell.folded
    return ""


def _label(folded: str) -> str:
    """The last words of a text as a label: no digits, so that it names no number, date or account."""
    words = [word for word, _ in groupby(re.findall(r"[^\W\d_]+", folded)) if len(word) > 1]
    return " ".join(words[-_LABEL_WORDS:])[-_LABEL_LETTERS:].strip()
