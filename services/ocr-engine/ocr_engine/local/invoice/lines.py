"""The invoice's lines as fields of the reading: each amount before tax and with it."""

from collections.abc import Sequence
from decimal import Decimal

from ocr_engine.local.found import Found, field_of, source_of
from ocr_engine.local.invoice.items import Item, Items
from ocr_engine.local.invoice.totals import Totals
from ocr_engine.local.page import Line, Span
from ocr_engine.local.table.figure import Figure
from shared.contracts.reading import ReadField
from shared.money import CENT, parse_amount, to_cents

_FITS = 0.97
_PRINTED = 0.85
_COMPUTED = 0.6
_NAMED = 0.9

_Row = dict[str, ReadField]


def item_fields(items: Items, totals: Totals, lines: Sequence[Line]) -> tuple[_Row, ...]:
    """Every line by the schema's keys."""
    gross = _with_tax_within(items, totals)
    rates = {row.rate for row in totals.rows}
    usual = next(iter(rates)) if len(rates) == 1 else None
    return tuple(_fields(item, lines[item.line], usual, gross=gross) for item in items.items)


def _with_tax_within(items: Items, totals: Totals) -> bool:
    """Whether the lines' amounts hold the tax: they add up to the total though there is one."""
    total = parse_amount(totals.total[0].value) if totals.total else None
    tax = parse_amount(max(totals.tax, key=lambda each: each.weight).value) if totals.tax else None
    return bool(tax) and total is not None and items.total is not None and abs(items.total - total) <= CENT


def _fields(item: Item, line: Line, usual: Decimal | None, *, gross: bool) -> _Row:
    rate = item.tax_rate.value if item.tax_rate else usual
    gross = gross or (item.with_tax is not None and item.amount is item.with_tax)
    subtotal = _figure(None if gross else item.amount, line, item)
    total = _figure(item.amount if gross else item.with_tax, line, item)
    if item.amount is not None and rate is not None and -100 < rate < 100:  # noqa: PLR2004 - percent
        value = item.amount.value
        if gross:
            subtotal = _computed(value * 100 / (100 + rate))
        elif item.with_tax is None:
            total = _computed(value * (100 + rate) / 100)
    return {
        "description": _name(item, line),
        "product": _text(item.code.text, item.code, line, item) if item.code else ReadField(),
        "unit": _text(item.unit, item.quantity.span, line, item) if item.unit and item.quantity else ReadField(),
        "quantity": _figure(item.quantity, line, item),
        "unit_price": _figure(item.unit_price, line, item),
        "discount": _figure(item.discount, line, item),
        "tax_rates": _figure(item.tax_rate, line, item),
        "subtotal": subtotal,
        "total": total,
    }


def _name(item: Item, line: Line) -> ReadField:
    if not item.name or not item.spans:
        return ReadField()
    span = Span(tuple(token for part in item.spans for token in part.tokens), line.page, line.aspect)
    raw = "\n".join(part.text for part in item.spans)
    return field_of([Found(item.name, raw, _NAMED * (0.5 + 0.5 * span.score), span, source_of(line), item.line)])


def _text(text: str, span: Span, line: Line, item: Item) -> ReadField:
    return field_of([Found(text, span.text, _PRINTED * (0.5 + 0.5 * span.score), span, source_of(line), item.line)])


def _figure(figure: Figure | None, line: Line, item: Item) -> ReadField:
    if figure is None:
        return ReadField()
    weight = (_FITS if item.fits else _PRINTED) * (0.5 + 0.5 * figure.span.score)
    return field_of([Found(f"{figure.value:f}", figure.span.text, weight, figure.span, source_of(line), item.line)])


def _computed(value: Decimal) -> ReadField:
    return field_of([Found(f"{to_cents(value):f}", "", _COMPUTED, None, "computed")])
