"""What the headings of a kind of table may be called."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from ocr_engine.local.spelling import fold

_REMEMBERED = 20_000
_LONGEST = 80


@dataclass(frozen=True)
class Vocabulary:
    """The columns of a kind of table, and the words around it.

    Headings are patterns over folded words (see `heading_text`), matched whole; where several match, the first wins.
    """

    headings: Mapping[str, str]
    """Column key → alternatives of a regular expression."""
    figures: frozenset[str]
    """Columns that hold numbers."""
    amounts: tuple[str, ...]
    """Columns whose number makes a row, the best first."""
    text: str
    """The column that says what a row is."""
    sums: Callable[[str], bool]
    """Whether an amount of this label (folded) is a sum, so that the rows have ended."""
    sections: Callable[[str], bool]
    """Whether a line of these words begins another part of the paper."""
    skips: Callable[[str], bool]
    """Whether a line of this label is no row (carried forward, a page's foot)."""
    instead: Mapping[str, str] = field(default_factory=dict)
    """Of two columns of one name, what the one left of the column of texts is then taken for."""
    repeated: Mapping[str, str] = field(default_factory=dict)
    """Of two columns of one name, what the last is taken for where no heading names that."""
    taxes: frozenset[str] = frozenset()
    """Columns of the tax: of two amounts around one the first is without it, the last with it."""
    with_tax: str | None = None
    """The name of that last one."""
    least: int = 2
    """Fewest known headings on a line of headings."""

    @cached_property
    def _patterns(self) -> dict[str, re.Pattern[str]]:
        return {key: re.compile(pattern) for key, pattern in self.headings.items()}

    @cached_property
    def _known(self) -> dict[str, str | None]:
        return {}

    def column(self, text: str) -> str | None:
        """The column that a heading names."""
        if text not in self._known:
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            # `Antal / Qty`: either language may name it.
            names = [text, *re.split(r"\s/\s", text)] if len(text) <= _LONGEST else []
            keys = (self._named(heading_text(name)) for name in names)
            self._known[text] = next((key for key in keys if key), None)
        return self._known[text]

    def _named(self, words: str) -> str | None:
        return next((key for key, pattern in self._patterns.items() if words and pattern.fullmatch(words)), None)


_BRACKETS = re.compile(r"\((?!\W*(?:inkl|incl|inc|ohne|excl|exkl|ex|ht|ttc|net|brutto|gross|w/o)\b)[^()]*\)|\[[^\]]*\]")
"""But not what they say of the tax."""
_CURRENCY = re.compile(
    r"(?<=[a-z%] )(?:in )?(?:eur|usd|gbp|chf|inr|rs|nzd|aud|cad|pab|brl|mxn|sek|nok|dkk|pln"
    r"|dem|zar|sgd)$"
)


def heading_text(text: str) -> str:
    """A heading in one spelling: folded words with one space between; currencies, brackets and points are gone."""
    folded = fold(text)
    bare = _BRACKETS.sub(" ", folded)
    folded = re.sub(r"-\s+(?=[a-z])", "", bare if re.search(r"\w", bare) else folded)
    return _CURRENCY.sub("", " ".join(re.findall(r"[a-z0-9%#&]+", folded))).strip()
