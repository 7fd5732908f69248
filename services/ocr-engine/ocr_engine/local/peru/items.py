"""Lines of Peruvian comprobantes: tables with a price before tax beside one with it, and lines spread over two."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ocr_engine.local.invoice.headings import LINES
from ocr_engine.local.invoice.items import Item, Items, read_items
from ocr_engine.local.page import Line, Span, Token
from ocr_engine.local.peru.sums import first_sum
from ocr_engine.local.spelling import fold
from ocr_engine.local.table.figure import Figure, amounts_on, number_of
from ocr_engine.local.table.vocabulary import Vocabulary
from shared.money import CENT, to_cents

_WITHOUT_TAX = r"(?:v|val|valor) ?(?:u|uni|unit|unitario)(?: sin igv)?|(?:p|precio) ?(?:u|unit|unitario) sin igv"
_WITH_TAX = r"(?:p|precio) ?(?:u|uni|unit|unitario|vta|venta)(?: (?:con|inc|incl) igv)?|precio"
_AMOUNT = r"(?:v|val|valor)(?: de)? ?(?:venta|vta|total)|valor"
_UNITS = rf"{LINES.headings['unit']}|u m|und|unid|u medida|unidad(?: de)? medida|medida"
PRICES: Vocabulary = replace(
    LINES,
    headings={
        "unit_price": f"{_WITHOUT_TAX}|{LINES.headings['unit_price']}",
        **{key: pattern for key, pattern in LINES.headings.items() if key != "unit_price"},
        "unit": _UNITS,
    },
)
BOTH_PRICES: Vocabulary = replace(
    LINES,
    headings={
        "unit_price": _WITHOUT_TAX,
        "price_with_tax": _WITH_TAX,
        **{key: pattern for key, pattern in LINES.headings.items() if key not in {"unit_price", "price_with_tax"}},
        "unit": _UNITS,
        "amount": f"{_AMOUNT}|{LINES.headings['amount']}",
    },
)
_BOTH = re.compile(
    r"\b(?:v|val|valor)\W{0,2}\s?u(?:nit\w*|ni)?\b.*\b(?:p|precio)\W{0,2}\s?(?:u(?:nit\w*|ni)?|vta|venta)\b"
)
_TIMES = re.compile(r"^[x×*@]$", re.IGNORECASE)
_UNIT = re.compile(r"[A-Za-zÀ-ÿ]{1,8}[./]?|[Zz][Zz]|4[A-Z]")
_OFF = re.compile(r"\b(?:dscto|dcto|dsct|desc|descuento)\b")
_UNITS_OF_MEASURE = frozenset(
    word
    for group in (
        ("niu", "zz", "und", "unid", "unidad", "unidades", "uni", "un", "u", "par", "pza", "pzas", "doc", "ciento"),
        ("kg", "kgm", "kgs", "gr", "grm", "lt", "ltr", "lts", "gal", "gll", "glb", "mt", "mtr", "mts", "millar"),
        ("bx", "caja", "cja", "cjs", "pqt", "paq", "bol", "bls", "bot", "lata", "sob", "sac", "hur", "h", "dia", "srv"),
    )
    for word in group
)
_QUANTITY = re.compile(r"\[?(\d{1,5}(?:[.,]\d{1,4})?)\]?")
_MOST_NAME_LINES = 4
_FEWEST_LETTERS = 3
_TOLERANCE = CENT * 2


@dataclass(frozen=True)
class _Counted:
    """A row that says how many at what price: its words, and whether its figures fit one another."""

    line: int
    quantity: Figure
    price: Figure
    amount: Figure
    unit: str | None
    words: Span | None
    off: Figure | None


def read_goods(lines: Sequence[Line], decimal: str, *, tape: bool) -> Items:
    """The comprobante's lines, none of its sums among them."""
    start = first_sum(lines, decimal)
    above, below = lines[:start], lines[start:]
    both = any(_BOTH.search(fold(line.text)) for line in above)
    table = _with_amounts(read_items(above, decimal, BOTH_PRICES if both else PRICES), below, decimal)
    readings = [each for each in (*([counted_items(above, decimal)] if tape else []), table) if each.items]
    fitting = (each for each in readings if _leads_to(each, below, decimal))
    return next(fitting, readings[0] if readings else Items(()))


def _with_amounts(items: Items, below: Sequence[Line], decimal: str) -> Items:
    """Lines printed without amounts, each with its own, where these add up to a sum printed below them."""
    whole = []
    for item in items.items:
        if item.amount is not None or item.quantity is None or item.unit_price is None:
            return items
        amount = Figure(to_cents(item.quantity.value * item.unit_price.value), item.unit_price.span)
        whole.append(replace(item, amount=amount))
    filled = Items(tuple(whole), items.spread)
    return filled if _leads_to(filled, below, decimal) else items


def _leads_to(items: Items, below: Sequence[Line], decimal: str) -> bool:
    """Whether the lines add up to a sum that is printed below them."""
    return any(amount.value == items.total for line in below for amount in amounts_on(line, decimal))


def counted_items(lines: Sequence[Line], decimal: str) -> Items:
    """Lines told by their figures alone: `2 x 1.50 … 3.00` on the names' own rows, below them or above."""
    rows = [row for index, line in enumerate(lines) if (row := _counted(lines, index, line, decimal)) is not None]
    if not rows:
        return Items(())
    below = rows[-1].line + 1 < len(lines) and not _may_name(lines, rows[0].line - 1, decimal)
    names = _names_below(rows, lines, decimal) if below else _names_above(rows, lines, decimal)
    items = [_item(row, own) for row, own in zip(rows, names, strict=True)]
    return Items(tuple(items), ((rows[0].line, rows[-1].line),))


def _counted(lines: Sequence[Line], index: int, line: Line, decimal: str) -> _Counted | None:
    """The row whose first figure times another gives its last amount, less a discount that it names."""
    amounts = amounts_on(line, decimal)
    if not amounts:
        return None
    amount = Figure(amounts[-1].value, amounts[-1].span)
    leading = _quantity(line, decimal)
    tokens: tuple[Token, ...] = line.tokens[1 : amounts[-1].start] if leading else line.tokens[: amounts[-1].start]
    if leading is None and index > 0 and len(amounts) > 1 and not _letters(line.text):
        # The quantity and the name on one row, the price and the amount on the next.
        leading = _quantity(lines[index - 1], decimal) if not amounts_on(lines[index - 1], decimal) else None
        tokens = (*lines[index - 1].tokens[1:], *tokens)
    if leading is None:
        return None
    off = _off(line, decimal)
    for price in amounts[:-1]:
        whole = to_cents(leading.value * price.value)
        taken = off.value if off else Decimal(0)
        if price.value and min(abs(whole - amount.value), abs(whole - taken - amount.value)) <= _TOLERANCE:
            figures = {id(token) for each in amounts for token in each.span.tokens}
            unit, words = _words([token for token in tokens if id(token) not in figures], line)
            return _Counted(index, leading, Figure(price.value, price.span), amount, unit, words, off)
    return None


def _quantity(line: Line, decimal: str) -> Figure | None:
    hit = _QUANTITY.fullmatch(line.tokens[0].text)
    value = number_of(hit[1], decimal) if hit else None
    return Figure(value, line.span(line.tokens[:1])) if value else None


def _off(line: Line, decimal: str) -> Figure | None:
    if not _OFF.search(fold(line.text)):
        return None
    for amount in amounts_on(line, decimal)[:-1]:
        before = fold(" ".join(token.text for token in line.tokens[: amount.start]))
        if re.search(rf"{_OFF.pattern}\W*$", before):
            return Figure(amount.value, amount.span)
    return None


def _words(tokens: Sequence[Token], line: Line) -> tuple[str | None, Span | None]:
    """The unit in front and the words behind it; signs of multiplication and of currency are none."""
    left = [
        token
        for token in tokens
        if not _TIMES.match(token.text)
        and re.search(r"\w", token.text)
        and token.text not in {"S/", "S/.", "US$"}
        and not _OFF.search(fold(token.text))
    ]
    unit = None
    if left and fold(left[0].text).strip(" ./[]()") in _UNITS_OF_MEASURE:
        unit = left.pop(0).text.strip("[]().")
    elif len(left) == 1 and len(tokens) > 1 and _UNIT.fullmatch(left[0].text):
        unit = left.pop(0).text
    worded = sum(_letters(token.text) for token in left) >= _FEWEST_LETTERS
    return unit, Span(tuple(left), line.page, line.aspect) if worded else None


def _item(row: _Counted, names: Sequence[Span]) -> Item:
    text = " ".join(span.text for span in names).strip(" -")
    return Item(text, tuple(names), row.line, row.amount, quantity=row.quantity, unit=row.unit, unit_price=row.price)


def _names_above(rows: Sequence[_Counted], lines: Sequence[Line], decimal: str) -> list[list[Span]]:
    """Every row's name: on it, or on the lines between it and the row before.

    Above the first stands the head of the paper too, so that its name is one line.
    """
    return [
        [row.words] if row.words else _run(lines, range(row.line - 1, before, -1), decimal, most)[::-1]
        for row, before, most in zip(
            rows, [-1, *(each.line for each in rows)], [1, *[_MOST_NAME_LINES] * len(rows)], strict=False
        )
    ]


def _names_below(rows: Sequence[_Counted], lines: Sequence[Line], decimal: str) -> list[list[Span]]:
    """Every row's name: on it, or on the lines between it and the next."""
    ends = [*(each.line for each in rows[1:]), len(lines)]
    return [
        [row.words] if row.words else _run(lines, range(row.line + 1, end), decimal, _MOST_NAME_LINES)
        for row, end in zip(rows, ends, strict=True)
    ]


def _run(lines: Sequence[Line], places: range, decimal: str, most: int) -> list[Span]:
    """Lines of words one after another, at most so many."""
    found: list[Span] = []
    for index in places[:most]:
        if not _may_name(lines, index, decimal):
            break
        found.append(lines[index].span())
    return found


def _may_name(lines: Sequence[Line], index: int, decimal: str) -> bool:
    """Whether the line holds words of goods: no amount, no heading of columns, no label with its value."""
    if index < 0:
        return False
    line = lines[index]
    cells = [cell.text for cell in line.cells()]
    headed = sum(PRICES.column(cell) is not None for cell in cells)
    spread = len(cells) > 1 and headed >= len(cells) - 1
    return _letters(line.text) >= _FEWEST_LETTERS and not amounts_on(line, decimal) and not spread and headed < 2  # noqa: PLR2004 - one may be a word of the goods


def _letters(text: str) -> int:
    return sum(map(str.isalpha, text))
