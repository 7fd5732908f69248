"""Lines of an invoice under no heading that is known: rows of words and amounts that add up to a sum below them."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ocr_engine.local.invoice.items import Item, Items
from ocr_engine.local.invoice.words import Kind, is_carried, kind_of
from ocr_engine.local.page import Line, Span
from ocr_engine.local.table.figure import Figure, amounts_on, figure_of
from ocr_engine.local.table.reader import label_of
from shared.money import CENT, to_cents

_SUMS = frozenset({Kind.LINES, Kind.NET, Kind.TOTAL})
_NO_LINES = frozenset({Kind.TAX, Kind.DUE, Kind.PREPAID, Kind.BASE})
_FEWEST_LETTERS = 3
_FEWEST_ROWS = 2
"""Rows that an amount without a known label must add up."""
_MOST_ROWS = 200


@dataclass(frozen=True)
class _Row:
    line: int
    name: Span
    amount: Figure
    numbers: tuple[Figure, ...]


def unheaded_items(lines: Sequence[Line], decimal: str) -> Items:
    """The rows directly above the first sum that they add up to; none where nothing adds up."""
    rows: list[_Row] = []
    for index, line in enumerate(lines):
        amounts = amounts_on(line, decimal)
        if not amounts:
            continue
        label = label_of(line, decimal)
        kind = kind_of(label)
        chosen = _adding_up(rows[-_MOST_ROWS:], amounts[-1].value, 1 if kind in _SUMS else _FEWEST_ROWS)
        if chosen:
            return Items(tuple(_item(row) for row in chosen), ((chosen[0].line, chosen[-1].line),))
        if kind in _SUMS or kind in _NO_LINES or is_carried(label):
            continue
        row = _row(line, index, amounts[-1].value, amounts[-1].span, decimal)
        rows += [row] if row else []
    return Items(())


def _row(line: Line, index: int, value: Decimal, span: Span, decimal: str) -> _Row | None:
    """The line as a row: its first cell of words, its numbers and its last amount."""
    cells = [cell for cell in line.cells() if cell.left < span.left]
    name = next((cell for cell in cells if _letters(cell) >= _FEWEST_LETTERS), None)
    if name is None:
        return None
    taken = set(span.tokens)
    words = tuple(token for token in name.tokens if token not in taken)
    numbers = (
        figure_of(cell, decimal, ocr=line.ocr) for cell in cells if cell is not name and taken.isdisjoint(cell.tokens)
    )
    figures = tuple(figure for figure in numbers if figure is not None and not figure.percent)
    return _Row(index, line.span(words or name.tokens), Figure(value, span), figures)


def _letters(cell: Span) -> int:
    return sum(character.isalpha() for token in cell.tokens for character in token.text)


def _adding_up(rows: Sequence[_Row], total: Decimal, fewest: int) -> Sequence[_Row]:
    """The rows directly above a sum that add up to it."""
    added, start = Decimal(0), len(rows)
    while total and start > 0:
        start -= 1
        added += rows[start].amount.value
        if len(rows) - start >= fewest and abs(added - total) <= CENT:
            return rows[start:]
    return ()


def _item(row: _Row) -> Item:
    """The row as an item; of its numbers those two that give its amount are quantity and price."""
    for place, quantity in enumerate(row.numbers):
        for price in row.numbers[place + 1 :]:
            if abs(to_cents(quantity.value * price.value) - row.amount.value) <= CENT and row.amount.value:
                return Item(row.name.text, (row.name,), row.line, row.amount, quantity=quantity, unit_price=price)
    return Item(row.name.text, (row.name,), row.line, row.amount)
