"""Amounts in words as India writes them: `Rupees One Lakh Two Thousand and Paise Fifty Only`."""

import re
from decimal import Decimal

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
_SMALL = {name: number for number, name in enumerate(_UNITS.split())}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fourty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
    "ninty": 90,
}
_SCALES = {"thousand": 1000, "lakhs": 100_000, "lakh": 100_000, "lacs": 100_000, "lac": 100_000} | {
    "crores": 10_000_000,
    "crore": 10_000_000,
    "million": 1_000_000,
}
_WORDS = sorted((*_SMALL, *_TENS, *_SCALES, "hundred", "paise", "paisa"), key=len, reverse=True)
_WORD = re.compile("|".join(f"{word}(?!ix|even)" if word.endswith("s") else word for word in _WORDS))
"""The longest first; without blanks the s of `lakhsixty` is that of sixty."""
_HUNDRED = 100
_SAYS_SO = re.compile("rupee|only")
_FEWEST = 2
"""Words; one alone (`One`) may stand in any sentence."""


def spelled_amount(text: str) -> Decimal | None:
    """The amount that the words say, in rupees; None where they say none. Blanks may be missing."""
    letters = "".join(re.findall("[a-z]", text.lower()))
    words = _WORD.findall(letters)
    if len(words) < _FEWEST and not (words and _SAYS_SO.search(letters)):
        return None
    place = next((index for index, word in enumerate(words) if word in {"paise", "paisa"}), None)
    if place is None:
        return Decimal(_number(words))
    before, after = words[:place], words[place + 1 :]
    if not after:
        # The paise are named before the word: the last number after the rupees.
        cut = _after_rupees(letters, before)
        before, after = before[:cut], before[cut:]
    return Decimal(_number(before)) + Decimal(min(_number(after), 99)) / _HUNDRED


def _after_rupees(letters: str, words: list[str]) -> int:
    """How many of the words stand before `rupees` where it follows the first of them, or before the last `and`."""
    for mark in ("rupees", "rupee", "and"):
        at = letters.rfind(mark, 1)
        head = _WORD.findall(letters[:at]) if at > 0 else []
        if head and len(head) < len(words):
            return len(head)
    return len(words)


def _number(words: list[str]) -> int:
    total = current = 0
    for word in words:
        if word in _SMALL:
            current += _SMALL[word]
        elif word in _TENS:
            current += _TENS[word]
        elif word == "hundred":
            current = max(current, 1) * _HUNDRED
        elif word in _SCALES:
            total += max(current, 1) * _SCALES[word]
            current = 0
    return total + current
