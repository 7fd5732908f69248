"""Printed text in one spelling for comparing, and numbers freed of the letters that recognition mistakes for digits."""

import re
import unicodedata
from functools import lru_cache

_DIGIT_LOOKALIKES = str.maketrans("OoQDIl|!SBZ", "00001111582")
_LETTER_LOOKALIKES = str.maketrans("01", "oi")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−﹣－", "-"))
_ZERO_IN_WORD = re.compile(r"(?<![\d.,])([A-Za-zÀ-ÿ]{3,})(0+)(?=[A-Za-zÀ-ÿ]*(?![\d\w]))")
_CAPITAL_I = re.compile(r"(?<=[a-zà-ÿ])I(?=[a-zà-ÿ]|\b)|(?<=\bE)I(?=\s+[A-ZÀ-Þ][a-zà-ÿ])")
"""Inside or at the end of a word of small letters, and in the article; a Roman numeral stands alone."""


_ENYE = re.compile(r"((?<!compa)ñ)i(?=[oa]s?\b)", re.IGNORECASE)
"""The tail of a blurred ñ read as an i; of Spanish words only `compañia`, without its accent, ends so."""
_SION = re.compile(r"(?<=s)l(?=ón\b)")


_PREFIX = re.compile(r"[A-Z]{2,}(?:(?<=[^OQDILSBZ])(?=\d)|(?=[-/]\w))")
"""The letters of a series before a number, as in `INV-2025-0099` and `PI-8-1234`."""


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """The text for comparing: lower case, no accents, plain dashes and colons. As long as the text itself."""
    return "".join(_folded(character) for character in text.translate(_DASHES))


def fold_word(text: str) -> str:
    """A label for comparing: folded, `0` and `1` between letters taken for `o` and `i`, punctuation gone."""
    folded = fold(text)
    words = [
        word.translate(_LETTER_LOOKALIKES) if sum(map(str.isalpha, word)) * 2 > len(word) else word
        for word in re.findall(r"[a-z0-9%#/]+", folded)
    ]
    return " ".join(words)


def repair_digits(text: str) -> str:
    """Letters that stand for digits replaced, in words that are mostly digits. As long as the text itself."""
    return re.sub(r"[^\s:;()]+", lambda word: _repaired(word[0]), text.translate(_DASHES))


def repair_letters(text: str) -> str:
    """Letters for what recognition took for others: `CAFE MOLID0`, `EI Faro`, `PapeI`, `Bañio`, `Revislón`."""
    text = _SION.sub("i", _ENYE.sub(r"\1", _CAPITAL_I.sub("l", text)))
    return _ZERO_IN_WORD.sub(lambda hit: hit[1] + ("O" if hit[1].isupper() else "o") * len(hit[2]), text)


def _folded(character: str) -> str:
    if character == "：":
        return ":"
    if character in "°º":
        return "o"
    return unicodedata.normalize("NFKD", character)[0].lower()[:1] or character


def _repaired(word: str) -> str:
    prefix = _PREFIX.match(word)
    if prefix and any(ord(character) not in _DIGIT_LOOKALIKES for character in prefix[0]):
        return prefix[0] + _repaired_figures(word[prefix.end() :])
    return _repaired_figures(word)


def _repaired_figures(word: str) -> str:
    digits = sum(map(str.isdigit, word))
    letters = sum(map(str.isalpha, word))
    alike = sum(ord(character) in _DIGIT_LOOKALIKES for character in word)
    mostly = digits >= letters > 0 if alike >= letters else digits > 2 * letters
    return word.translate(_DIGIT_LOOKALIKES) if mostly else word
