"""The sums below the lines: values, taxes, discounts, charges, TCS, round-off and the total, one joint choice."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ocr_engine.local.india.cells import POINT
from ocr_engine.local.india.items import Tables
from ocr_engine.local.india.kinds import Kind, is_carried, kind_of
from ocr_engine.local.india.spelled import spelled_amount
from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import fold
from ocr_engine.local.table.figure import amounts_on, figure_of, rates_in
from shared.money import CENT

_NEGATIVE = re.compile(r"\(\s*-\s*\)|^\W*less\b|\(less\)|\s-\s*$|-$")
_QUANTITY = re.compile(r"[\d,.]+\s*[a-z]{0,6}\.?")
_IDLE = re.compile(r"^[\W\d%]*(?:rs|inr)?[\W\d%]*$")
_WORDS = re.compile(
    r"\bwords?\b|\brupees?\b|\brs\.? ?[a-z]{3}|\bonly\b\W*$|\binr\b.*\b(?:thousand|hundred|lakh|lac|crore)\b"
)
_ONLY = re.compile(r"\bonly\b|\bpaise\b")
_RUPEE = Decimal(1)
_LARGEST_ROUND_OFF = 100
_WORD_LINES = 3
_MOST_SPELLED = 40
_FEWEST_BOXES = 3
_ABOVE = 2.0
"""In line heights: how far beside its label an amount below it may stand."""


@dataclass(frozen=True)
class Sum:
    """A sum, its label and what it is."""

    kind: Kind
    value: Decimal
    label: str
    span: Span
    line: int
    rate: Decimal | None = None


@dataclass(frozen=True)
class InWords:
    """The amount in words."""

    text: str
    value: Decimal
    span: Span
    line: int


@dataclass
class Totals:
    """The chosen sums; None where there is none."""

    subtotal: Sum | None = None
    taxes: dict[Kind, list[Sum]] = field(default_factory=dict)
    tax: Sum | None = None
    """A printed total of all taxes."""
    total: Sum | None = None
    discounts: list[Sum] = field(default_factory=list)
    charges: list[Sum] = field(default_factory=list)
    charge_taxes: list[Sum] = field(default_factory=list)
    tcs: Sum | None = None
    round_off: Sum | None = None
    words: InWords | None = None
    by_columns: bool = False
    """Whether the taxes are the sums under the goods' columns, which leave out those of charges."""
    summary_tax: Decimal | None = None
    """What the tax summary adds up to."""
    proven: bool = False
    """Whether the words, or the other sums, bear the total out."""

    @property
    def gst(self) -> Decimal | None:
        """The GST total: as printed, or the printed taxes added up."""
        more = sum((row.value for row in self.charge_taxes), Decimal(0)) if self.by_columns else Decimal(0)
        if self.tax is not None:
            return self.tax.value + more
        each = [row.value for rows in self.taxes.values() for row in rows] + ([more] if more else [])
        return sum(each, Decimal(0)) if each else self.summary_tax

    @property
    def rates(self) -> set[Decimal]:
        """The whole GST rates that the labels of the taxes tell."""
        return {
            row.rate * (1 if kind is Kind.IGST else 2)
            for kind, rows in self.taxes.items()
            for row in rows
            if row.rate is not None and kind is not Kind.CESS
        }


def read_totals(lines: Sequence[Line], tables: Tables) -> Totals:
    """The sums of the paper."""
    sums = [
        each for index, line in enumerate(lines) if index not in tables.lines for each in _sums(line, index, tables)
    ]
    for index in range(1, len(lines)):
        if index not in tables.lines:
            sums += _boxed(lines[index - 1], lines[index], index)
    columns = list(_column_sums(lines, tables))
    seen = Totals(words=_in_words(lines))
    seen.round_off = _round_off(sums)
    seen.tcs = next((each for each in reversed(sums) if each.kind is Kind.TCS), None)
    seen.discounts = [each for each in _once(sums) if each.kind is Kind.DISCOUNT and each.value]
    seen.charges = [each for each in _once(sums) if each.kind is Kind.CHARGE and each.value]
    _choose_subtotal(seen, sums, columns)
    for kind in (Kind.CGST, Kind.SGST, Kind.IGST, Kind.CESS):
        rows = [each for each in _once(sums) if each.kind is kind]
        if rows:
            seen.taxes[kind] = _parts(rows)
    seen.tax = next((each for each in sums if each.kind is Kind.TAX), None)
    seen.charge_taxes = [each for each in _once(sums) if each.kind is Kind.CHARGE_TAX]
    if seen.tax is None and not seen.taxes:
        seen.by_columns = True
        for each in columns:
            if each.kind in {Kind.CGST, Kind.SGST, Kind.IGST, Kind.CESS}:
                seen.taxes[each.kind] = [each]
            elif each.kind is Kind.TAX:
                seen.tax = each
    _choose_total(seen, sums, columns, tables, lines)
    _drop_impossible(seen)
    if tables.summary:
        seen.summary_tax = sum(
            (tax.amount or Decimal(0) for row in tables.summary for tax in row.taxes.values()), Decimal(0)
        )
    return seen


def _drop_impossible(seen: Totals) -> None:
    """Leave out taxes that are more than half of the total: no rate is that high."""
    most = abs(seen.total.value) / 2 if seen.total else None
    if most is None:
        return
    if seen.tax is not None and abs(seen.tax.value) > most:
        seen.tax = None
    if abs(seen.gst or Decimal(0)) > most:
        seen.taxes = {}


def _sums(line: Line, index: int, tables: Tables) -> Iterator[Sum]:
    """Every sum on a line with the label left of it."""
    if index < tables.first and tables.goods:
        return
    amounts = amounts_on(line, POINT)
    tokens = line.tokens
    spans = [(each.start, each.end, each.value, each.span) for each in amounts]
    if not spans:
        cells = line.cells()
        figure = figure_of(cells[-1], POINT, ocr=line.ocr) if len(cells) > 1 else None
        if figure is None or figure.percent:
            return
        start = len(tokens) - len(cells[-1].tokens)
        spans = [(start, len(tokens), figure.value, cells[-1])]
    end = 0
    for start, stop, value, span in spans:
        label, kind = _label(line, end, start)
        end = stop
        if kind is None or is_carried(fold(label)):
            continue
        rates = list(rates_in(label))
        percent = next(rates_in(line.span(tokens[:start]).text), None) if kind is not Kind.CHARGE and start else None
        signed = -abs(value) if kind is Kind.ROUND_OFF and _is_negative(line, start, label) else value
        yield Sum(kind, signed, label, span, index, rates[0] if rates else percent)


def _boxed(above: Line, line: Line, index: int) -> Iterator[Sum]:
    """The sums of a line of amounts alone, each under its label."""
    cells = line.cells()
    if len(cells) < _FEWEST_BOXES or above.page != line.page or any(map(str.isalpha, line.text.replace("Rs", ""))):
        return
    for cell in cells:
        found = figure_of(cell, POINT, ocr=line.ocr)
        over = min(above.cells(), key=lambda each: _apart(each, cell))
        kind = kind_of(over.text) if _apart(over, cell) < _ABOVE * line.height else None
        if kind is not None and found is not None:
            value = -abs(found.value) if kind is Kind.ROUND_OFF and "(-)" in cell.text else found.value
            yield Sum(kind, value, over.text, cell, index, next(rates_in(over.text), None))


def _apart(one: Span, other: Span) -> float:
    """How far apart two cells stand across the page; 0 where one is above the other."""
    return max(one.left - other.right, other.left - one.right, 0.0)


def _is_negative(line: Line, start: int, label: str) -> bool:
    before = " ".join(token.text for token in line.tokens[max(0, start - 2) : start])
    here = " ".join(token.text for token in line.tokens[start : start + 1])
    return bool(_NEGATIVE.search(fold(label)) or _NEGATIVE.search(before) or "(-)" in here)


def _label(line: Line, begin: int, start: int) -> tuple[str, Kind | None]:
    """The nearest cell left of an amount that names a kind; quantities and rates between are passed over."""
    tokens = line.tokens[begin:start]
    if not tokens:
        return "", None
    cells = [cell for cell in line.cells() if cell.tokens[0] in tokens or cell.tokens[-1] in tokens]
    texts: list[str] = []
    for cell in reversed(cells):
        own = [token.text for token in cell.tokens if token in tokens]
        text = " ".join(own)
        folded = fold(text).strip()
        if _IDLE.match(folded) or folded in {":", "@"}:
            continue
        texts.insert(0, text)
        kind = kind_of(" ".join(texts)) or kind_of(text)
        if kind is not None:
            return " ".join(texts), kind
        if not _QUANTITY.fullmatch(folded):
            return text, None
    return " ".join(texts), None


def _once(sums: Iterable[Sum]) -> list[Sum]:
    """The sums without those that are printed again (a second copy, a recapitulation)."""
    found: list[Sum] = []
    for each in sums:
        if all(
            (each.kind, each.value, each.label.lower()) != (one.kind, one.value, one.label.lower()) for one in found
        ):
            found.append(each)
    return found


def _parts(rows: list[Sum]) -> list[Sum]:
    """A tax's rows without one that adds up the others."""
    for each in rows:
        others = [row for row in rows if row is not each]
        if len(others) > 1 and abs(sum((row.value for row in others), Decimal(0)) - each.value) <= CENT:
            return others
    return rows


def _round_off(sums: Sequence[Sum]) -> Sum | None:
    rows = [each for each in sums if each.kind is Kind.ROUND_OFF and abs(each.value) < _LARGEST_ROUND_OFF]
    return rows[-1] if rows else None


def _choose_subtotal(seen: Totals, sums: Sequence[Sum], columns: Sequence[Sum]) -> None:
    named = [each for each in sums if each.kind is Kind.SUBTOTAL]
    taxable = [each for each in named if "tax" in each.label.lower() or "assess" in each.label.lower()]
    found = taxable or named or [each for each in columns if each.kind is Kind.SUBTOTAL]
    seen.subtotal = found[-1] if found else None


_COLUMN_KINDS = {
    "taxable": Kind.SUBTOTAL,
    "cgst": Kind.CGST,
    "sgst": Kind.SGST,
    "igst": Kind.IGST,
    "cess": Kind.CESS,
    "gst_amount": Kind.TAX,
    "amount": Kind.SUM,
    "total": Kind.SUM,
}


def _column_sums(lines: Sequence[Line], tables: Tables) -> Iterator[Sum]:
    """The sums under the columns of the goods, in the row that says `Total`."""
    for table in tables.goods[-1:]:
        last = max(row.last for row in table.rows)
        for index in range(last + 1, min(last + 4, len(lines))):
            line = lines[index]
            words = fold(" ".join(token.text for token in line.tokens if any(map(str.isalpha, token.text))))
            if not re.match(r"\W*(?:grand |sub ?)?total\b", words):
                continue
            for each in amounts_on(line, POINT):
                middle = (each.span.left + each.span.right) / 2
                column = next(column for column in table.columns if middle < column.right)
                key = next((key for key in column.keys if key in _COLUMN_KINDS), None)
                if key is not None:
                    yield Sum(_COLUMN_KINDS[key], each.value, words, each.span, index)
            return


def _in_words(lines: Sequence[Line]) -> InWords | None:
    """The largest amount that is written out in words; taxes are often written out too."""
    found: list[InWords] = []
    for index, line in enumerate(lines):
        if len(found) >= _MOST_SPELLED:
            break
        for cell in line.cells():
            folded = fold(cell.text)
            if not _WORDS.search(folded):
                continue
            text, value = cell.text, spelled_amount(cell.text)
            for below in lines[index + 1 : index + _WORD_LINES]:
                if _ONLY.search(fold(text)):
                    break
                under = [each for each in below.cells() if each.left < cell.right and each.right > cell.left]
                more = f"{text} {under[0].text}" if under else text
                longer = spelled_amount(more)
                if longer is None or (value is not None and longer == value and not _ONLY.search(fold(more))):
                    break
                text, value = more, longer
            if value is not None and value > 0:
                cut = re.sub(r"^.*?\bwords?\)?\s*[:\-.]*\s*", "", text, flags=re.IGNORECASE)
                found.append(InWords(cut.strip() or text, value, cell, index))
    return max(found, key=lambda each: each.value, default=None)


def _choose_total(
    seen: Totals, sums: Sequence[Sum], columns: Sequence[Sum], tables: Tables, lines: Sequence[Line]
) -> None:
    strong = [each for each in sums if each.kind is Kind.TOTAL]
    bare = [each for each in sums if each.kind is Kind.SUM]
    candidates = [*reversed(strong), *reversed(bare), *(each for each in columns if each.kind is Kind.SUM)]
    words = seen.words.value if seen.words else None
    if words is not None and all(abs(each.value - words) >= _RUPEE for each in candidates):
        candidates += _unlabelled(lines, words)
    if not candidates:
        return
    expected = _expected(seen, tables)

    def merit(each: Sum) -> tuple[bool, bool, bool, Decimal]:
        spelled = words is not None and abs(each.value - words) < _RUPEE
        fitting = any(abs(each.value - value) <= _RUPEE for value in expected)
        return spelled, fitting, each.kind is Kind.TOTAL, each.value

    seen.total = max(candidates, key=merit)
    seen.proven = merit(seen.total)[0] or merit(seen.total)[1]
    if seen.subtotal is None:
        # A bare total above the taxes is the value without them.
        values = {item.amount.value for item in tables.items if item.amount}
        lines_total = sum((item.amount.value for item in tables.items if item.amount), Decimal(0))
        seen.subtotal = next(
            (each for each in bare if each is not seen.total and len(values) and abs(each.value - lines_total) <= CENT),
            None,
        )


def _unlabelled(lines: Sequence[Line], words: Decimal) -> Iterator[Sum]:
    """Amounts of any label, or none, that are what the words say."""
    for index, line in enumerate(lines):
        for cell in line.cells():
            found = figure_of(cell, POINT, ocr=line.ocr)
            if found is not None and abs(found.value - words) < _RUPEE:
                yield Sum(Kind.SUM, found.value, "", cell, index)


def _expected(seen: Totals, tables: Tables) -> list[Decimal]:
    """What the total should be by the other sums."""
    goods = [item.net or item.amount for item in tables.items]
    bases = [seen.subtotal.value] if seen.subtotal else []
    if goods and all(goods):
        bases.append(sum((each.value for each in goods if each), Decimal(0)))
    gst = seen.gst or Decimal(0)
    more = (seen.tcs.value if seen.tcs else Decimal(0)) + (seen.round_off.value if seen.round_off else Decimal(0))
    charges = sum((each.value for each in seen.charges), Decimal(0))
    cuts = sum((abs(each.value) for each in seen.discounts), Decimal(0))
    return [
        base + gst + more + extra - cut
        for base in bases
        for extra in {Decimal(0), charges}
        for cut in {Decimal(0), cuts}
    ]
