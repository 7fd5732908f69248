"""The sums of an invoice: which amounts stand beside which labels."""

import re
from dataclasses import dataclass
from decimal import Decimal

from ocr_engine.local.amounts import parse_money, without_currency
from ocr_engine.local.lumis.labels import Kind, kind_of
from ocr_engine.local.page import Line, Span, Token

_GROUP = re.compile(r"[,.]\d{3}[.,]\d{2}|[,.]\d{2}|0\d{2}[.,]\d{2}")
"""What can only be the rest of an amount whose first figures stand before it: no price begins with a zero."""
_SIGN_BESIDE = 3.0
"""In line heights: a currency's sign further off belongs to the label, and its box is no part of the amount's."""
_AFTER_SIGN = re.compile(r"\d{3}[.,]\d{2}")
"""The rest where a currency's sign stands before the first figures: `B/. 2 140.00`."""


@dataclass(frozen=True)
class Sum:
    """A labelled amount, with the index of its line in the document."""

    kind: Kind
    amount: Decimal
    label: str
    span: Span
    line: int


@dataclass(frozen=True)
class Money:
    """An amount on a line: the words it is written in and their positions on the line."""

    amount: Decimal
    tokens: tuple[Token, ...]
    start: int
    end: int


def money_on(line: Line, decimal: str) -> list[Money]:
    """The amounts on a line, left to right; percentages are none."""
    found: list[Money] = []
    tokens = line.tokens
    index = 0
    while index < len(tokens):
        for width in (2, 1):
            part = tokens[index : index + width]
            if len(part) < width or _is_percentage(tokens, index + width - 1):
                continue
            if width > 1 and (parse_money(part[0].text, decimal) is not None or not _joined(part, tokens[:index])):
                continue
            amount = parse_money("".join(token.text for token in part), decimal)
            if amount is not None:
                found.append(Money(amount, tuple(part), index, index + width))
                index += width - 1
                break
        index += 1
    return found


def sums_of(lines: tuple[Line, ...], decimal: str) -> list[Sum]:
    """Every labelled sum of the document in reading order; a label without an amount takes the one below it."""
    found: list[Sum] = []
    for index, line in enumerate(lines):
        amounts = money_on(line, decimal)
        if amounts:
            found += _beside(line, index, amounts)
        elif index + 1 < len(lines) and lines[index + 1].page == line.page:
            found += _below(line, lines[index + 1], index, decimal)
    return found


def label_kind(line: Line, before: int | None = None) -> Kind | None:
    """The kind named by the words directly before a position (by default the whole line), in its last cells."""
    tokens = line.tokens if before is None else line.tokens[:before]
    if not tokens:
        return None
    cells = Line(tokens, line.page, line.aspect, line.ocr).cells()
    for start in range(len(cells) - 1, -1, -1):
        kind = kind_of(" ".join(cell.text for cell in cells[start:]))
        if kind is not None:
            return kind
    return None


def _beside(line: Line, index: int, amounts: list[Money]) -> list[Sum]:
    found = []
    start = 0
    for money in amounts:
        part = Line(line.tokens[start : money.start], line.page, line.aspect, line.ocr) if money.start > start else None
        kind = label_kind(part) if part else None
        if kind is not None and part is not None:
            found.append(Sum(kind, money.amount, part.text, line.span(money.tokens), index))
        start = money.end
    return found


def _below(line: Line, following: Line, index: int, decimal: str) -> list[Sum]:
    cells = line.cells()
    labelled = [(kind, cell) for cell in cells if (kind := kind_of(cell.text)) is not None]
    amounts = money_on(following, decimal)
    # Where other words stand between, the line is a table's heading.
    if not labelled or len(labelled) < len(cells) or not amounts or label_kind(following, amounts[0].start) is not None:
        return []
    if len(labelled) == 1 and labelled[0][0] is not Kind.TOTAL:
        return []
    found = []
    for kind, cell in labelled:
        for money in amounts:
            span = following.span(money.tokens)
            if min(span.right, cell.right) > max(span.left, cell.left):
                found.append(Sum(kind, money.amount, cell.text, span, index + 1))
                break
    return found


def _is_percentage(tokens: tuple[Token, ...], index: int) -> bool:
    return tokens[index].text.endswith("%") or (index + 1 < len(tokens) and tokens[index + 1].text.startswith("%"))


def _joined(part: tuple[Token, ...], before: tuple[Token, ...]) -> bool:
    """True where a lone currency sign or a digit group stands close before its rest (`B/. 12.00`, `1, 250.00`)."""
    first, second = part
    close = second.left - first.right < second.height
    alone = not without_currency(first.text + "0").strip("0")
    figures = without_currency(first.text)
    if figures.isdigit() and close and (figures != first.text or (before and not without_currency(before[-1].text))):
        return _GROUP.fullmatch(second.text) is not None or _AFTER_SIGN.fullmatch(second.text) is not None
    if first.text[:1].isdigit() and close:
        return first.text[-1:] in ",." or _GROUP.fullmatch(second.text) is not None
    return alone and second.left - first.right < _SIGN_BESIDE * second.height
