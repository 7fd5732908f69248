"""The sums of an invoice: which amounts stand beside which labels, and the tax rate by rate."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ocr_engine.local.invoice.words import Kind, kind_of
from ocr_engine.local.page import Line, Span
from ocr_engine.local.table.figure import Amount, amounts_on, number_of, rates_in
from shared.money import CENT

_HIGHEST_RATE = Decimal(40)
_BESIDE_TAX = frozenset({Kind.DISCOUNT, Kind.CHARGE})
_LABEL_ABOVE = 8
"""Lines above an amount in which a column's heading is looked for."""
_CURRENCY = re.compile(r"\b[A-Z]{3}\b|[^\w\s]|[\d.,]+\s?%?")
_NUMBER = re.compile(r"\d{1,2}(?:[.,]\d{1,3})?")


@dataclass(frozen=True)
class Sum:
    """A labelled amount, with the index of its line in the document."""

    kind: Kind
    amount: Decimal
    label: str
    span: Span
    line: int
    column: bool = False
    """True where the label is a column's heading above it."""


@dataclass(frozen=True)
class TaxRow:
    """The tax at one rate, in percent; the base where it is printed."""

    rate: Decimal
    amount: Decimal
    base: Decimal | None
    span: Span
    line: int


def sums_of(lines: Sequence[Line], decimal: str) -> list[Sum]:
    """Every labelled sum, in reading order."""
    found: list[Sum] = []
    amounts = [amounts_on(line, decimal) for line in lines]
    for index, line in enumerate(lines):
        start = 0
        for amount in amounts[index]:
            label = _label(line, start, amount.start)
            if label is not None:
                found.append(Sum(label[0], amount.value, label[1], amount.span, index))
            elif not _CURRENCY.sub("", _words(line, start, amount.start)).strip(" :.()"):
                found += _of_column(lines, amounts, index, amount)
            start = amount.end
    return found


def every_amount(lines: Sequence[Line], decimal: str) -> list[Sum]:
    """Every amount, whatever stands beside it."""
    return [
        Sum(Kind.OTHER, amount.value, "", amount.span, index)
        for index, line in enumerate(lines)
        for amount in amounts_on(line, decimal)
    ]


def tax_rows(lines: Sequence[Line], decimal: str) -> list[TaxRow]:
    """The tax by rate: where rate, base and amount on one line agree, or a rate and one amount stand beside a tax."""
    found: dict[tuple[Decimal, Decimal], TaxRow] = {}
    for index, line in enumerate(lines):
        amounts = amounts_on(line, decimal)
        row = _proved(line, index, amounts, decimal) or _labelled(line, index, amounts)
        if row is not None and ((row.rate, row.amount) not in found or row.base is not None):
            found[row.rate, row.amount] = row
    return list(found.values())


def _words(line: Line, start: int, end: int) -> str:
    return " ".join(token.text for token in line.tokens[start:end])


def _label(line: Line, start: int, end: int) -> tuple[Kind, str] | None:
    """What the words directly before an amount say, taking in more cells to the left until they say something."""
    tokens = line.tokens[start:end]
    if not tokens:
        return None
    cells = Line(tokens, line.page, line.aspect, line.ocr).cells()
    for first in range(len(cells) - 1, -1, -1):
        text = " ".join(cell.text for cell in cells[first:])
        kind = kind_of(text)
        if kind is Kind.TAX and first > 0 and kind_of(cells[0].text) in _BESIDE_TAX:
            # `Discount … 7 % VAT … 0.06`: the rate says how the discount is taxed.
            return kind_of(cells[0].text) or kind, cells[0].text
        if kind is not None:
            return kind, text
    return None


def _of_column(lines: Sequence[Line], amounts: Sequence[Sequence[Amount]], index: int, amount: Amount) -> Iterator[Sum]:
    """An amount under a column's heading that names a sum."""
    page = lines[index].page
    for above in range(index - 1, max(-1, index - 1 - _LABEL_ABOVE), -1):
        if lines[above].page != page:
            return
        over = [
            cell
            for cell in lines[above].cells()
            if min(cell.right, amount.span.right) > max(cell.left, amount.span.left)
        ]
        if amounts[above] or not over:
            continue
        kind = kind_of(over[0].text)
        if kind is not None:
            yield Sum(kind, amount.value, over[0].text, amount.span, index, column=True)
        return


def _proved(line: Line, index: int, amounts: Sequence[Amount], decimal: str) -> TaxRow | None:
    if len(amounts) < 2:  # noqa: PLR2004 - base and tax
        return None
    taken = {place for amount in amounts for place in range(amount.start, amount.end)}
    rates = [
        value
        for place, token in enumerate(line.tokens)
        if place not in taken
        and (hit := _NUMBER.match(token.text.lstrip("(")))
        and (value := number_of(hit[0], decimal)) is not None
        and 0 < value < _HIGHEST_RATE
    ]
    rates += [amount.value for amount in amounts if 0 < amount.value < _HIGHEST_RATE]
    for rate in rates:
        for base in amounts:
            for tax in amounts:
                if (
                    base is not tax
                    and rate not in {base.value, tax.value}
                    and tax.value
                    and abs(base.value * rate / 100 - tax.value) <= CENT * 2
                ):
                    return TaxRow(rate, tax.value, base.value, tax.span, index)
    return None


def _labelled(line: Line, index: int, amounts: Sequence[Amount]) -> TaxRow | None:
    for amount in amounts[:2]:
        label = _label(line, 0, amount.start)
        if label is None or label[0] is not Kind.TAX:
            continue
        rate = next(rates_in(_words(line, 0, amount.start)), None)
        if rate is None or rate >= _HIGHEST_RATE:
            return None
        if len(amounts) > 1 and rate == 0:
            return TaxRow(rate, Decimal(0), amounts[0].value, amount.span, index)
        if len(amounts) == 1:
            return TaxRow(rate, amount.value, None, amount.span, index)
    return None
