"""Amounts and quantities as printed, in exact decimals."""

import re
from collections.abc import Iterable
from decimal import Decimal

from ocr_engine.local.currency import BEFORE_OR_AFTER
from ocr_engine.local.spelling import repair_digits
from shared.money import parse_amount

_AMOUNT = re.compile(r"[-(]?\d{1,3}(?:([,.'])\d{3})*(?:([.,])\d{2,6})?[-)]?|[-(]?\d+(?:([.,])\d{1,6})?[-)]?")
_WITH_CENTS = re.compile(r"[-(]?(?:\d{1,3}(?:[,.']\d{3})+|\d+)[.,]\d{2}[-)]?")
_LOOSE_SPACE = re.compile(r"(?<=\d)\s?([.,])\s?(?=\d)")


def without_currency(text: str) -> str:
    """The text without signs and codes of currencies; `BI.` and `B1.` are how recognition sees `B/.`."""
    return BEFORE_OR_AFTER.sub("", text).strip()


def parse_money(text: str, decimal: str = ".") -> Decimal | None:
    """An amount with its cents (`1,234.50`, `B/. 12.00`, `(3.00)`, `3.00-`); None for anything else.

    `decimal` is the document's decimal sign and decides only where the text alone leaves it open.
    """
    compact = _LOOSE_SPACE.sub(r"\1", repair_digits(without_currency(text)))
    return _parsed(compact, decimal) if _WITH_CENTS.fullmatch(compact) else None


def parse_number(text: str, decimal: str = ".") -> Decimal | None:
    """Any printed number: a quantity, a unit price with up to six decimals, an amount."""
    compact = _LOOSE_SPACE.sub(r"\1", repair_digits(without_currency(text)))
    return _parsed(compact, decimal) if _AMOUNT.fullmatch(compact) else None


def decimal_sign(texts: Iterable[str]) -> str:
    """The sign before the cents that most numbers of the document show; the point where they do not say."""
    points = commas = 0
    for text in texts:
        for hit in re.finditer(r"(?<![\d.,])\d+(?:[.,]\d{3})*([.,])\d{2}(?![\d.,])", text):
            points += hit[1] == "."
            commas += hit[1] == ","
    return "," if commas > points else "."


def _parsed(text: str, decimal: str) -> Decimal | None:
    negative = text.startswith(("-", "(")) or text.endswith("-")
    digits = text.strip("-()").replace("'", "")
    signs = [sign for sign in digits if sign in ".,"]
    if len(set(signs)) > 1 or (len(signs) == 1 and not _is_grouping(digits, signs[0], decimal)):
        whole, _, part = digits.rpartition(signs[-1])
        digits = f"{re.sub('[.,]', '', whole)}.{part}"
    else:
        digits = re.sub("[.,]", "", digits)
    amount = parse_amount(digits)
    return -amount if amount is not None and negative else amount


def _is_grouping(digits: str, sign: str, decimal: str) -> bool:
    whole, _, part = digits.partition(sign)
    return len(part) == 3 and sign != decimal and 0 < len(whole) <= 3 and whole != "0"  # noqa: PLR2004 - thousands
