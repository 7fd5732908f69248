"""A document read under the schema `lumis`: candidates of every field, the lines, and the choice between variants."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from ocr_engine.local.amounts import decimal_sign
from ocr_engine.local.capture import without_repeats
from ocr_engine.local.found import Found, field_of, source_of
from ocr_engine.local.lumis.cufe import printed_cufes, rebuilt_cufe
from ocr_engine.local.lumis.identity import find_identity
from ocr_engine.local.lumis.issuer import find_issuer
from ocr_engine.local.lumis.items import Item, Items, common_mark, completed, read_items
from ocr_engine.local.lumis.sums import sums_of
from ocr_engine.local.lumis.table import Figure
from ocr_engine.local.lumis.totals import Totals
from ocr_engine.local.page import Document, Line
from shared.contracts.lumis import LUMIS
from shared.contracts.reading import ReadField, Reading
from shared.money import parse_amount

JOINED_CAPTURES = 2
"""The upload's `mode` for several captures of one paper."""

QUANTITY_NOT_SEEN = "QUANTITY_NOT_SEEN"
"""Warning: a row shows no quantity though the table has a column for it; 1 was taken."""

_LEAST_CUFE = 0.5
_FITS = 0.97
_PRINTED = 0.9
_COMPUTED = 0.6


def read_lumis(document: Document, mode: int) -> Reading:
    """The reading of a document, not yet validated."""
    readings = [_read(replace(document, lines=lines)) for lines in _variants(document.lines, mode)]
    return next((reading for reading, reconciles in readings if reconciles), readings[0][0])


def quality(reading: Reading) -> tuple[int, int, int, float]:
    """How good a reading is, for choosing between two of the same paper: more is better at the first difference."""
    mandatory = sum(reading.value(key) is not None for key in ("ruc", "dv", "invoice_number", "total")) + bool(
        reading.items
    )
    guessed = sum(
        field.source == "computed" for item in reading.items for key, field in item.items() if key == "quantity"
    )
    sure = sum(reading.fields[key].confidence for key in ("ruc", "dv", "invoice_number", "date", "total"))
    return mandatory, -len(set(reading.warnings)), -guessed, sure


def _variants(lines: tuple[Line, ...], mode: int) -> list[tuple[Line, ...]]:
    """The paper as joined captures first, then as it stands: the one whose figures add up is taken."""
    if mode != JOINED_CAPTURES:
        return [lines]
    once = without_repeats(lines)
    return [once, lines] if len(once) < len(lines) else [lines]


def _read(document: Document) -> tuple[Reading, bool]:
    lines = document.lines
    decimal = decimal_sign(line.text for line in lines)
    items = read_items(lines, decimal)
    outside = [each for each in sums_of(lines, decimal) if not _within(each.line, items)]
    totals = Totals(lines, outside, items)
    total = field_of(totals.total())
    amount = parse_amount(total.value) if total.value else None
    tax = field_of(totals.tax(amount))
    identity = find_identity(lines)
    names, addresses = find_issuer(lines)
    fields = {
        "ruc": field_of(identity.ruc),
        "dv": field_of(identity.dv),
        "invoice_number": field_of(identity.number, 0.4),
        "total": total,
        "issuer_name": field_of(names),
        "issuer_address": field_of(addresses),
        "date": field_of(identity.date, 0.3),
        "tot_itbms": tax,
    }
    fields["cufe"] = _cufe(printed_cufes(lines), fields)
    warnings = (*document.warnings, *((QUANTITY_NOT_SEEN,) if items.quantities_missing else ()))
    reading = Reading(
        schema_name=LUMIS,
        provider="local",
        fields=fields,
        items=_item_fields(items, lines),
        pages=document.pages,
        pages_read=document.pages_read,
        warnings=warnings,
    )
    return reading, totals.reconciles(amount, parse_amount(tax.value) if tax.value else None)


def _within(line: int, items: Items) -> bool:
    return items.first_line is not None and items.last_line is not None and items.first_line <= line < items.last_line


def _cufe(found: list[Found], fields: dict[str, ReadField]) -> ReadField:
    """The printed CUFE; one that was misread is set right where the other fields let it."""
    if not any(each.weight >= _LEAST_CUFE for each in found):
        values = [fields[key].value for key in ("ruc", "dv", "invoice_number", "date")]
        known = [value for value in values if value is not None]
        if len(known) == len(values):
            rebuilt = [cufe for each in found if (cufe := rebuilt_cufe(each, *known)) is not None]
            found = [*rebuilt, *found]
    return field_of(found)


def _item_fields(items: Items, lines: Sequence[Line]) -> tuple[dict[str, ReadField], ...]:
    mark = common_mark([item.name for item in items.items])
    return tuple(_fields_of(item, mark, lines) for item in items.items)


def _fields_of(item: Item, mark: str | None, lines: Sequence[Line]) -> dict[str, ReadField]:
    name = item.name
    if mark and " " in name and name.rsplit(" ", 1)[1] in mark:
        name = name.rsplit(" ", 1)[0]
    quantity, price = completed(item)
    span = item.name_spans[0]
    printed = source_of(_line_of(item, lines))
    return {
        "name": field_of(
            [Found(name, "\n".join(part.text for part in item.name_spans), 0.5 + 0.45 * span.score, span, printed)]
        ),
        "quantity": _figure(quantity, item.quantity, fits=item.fits, lines=lines, item=item),
        "unit_price": _figure(price, item.unit_price, fits=item.fits, lines=lines, item=item),
        "total_price": _figure(
            item.amount.value if item.amount else None, item.amount, fits=item.fits, lines=lines, item=item
        ),
    }


def _figure(
    value: Decimal | None, figure: Figure | None, *, fits: bool, lines: Sequence[Line], item: Item
) -> ReadField:
    if value is None:
        return ReadField()
    text = _plain(value)
    if figure is None:
        return field_of([Found(text, "", _COMPUTED, None, "computed")])
    weight = (_FITS if fits else _PRINTED) * (0.5 + 0.5 * figure.span.score)
    return field_of([Found(text, figure.span.text, weight, figure.span, source_of(_line_of(item, lines)))])


def _plain(value: Decimal) -> str:
    """A plain decimal; a whole number without cents that say nothing about it is not rewritten."""
    return f"{value:f}"


def _line_of(item: Item, lines: Sequence[Line]) -> Line:
    token = item.name_spans[0].tokens[0]
    return next((line for line in lines if token in line.tokens), lines[0])
