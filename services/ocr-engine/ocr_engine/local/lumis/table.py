"""The table of lines on an invoice: its heading, where it begins and ends, and what each of its rows holds."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ocr_engine.local.amounts import parse_money, parse_number, without_currency
from ocr_engine.local.dates import find_dates
from ocr_engine.local.lumis.labels import Column, Kind, heading_of
from ocr_engine.local.lumis.sums import label_kind, money_on
from ocr_engine.local.page import GAP, Line, Span, Token
from ocr_engine.local.spelling import fold, repair_digits
from shared.money import CENT

ENDS_TABLE = frozenset({Kind.SUBTOTAL, Kind.BASE, Kind.TAX, Kind.TAX_TOTAL, Kind.OTHER_TAX, Kind.TOTAL, Kind.NOTE})

_NUMBERS = (Column.QUANTITY, Column.UNIT_PRICE, Column.DISCOUNT, Column.TAX, Column.AMOUNT, Column.AMOUNT_WITH_TAX)
_NEAR = 2.5
"""In line heights: how far a figure may stand from its column's edge or middle."""
_WIDEST_HEADING = 3
_FEWEST_HEADINGS = 2
_MARK = re.compile(
    r"[(\[](?:[A-Z*]{1,2}|EXE|EXENTO|GRAV|\d{1,2}(?:[.,]\d+)?\s?[^\s\d])[)\]]?|(?:[A-Z*]|EXE?|EXENTO|\d{1,2}(?:[.,]\d+)?\s?%)[)\]]"
)
"""A rate mark in brackets, one of which recognition may have lost."""
_BARE_MARK = re.compile(r"[A-Z*]|EXE?|EXENTO|GRAV|(?:0|7|10|15)(?:[.,]0+)?\s?%")
"""A rate mark without brackets; counts only behind the amount."""
_BRACKETED_RATE = re.compile(r"\((?:0|7|10|15)\)")
"""A rate that is no negative number."""
_UNIT = re.compile(
    r"und?s?|uni(?:d|dad|dades)?|u|pza?s?|kgs?|lbs?|lts?|gal|gl|mts?|cja|caja|paq|doc|hr?s?|serv|cm|m|c/u|ea|pcs?"
)
_HEAD_LINE = re.compile(
    r":|#|\b(?:fecha|hora|factura|fact|documento|caja|cajer[oa]|vendedor|cliente|mesa|meser[oa]|ruc|dv|tel|telefono|no|nro|numero"
    r"|direccion|avenida|calle|punto|sucursal|terminal|operador|consumidor)\b"
)
"""A line of the paper's head rather than a name."""
_TIMES = re.compile(
    r"(?P<quantity>\d+(?:[.,]\d{1,3})?)\s*(?:(?:und?|uds?|unid(?:ades)?|pzas?|pz|kgs?|lbs?|un|u|gl|lts?|mts?)\b\.?)?\s*"
    r"[x×*@]\s*(?:b/?\.?|\$)?\s*(?P<price>\d[\d,]*[.,]\d{2,6}|\d+(?=\s*$))(?![\w%])\s*(?:c/u|=)?"
)

_SIGNS_OF_TIMES = frozenset("xX×*@")
_ITEMS = frozenset({"item", "items"})
"""Heads the names where no other heading does, else the lines' numbers."""
_FEWEST_WITH_TIMES = 3
"""A name, a quantity and the sign."""


@dataclass(frozen=True)
class Heading:
    """A column of the table and where its heading stands."""

    column: Column
    left: float
    right: float


@dataclass(frozen=True)
class Table:
    """The lines between a table's heading (when it has one) and the first sum."""

    headings: tuple[Heading, ...]
    start: int
    end: int

    def has(self, column: Column) -> bool:
        """True where the heading names this column."""
        return any(heading.column is column for heading in self.headings)


@dataclass(frozen=True)
class Figure:
    """A number of a row and the words it was read from."""

    value: Decimal
    span: Span


@dataclass
class Row:
    """One line of the table: what it is called and its figures by column."""

    line: int
    name: tuple[Token, ...] = ()
    figures: dict[Column, Figure] = field(default_factory=dict)
    spare: list[Figure] = field(default_factory=list)
    """Amounts that belong to no known column, left to right."""
    times: bool = False
    """True for `2 x 1.50`."""
    marked: bool = False
    """True where a rate mark such as `(7%)` stands after the name: names end there."""
    detached: bool = False
    """True where a notice stands between this row and the one before."""

    @property
    def amount(self) -> Figure | None:
        """The line's amount."""
        return self.figures.get(Column.AMOUNT)


def find_tables(lines: Sequence[Line], decimal: str) -> list[Table]:
    """The tables of lines, one per heading (a table that goes on over pages repeats it); one guess without any."""
    starts = [(index, headings) for index, line in enumerate(lines) if (headings := headings_of(line, decimal))]
    if not starts:
        return _without_heading(lines, decimal)
    tables = []
    for number, (index, headings) in enumerate(starts):
        limit = starts[number + 1][0] if number + 1 < len(starts) else len(lines)
        end = _end(lines, index + 1, limit, decimal)
        tables.append(Table(headings, index + 1, end))
    return tables


def headings_of(line: Line, decimal: str) -> tuple[Heading, ...]:
    """The headings on a line; empty unless it names what the lines are and at least one figure."""
    if money_on(line, decimal):
        return ()
    found: list[Heading] = []
    index, items = 0, None
    while index < len(line.tokens):
        for width in range(min(_WIDEST_HEADING, len(line.tokens) - index), 0, -1):
            part = line.tokens[index : index + width]
            text = " ".join(token.text for token in part)
            column = heading_of(text)
            if column is not None:
                items = len(found) if column is Column.LINE and fold(text) in _ITEMS else items
                found.append(Heading(column, part[0].left, part[-1].right))
                index += width - 1
                break
        index += 1
    if items is not None and all(heading.column is not Column.NAME for heading in found):
        found[items] = replace(found[items], column=Column.NAME)
    found = _distinct(found)
    columns = {heading.column for heading in found}
    named = Column.NAME in columns or {Column.QUANTITY, Column.AMOUNT} <= columns
    words = sum(len(cell.text.split()) for cell in line.cells())
    enough = len(columns) >= _FEWEST_HEADINGS and 2 * len(found) + 1 >= words
    return tuple(found) if named and enough and columns & set(_NUMBERS) else ()


def parse_row(line: Line, index: int, table: Table, decimal: str) -> Row | None:
    """What a line of the table holds; None for a line that is no row (a rule, a page's foot)."""
    if not any(map(str.isalnum, line.text)):
        return None
    times = _times(line, index, decimal)
    if times is not None:
        return times
    row = Row(index)
    tokens = list(line.tokens)
    row.marked = _take_right(row, tokens, line, table, decimal)
    _take_left(row, tokens, line, table, decimal)
    _settle_amount(row)
    _take_times(row, tokens, line, decimal)
    row.name = tuple(tokens)
    return row if row.name or row.figures else None


def _distinct(found: list[Heading]) -> list[Heading]:
    """Each column once: a second `Desc` is a discount, a second amount includes the tax or is the true amount."""
    result: list[Heading] = []
    for heading in found:
        seen = {other.column for other in result}
        column = heading.column
        if column is Column.NAME and column in seen:
            column = Column.DISCOUNT
        elif column is Column.AMOUNT and column in seen:
            column = Column.AMOUNT_WITH_TAX
        if column not in seen:
            result.append(Heading(column, heading.left, heading.right))
    return result


def _end(lines: Sequence[Line], start: int, limit: int, decimal: str) -> int:
    for index in range(start, limit):
        amounts = money_on(lines[index], decimal)
        before = amounts[0].start if amounts else None
        kind = label_kind(lines[index], before)
        if kind in ENDS_TABLE or (kind is not None and index > start and kind in {Kind.PAYMENT, Kind.CHANGE}):
            return index
        if any(label_kind(lines[index], money.start) in ENDS_TABLE for money in amounts[1:]):
            return index
        if fold(lines[index].text).startswith(("desglose", "resumen de impuestos", "son:", "consulte por la clave")):
            return index
    return limit


def _without_heading(lines: Sequence[Line], decimal: str) -> list[Table]:
    """From the first line that looks like a product to the first sum."""
    for index, line in enumerate(lines):
        amounts = money_on(line, decimal)
        if not amounts:
            continue
        kind = label_kind(line, amounts[0].start)
        if kind is not None:
            return []
        words = line.tokens[: amounts[0].start]
        named = _has_name("".join(token.text for token in words))
        times = _times(line, index, decimal)
        if named or times is not None:
            start = index
            while start > 0 and _times(lines[start - 1], start - 1, decimal) is not None:
                start -= 1
            if times is not None and not times.name and times.amount is not None and _names(lines, start - 1, decimal):
                start -= 1
            return [Table((), start, _end(lines, index + 1, len(lines), decimal))]
    return []


def _names(lines: Sequence[Line], index: int, decimal: str) -> bool:
    """Whether a line holds only the name of what `2 x 1.50  3.00` below it prices."""
    if index < 0 or money_on(lines[index], decimal) or any(True for _ in find_dates(lines[index].text)):
        return False
    text = lines[index].text
    digits = sum(map(str.isdigit, text))
    return _has_name(text) and digits < sum(map(str.isalpha, text)) and _HEAD_LINE.search(fold(text)) is None


def _has_name(text: str) -> bool:
    return sum(map(str.isalpha, text)) >= 3  # noqa: PLR2004 - shorter is no name


def _times(line: Line, index: int, decimal: str) -> Row | None:
    text = fold(repair_digits(line.text))
    hit = _TIMES.match(text)
    if hit is None:
        return None
    quantity, price = parse_number(hit["quantity"], decimal), parse_number(hit["price"], decimal)
    if quantity is None or price is None:
        return None
    row = Row(index, times=True)
    row.figures[Column.QUANTITY] = Figure(quantity, _part(line, *hit.span("quantity")))
    row.figures[Column.UNIT_PRICE] = Figure(price, _part(line, *hit.span("price")))
    rest = [token for token, start in zip(line.tokens, _starts(line), strict=True) if start >= hit.end("price")]
    amounts = money_on(Line(tuple(rest), line.page, line.aspect, line.ocr), decimal) if rest else []
    if amounts:
        row.figures[Column.AMOUNT] = Figure(amounts[-1].amount, line.span(amounts[-1].tokens))
        rest = rest[: amounts[0].start]
    row.name = tuple(token for token in rest if any(map(str.isalpha, token.text)) and not _MARK.fullmatch(token.text))
    if amounts and all(_BARE_MARK.fullmatch(token.text) for token in row.name):
        row.name = ()
    return row


def _take_right(row: Row, tokens: list[Token], line: Line, table: Table, decimal: str) -> bool:
    """Take figures, units and rate marks off the row's right end; True where a rate mark was among them."""
    name = next((heading for heading in table.headings if heading.column is Column.NAME), None)
    columns = [each for each in table.headings if name is None or each.left > name.left]
    marked = False
    while len(tokens) > 0:
        token = tokens[-1]
        rate = _BRACKETED_RATE.fullmatch(token.text) is not None
        number = None if rate else parse_number(token.text, decimal)
        money = parse_money(token.text, decimal)
        if number is not None:
            column = _column(token, columns, line.height, strict=money is None)
            if column is None and money is None:
                if table.headings or not _counts(number, row.spare):
                    break
                column = Column.QUANTITY
            if column is not None and column not in row.figures:
                row.figures[column] = Figure(number, line.span([token]))
            elif money is not None:
                row.spare.insert(0, Figure(money, line.span([token])))
            else:
                break
        elif (rate or _MARK.fullmatch(token.text)) and len(tokens) > 1 and not marked:
            marked = True
        elif _BARE_MARK.fullmatch(token.text) and len(tokens) > 1 and parse_money(tokens[-2].text, decimal) is not None:
            pass
        elif not _skipped(tokens, columns, line.height):
            break
        tokens.pop()
    return marked


def _counts(number: Decimal, spare: Sequence[Figure]) -> bool:
    """Whether a number before two amounts is how many: `10  0.15  1.50`."""
    return len(spare) == 2 and abs(number * spare[0].value - spare[1].value) <= CENT / 2  # noqa: PLR2004 - price, amount


def _take_left(row: Row, tokens: list[Token], line: Line, table: Table, decimal: str) -> None:
    name = next((heading for heading in table.headings if heading.column is Column.NAME), None)
    columns = [each for each in table.headings if name is not None and each.left < name.left]
    while tokens and columns:
        token = tokens[0]
        column = _column(token, columns, line.height, strict=True)
        number = parse_number(token.text, decimal)
        if column is None or (number is None and column is not Column.CODE):
            break
        if name is not None and number is None and token.left >= name.left - line.height:
            break
        if number is not None and column not in row.figures:
            row.figures[column] = Figure(number, line.span([token]))
        tokens.pop(0)
        columns = [each for each in columns if each.column is not column]
    if not columns and not table.headings and len(tokens) > 1:
        number = parse_number(tokens[0].text, decimal)
        if number is not None and 0 < number < 1000 and Column.QUANTITY not in row.figures:  # noqa: PLR2004 - no code
            row.figures[Column.QUANTITY] = Figure(number, line.span([tokens.pop(0)]))


def _take_times(row: Row, tokens: list[Token], line: Line, decimal: str) -> None:
    """Take the quantity of `GASOLINA 10.785 x 4.20 45.30` off the name's end, where arithmetic proves it one."""
    price, amount = row.figures.get(Column.UNIT_PRICE), row.amount
    if len(tokens) < _FEWEST_WITH_TIMES or tokens[-1].text not in _SIGNS_OF_TIMES or Column.QUANTITY in row.figures:
        return
    number = parse_number(tokens[-2].text, decimal)
    if number is None or price is None or amount is None:
        return
    if abs(number * price.value - amount.value) <= CENT:
        row.figures[Column.QUANTITY] = Figure(number, line.span([tokens[-2]]))
        del tokens[-2:]


def _settle_amount(row: Row) -> None:
    """The line's amount: its own column, else the one with tax, else the last spare figure."""
    if Column.AMOUNT not in row.figures:
        if row.spare:
            row.figures[Column.AMOUNT] = row.spare.pop()
        elif Column.AMOUNT_WITH_TAX in row.figures:
            row.figures[Column.AMOUNT] = row.figures[Column.AMOUNT_WITH_TAX]
    if Column.UNIT_PRICE not in row.figures and row.spare:
        row.figures[Column.UNIT_PRICE] = row.spare.pop()


def _column(token: Token, columns: Sequence[Heading], height: float, *, strict: bool) -> Column | None:
    """The column that a figure stands in: the nearest by right edge, middle or left edge."""
    best, least = None, _NEAR * height if strict else 4 * _NEAR * height
    for heading in columns:
        if heading.column in {Column.NAME, Column.UNIT}:
            continue
        middle = abs(token.left + token.right - heading.left - heading.right) / 2
        distance = min(abs(token.right - heading.right), middle, abs(token.left - heading.left))
        if distance < least:
            best, least = heading.column, distance
    return best


def _skipped(tokens: Sequence[Token], columns: Sequence[Heading], height: float) -> bool:
    """Whether the last word is a currency sign, or a unit: known as one or standing apart, under the units' heading."""
    token = tokens[-1]
    if not without_currency(token.text) or token.text in {"$", "B/.", "B/", "B.", "=", "-"}:
        return True
    apart = len(tokens) > 1 and token.left - tokens[-2].right > GAP * height
    if not apart and not _UNIT.fullmatch(fold(token.text).rstrip(".")):
        return False
    units = [heading for heading in columns if heading.column is Column.UNIT]
    return any(abs(token.left + token.right - each.left - each.right) / 2 < _NEAR * height for each in units)


def _starts(line: Line) -> list[int]:
    starts, place = [], 0
    for token in line.tokens:
        starts.append(place)
        place += len(token.text) + 1
    return starts


def _part(line: Line, start: int, end: int) -> Span:
    tokens = [
        token
        for token, place in zip(line.tokens, _starts(line), strict=True)
        if place < end and place + len(token.text) > start
    ]
    return line.span(tokens)
