"""Amounts within a line's text, also where tax marks, currency signs or other words touch them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from ocr_engine.local.amounts import parse_money
from ocr_engine.local.currency import CODE, SIGN
from ocr_engine.local.page import Line
from ocr_engine.local.spelling import repair_digits
from shared.money import parse_amount

_MONEY = re.compile(
    rf"(?<![\d.,/:-])(?<![A-Za-z]\d)(?P<minus>[-–(]\s?)?(?:(?<![A-Za-z])(?:{SIGN}|{CODE})\s?)?(?P<inner>-\s?)?"
    r"(?<!\d[xX×])(?P<digits>(?:\d{1,3}(?:[.,' ]\d{3})+|\d+)\s?[.,]\s?\d{2})(?P<after>-|\s?\))?"
    r"(?![\d%/:]|[.,-]\d|\s?%|\s?(?:kg|KG|Kg|g|G|ml|ML|cm|CM|mm|MM)\b)"
)
_PLAIN = re.compile(r"(?<![\d.,/:#-])(?<![A-Za-z]\d)(?P<digits>\d{1,4}[- ]\d{2}|\d{3,6})(?!\s?%|[\d./:-]|,\d)")
"""Digits that may have lost their point, or show another sign in its place."""
_WHOLE = re.compile(
    rf"(?<![\d.,/:#-])(?<![A-Za-z]\d)(?P<minus>[-–(]\s?)?(?P<sign>(?<![A-Za-z])(?:{SIGN}|{CODE})\s?)?(?P<inner>-\s?)?"
    r"(?P<digits>\d{1,3}(?:[.,]\d{3})+|\d{2,7})(?P<after>-|\s?\))?(?![\d%/:]|[.,-]\d|\s?%|[A-Za-z])"
)
_LONGEST_GAP = 12


NO_CENTS = ""
"""In place of a decimal sign, for documents whose currency has no cents."""


@dataclass(frozen=True)
class Money:
    """An amount on a line, and the characters that it takes of the line's text."""

    amount: Decimal
    start: int
    end: int
    pointless: bool = False
    """True where no point stands before the cents: `742` or `7-42` for 7.42, to be believed only with proof."""


def money_in(line: Line, decimal: str) -> list[Money]:
    """The amounts with cents on a line, left to right; percentages, dates, times and weights are none."""
    text = repair_digits(line.text)
    return list(_whole(text) if decimal == NO_CENTS else _found(text, decimal))


def pointless_in(line: Line) -> list[Money]:
    """Whole numbers at the line's end that may be amounts whose point recognition has lost."""
    text = repair_digits(line.text)
    hits = [hit for hit in _PLAIN.finditer(text) if len(text) - hit.end() <= _LONGEST_GAP]
    return [
        Money(Decimal(re.sub(r"\D", "", hit["digits"])) / 100, *hit.span("digits"), pointless=True) for hit in hits[-1:]
    ]


def _found(text: str, decimal: str) -> Iterator[Money]:
    for hit in _MONEY.finditer(text):
        digits = re.sub(r"\s", "", hit["digits"])
        amount = parse_money(digits, decimal)
        if amount is None:
            amount = parse_amount(digits.replace(",", "."))
        if amount is None:
            continue
        yield _money(hit, amount)


def _whole(text: str) -> Iterator[Money]:
    """Amounts without cents: grouped, behind a sign, or at the end of the line."""
    for hit in _WHOLE.finditer(text):
        grouped = not hit["digits"].isdigit()
        if grouped or hit["sign"] or not text[hit.end() :].strip(" *"):
            yield _money(hit, Decimal(re.sub(r"\D", "", hit["digits"])))


def _money(hit: re.Match[str], amount: Decimal) -> Money:
    minus, after = (hit["minus"] or "").strip(), (hit["after"] or "").strip()
    negative = minus in {"-", "–"} or hit["inner"] is not None or after == "-" or (minus == "(" and after == ")")
    start = hit.start("digits") if minus == "(" and not negative else hit.start()
    return Money(-amount if negative else amount, start, hit.end("digits"))
