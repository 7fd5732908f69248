"""The cells of discounts and taxes: percents and amounts side by side, one below the other, or joined by a plus."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ocr_engine.local.page import Span
from ocr_engine.local.spelling import repair_digits
from ocr_engine.local.table.figure import number_of
from ocr_engine.local.table.reader import Table
from ocr_engine.local.table.rows import Row

POINT = "."
"""India's decimal sign."""
TAXES = ("cgst", "sgst", "igst", "cess")
_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s?%")
_NUMBER = re.compile(r"(?<![\d.,])-?\(?\d[\d,]*(?:\.\d{1,4})?")
_HUNDRED = Decimal(100)
_HIGHEST_RATE = 40


@dataclass(frozen=True)
class Tax:
    """A tax of a line: its percent and its amount, as far as printed."""

    rate: Decimal | None = None
    amount: Decimal | None = None
    span: Span | None = None


def whole_rate(taxes: dict[str, Tax], told: Decimal | None) -> Decimal | None:
    """IGST's rate, or CGST's and SGST's together, or what a GST column tells; None where none is printed."""
    igst, cgst, sgst = (taxes.get(key, Tax()).rate for key in ("igst", "cgst", "sgst"))
    if told:
        return told
    if igst:
        return igst
    if cgst is not None and sgst is not None:
        return cgst + sgst
    half = cgst if cgst is not None else sgst
    return half * 2 if half is not None else (igst if igst is not None else told)


def discounts_of(row: Row, table: Table, ocr: bool) -> tuple[tuple[Decimal, ...], Decimal | None]:  # noqa: FBT001 - of the line
    """Percents in order, and rupees off the line."""
    percents: list[Decimal] = []
    off: Decimal | None = None
    for key in ("discount", "discount2"):
        text = " ".join(part.text for part in row.parts(key))
        text = repair_digits(text) if ocr else text
        heading = next((each.heading.text for each in table.columns if key in each.keys), "")
        marked = _PERCENT.findall(text)
        numbers = [value for hit in _NUMBER.findall(text) if (value := _value(hit)) is not None]
        if marked and (len(marked) == len(numbers) or "+" in text):
            percents += [abs(value) for value in numbers]
        elif marked:
            percents += [Decimal(each) for each in marked]
        elif numbers and (max(map(abs, numbers)) < _HUNDRED or "%" in heading):
            percents += [abs(value) for value in numbers]
        elif numbers:
            off = (off or Decimal(0)) + abs(numbers[0])
    printed = " ".join(part.text for part in row.parts("discount_amount"))
    numbers = [value for hit in _NUMBER.findall(printed) if (value := _value(hit)) is not None]
    if numbers and not percents:
        off = abs(numbers[-1])
    kept = tuple(each for each in percents if 0 < each <= _HUNDRED)
    return kept[:2], off or None


def taxes_of(row: Row, ocr: bool) -> tuple[dict[str, Tax], Decimal | None]:  # noqa: FBT001 - of the line
    """The taxes by name, and the whole rate where a column tells it."""
    found: dict[str, Tax] = {}
    for key in TAXES:
        of_rate = _rates(row.parts(f"{key}_rate"), ocr)
        rate, amount, span = _pair(row.parts(key), ocr)
        if amount is None and rate is None and not of_rate:
            continue
        found[key] = Tax(of_rate[0] if of_rate else rate, amount, span)
    told = _rates(row.parts("gst_rate"), ocr)
    rate, amount, span = _pair(row.parts("gst"), ocr)
    if rate is None and amount is not None and amount <= _HIGHEST_RATE and not told:
        rate, amount = amount, None
    whole = told[0] if len(told) == 1 else sum(told, Decimal(0)) if told else rate
    return found, whole


def _rates(parts: Iterable[Span], ocr: bool) -> list[Decimal]:  # noqa: FBT001 - of the line
    """The percents of a column of rates: `18%`, `9+9`, `18.00`."""
    text = " ".join(part.text for part in parts)
    text = repair_digits(text) if ocr else text
    values = [value for hit in _NUMBER.findall(text) if (value := _value(hit)) is not None]
    return [value for value in values if value <= _HUNDRED][: 2 if "+" in text else 1]


def _pair(parts: Iterable[Span], ocr: bool) -> tuple[Decimal | None, Decimal | None, Span | None]:  # noqa: FBT001 - of the line
    """Rate and amount of one cell: `9% 450.00`, `450.00 (9%)`, `450.00`, or one below the other."""
    spans = tuple(parts)
    if not spans:
        return None, None, None
    text = " ".join(part.text for part in spans)
    text = repair_digits(text) if ocr else text
    marked = _PERCENT.search(text)
    rest = text[: marked.start()] + " " + text[marked.end() :] if marked else text
    numbers = [hit for hit in _NUMBER.findall(rest) if _value(hit) is not None]
    rate = Decimal(marked[1]) if marked else None
    if not marked and len(numbers) == 2:  # noqa: PLR2004 - a rate beside its amount
        small, large = sorted(_value(each) or Decimal(0) for each in numbers)
        return (small if small <= _HIGHEST_RATE else None), large, spans[0]
    amount = _value(numbers[-1]) if numbers else None
    return rate, amount, Span(spans[-1].tokens, spans[-1].page, spans[-1].aspect)


def _value(text: str) -> Decimal | None:
    return number_of(text.strip("-()"), POINT)
