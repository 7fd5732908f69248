"""The lines of an invoice, out of its tables."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ocr_engine.local.dates import find_dates
from ocr_engine.local.invoice.headings import LINES
from ocr_engine.local.invoice.words import Kind, kind_of
from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import fold
from ocr_engine.local.table.figure import Figure, number_of, rates_in
from ocr_engine.local.table.reader import Table, find_tables, label_of
from ocr_engine.local.table.rows import Row
from ocr_engine.local.table.vocabulary import Vocabulary
from shared.money import CENT, to_cents

_CENTS = re.compile(r"\d[.,]\d{2,4}(?!\d)")
_NOTE = re.compile(
    r"^(?:\(?(?:gtin|ean|gln|art\.?-?\s?nr|artikel-?nr|sku|isbn|upc|hs[ -]?code|hsn|s/?n|serial|charge|lot"
    r"|batch|verpackung|herkunft\w*"
    r"|brutto\s?preis|netto\s?preis|listenpreis|preisbasis\w*|abschlag|zuschlag|artikel\w*rabatt\w*"
    r"|weitere eigenschaften"
    r"|lieferschein\w*|lieferung|delivery|besteller|bestellung|order|po|ref(?:erence)?|country of origin"
    r"|(?:warranty|garantie)\s*:|enthalt|included?|periode?|period|zeitraum|leistungszeitraum|berechnungszeitraum"
    r"|zahlernr|zahler\w*)\b.*)"
    r"|^\*.*|^\(gtin\)$|^\(gln\)$|^\d{8,14}$"
)
_PAIR = re.compile(r"^[\w .\-/]{2,40}\s?:\s?\S")
"""`Packing: bottle`; the first line of a name may look so, a further one is a remark."""
_UNIT = re.compile(r"[a-zà-ÿ²³]{1,12}\.?(?:\([a-z]{1,3}\))?", re.IGNORECASE)
_CODE_DIGITS = 4
_TENTH = Decimal("0.1")
_SAME_NAME = 1.75
"""In line heights: the widest step between two lines of a name."""
_LONGEST_NAME = 6
"""Lines of one name."""


@dataclass(frozen=True)
class Item:
    """A line of the invoice as printed; what is not printed is None."""

    name: str
    spans: tuple[Span, ...]
    line: int
    amount: Figure | None
    code: Span | None = None
    quantity: Figure | None = None
    unit: str | None = None
    unit_price: Figure | None = None
    discount: Figure | None = None
    tax_rate: Figure | None = None
    with_tax: Figure | None = None

    @property
    def fits(self) -> bool:
        """True where quantity x unit price, less the discount, gives the amount."""
        if self.quantity is None or self.unit_price is None or self.amount is None:
            return False
        whole = self.quantity.value * self.unit_price.value
        taken = self.discount.value if self.discount else Decimal(0)
        computed = {whole, whole * (100 - taken) / 100, whole - taken}
        return any(abs(abs(to_cents(each)) - abs(self.amount.value)) <= CENT * 2 for each in computed)


@dataclass(frozen=True)
class Items:
    """The invoice's lines, and the lines of the paper that they stand on (first, last)."""

    items: tuple[Item, ...]
    spread: tuple[tuple[int, int], ...] = ()

    @property
    def total(self) -> Decimal | None:
        """All lines added up."""
        amounts = [item.amount.value for item in self.items if item.amount]
        return sum(amounts, Decimal(0)) if amounts else None


def read_items(lines: Sequence[Line], decimal: str, vocabulary: Vocabulary = LINES) -> Items:
    """The invoice's lines in the order in which they are printed, under headings of the vocabulary."""
    tables = _tables_of_lines(find_tables(lines, vocabulary, decimal))
    items: list[Item] = []
    for table in tables:
        rows = _with_usual_amounts(table.rows)
        read = [_item(row, table, decimal) for row in rows]
        items += _with_discounts(_before_sums(read, lines, decimal), lines, decimal)
    return Items(tuple(items), tuple((table.first, table.rows[-1].anchor) for table in tables) if items else ())


def _before_sums(items: Sequence[Item], lines: Sequence[Line], decimal: str) -> list[Item]:
    """The items down to the first row that is none: its words stand in no column of names, and it takes nothing off."""
    result: list[Item] = []
    for item in items:
        label = label_of(lines[item.line], decimal)
        taken_off = item.amount is not None and item.amount.value < 0 and kind_of(label) is Kind.DISCOUNT
        if item.name or item.quantity or taken_off:
            result.append(item)
        elif any(map(str.isalpha, label)):
            break
    return result


def _with_discounts(items: Sequence[Item], lines: Sequence[Line], decimal: str) -> list[Item]:
    """The items, each row that only takes something off the one before put into it.

    A last row that takes a share of several is a discount of the whole and stays a line of its own.
    """
    result: list[Item] = []
    for place, item in enumerate(items):
        before = result[-1] if result else None
        bare = item.quantity is None and item.code is None
        taken = item.amount.value if item.amount else Decimal(0)
        label = label_of(lines[item.line], decimal)
        if (
            before is None
            or before.amount is None
            or not bare
            or taken >= 0
            or kind_of(label) is not Kind.DISCOUNT
            or (place == len(items) - 1 and len(result) > 1 and not _share_of(label, before.amount.value, taken))
        ):
            result.append(item)
            continue
        amount = replace(before.amount, value=before.amount.value + taken)
        percent = next(rates_in(label), None)
        discount = Figure(percent, item.spans[0]) if percent is not None and item.spans else before.discount
        result[-1] = replace(before, amount=amount, discount=discount)
    return result


def _share_of(name: str, amount: Decimal, taken: Decimal) -> bool:
    return any(abs(amount * rate / 100 + taken) <= CENT for rate in rates_in(name))


def _tables_of_lines(tables: Sequence[Table]) -> list[Table]:
    """The tables of goods or services: with quantities or prices, else what only says what is charged."""
    named = [table for table in tables if table.has("description") or (table.has("code") and table.has("quantity"))]
    counted = [table for table in named if table.has("quantity") or table.has("unit_price")]
    return counted or named


def _with_usual_amounts(rows: Sequence[Row]) -> list[Row]:
    """The rows whose amount is printed as most are: where most have cents, a bare number is none."""
    figures = [row.figure("amount") or row.figure("amount_with_tax") or row.figure("unit_price") for row in rows]
    with_cents = [figure is not None and bool(_CENTS.search(figure.span.text)) for figure in figures]
    if sum(with_cents) * 2 <= len(rows):
        return list(rows)
    return [row for row, cents in zip(rows, with_cents, strict=True) if cents]


def _item(row: Row, table: Table, decimal: str) -> Item:
    amount, with_tax = row.figure("amount"), row.figure("amount_with_tax")
    quantity, price = row.figure("quantity"), row.figure("unit_price")
    if amount is None and with_tax is None and not table.has("amount") and not table.has("amount_with_tax"):
        amount = price if quantity is None or quantity.value == 1 else None
    name, spans = _name(row)
    codes = row.parts("code")
    position = row.parts("position")
    if quantity is None and position:
        quantity = _counted(position[0], price, amount, decimal)
    rate = row.figure("tax_rate")
    whole = to_cents(quantity.value * price.value) if quantity and price else None
    if rate and not rate.percent and whole and amount and abs(whole + rate.value - amount.value) <= CENT:
        # What stands under the tax's name is its amount, and the line's amount holds it.
        with_tax, amount = amount, Figure(whole, amount.span)
        rate = Figure((rate.value * 100 / whole).quantize(_TENTH), rate.span) if rate.value else rate
    return Item(
        name=name,
        spans=spans,
        line=row.anchor,
        amount=amount or with_tax,
        code=codes[0] if codes and any(map(str.isalnum, codes[0].text)) else None,
        quantity=quantity,
        unit=_unit(row, quantity),
        unit_price=price,
        discount=row.figure("discount"),
        tax_rate=rate,
        with_tax=with_tax,
    )


def _counted(position: Span, price: Figure | None, amount: Figure | None, decimal: str) -> Figure | None:
    """A quantity under a heading such as `#`, where it leads from price to amount."""
    text = position.text.strip()
    value = number_of(text, decimal) if re.fullmatch(r"\d+(?:[.,]\d+)?", text) else None
    if value is None or price is None or amount is None:
        return None
    decimals = bool(re.search(r"[.,]\d", text))
    if (decimals or value > 1) and abs(to_cents(value * price.value) - amount.value) <= CENT:
        return Figure(value, position)
    return None


def _unit(row: Row, quantity: Figure | None) -> str | None:
    printed = row.text("unit").strip()
    if printed:
        return printed if len(printed) <= 20 else None  # noqa: PLR2004 - a sentence
    rest = quantity.rest.strip() if quantity else ""
    return rest if rest and _UNIT.fullmatch(rest) else None


def _name(row: Row) -> tuple[str, tuple[Span, ...]]:
    """The goods' name: the description's first lines, before notes and before a gap."""
    parts = row.parts("description")
    taken: list[Span] = []
    for part in parts:
        folded = fold(part.text).strip()
        remark = taken and (_PAIR.match(folded) or next(find_dates(part.text), None) is not None)
        if _is_note(folded) or remark:
            if taken:
                break
            continue
        if taken and (_gap(taken[-1], part) > _SAME_NAME * _height(part) or len(taken) >= _LONGEST_NAME):
            break
        taken.append(part)
    taken = taken or list(parts[:1])
    if not taken and row.parts("code"):
        taken = [row.parts("code")[0]]
    text = " ".join(part.text for part in taken)
    return re.sub(r"(?<=\w)- (?!(?:und|oder|bzw|and|or|y|et|e|o|u|ou|en|of)\b)(?=[a-z])", "", text).strip(" :-"), tuple(
        taken
    )


def _is_note(folded: str) -> bool:
    code = not any(map(str.isalpha, folded)) and sum(map(str.isdigit, folded)) >= _CODE_DIGITS
    return bool(_NOTE.match(folded)) or code


def _gap(before: Span, after: Span) -> float:
    return after.tokens[0].middle - before.tokens[0].middle


def _height(span: Span) -> float:
    return max(token.height for token in span.tokens)
