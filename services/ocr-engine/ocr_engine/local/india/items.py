"""The goods and services of a GST invoice, and its tax summary by HSN, out of the tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ocr_engine.local.india.cells import POINT, TAXES, Tax, discounts_of, taxes_of, whole_rate
from ocr_engine.local.india.headings import TABLES
from ocr_engine.local.india.kinds import Kind, kind_of
from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import fold, repair_digits
from ocr_engine.local.table.figure import Figure, amounts_on, figure_of
from ocr_engine.local.table.reader import Table, find_tables, label_of
from ocr_engine.local.table.rows import Row
from shared.money import CENT, to_cents

_HSN = re.compile(r"(?<!\d)\d{2}(?:[ .]?\d{2}){1,3}(?!\d)")
_SERIAL = re.compile(r"^\W*\d{1,3}\s?[.)]?\s+(?=\D)")
_NOTE = re.compile(
    r"^\W*(?:batch|lot|exp|mfg|mfd|serial|s/?n\b|imei|hsn|sac|warranty|model no|mrp|gstin|colou?r\s*:"
    r"|size\s*:)\b.*|^\W*$"
)
_UNIT = re.compile(r"[A-Za-z][A-Za-z. ]{0,11}")
_SAME_NAME = 1.9
"""In line heights: the widest step between two lines of a name."""
_HALF = Decimal("0.5")
_HUNDRED = Decimal(100)
RATES = tuple(Decimal(each) for each in ("18", "5", "12", "28", "0", "40", "3", "1.5", "0.25", "0.1", "6", "7.5", "1"))
"""Rates of GST, now or once in force, the usual ones first."""
_LONGEST_NAME = 8
_FOLLOWING = frozenset({Kind.CHARGE, Kind.CHARGE_TAX, Kind.DISCOUNT})


@dataclass(frozen=True)
class Item:
    """A line as printed; what is not printed is None."""

    name: str
    spans: tuple[Span, ...]
    line: int
    hsn: Span | None
    code: str | None
    qty: Figure | None
    unit: str | None
    rate: Figure | None
    mode: str | None
    """`WITH_TAX` or `WITHOUT_TAX` where the heading, or else the figures, say so."""
    discounts: tuple[Decimal, ...]
    off: Decimal | None
    """Rupees off the whole line."""
    gst_rate: Decimal | None
    taxes: dict[str, Tax]
    amount: Figure | None
    net: Figure | None
    """The taxable value, where it has a column of its own."""
    total: Figure | None
    """The amount with tax, likewise."""

    @property
    def tax(self) -> Decimal | None:
        """All printed taxes of the line."""
        amounts = [tax.amount for tax in self.taxes.values() if tax.amount is not None]
        return sum(amounts, Decimal(0)) if amounts else None


@dataclass(frozen=True)
class SummaryRow:
    """A row of the tax summary."""

    hsn: str | None
    span: Span | None
    taxable: Figure | None
    taxes: dict[str, Tax]
    total: Figure | None
    line: int

    @property
    def rate(self) -> Decimal | None:
        """The whole GST rate."""
        return whole_rate(self.taxes, None)


@dataclass(frozen=True)
class Tables:
    """What the tables of the paper hold."""

    items: tuple[Item, ...]
    charges: tuple[Item, ...]
    """Rows among the goods that are freight and the like."""
    summary: tuple[SummaryRow, ...]
    lines: frozenset[int]
    """Lines of the paper that rows stand on."""
    first: int
    """The line of the first heading; past the last line where there is none."""
    goods: tuple[Table, ...]


def read_tables(lines: Sequence[Line]) -> Tables:
    """Every table of goods, in order, and the summaries; the line numbers are those of `lines`."""
    tables = find_tables(lines, TABLES, POINT)
    goods = [table for table in tables if _is_goods(table)]
    if any(table.has("rate") or table.has("qty") or table.has("rate_with_tax") for table in goods):
        goods = [table for table in goods if table.has("rate") or table.has("qty") or table.has("rate_with_tax")]
    taken = {id(table) for table in goods}
    items: list[Item] = []
    charges: list[Item] = []
    used: set[int] = set()
    for table in goods:
        for whole in table.rows:
            row, apart = _without_sums(whole, lines)
            item = _item(row, table, lines)
            if item is None:
                continue
            used.update(set(range(row.first, row.last + 1)) - apart)
            bare = item.qty is None and item.rate is None
            kind = kind_of(item.name)
            if bare and kind in {Kind.DISCOUNT, Kind.ROUND_OFF, Kind.TCS, Kind.TOTAL, Kind.SUM, Kind.OTHER}:
                used.difference_update(range(row.first, row.last + 1))
            elif kind is Kind.CHARGE and (item.qty is None or (item.qty.value == 1 and item.hsn is None)):
                charges.append(item)
            else:
                items.append(item)
    summary = [
        _summary(row, table) for table in tables if id(table) not in taken and _is_summary(table) for row in table.rows
    ]
    summary = [row for row in summary if row is not None]
    used.update(row.line for row in summary if row)
    first = min((table.first for table in tables), default=len(lines))
    return Tables(
        tuple(items), tuple(charges), tuple(row for row in summary if row), frozenset(used), first, tuple(goods)
    )


def _without_sums(row: Row, lines: Sequence[Line]) -> tuple[Row, set[int]]:
    """A row without the lines of charges and discounts that directly follow it, and those lines."""
    apart = {
        index
        for index in range(row.anchor + 1, row.last + 1)
        if kind_of(label_of(lines[index], POINT)) in _FOLLOWING and amounts_on(lines[index], POINT)
    }
    if not apart:
        return row, apart
    gone = {id(token) for index in apart for token in lines[index].tokens}
    texts = {key: tuple(part for part in parts if id(part.tokens[0]) not in gone) for key, parts in row.texts.items()}
    return replace(row, texts={key: parts for key, parts in texts.items() if parts}), apart


def _is_goods(table: Table) -> bool:
    figures = any(table.has(key) for key in ("qty", "rate", "amount", "rate_with_tax", "total", "taxable"))
    named = table.has("name") or (table.has("qty") and (table.has("rate") or table.has("rate_with_tax")))
    return figures and named


def _is_summary(table: Table) -> bool:
    taxed = any(table.has(key) for tax in TAXES for key in (tax, f"{tax}_rate")) or table.has("gst_amount")
    return taxed and (table.has("taxable") or table.has("amount")) and not table.has("qty")


def _item(row: Row, table: Table, lines: Sequence[Line]) -> Item | None:
    name, spans = _name(row, table)
    taxes, told = taxes_of(row, lines[row.anchor].ocr)
    incl = row.figure("rate_with_tax")
    rate = row.figure("rate") or incl or row.figure("mrp")
    amount = row.figure("taxable") or row.figure("amount") or row.figure("total") or row.figure("gross")
    qty = row.figure("qty")
    if rate is None and amount is None:
        return None
    if not name and qty is None:
        return None
    percents, off = discounts_of(row, table, lines[row.anchor].ocr)
    net, total = _net_and_total(row)
    item = Item(
        name=name,
        spans=spans,
        line=row.anchor,
        hsn=_hsn(row, name),
        code=row.text("code") or None,
        qty=qty,
        unit=_unit(row, qty, rate),
        rate=rate,
        mode=_mode(rate, incl),
        discounts=percents,
        off=off,
        gst_rate=whole_rate(taxes, told),
        taxes={key: tax for key, tax in taxes.items() if key in TAXES},
        amount=amount,
        net=net,
        total=total,
    )
    return _settled(item)


def _mode(rate: Figure | None, incl: Figure | None) -> str | None:
    """Whether the price taken holds the tax, where the headings tell; None where they do not."""
    if incl is None:
        return None
    return "WITH_TAX" if rate is incl else "WITHOUT_TAX"


def _net_and_total(row: Row) -> tuple[Figure | None, Figure | None]:
    """The line's amounts before and with tax; a plain amount is whichever of them the other leaves it to be."""
    net, total, amount = (row.figure(key) for key in ("taxable", "total", "amount"))
    if net is None:
        return (amount if total is not None else None), total
    if total is None and amount is not None and amount.value > net.value and amount.span.left > net.span.left:
        return net, amount
    return net, total


def _settled(item: Item) -> Item:
    """The line with what its own figures decide: percent or rupees in the discount column, and the price mode."""
    if item.qty is None or item.rate is None or item.amount is None or not item.qty.value:
        return item
    gross = item.qty.value * item.rate.value
    tax = 1 + (item.gst_rate or Decimal(0)) / _HUNDRED
    slack = CENT * 2 + abs(item.qty.value) * CENT / 2
    value = item.net or (item.amount if item.total is None else None)
    wanted = value.value if value else item.amount.value / tax

    def near(each: Decimal) -> bool:
        return abs(each - wanted) <= slack

    if len(item.discounts) == 1 and item.off is None and gross:
        off = item.discounts[0]
        by_percent = gross * (1 - off / _HUNDRED)
        if not (near(by_percent) or near(by_percent / tax)) and (near(gross - off) or near((gross - off) / tax)):
            item = replace(item, discounts=(), off=off)
    if item.mode is not None:
        return item
    left = gross
    for percent in item.discounts:
        left *= 1 - percent / _HUNDRED
    left -= item.off or Decimal(0)
    if tax == 1:
        return item
    proven = item.net is not None or item.total is not None or item.tax is not None
    if proven and near(left):
        return replace(item, mode="WITHOUT_TAX")
    if (item.net is not None or item.tax is not None) and near(left / tax):
        return replace(item, mode="WITH_TAX")
    return item


def _name(row: Row, table: Table) -> tuple[str, tuple[Span, ...]]:
    taken: list[Span] = []
    for part in row.parts("name"):
        folded = fold(part.text)
        if _NOTE.match(folded):
            if taken:
                break
            continue
        if taken and (
            part.tokens[0].middle - taken[-1].tokens[0].middle > _SAME_NAME * part.tokens[0].height
            or len(taken) >= _LONGEST_NAME
        ):
            break
        taken.append(part)
    text = " ".join(part.text for part in taken)
    if not row.parts("serial"):
        text = _SERIAL.sub("", text)
    if not table.has("hsn"):
        text = re.sub(r"\W*\b(?:HSN|SAC)(?:/SAC)?(?: ?code)?\W*\d{4,8}\W*$", "", text, flags=re.IGNORECASE)
    return text.strip(" :|-"), tuple(taken)


def _hsn(row: Row, name: str) -> Span | None:
    for part in row.parts("hsn"):
        text = repair_digits(part.text)
        hit = _HSN.search(text)
        if hit:
            return part.part(hit.start(), hit.end())
    for part in row.parts("name"):
        hit = re.search(r"\b(?:HSN|SAC)\b[^\d]{0,14}(\d{4,8})", part.text, re.IGNORECASE)
        if hit and name:
            return part.part(hit.start(1), hit.end(1))
    return None


def digits_of(span: Span) -> str:
    """The digits of an HSN code."""
    return "".join(re.findall(r"\d", repair_digits(span.text)))


def _unit(row: Row, qty: Figure | None, rate: Figure | None) -> str | None:
    printed = row.text("unit").strip(" ./")
    if not printed and qty is not None:
        printed = qty.rest
    if not printed and rate is not None and "/" in rate.rest:
        printed = rate.rest.rpartition("/")[2]
    words = _UNIT.fullmatch(printed.strip(" ./()-"))
    return words[0].strip(" .").upper() if words else None


def _summary(row: Row, table: Table) -> SummaryRow | None:
    taxable = row.figure("taxable") or row.figure("amount")
    if taxable is None:
        return None
    label = fold(f"{row.text('hsn')} {row.text('name')} {row.text('serial')}")
    if kind_of(label.strip()) in {Kind.SUM, Kind.SUBTOTAL, Kind.TOTAL}:
        return None
    taxes, told = taxes_of(row, ocr=False)
    if told is not None and not any(tax.rate for tax in taxes.values()):
        taxes = {key: _with_rate(key, tax, told) for key, tax in taxes.items()}
    hsn = _hsn(row, "")
    last = row.figure("total") if table.has("taxable") else None
    amount = " ".join(part.text for part in row.parts("gst_amount"))
    of_tax = row.parts("gst_amount")
    total = last or (figure_of(of_tax[-1], POINT) if amount else None)
    return SummaryRow(digits_of(hsn) if hsn else None, hsn, taxable, taxes, total, row.anchor)


def _with_rate(key: str, tax: Tax, told: Decimal) -> Tax:
    return replace(tax, rate=told if key == "igst" else told * _HALF) if key != "cess" else tax


def shown_rate(item: Item) -> Decimal | None:
    """The rate in force that the line's printed taxes are of its value; None where they are of none."""
    value = item.net or item.amount
    if item.tax is None or value is None or value.value <= 0:
        return None
    values = (value.value, value.value - item.tax)
    found = (
        rate for base in values if base > 0 for rate in RATES if abs(base * rate / _HUNDRED - item.tax) <= CENT * 2
    )
    return next(found, None)


def fits(item: Item) -> bool:
    """Whether quantity, rate and discounts lead to the amount."""
    if item.qty is None or item.rate is None or item.amount is None:
        return False
    left = item.qty.value * item.rate.value
    for percent in item.discounts:
        left *= 1 - percent / _HUNDRED
    left -= item.off or Decimal(0)
    tax = 1 + (item.gst_rate or Decimal(0)) / _HUNDRED
    slack = CENT * 2 + abs(item.qty.value) * CENT / 2
    return any(abs(to_cents(each) - item.amount.value) <= slack for each in (left, left * tax, left / tax))
