"""Finding the tables of a document: from headings to rows, over page breaks, without what repeats on every page."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_engine.local.page import Line
from ocr_engine.local.spelling import fold
from ocr_engine.local.table.column import Column, Grid, columns_of
from ocr_engine.local.table.figure import amounts_on
from ocr_engine.local.table.heading import Head, find_heads
from ocr_engine.local.table.rows import Row, rows_of
from ocr_engine.local.table.vocabulary import Vocabulary

_PAGE_FOOT = re.compile(
    r"(?:seite|page|pagina|pag|pagine|blatt|hoja|folha|p)\.?\s*:?\s*\d{1,3}(?:\s*(?:von|of|de|di|sur|van|/)\s*\d{1,3})?"
)
_TITLE = 1.25
"""In heights of the table's text: a larger line begins another part of the paper."""
_EDGE = 0.14
"""Share of the page that its head or its foot takes."""
_HEADINGS = 3
"""Cells from which a repeated line is a table's heading, which is wanted."""
_FAR = 12.0
"""In line heights: what stands further below the last row is no part of the table."""


@dataclass(frozen=True)
class Table:
    """A table: its columns, its rows and the lines between its heading and its end."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    first: int
    last: int

    def has(self, key: str) -> bool:
        """True where a heading names this column."""
        return any(key in column.keys for column in self.columns)


def find_tables(lines: Sequence[Line], vocabulary: Vocabulary, decimal: str) -> tuple[Table, ...]:
    """Every table under a heading of the vocabulary; `decimal` is the document's decimal sign.

    Line numbers of tables and rows are those of `lines`. A table without rows is left out.
    """
    kept = _without_furniture(lines)
    own = [lines[index] for index in kept]
    heads = find_heads(own, vocabulary)
    tables = []
    for number, head in enumerate(heads):
        limit = heads[number + 1].first if number + 1 < len(heads) else len(own)
        body = _body(own, head, limit, vocabulary, decimal)
        if not body:
            continue
        inside = [own[index] for index in body]
        columns = _with_texts(columns_of(head, inside), inside, vocabulary)
        rows = rows_of(own, body, Grid(columns, vocabulary, decimal))
        if rows:
            numbered = tuple(
                Row(row.figures, row.texts, kept[row.first], kept[row.last], kept[row.anchor]) for row in rows
            )
            tables.append(Table(columns, numbered, kept[head.first], kept[body[-1]]))
    return tuple(tables)


def _with_texts(columns: tuple[Column, ...], body: Sequence[Line], vocabulary: Vocabulary) -> tuple[Column, ...]:
    """The columns, the one with the most letters taken for that of the texts where no heading names it."""
    if any(vocabulary.text in column.keys for column in columns):
        return columns
    letters = [
        sum(
            sum(map(str.isalpha, token.text))
            for line in body
            for token in line.tokens
            if column.left <= (token.left + token.right) / 2 < column.right
        )
        for column in columns
    ]
    unnamed = [place for place, column in enumerate(columns) if not column.keys and letters[place]]
    if not unnamed:
        return columns
    widest = max(unnamed, key=lambda place: letters[place])
    if letters[widest] < max(letters):
        return columns
    named = replace(columns[widest], heading=replace(columns[widest].heading, keys=(vocabulary.text,)))
    return (*columns[:widest], named, *columns[widest + 1 :])


def label_of(line: Line, decimal: str) -> str:
    """The folded words of a line before its first sum."""
    amounts = amounts_on(line, decimal)
    tokens = line.tokens[: amounts[0].start] if amounts else line.tokens
    return fold(" ".join(token.text for token in tokens))


def _body(lines: Sequence[Line], head: Head, limit: int, vocabulary: Vocabulary, decimal: str) -> list[int]:
    """The lines of the table below a heading."""
    body: list[int] = []
    height = lines[head.last].height
    for index in range(head.last + 1, limit):
        line = lines[index]
        label = label_of(line, decimal)
        if vocabulary.skips(label):
            continue
        if vocabulary.sections(label) or (vocabulary.sums(label) and _has_amount(lines, index, decimal)):
            break
        height = max(height, lines[body[0]].height) if body else height
        if body and line.height > _TITLE * height and len(line.cells()) == 1 and not amounts_on(line, decimal):
            break
        if body and line.page == lines[body[-1]].page and line.middle - lines[body[-1]].middle > _FAR * height:
            break
        body.append(index)
    return body


def _has_amount(lines: Sequence[Line], index: int, decimal: str) -> bool:
    """Whether an amount stands beside a label, or directly below it alone."""
    if amounts_on(lines[index], decimal):
        return True
    following = lines[index + 1] if index + 1 < len(lines) else None
    return following is not None and not label_of(following, decimal).strip() and bool(amounts_on(following, decimal))


def _without_furniture(lines: Sequence[Line]) -> list[int]:
    """The lines without page numbers and without what stands at the head or foot of several pages."""
    seen = Counter((_masked(line), round(line.top / 4)) for line in lines)
    kept = []
    for index, line in enumerate(lines):
        at_edge = not _EDGE < line.tokens[0].box[1] < 1 - _EDGE
        repeated = at_edge and seen[_masked(line), round(line.top / 4)] > 1 and len(line.cells()) < _HEADINGS
        if not repeated and not _PAGE_FOOT.fullmatch(fold(line.text).strip(" -")):
            kept.append(index)
    return kept


def _masked(line: Line) -> str:
    return re.sub(r"\d+", "0", fold(line.text))
