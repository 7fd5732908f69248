"""Names in one spelling: slugs, product codes, cleaned product lines and issuer names (Lumis API, section 11)."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from tagger.sizes import Size, take_sizes

SLUG_LENGTH = 64

_OUTSIDE_SLUG = re.compile(r"[^a-z0-9]")
_WORD_BREAKS = re.compile(r"[\s./,*+_;:|()\[\]\"]+")
# Only Panama's four rates: `2%` on milk is its fat, and belongs to the name.
_RATE = re.compile(r"\(\s*\d{1,2}(?:\.\d+)?\s*%\s*\)|(?<![\w.,])(?:0|7|10|15)(?:\.0+)?\s*%|\(\s*[a-z]\s*\)")
_LAST_G = re.compile(r"\s+g\s*$")
_ONE_LETTER = re.compile(r"(?<!\w)([csp])/\s*")
_ONE_LETTER_WORDS = {"c": "con ", "s": "sin ", "p": "para "}
_ITEM_CODE = re.compile(r"\d{5,}")
_COMPANY_FORM = re.compile(
    r"(?<!\w)(?:s\.?\s?a\.?|s\.?\s?de\s?r\.?\s?l\.?|s\.?\s?r\.?\s?l\.?|corp(?:oration)?\.?|inc\.?|ltda?\.?|llc\.?)(?!\w)"
)
_GTIN_LENGTHS = frozenset({8, 12, 13, 14})


@dataclass(frozen=True)
class CleanName:
    """A product's name without sizes and marks: slug words in order, and the sizes that stood among them."""

    words: tuple[str, ...]
    sizes: tuple[Size, ...] = ()

    @property
    def text(self) -> str:
        """The words with one space between."""
        return " ".join(self.words)

    @property
    def glued(self) -> str:
        """The words without spaces: a tape often loses or adds one."""
        return "".join(self.words)


def slug(text: str) -> str:
    """The text in `a-z0-9`, at most 64 characters: «Coca-Cola» is `cocacola`. Empty where nothing is left."""
    return _slug(text)[:SLUG_LENGTH]


def product_code(text: str) -> str:
    """A product's code as it stands in a tag: upper case, no spaces, nothing else changed."""
    return "".join(text.split()).upper()


def is_gtin(text: str) -> bool:
    """True for 8, 12, 13 or 14 digits whose last one is the check digit (GS1, weights 3 and 1 from the right)."""
    if len(text) not in _GTIN_LENGTHS or not (text.isascii() and text.isdigit()):
        return False
    total = sum(int(digit) * (1 if place % 2 == 0 else 3) for place, digit in enumerate(reversed(text)))
    return total % 10 == 0


def clean(name: str, shorthand: Mapping[str, str]) -> CleanName:
    """A printed product line without rate marks, item codes and sizes, its receipt shorthand written out.

    Args:
        name: as printed.
        shorthand: slug of a shortened word to its words; to an empty text where the word says nothing.
    """
    text, sizes = take_sizes(_RATE.sub(" ", name.casefold()))
    text = _LAST_G.sub("", text)
    text = _ONE_LETTER.sub(lambda match: _ONE_LETTER_WORDS[match[1]], text)
    words: list[str] = []
    for piece in _WORD_BREAKS.split(text):
        word = _slug(piece)
        if not word or _ITEM_CODE.fullmatch(word):
            continue
        words.extend(shorthand.get(word, word).split())
    return CleanName(tuple(words), sizes)


def codes_in(name: str) -> tuple[str, ...]:
    """The GTINs printed inside a product line."""
    return tuple(piece for piece in re.findall(r"(?<!\w)\d{8,14}(?!\w)", name) if is_gtin(piece))


def issuer_name(name: str) -> str:
    """A shop's name as slug words, without «S.A.», «S. de R.L.», «Corp.», «Inc.» and their like."""
    text = _COMPANY_FORM.sub(" ", name.casefold())
    return " ".join(word for word in map(_slug, _WORD_BREAKS.split(text)) if word)


def _slug(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return _OUTSIDE_SLUG.sub("", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))
