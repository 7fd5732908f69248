"""The amounts of a receipt sorted: labelled sums, amounts of goods, the table of taxes at the foot."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from ocr_engine.local.currency import BEFORE_OR_AFTER
from ocr_engine.local.page import Line, Span, Token
from ocr_engine.local.receipt.labels import Kind, is_tax_summary, kind_of
from ocr_engine.local.receipt.money import Money, money_in, pointless_in
from ocr_engine.local.spelling import fold

_TIMES = re.compile(
    r"\d\s?(?:[x×*@]|un|uds?|pcs?)\s?(?:rm|[$€£])?\s?\d[\d,]*[.,]\d{2}\s*$|^\W?\d+\s?[x×@]\s", re.IGNORECASE
)
_SUMMARY_ROW = re.compile(r"%|\b(?:sr|zr|zrl|zre|os|es|ez|exe?|tx|std|s|z|e|a|b|c|total|iva|vat|gst|sst|mwst|tva)\b")
_APART = 2.2
"""In line heights: a label further above its amount than this is another line's."""
_ALIGNED = 1.5
"""In line heights: how far right ends of one column differ."""
_TOTALS = frozenset({Kind.FINAL, Kind.TOTAL, Kind.SUBTOTAL})
_ENDS_GOODS = frozenset({Kind.FINAL, Kind.TOTAL, Kind.SUBTOTAL, Kind.TAX, Kind.PAYMENT, Kind.CHANGE, Kind.ROUNDING})


@dataclass(frozen=True)
class Sum:
    """A labelled amount."""

    kind: Kind
    amount: Decimal
    label: str
    span: Span
    line: int
    pointless: bool = False


@dataclass(frozen=True)
class Goods:
    """The amount of one line of goods."""

    amount: Decimal
    line: int
    right: float
    span: Span


@dataclass(frozen=True)
class Amounts:
    """Every amount of a receipt by its meaning."""

    sums: tuple[Sum, ...]
    goods: tuple[Goods, ...]
    taxes: tuple[tuple[Decimal, ...], ...]
    """Rows of the tax table, each its amounts from left to right, the row of sums left out."""
    first_sum: int
    """The line of the first sum; the goods stand above."""
    all: tuple[tuple[int, Money], ...]
    """Each amount with its line, in reading order."""


def amounts_of(lines: Sequence[Line], decimal: str) -> Amounts:
    """The amounts of a receipt's lines."""
    found = [money_in(line, decimal) for line in lines]
    sums: list[Sum] = []
    summary = len(lines)
    for index, line in enumerate(lines):
        if not found[index] and is_tax_summary(line.text) and any(each.kind in _TOTALS for each in sums):
            summary = index
            break
        sums += _labelled(lines, index, found) if found[index] else _pointless(line, index)
    first = _first_sum(sums, found, len(lines))
    goods = [each for index in range(first) if (each := _goods(lines[index], index, found[index])) is not None]
    taxes = [row for index in range(summary, len(lines)) if (row := _tax_row(lines[index], found[index])) is not None]
    every = tuple((index, money) for index, moneys in enumerate(found) for money in moneys)
    below = max((each.line for each in goods), default=-1)
    kept = tuple(each for each in sums if each.line >= first or (each.pointless and each.line > below))
    return Amounts(kept, tuple(goods), tuple(taxes), first, every)


def aligned(goods: Sequence[Goods], height: float) -> list[Goods]:
    """Those goods whose amounts end where most of them end: the column of amounts."""
    if not goods:
        return []
    right = median(sorted(each.right for each in goods)[len(goods) // 2 :])
    return [each for each in goods if abs(each.right - right) <= _ALIGNED * height]


def _labelled(lines: Sequence[Line], index: int, found: Sequence[Sequence[Money]]) -> Iterator[Sum]:
    line, moneys = lines[index], found[index]
    end = 0
    kind: Kind | None = None
    label = ""
    for money in moneys:
        words = _words(line, end, money.start)
        if words:
            kind, label = _kind(line, words), " ".join(word.text for word in words)
        elif end == 0:
            kind, label = _neighbour(lines, index, found)
        end = money.end
        if kind is not None:
            yield Sum(kind, money.amount, label, line.span().part(money.start, money.end), index)


def _pointless(line: Line, index: int) -> Iterator[Sum]:
    for money in pointless_in(line):
        words = _words(line, 0, money.start)
        kind = _kind(line, words) if words else None
        if kind is not None:
            label = " ".join(word.text for word in words)
            yield Sum(kind, money.amount, label, line.span().part(money.start, money.end), index, pointless=True)


def _words(line: Line, start: int, end: int) -> list[Token]:
    """The words with letters between two places of the line's text, currencies left out."""
    place, taken, lettered = 0, list[Token](), False
    for token in line.tokens:
        if place >= start and place + len(token.text) <= end + len(token.text) - 1 and place < end:
            own = BEFORE_OR_AFTER.sub("", token.text[: max(0, end - place)])
            lettered = lettered or any(map(str.isalpha, own))
            taken.append(token)
        place += len(token.text) + 1
    return taken if lettered else []


def _kind(line: Line, words: Sequence[Token]) -> Kind | None:
    """The kind named by the nearest cell to the left, or by that cell with those before it."""
    cells = Line(tuple(words), line.page, line.aspect, line.ocr).cells()
    for start in range(len(cells) - 1, -1, -1):
        kind = kind_of(" ".join(cell.text for cell in cells[start:]))
        if kind is not None:
            return kind
    return None


def _neighbour(lines: Sequence[Line], index: int, found: Sequence[Sequence[Money]]) -> tuple[Kind | None, str]:
    """The label that stands alone on the line above, or else below, an amount that stands alone."""
    line = lines[index]
    for other in (index - 1, index + 1):
        if not 0 <= other < len(lines) or found[other] or lines[other].page != line.page:
            continue
        near = abs(lines[other].middle - line.middle) <= _APART * max(line.height, lines[other].height)
        kind = kind_of(lines[other].text) if near else None
        if kind is not None:
            return kind, lines[other].text
    return None, ""


def _first_sum(sums: Sequence[Sum], found: Sequence[Sequence[Money]], lines: int) -> int:
    """The first sum below at least one other amount; on a slip without goods, the first sum of all."""
    marked = [each.line for each in sums if each.kind in _ENDS_GOODS and not each.pointless]
    for line in marked:
        if any(found[index] for index in range(line)):
            return line
    return marked[0] if marked else lines


def _goods(line: Line, index: int, moneys: Sequence[Money]) -> Goods | None:
    if not moneys or (len(moneys) == 1 and _TIMES.search(fold(line.text)[: moneys[-1].end])):
        return None
    last = moneys[-1]
    span = line.span().part(last.start, last.end)
    return Goods(last.amount, index, span.right, span)


def _tax_row(line: Line, moneys: Sequence[Money]) -> tuple[Decimal, ...] | None:
    text = fold(line.text)
    if len(moneys) < 2 or not _SUMMARY_ROW.search(text[: moneys[0].start]) or "total" in text[: moneys[0].start]:  # noqa: PLR2004 - base and tax
        return None
    return tuple(money.amount for money in moneys)
