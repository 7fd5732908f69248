"""From a table's rows to the lines of the invoice: names over several rows, `2 x 1.50` beside or around them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal

from ocr_engine.local.lumis.labels import Column, Kind
from ocr_engine.local.lumis.sums import label_kind, money_on
from ocr_engine.local.lumis.table import Figure, Row, Table, find_tables, parse_row
from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import fold, repair_letters
from shared.money import CENT, to_cents

_RATE_MARK = re.compile(
    r"[\s~·.\-]*(?:[(\[]\s*(?:[A-Z*]{1,2}|EXE(?:NTO)?|GRAV|\d{1,2}(?:[.,]\d+)?\s*\S?)\s*[)\]]?|(?<=\s)(?:7|10|15|0)\s?%)\s*$",
    re.IGNORECASE,
)
_POUNDS = re.compile(r"(?<![\d.])(\d{1,2})1b\b", re.IGNORECASE)
"""`21b` is how recognition sees `2lb`."""
_ONE = re.compile(r"\b[lI|](?=(?:gal|gl|lt|kg|un|und|lb|oz|ml|mm|cm)\b)", re.IGNORECASE)
"""`lgal` is how it sees `1gal`."""
_LONG_CODE = re.compile(r"\d{6,}")
_CODE_LINE = re.compile(r"[A-Z]{0,3}[-#]?\d{6,14}(?:[-.]\d+)?")
"""A bar code or an article's number on a line of its own: the next line begins another line of the invoice."""
_TIMES_LEFT = re.compile(r"^[xX×*]\s+(?=\S)|(?<=\S)\s+\d{1,4}(?:[.,]\d{1,3})?\s*[@xX×*]$")
"""What is left of `2 x` where the name stands behind it, or of `2 @` where the price does."""
_TAIL = re.compile(r"[\s.~_=:\-]*$")
_NOT_AN_ITEM = re.compile(
    r"(?:gracias|no se aceptan|consulte|cufe|autorizacion|protocolo|proveedor|pagina|page|cajero|fecha|ruc|dgi)\b"
    r"|(?:documento|caja|vendedor|hora|tel|cliente)\b\.?\s*(?:$|[:#]|n[o.]|\d)"
)
"""The latter words name goods too (`caja con blister`); as labels their value follows them."""
_FAR = 3.0
"""In line heights."""
_MILLI = Decimal("0.0001")


@dataclass(frozen=True)
class Item:
    """A line of the invoice as printed; what is not printed is None."""

    name: str
    name_spans: tuple[Span, ...]
    quantity: Figure | None
    unit_price: Figure | None
    amount: Figure | None
    marked: bool = False

    @property
    def fits(self) -> bool:
        """True where quantity x unit price gives the amount."""
        if self.quantity is None or self.unit_price is None or self.amount is None:
            return False
        return agrees(self.quantity.value * self.unit_price.value, self.amount.value)


@dataclass(frozen=True)
class Items:
    """The lines of the invoice and what is taken off between them."""

    items: tuple[Item, ...]
    discounts: tuple[Decimal, ...] = ()
    first_line: int | None = None
    last_line: int | None = None
    quantities_missing: bool = False
    """The table has a column of quantities, but a row shows none: perhaps it was overlooked."""


@dataclass
class _Open:
    """An invoice line that is being put together."""

    rows: list[Row] = field(default_factory=list)
    quantity: Figure | None = None
    unit_price: Figure | None = None
    amount: Figure | None = None
    marked: bool = False


def agrees(computed: Decimal, printed: Decimal) -> bool:
    """Equal to the cent, or off by the one cent that rounding explains."""
    return abs(to_cents(computed) - printed) <= CENT


def read_items(lines: Sequence[Line], decimal: str) -> Items:
    """The lines of the invoice, in the order in which they are printed."""
    tables = find_tables(lines, decimal)
    found: list[Item] = []
    discounts: list[Decimal] = []
    missing = False
    for table in tables:
        rows, taken_off = _rows(lines, table, decimal)
        discounts += taken_off
        opened = _assembled(rows, table, lines)
        items = [item for each in opened if (item := _item(each, lines)) is not None]
        missing = missing or (table.has(Column.QUANTITY) and any(item.quantity is None for item in items))
        found += items
    if not tables:
        return Items(())
    return Items(tuple(found), tuple(discounts), tables[0].start, tables[-1].end, missing)


def completed(item: Item) -> tuple[Decimal | None, Decimal | None]:
    """Quantity and unit price, each computed from the other and the amount where it is not printed."""
    quantity = item.quantity.value if item.quantity else None
    price = item.unit_price.value if item.unit_price else None
    amount = item.amount.value if item.amount else None
    if amount is None:
        return quantity, price
    if quantity is None and price:
        ratio = amount / price
        whole = ratio.to_integral_value(ROUND_HALF_UP)
        quantity = whole if whole and agrees(whole * price, amount) else ratio.quantize(Decimal("0.001"))
    if quantity is None:
        quantity = Decimal(1)
    if price is None and quantity:
        exact = (amount / quantity).quantize(_MILLI, ROUND_HALF_UP)
        cents = to_cents(exact)
        price = cents if agrees(cents * quantity, amount) else exact
    return quantity, price


def _rows(lines: Sequence[Line], table: Table, decimal: str) -> tuple[list[Row], list[Decimal]]:
    rows: list[Row] = []
    discounts: list[Decimal] = []
    detached = False
    for index in range(table.start, table.end):
        line = lines[index]
        amounts = money_on(line, decimal)
        kind = label_kind(line, amounts[0].start) if amounts else None
        if kind is Kind.DISCOUNT or (amounts and amounts[-1].amount < 0):
            discounts.append(abs(amounts[-1].amount))
            continue
        notice = _NOT_AN_ITEM.match(fold(line.text)) is not None or _CODE_LINE.fullmatch(line.text.strip()) is not None
        detached = detached or notice
        if kind in {Kind.TIP, Kind.ROUNDING} or notice:
            continue
        row = parse_row(line, index, table, decimal)
        if row is not None:
            row.detached, detached = detached, False
            rows.append(row)
    return rows, discounts


def _assembled(rows: list[Row], table: Table, lines: Sequence[Line]) -> list[_Open]:
    """Rows joined to invoice lines; arithmetic decides to which neighbour a lone `2 x 1.50` belongs."""
    above = bool(rows) and rows[0].times and not rows[0].name
    done: list[_Open] = []
    current: _Open | None = None
    for place, row in enumerate(rows):
        following = rows[place + 1] if place + 1 < len(rows) else None
        if row.times and not row.name:
            current = _take_times(row, current, done, following, above=above)
        elif row.amount is not None:
            current = current or _Open()
            _add(current, row)
            done.append(current)
            current = None
        elif not row.name:
            continue
        elif _far_below(lines, rows[:place], row):
            break  # a page's foot
        elif current is None and done and _goes_on(row, done[-1], following, table):
            done[-1].rows.append(row)
            done[-1].marked = done[-1].marked or row.marked
        else:
            if current is not None and (Column.QUANTITY in row.figures or Column.LINE in row.figures) and current.rows:
                done.append(current)
                current = None
            current = current or _Open()
            _add(current, row)
            if current.amount is not None:  # `2 x 1.50  3.00` stood above its name
                done.append(current)
                current = None
    return done


def _far_below(lines: Sequence[Line], before: Sequence[Row], row: Row) -> bool:
    """True for words that stand further below the last row than any row stands below another."""
    if not before:
        return False
    line, last = lines[row.line], lines[before[-1].line]
    return line.page == last.page and line.top - last.bottom > _FAR * line.height


def _take_times(
    row: Row, current: _Open | None, done: list[_Open], following: Row | None, *, above: bool
) -> _Open | None:
    """Give `2 x 1.50` to the line being put together, to the one before, or to the next."""
    product = row.figures[Column.QUANTITY].value * row.figures[Column.UNIT_PRICE].value
    if row.amount is not None:
        target = current or _Open()
        _add(target, row)
        if target.rows and any(each.name for each in target.rows):
            done.append(target)
            return None
        return target
    before = done[-1] if done else None
    fits_before = before is not None and before.unit_price is None and _fits(product, before.amount)
    fits_next = following is not None and _fits(product, following.amount)
    if current is None and before is not None and fits_before and not (fits_next and above):
        before.quantity, before.unit_price = row.figures[Column.QUANTITY], row.figures[Column.UNIT_PRICE]
        return None
    target = current or _Open()
    _add(target, row)
    return target


def _fits(product: Decimal, amount: Figure | None) -> bool:
    return amount is not None and agrees(product, amount.value)


def _add(target: _Open, row: Row) -> None:
    target.rows.append(row)
    target.quantity = target.quantity or row.figures.get(Column.QUANTITY)
    target.unit_price = target.unit_price or row.figures.get(Column.UNIT_PRICE)
    target.amount = row.amount or target.amount
    target.marked = target.marked or row.marked


def _goes_on(row: Row, before: _Open, following: Row | None, table: Table) -> bool:
    """Whether a row that is only a name continues the line before it, or begins the next."""
    if row.figures or before.marked or row.detached:
        return False
    if following is None:
        return True
    if following.times and not following.name:
        return following.amount is None
    starts_anew = Column.QUANTITY in following.figures or Column.LINE in following.figures
    return starts_anew or following.amount is None or not (table.has(Column.QUANTITY) or table.has(Column.LINE))


def _item(opened: _Open, lines: Sequence[Line]) -> Item | None:
    spans = tuple(lines[row.line].span(row.name) for row in opened.rows if row.name)
    name = _clean(" ".join(span.text for span in spans))
    if not any(map(str.isalpha, name)) or opened.amount is None:
        return None
    item = Item(name, spans, opened.quantity, opened.unit_price, opened.amount, opened.marked)
    return _rearranged(item, opened)


def _rearranged(item: Item, opened: _Open) -> Item:
    """Another of the row's figures as the amount, where only that one is quantity x unit price."""
    if item.fits or item.quantity is None or item.unit_price is None:
        return item
    product = item.quantity.value * item.unit_price.value
    for row in opened.rows:
        for column in (Column.AMOUNT_WITH_TAX, Column.TAX):
            figure = row.figures.get(column)
            if figure is not None and agrees(product, figure.value):
                return replace(item, amount=figure)
    return item


def _clean(name: str) -> str:
    """The printed name without codes before it and rate marks after it."""
    text = _TIMES_LEFT.sub("", name.strip())
    while (shorter := _TAIL.sub("", _RATE_MARK.sub("", text))) != text and shorter:
        if text.endswith(".") and shorter == text[:-1]:
            break  # an abbreviation's own full stop
        text = shorter
    first, _, rest = text.partition(" ")
    if _LONG_CODE.fullmatch(first) and any(map(str.isalpha, rest)):
        text = rest
    return _POUNDS.sub(r"\1lb", _ONE.sub("1", repair_letters(text))).replace("×", "x")


def common_mark(names: Sequence[str]) -> str | None:
    """A lone letter that ends at least half of the names (`E`, `G`, `T`): a rate mark, not a part of them."""
    ends = Counter(name.rsplit(" ", 1)[-1] for name in names if " " in name)
    marks = {mark: count for mark, count in ends.items() if re.fullmatch("[EGTXAN*]", mark)}
    return "".join(sorted(marks)) if marks and sum(marks.values()) * 2 >= len(names) else None
