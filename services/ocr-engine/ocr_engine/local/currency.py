"""Signs and codes of currencies as printed, and which currency a document is in. Codes: ISO 4217."""

import re
from collections import Counter
from collections.abc import Iterable

_KNOWN = """
AED ARS AUD BOB BRL CAD CHF CLP CNY COP CRC CZK DKK DOP EUR GBP GTQ HKD HNL HUF IDR INR JPY KRW MXN MYR NIO NOK NZD PAB
PEN PHP PLN PYG RON SAR SEK SGD THB TRY TWD USD UYU VND ZAR
"""
CODES = tuple(_KNOWN.split())

WITHOUT_CENTS = frozenset({"CLP", "COP", "CRC", "HUF", "IDR", "JPY", "KRW", "PYG", "VND"})
"""Currencies whose prices are printed in whole units."""

_SIGNS: tuple[tuple[str, str], ...] = (
    (r"US\$|U\$S", "USD"),
    (r"MX\$", "MXN"),
    (r"AU\$|A\$", "AUD"),
    (r"CA\$|C\$", "CAD"),
    (r"HK\$", "HKD"),
    (r"NT\$", "TWD"),
    (r"S\$", "SGD"),
    (r"R\$", "BRL"),
    (r"RM", "MYR"),
    (r"S/\.?", "PEN"),
    (r"B[/1Il|]\.?/?\.?", "PAB"),
    (r"Rs\.?|₹|INR", "INR"),
    (r"SFr\.?|Fr\.", "CHF"),
    (r"€", "EUR"),
    (r"£", "GBP"),
    (r"z[łl]", "PLN"),
    (r"K[čc]", "CZK"),
    (r"Rp\.?", "IDR"),
    (r"₱", "PHP"),
    (r"฿", "THB"),
    (r"₫", "VND"),
    (r"₺", "TRY"),
    (r"kr\.?", "kr"),
    (r"[¥￥]", "¥"),
    (r"\$", "$"),
)
"""Sign and code; a sign of several currencies stands for itself."""

SIGN = "|".join(sign for sign, _ in _SIGNS)
CODE = "|".join(CODES)

BEFORE_OR_AFTER = re.compile(rf"(?<![A-Za-z])(?:{SIGN})(?=\s*[-(]?\d|\s*$)|(?<![A-Za-z])(?:{CODE})(?![A-Za-z])")
"""A currency's sign or code beside an amount; `BI.` and `B1.` are how recognition sees `B/.`."""

_WORDS_TOO = frozenset({"PEN", "TRY"})
"""Codes that are goods or words before a number: `GEL PEN 0.50`."""
_BESIDE = re.compile(
    rf"(?<![A-Za-z])(?P<before>{SIGN}|{CODE})\s?-?(?=\d)|\d[.,]\d{{2}}-?\s?(?P<after>{SIGN}|{CODE})(?![A-Za-z0-9])"
)
_MISREAD = re.compile(r"B[1Il|]?\.?")
"""Taken for `B/.` beside an amount, but no proof of a currency."""
_IN_LABEL = re.compile(rf"[(\[]\s?(?P<sign>{SIGN}|{CODE})\s?[)\]]|^[^\d]*(?<![^\s(])(?P<heading>{SIGN}|{CODE})\s*$")
_EACH = tuple((re.compile(sign), code) for sign, code in _SIGNS)


def find_currencies(texts: Iterable[str]) -> Counter[str]:
    """How often each currency's code or sign stands beside an amount or in a label `(RM)`.

    The keys are codes, and `$`, `kr` and `¥` where only such a sign was seen.
    """
    found: Counter[str] = Counter()
    for text in texts:
        for hit in _BESIDE.finditer(text):
            sign = hit["before"] or hit["after"]
            if not _MISREAD.fullmatch(sign) and hit["before"] not in _WORDS_TOO:
                found[_code(sign)] += 1
        for hit in _IN_LABEL.finditer(text):
            sign = hit["sign"] or hit["heading"]
            if not _MISREAD.fullmatch(sign):
                found[_code(sign)] += 1
    return found


def _code(sign: str) -> str:
    if sign in CODES:
        return sign
    return next(code for pattern, code in _EACH if pattern.fullmatch(sign))
