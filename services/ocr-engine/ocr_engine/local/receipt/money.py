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
_PLAIN = re.compile(r"(?<![\d.,/:#-])(?<![A-Za-z]\d)(?P<digits>\d{3,6})(?!\s?%|[\d./:-]|,\d)")
"""Digits that may have lost their point."""
_LONGEST_GAP = 12


@dataclass(frozen=True)
class Money:
    """An amount on a line, and the characters that it takes of the line's text."""

    amount: Decimal
    start: int
    end: int
    pointless: bool = False
    """True where no sign stands before the cents: `742` for 7.42, to be believed only with proof."""


def money_in(line: Line, decimal: str) -> list[Money]:
    """The amounts with cents on a line, left to right; percentages, dates, times and weights are none."""
    text = repair_digits(line.text)
    return list(_found(text, decimal))


def pointless_in(line: Line) -> list[Money]:
    """Whole numbers at the line's end that may be amounts whose point recognition has lost."""
    text = repair_digits(line.text)
    hits = [hit for hit in _PLAIN.finditer(text) if len(text) - hit.end() <= _LONGEST_GAP]
    return [Money(Decimal(hit["digits"]) / 100, *hit.span("digits"), pointless=True) for hit in hits[-1:]]


def _found(text: str, decimal: str) -> Iterator[Money]:
    for hit in _MONEY.finditer(text):
        digits = re.sub(r"\s", "", hit["digits"])
        amount = parse_money(digits, decimal)
        if amount is None:
            amount = parse_amount(digits.replace(",", "."))
        if amount is None:
            continue
        minus = (hit["minus"] or "").strip()
        after = (hit["after"] or "").strip()
        negative = minus in {"-", "–"} or hit["inner"] is not None or after == "-" or (minus == "(" and after == ")")
        start = hit.start("digits") if minus == "(" and not negative else hit.start()
        yield Money(-amount if negative else amount, start, hit.end("digits"))
