"""A party's block on an invoice: the cells below its label, and the name among them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ocr_engine.local.invoice.labels import BUYER, LEGAL_FORM, NOT_A_NAME, OTHER_PARTY, PERSON, POSTAL, SELLER, STREET
from ocr_engine.local.page import Span
from ocr_engine.local.paper import Cell, Paper

_BLOCK_LINES = 8
_LONGEST_NAME = 90
_LONGEST_PART = 6
"""Words of a name that goes on below."""


@dataclass(frozen=True)
class Name:
    """A party's name and where it stands."""

    text: str
    span: Span
    line: int


@dataclass(frozen=True)
class Block:
    """A party's block: the cells below its label, and the name among them."""

    label: Cell
    cells: tuple[Cell, ...]
    name: Name | None


def block_of(label: Cell, paper: Paper) -> Block:
    """The cells under a label, down to a gap or another label; a `Name:` among them is the name."""
    cells: list[Cell] = []
    height, before = paper.lines[label.line].height, paper.lines[label.line]
    for index in range(label.line + 1, min(label.line + 1 + 2 * _BLOCK_LINES, len(paper.lines))):
        line = paper.lines[index]
        if line.page != before.page or line.middle - before.middle > 3.2 * max(height, line.height):
            break
        own = [
            cell
            for cell in paper.rows[index]
            if label.span.left - 2 * height <= cell.span.left <= label.span.left + max(4 * height, 1)
        ]
        if not own:
            continue
        if any(is_label(cell) for cell in own) or len(cells) > 2 * _BLOCK_LINES:
            break
        cells += own
        cells += [cell for cell in paper.rows[index] if cell not in own and own[0].folded.rstrip().endswith(":")][:1]
        before = line
    return Block(label, tuple(cells), _name_of(cells, paper))


def is_label(cell: Cell) -> bool:
    """Whether a cell is the label of a party's block."""
    return any(pattern.match(cell.folded) for pattern in (SELLER, BUYER, OTHER_PARTY))


def _name_of(cells: Sequence[Cell], paper: Paper) -> Name | None:
    """The name in a block: labelled, else the first line that is one, with its second line where it has two."""
    for place, cell in enumerate(cells):
        hit = re.match(
            r"^(?:name|firma|company|nom|nombre|razon social|ragione sociale|naam|nome|denominazione)\s*:\s*",
            cell.folded,
        )
        if hit is None:
            continue
        if hit.end() < len(cell.folded):
            return Name(cell.span.text[hit.end() :].strip(), cell.span, cell.line)
        if place + 1 < len(cells) and cells[place + 1].line == cell.line:
            return _widened(cells[place + 1], paper)
    for place, cell in enumerate(cells):
        if not may_name(cell) or STREET.search(cell.folded) or POSTAL.search(cell.folded) or PERSON.match(cell.folded):
            continue
        following = cells[place + 1] if place + 1 < len(cells) else None
        return joined(cell, following)
    return None


def _widened(value: Cell, paper: Paper) -> Name:
    """A labelled name with the line above it, where the label stands at the height of the second."""
    if value.line > 0:
        above = [cell for cell in paper.rows[value.line - 1] if abs(cell.span.left - value.span.left) < 2]  # noqa: PLR2004 - points
        near = paper.lines[value.line].middle - paper.lines[value.line - 1].middle
        if above and PERSON.match(above[0].folded):
            return Name(value.span.text.strip(), value.span, value.line)
        if above and near < 1.4 * paper.lines[value.line].height and len(paper.rows[value.line - 1]) == 1:
            return joined(above[0], value)
    return Name(value.span.text.strip(), value.span, value.line)


def joined(first: Cell, second: Cell | None) -> Name:
    """A name over two lines: the second ends it with the company's form, or the first is left open."""
    open_end = first.folded.rstrip().endswith(("&", ",", "-", " und", " and", " y", " et"))
    form = second is not None and _goes_on(second) and not LEGAL_FORM.search(first.folded)
    plain = not any(map(str.isdigit, first.folded)) and len(first.folded.split()) <= _LONGEST_PART
    follows = (
        second is not None
        and not STREET.search(second.folded)
        and not POSTAL.search(second.folded)
        and may_name(second)
        and ((open_end and not first.folded.rstrip().endswith(",")) or (form and plain))
    )
    if follows and second is not None:
        span = Span(first.span.tokens + second.span.tokens, first.span.page, first.span.aspect)
        return Name(f"{first.span.text} {second.span.text}".strip(), span, first.line)
    return Name(first.span.text.strip(), first.span, first.line)


def _goes_on(second: Cell) -> bool:
    """Whether a line ends the name above it: it holds the company's form and little else, and names no owner."""
    short = len(second.folded.split()) <= _LONGEST_PART and not re.search(r"[·●•|]", second.folded)
    owner = re.match(r"(?:inh|owner|prop|titular|geschaftsf)", second.folded)
    return short and owner is None and LEGAL_FORM.search(second.folded) is not None


def may_name(cell: Cell) -> bool:
    """Whether a cell may hold a name: no number, no label, no sentence."""
    letters = sum(map(str.isalpha, cell.folded))
    return letters > 2 and not NOT_A_NAME.search(cell.folded.strip()) and len(cell.folded) < _LONGEST_NAME  # noqa: PLR2004
