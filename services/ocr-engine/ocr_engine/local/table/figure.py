"""Numbers as printed in a cell or on a line: signs, currencies, units, grouping by point, comma or space."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ocr_engine.local.page import Line, Span
from ocr_engine.local.spelling import repair_digits
from shared.money import parse_amount

_SIGNS = "€$£¥₹₡₱₲₴₺₽"
_CODES = (
    "EUR|USD|GBP|CHF|PAB|CAD|AUD|NZD|MXN|BRL|PEN|COP|CLP|ARS|UYU|INR|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|RON|BGN|TRY|ZAR"
    "|SGD|MYR|HKD|AED|DEM|ATS|FRF"
)
_CURRENCY = rf"(?:[{_SIGNS}]|(?:{_CODES})\b|(?:US|R|S/|C|A|Q|MX|CA)?\$|B[/1Il|]\.?|S/\.?|Rs\.?|RM\b|Fr\.|kr\.?|zł|Kč)"
_NUMBER = r"(?:\d{1,3}(?:[.,'’ ]\d{2,3})*[.,'’ ]\d{3}(?:[.,]\d{1,6})?(?!\d)|\d+(?:[.,]\d{1,6})?|[.,]\d{1,4})"
_FIGURE = re.compile(
    rf"(?<![\w.,/])(?P<before>[-+(–−]?\s?(?:{_CURRENCY})?\s?[-+(–−]?\s?)(?P<number>{_NUMBER})"
    rf"(?P<after>\s?[-)–](?![\w])|)(?P<currency>\s?{_CURRENCY})?(?P<percent>\s?%)?"
)
_SOLES = re.compile(r"(?<![\w/])5(?=/\.?\s?\d+(?:[.,]\d{3})*[.,]\d{2}(?!\d))")
_NEGATIVE = "-(–−"
_CENTS = re.compile(r"[.,]\d{2}(?!\d)$")
_GROUP = 3
_LONGEST_UNIT = 12
_SECOND = re.compile(r"\d[.,]\d|\d\s?%")
"""A second number in the cell: then it is words, not a figure."""


@dataclass(frozen=True)
class Figure:
    """A number, the words that it stands in, and what they say beside it (a unit)."""

    value: Decimal
    span: Span
    rest: str = ""
    percent: bool = False


@dataclass(frozen=True)
class Amount:
    """A sum on a line: its value and the places of the first and past the last of its words."""

    value: Decimal
    start: int
    end: int
    span: Span


def figure_of(span: Span, decimal: str, *, ocr: bool = False) -> Figure | None:
    """The number of a cell, with an unit or a rate mark beside it at most; None for a cell of words.

    `decimal` is the document's decimal sign and decides where the number alone leaves it open.
    """
    text = _repaired(span.text) if ocr else span.text
    hit = _FIGURE.search(text)
    if hit is None:
        return None
    rest = f"{text[: hit.start()]} {text[hit.end() :]}".strip(" .:*=")
    value = number_of(hit["number"], decimal)
    if value is None or len(rest) > max(_LONGEST_UNIT, len(hit["number"]) * 2) or _SECOND.search(rest):
        return None
    negative = any(sign in _NEGATIVE for sign in hit["before"]) or hit["after"].strip() in {"-", "–"}
    return Figure(-value if negative else value, span, rest, hit["percent"] is not None)


def number_of(text: str, decimal: str) -> Decimal | None:
    """The value of bare digits with grouping and decimal signs."""
    digits = re.sub(r"[ '’]", "", text)
    signs = [sign for sign in digits if sign in ".,"]
    if not signs:
        return parse_amount(digits)
    whole, _, part = digits.rpartition(signs[-1])
    mixed = len(set(signs)) > 1
    grouping = not mixed and (
        len(signs) > 1
        or (len(part) == _GROUP and signs[0] != decimal and whole.strip("0") != "" and len(whole) <= _GROUP)
    )
    if grouping:
        return parse_amount(re.sub("[.,]", "", digits))
    return parse_amount(f"{re.sub('[.,]', '', whole) or '0'}.{part}")


def amounts_on(line: Line, decimal: str) -> list[Amount]:
    """The sums on a line, left to right: numbers with two decimals or a currency that are no rate, date or measure."""
    text, places = _spelled(line)
    found = []
    for hit in _FIGURE.finditer(text):
        number = hit["number"]
        following = text[hit.end() :]
        marked = bool(hit["currency"]) or bool(re.search(_CURRENCY, hit["before"]))
        if hit["percent"] or not (marked or _CENTS.search(number)) or re.match(r"[\w./:%]", following):
            continue
        value = number_of(number, decimal)
        if value is None:
            continue
        negative = any(sign in _NEGATIVE for sign in hit["before"]) or hit["after"].strip() in {"-", "–"}
        taken = [
            place
            for place, (start, end) in enumerate(places)
            if start < hit.end("number") + len(hit["after"]) and end > hit.start("number")
        ]
        first = taken[0]
        while first > 0 and places[first - 1][0] >= hit.start() and places[first - 1][1] > hit.start():
            first -= 1
        span = line.span(line.tokens[first : taken[-1] + 1])
        found.append(Amount(-value if negative else value, first, taken[-1] + 1, span))
    return found


def rates_in(text: str) -> Iterator[Decimal]:
    """The percentages in a text."""
    for hit in re.finditer(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?(?:%|Prozent|percent)", text):
        value = parse_amount(hit[1].replace(",", "."))
        if value is not None:
            yield value


def _spelled(line: Line) -> tuple[str, list[tuple[int, int]]]:
    """The line's text with wide gaps kept wide, and where each word stands in it."""
    text, places = "", []
    widest = 0.6 * line.height
    for index, token in enumerate(line.tokens):
        if index:
            text += " " if token.left - line.tokens[index - 1].right <= widest else "   "
        word = _repaired(token.text) if line.ocr else token.text
        places.append((len(text), len(text) + len(word)))
        text += word
    return text, places


def _repaired(text: str) -> str:
    """Letters taken for digits set right, but for the S of soles (`S/760.00`). As long as the text itself."""
    return _SOLES.sub("S", repair_digits(text)) if "S/" in text else repair_digits(text)
