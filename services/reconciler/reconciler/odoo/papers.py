"""An invoice, an expense slip or a résumé, checked and completed. Pure."""

import datetime as dt
from collections.abc import Iterator, Mapping

from reconciler.odoo import currency, lines, totals
from reconciler.odoo.figures import Row, amount
from reconciler.values import Values
from shared.contracts.faults import DATE_IMPLAUSIBLE
from shared.contracts.odoo import ODOO_APPLICANT, ODOO_INVOICE, UserInfos
from shared.contracts.reading import Candidate, ReadField, Reading

_AMOUNTS = ("subtotal", "total_tax_amount", "total")
_DAYS = ("date", "due_date")
_ITEM_AMOUNTS = ("quantity", "unit_price", "discount", "subtotal", "total")
_BY_SIGN = 0.7


def settle(reading: Reading, infos: UserInfos | None, received_on: dt.date) -> tuple[Reading, tuple[str, ...]]:
    """The reading with what its own values lead to, and the codes of those that do not agree.

    A printed value is never changed. What is no number or day, though it should be, is taken for not read.
    """
    if reading.schema_name == ODOO_APPLICANT:
        return reading, reading.warnings
    told: list[str] = [*reading.warnings]
    fields = _sound(reading.fields, _AMOUNTS, _DAYS, told)
    items: tuple[Row, ...] = tuple(_sound(item, _ITEM_AMOUNTS, (), told) for item in reading.items)
    if reading.schema_name == ODOO_INVOICE:
        taxes = reading.tables.get("taxes", ())
        items = lines.complete(items, fields, taxes)
        fields = totals.complete(_with_type(fields), items, taxes)
        told += [*totals.doubts(fields, items, taxes), *lines.doubts(items)]
    country = "supplier_country" if reading.schema_name == ODOO_INVOICE else "country"
    fields = currency.settle(fields, country, infos.country_code if infos else None)
    told += _day_doubts(fields, received_on)
    warnings = tuple(dict.fromkeys(told))
    update = {"fields": fields, "items": tuple(map(dict, items)), "warnings": warnings}
    return reading.model_copy(update=update), warnings


def _sound(row: Row, amounts: tuple[str, ...], days: tuple[str, ...], told: list[str]) -> dict[str, ReadField]:
    """The row without amounts that are no numbers and days that are none, as values and as candidates."""
    result = dict(row)
    for key in (*amounts, *days):
        if key not in row:
            continue
        field = row[key]
        kept = tuple(each for each in field.candidates if _is_sound(key, each.value, days))
        if field.value is not None and not _is_sound(key, field.value, days):
            told.append(f"INVALID_{key.upper()}")
            field = ReadField()
        if len(kept) < len(field.candidates) or field.value is None:
            field = field.model_copy(update={"candidates": kept})
        result[key] = field
    return result


def _is_sound(key: str, value: str, days: tuple[str, ...]) -> bool:
    values = Values({key: ReadField(value=value)})
    return (values.day(key) if key in days else values.amount(key)) is not None


def _with_type(fields: Mapping[str, ReadField]) -> dict[str, ReadField]:
    """The header, a credit note by its sign where it does not call itself one: its total is below nothing."""
    total, kind = amount(fields, "total"), fields.get("type", ReadField())
    if total is None or total >= 0 or kind.value == "refund":
        return dict(fields)
    refund = Candidate(value="refund", confidence=_BY_SIGN, source="computed")
    others = tuple(each for each in kind.candidates if each.value != "refund")
    return {**fields, "type": ReadField(**refund.model_dump(), candidates=(refund, *others))}


def _day_doubts(fields: Row, received_on: dt.date) -> Iterator[str]:
    """A paper from after tomorrow (the sender may be ahead of UTC), or due before it was issued."""
    issued, due = (Values(fields).day(key) for key in _DAYS)
    if issued is None:
        return
    late = dt.date.fromisoformat(issued) > received_on + dt.timedelta(days=1)
    if late or (due is not None and due < issued):
        yield DATE_IMPLAUSIBLE
