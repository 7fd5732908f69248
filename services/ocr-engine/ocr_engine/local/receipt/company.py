"""Who issued a receipt: the line of its head that names a company, whole and free of register numbers."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Line, Span
from ocr_engine.local.receipt.vocabulary import (
    ADDRESS,
    CONTACT,
    CUSTOMER_BLOCK,
    FIRM,
    FIRM_BEGINS,
    FORMER_NAME,
    GLUED,
    HEADING,
    ISSUER_LABEL,
    LEGAL,
    NOT_ISSUER,
    OTHER_TITLE,
    OWNED_BY,
    REGISTER_BEHIND,
    REGISTER_LINE,
    SUFFIX_ONLY,
    TAX_NUMBER,
    TITLE,
    TRADE,
)
from ocr_engine.local.spelling import fold, repair_letters

_GOES_ON = re.compile(r"(?:&|,|\band|\by|-|\(|\bde|\bund|\bet)\s*$", re.IGNORECASE)
_SB = re.compile(r"\b[S5]\s?[/I|]\s?[BDO8]\b\.?$")
_LABELLED = re.compile(r"^\W*[a-z][a-z0-9 ./]{1,18}:\s*\S")
"""A label with its value: said of the paper, and no name."""
_EDGE = re.compile(r"^[^\w(¡¿\"'@#]+|[^\w).!'\"]+$")
_HEAD_LINES = 16
_LEAST_LETTERS = 3
_MOST_LINES = 3
_LONGEST_WORD = 13
_END_WORD = re.compile(r"(\w{3,})(shop|store|mart|cafe|sdn|bhd)$", re.IGNORECASE)
_BASE, _LEGAL_GAIN, _FIRM_GAIN, _TRADE_GAIN = 1.0, 1.6, 0.9, 0.6
_OWN_REGISTER, _NEAR_REGISTER, _NEAR_ADDRESS = 0.8, 0.35, 0.3
_PER_NAME_ABOVE, _BELOW_ADDRESS = 0.4, 1.4
_SMALL_LETTERS, _UNSURE, _SHORT = 0.9, 0.8, 0.4
_LOGO, _LOGO_LETTERS, _LEGIBLE = 2.4, 5, 0.8
_LARGEST_GAIN = 0.35


@dataclass(frozen=True)
class _Name:
    text: str
    raw: str
    lines: tuple[int, ...]
    score: float


@dataclass(frozen=True)
class _Head:
    """The lines above the goods, each without its cells that only name the paper or number it."""

    lines: Sequence[Line]
    texts: Sequence[str]
    folded: Sequence[str]
    usual: float
    """The usual height of a line on the whole slip."""

    @classmethod
    def of(cls, lines: Sequence[Line], end: int) -> "_Head":
        page = lines[0].page
        taken = [line for line in lines[: min(end, _HEAD_LINES)] if line.page == page]
        texts = [_own_cells(line) for line in taken]
        return cls(taken, texts, [fold(text) for text in texts], median(line.height for line in lines))


def find_company(lines: Sequence[Line], end: int, *, accents: bool = True) -> list[Found]:
    """Candidates of the issuer's name among the lines before `end` (where the goods or sums begin), best first.

    Where the land's names have no `accents`, those that recognition saw are left out.
    """
    if not lines:
        return []
    head = _Head.of(lines, end)
    names: list[_Name] = []
    below_address, read = False, 0
    for index, folded in enumerate(head.folded):
        if CUSTOMER_BLOCK.search(folded):
            break
        if index < read:
            continue
        if _is_address(folded):
            below_address = bool(names) or below_address
        elif not _excluded(folded):
            name = _name(head, index, -_PER_NAME_ABOVE * len(names) - _BELOW_ADDRESS * below_address)
            if sum(map(str.isalpha, name.text)) >= _LEAST_LETTERS:
                names.append(name)
                read = name.lines[-1] + 1
    ranked = sorted(names, key=lambda name: -name.score)
    return [_found(each, place, ranked, lines, accents=accents) for place, each in enumerate(ranked)]


def _own_cells(line: Line) -> str:
    cells = [cell.text for cell in line.cells()]
    own = [
        cell
        for cell in cells
        if not TITLE.search(fold(cell))
        and not OTHER_TITLE.search(fold(cell))
        and sum(map(str.isalpha, cell)) >= _LEAST_LETTERS
    ]
    return " ".join(own) if len(cells) > 1 and own else line.text


def _is_address(folded: str) -> bool:
    if ADDRESS.search(folded) is None or LEGAL.search(folded) or REGISTER_BEHIND.search(folded):
        return False
    return not _is_shop(folded)


def _is_shop(folded: str) -> bool:
    """Words of a shop or firm alone, without the figures and commas of an address or a label's value."""
    return not re.search(r"[\d,:]", folded) and bool(TRADE.search(folded) or FIRM.search(folded)) and _own_words(folded)


def _excluded(folded: str) -> bool:
    letters = sum(map(str.isalpha, folded))
    if letters < _LEAST_LETTERS or letters < sum(map(str.isdigit, folded)):
        return True
    if folded.startswith("(") and folded.endswith(")"):
        return True
    if LEGAL.search(folded) and not NOT_ISSUER.search(folded):
        return bool(TAX_NUMBER.search(folded))
    if len(set(HEADING.findall(folded))) > 1:
        return True
    if _LABELLED.match(folded) and not ISSUER_LABEL.match(folded):
        return True
    if OTHER_TITLE.search(folded) and not _is_shop(folded):
        return True
    return any(pattern.search(folded) for pattern in (CONTACT, TAX_NUMBER, TITLE, NOT_ISSUER, REGISTER_LINE))


def _name(head: _Head, index: int, standing: float) -> _Name:
    """The name that begins on this line; `standing` is what its place among the lines speaks for it."""
    taken = _taken(head, index)
    text = " ".join(head.texts[each] for each in taken)
    clean, registered = _cleaned(text)
    score = _BASE + standing + _worded(clean) + _printed(head, index) + _OWN_REGISTER * registered
    near = head.folded[taken[-1] + 1 : taken[-1] + 4]
    score += _NEAR_REGISTER * any(REGISTER_LINE.search(each) for each in near[:2])
    score += _NEAR_ADDRESS * any(_is_address(each) for each in near)
    return _Name(clean, "\n".join(head.lines[each].text for each in taken), tuple(taken), score)


def _taken(head: _Head, index: int) -> list[int]:
    """The lines of the name that begins here; it goes on where it is cut, or the next begins with a firm's word."""
    taken, text = [index], head.texts[index]
    for following in range(index + 1, min(index + _MOST_LINES, len(head.texts))):
        folded = head.folded[following]
        cut = text.count("(") > text.count(")") or (_GOES_ON.search(text) and not _is_address(folded))
        if not cut and not SUFFIX_ONLY.match(folded) and not FIRM_BEGINS.match(folded):
            break
        taken.append(following)
        text = f"{text} {head.texts[following]}"
    return taken


def _worded(name: str) -> float:
    """What the words of a name say for its being a company's."""
    folded = fold(name)
    score = -_SHORT if sum(map(str.isalpha, name)) < _LOGO_LETTERS else 0.0
    if LEGAL.search(folded):
        return score + _LEGAL_GAIN
    if FIRM.search(folded):
        return score + _FIRM_GAIN
    if TRADE.search(folded) or GLUED.search(folded):
        return score + (_TRADE_GAIN if _own_words(folded) else -_TRADE_GAIN)
    return score - _SMALL_LETTERS * name.islower()


def _printed(head: _Head, index: int) -> float:
    """What the print says: large is good, a logo's size is not, handwriting is not."""
    line = head.lines[index]
    height = line.height / head.usual
    score = min(_LARGEST_GAIN, max(0.0, height - 1)) if height < _LOGO else -_SHORT
    return score - _UNSURE * (line.span().score < _LEGIBLE)


def _own_words(folded: str) -> bool:
    """False for words that only say what kind of shop it is: `BISTRO & CAFE`."""
    rest = FIRM.sub(" ", TRADE.sub(" ", folded))
    return any(
        len(word) > 1 and word not in {"and", "the", "de", "la", "y", "und"} for word in re.findall(r"[a-z0-9]+", rest)
    )


def _cleaned(text: str) -> tuple[str, bool]:
    """The name without what stands around it, and whether a register number stood behind it."""
    clean = FORMER_NAME.sub("", OWNED_BY.sub("", ISSUER_LABEL.sub("", text)))
    without = REGISTER_BEHIND.sub("", clean)
    registered = without != clean
    without = _SB.sub("S/B", _EDGE.sub("", without).strip())
    return " ".join(_unglued(word) for word in repair_letters(without).split()), registered


def _unglued(word: str) -> str:
    """`SANYUSTATIONERYSHOP` in its words, where a known one of six letters or more is among them."""
    if len(word) < _LONGEST_WORD or not GLUED.search(fold(word)):
        return word
    parts = [part for part in re.split(rf"({GLUED.pattern})", word, flags=re.IGNORECASE) if part]
    return " ".join(_END_WORD.sub(r"\1 \2", part) for part in parts)


def _found(each: _Name, place: int, ranked: Sequence[_Name], lines: Sequence[Line], *, accents: bool) -> Found:
    lead = each.score - ranked[1].score if place == 0 and len(ranked) > 1 else 0.5
    sure = 0.55 + 0.1 * max(0.0, min(each.score, 3.0)) + 0.1 * min(lead, 1.0)
    weight = sure if place == 0 else max(0.05, 0.4 - 0.1 * (ranked[0].score - each.score))
    first = lines[each.lines[0]]
    tokens = tuple(token for index in each.lines for token in lines[index].tokens)
    span = Span(tokens, first.page, first.aspect)
    name = each.text if accents else _without_accents(each.text)
    return Found(name, each.raw, min(weight, 0.95) * (0.6 + 0.4 * span.score), span, source_of(first), each.lines[0])


def _without_accents(name: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFKD", name) if not unicodedata.combining(each))
