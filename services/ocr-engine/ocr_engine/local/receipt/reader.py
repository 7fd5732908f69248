"""A receipt or expense slip read under the schema `odoo_expense`."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ocr_engine.local.amounts import decimal_sign
from ocr_engine.local.capture import without_repeats
from ocr_engine.local.currency import WITHOUT_CENTS
from ocr_engine.local.dates import month_comes_first
from ocr_engine.local.found import Found, field_of
from ocr_engine.local.page import Document, Line
from ocr_engine.local.receipt.company import find_company
from ocr_engine.local.receipt.day import find_day
from ocr_engine.local.receipt.goods import find_goods
from ocr_engine.local.receipt.money import NO_CENTS, money_in
from ocr_engine.local.receipt.origin import find_origin
from ocr_engine.local.receipt.reference import find_reference
from ocr_engine.local.receipt.sums import amounts_of
from ocr_engine.local.receipt.total import find_total
from shared.contracts.odoo import EXPENSE_FIELDS, ODOO_EXPENSE
from shared.contracts.reading import Reading

JOINED_CAPTURES = 2
_MONTH_FIRST = frozenset({"US"})
_PLAIN_LETTERS = frozenset({"AU", "GB", "ID", "IN", "MY", "NZ", "PH", "SG", "US", "ZA"})
"""Lands whose names have no accents."""
_LEAST = 0.2
_GROUPED = re.compile(r"(?<![\d.,/-])\d{1,3}(?:[.,]\d{3})+(?![\d.,/-])")
_FEWEST_GROUPED = 3
_MOST_LINES, _LONGEST_LINE = 1500, 400
"""More lines, or characters on one, no slip has; what hostile pages cost is bounded so."""


@dataclass(frozen=True)
class Receipt:
    """What a receipt says: candidates of each value, the heaviest first."""

    total: list[Found]
    date: list[Found]
    supplier: list[Found]
    currency: list[Found]
    country: list[Found]
    bill_reference: list[Found]
    description: list[Found]


def read_expense(document: Document, mode: int) -> Reading:
    """The reading of a receipt; what is not on it stays empty."""
    lines = without_repeats(document.lines) if mode == JOINED_CAPTURES else document.lines
    receipt = read_receipt(replace(document, lines=lines), dt.datetime.now(dt.UTC).date())
    fields = {key: field_of(getattr(receipt, key), _LEAST) for key in EXPENSE_FIELDS}
    return Reading(
        schema_name=ODOO_EXPENSE,
        provider="local",
        fields=fields,
        pages=document.pages,
        pages_read=document.pages_read,
        warnings=document.warnings,
    )


def read_receipt(document: Document, today: dt.date) -> Receipt:
    """Candidates of a receipt's values. `today` bounds the date."""
    lines = [line for line in document.lines[:_MOST_LINES] if len(line.text) <= _LONGEST_LINE]
    currency, country = find_origin(lines)
    decimal = _decimal(lines, currency[0].value if currency else "")
    amounts = amounts_of(lines, decimal)
    order = month_comes_first(line.text for line in lines)
    land = country[0].value if country else ""
    head = min(amounts.first_sum, amounts.goods[0].line) if amounts.goods else amounts.first_sum
    return Receipt(
        total=find_total(lines, amounts),
        date=find_day(lines, today, month_first=land in _MONTH_FIRST if order is None else order),
        supplier=find_company(lines, head, accents=land not in _PLAIN_LETTERS),
        currency=currency,
        country=country,
        bill_reference=find_reference(lines),
        description=find_goods(lines, amounts, decimal),
    )


def _decimal(lines: Sequence[Line], currency: str) -> str:
    """The sign before the cents; none where the amounts have no cents, in their currency or by their look."""
    decimal = decimal_sign(line.text for line in lines)
    if sum(len(money_in(line, decimal)) for line in lines) > 1:
        return decimal
    grouped = sum(len(_GROUPED.findall(line.text)) for line in lines)
    return NO_CENTS if currency in WITHOUT_CENTS or grouped >= _FEWEST_GROUPED else decimal


def quality(reading: Reading) -> tuple[float, ...]:
    """How good a reading is, for choosing between two of the same slip: more is better at the first difference."""
    keys = ("total", "date", "supplier")
    return (
        sum(reading.value(key) is not None for key in keys),
        sum(reading.fields[key].confidence for key in keys),
    )
