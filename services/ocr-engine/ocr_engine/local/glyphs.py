"""From the characters of a PDF page to its words: what is shown, in the usual direction, once, each with its place."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pypdfium2.raw as pdfium

_MAX_CHARACTERS = 20_000
_MAX_OBJECTS = 5_000
_FAR = 10_000
"""Points between the places that the shown page's axes are measured at."""
_GRID = 16
_QUARTER = 90
_STEP = 0.5
_SPACE = 0.16
"""In character heights. pdfium puts a space of its own where letters are set loosely; a true one is wider than this."""
_WIDE = 0.3
_BACK = 1.5
_OFF_LINE = 0.5
_FEWEST_SPACED = 4
"""Single letters in a row that are one word set wide (`R E C H N U N G`)."""
_SPACED = 1.2
_TWICE = 3.0
"""Points within which the same word drawn again is a shadow or a false bold."""

_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class TextWord:
    """A word of the text layer; points from the shown page's top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class PageText:
    """A page's words, and the clockwise turn in degrees that sets the shown page upright for them."""

    words: tuple[TextWord, ...] = ()
    turn: int = 0


@dataclass(frozen=True)
class _Letter:
    text: str
    box: _Box
    way: int
    """Direction of the text on the shown page, in quarter turns; -1 aslant."""
    spaced: bool
    """True after a space that the document itself has."""
    guessed: bool
    """True after one that pdfium only guessed."""


def text_of(page: Any, text_page: Any) -> PageText:
    """The words in the order of the file; what runs another way than most (a note up the margin) is left out.

    A page whose text runs sideways is read as if it were turned: the words' places are those on the upright page.
    """
    by_way: dict[int, list[_Letter]] = {}
    for letter in _letters(page, text_page):
        by_way.setdefault(letter.way, []).append(letter)
    usual = max(by_way, key=lambda way: len(by_way[way]), default=0)
    if usual < 0:  # most of it aslant
        return PageText()
    width, height = page.get_size()
    upright = [replace(letter, box=_upright(letter.box, usual, width, height)) for letter in by_way.get(usual, [])]
    return PageText(tuple(_once(_unspaced(list(_grouped(upright))))), -usual * _QUARTER % 360)


def _upright(box: _Box, way: int, width: float, height: float) -> _Box:
    """The box on the page turned so that text of this way runs to the right."""
    left, top, right, bottom = box
    if way == 1:
        return top, width - right, bottom, width - left
    if way == 2:  # noqa: PLR2004 - half a turn
        return width - right, height - bottom, width - left, height - top
    if way == 3:  # noqa: PLR2004 - three quarters
        return height - bottom, left, height - top, right
    return box


def _letters(page: Any, text_page: Any) -> Iterator[_Letter]:
    place = _Places(page)
    hidden = _Hidden(page)
    turned = pdfium.FPDFPage_GetRotation(page)
    spaced = guessed = False
    high = 0
    for index in range(min(text_page.count_chars(), _MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if 0xD800 <= code < 0xDC00:  # noqa: PLR2004 - the first half of a character beyond the first 65,536
            high = code
            continue
        if 0xDC00 <= code < 0xE000:  # noqa: PLR2004 - the second half
            code, high = (0x10000 + ((high - 0xD800) << 10) + code - 0xDC00 if high else 0xFFFD), 0
        character = chr(code) if 0 < code <= 0x10FFFF else " "  # noqa: PLR2004 - the last code point of Unicode
        if character.isspace() or character in "\x00\x02\ufffe\ufeff":
            own = pdfium.FPDFText_IsGenerated(text_page, index) != 1
            spaced, guessed = spaced or own, guessed or not own
            continue
        box = None if hidden(text_page, index) else place(text_page, index)
        if box is None:
            continue
        way = (round(pdfium.FPDFText_GetCharAngle(text_page, index) / 1.5708 * _QUARTER) + _QUARTER * turned) % 360
        upright, rest = divmod(way + _QUARTER // 2, _QUARTER)
        yield _Letter(character, box, upright % 4 if abs(rest - _QUARTER // 2) <= 2 else -1, spaced, guessed)  # noqa: PLR2004 - degrees
        spaced = guessed = False


def _grouped(letters: list[_Letter]) -> Iterator[TextWord]:
    word: list[_Letter] = []
    for letter in letters:
        if word and (letter.spaced or _apart(word[-1].box, letter.box, _SPACE if letter.guessed else _WIDE)):
            yield _word(word)
            word = []
        word.append(letter)
    if word:
        yield _word(word)


def _apart(before: _Box, box: _Box, widest: float) -> bool:
    height = max(before[3] - before[1], box[3] - box[1])
    beside = box[0] - before[2]
    return beside > widest * height or beside < -_BACK * height or abs(box[3] - before[3]) > _OFF_LINE * height


def _word(letters: list[_Letter]) -> TextWord:
    return TextWord(
        "".join(letter.text for letter in letters),
        min(letter.box[0] for letter in letters),
        min(letter.box[1] for letter in letters),
        max(letter.box[2] for letter in letters),
        max(letter.box[3] for letter in letters),
    )


def _unspaced(words: list[TextWord]) -> Iterator[TextWord]:
    """The words, those set with spaces between their letters put together."""
    start = 0
    while start < len(words):
        end = start + 1
        while end < len(words) and _same_spaced(words[end - 1], words[end]):
            end += 1
        run = words[start:end]
        if len(run) >= _FEWEST_SPACED:
            yield TextWord(
                "".join(word.text for word in run), run[0].left, run[0].top, run[-1].right, max(w.bottom for w in run)
            )
        else:
            yield from run
        start = end


def _same_spaced(before: TextWord, word: TextWord) -> bool:
    height = before.bottom - before.top
    single = len(before.text) == len(word.text) == 1 and not before.text.isdigit() and not word.text.isdigit()
    return (
        single
        and 0 < word.left - before.right < _SPACED * height
        and abs(word.bottom - before.bottom) < _OFF_LINE * height
    )


def _once(words: Iterator[TextWord]) -> Iterator[TextWord]:
    seen: set[tuple[str, int, int]] = set()
    for word in words:
        column, row = int(word.left / _TWICE), int(word.top / _TWICE)
        if not any((word.text, column + x, row + y) in seen for x in (-1, 0, 1) for y in (-1, 0, 1)):
            yield word
        seen.add((word.text, column, row))


class _Places:
    """Loose character boxes on the shown page: pdfium turns and crops as the page says."""

    def __init__(self, page: Any) -> None:
        self._rect = pdfium.FS_RECTF()
        width, height = page.get_size()
        corner, right, up = (self._device(page, width, height, *point) for point in ((0, 0), (_FAR, 0), (0, _FAR)))
        self._x = (right[0] - corner[0]) / _FAR, (up[0] - corner[0]) / _FAR, corner[0]
        self._y = (right[1] - corner[1]) / _FAR, (up[1] - corner[1]) / _FAR, corner[1]
        self._page = width, height

    def __call__(self, text_page: Any, index: int) -> _Box | None:
        """The character's box; None where it has none or lies beside the page."""
        rect = self._rect
        # Tight boxes would split words at '.' and ','.
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, rect):
            return None
        ax, ay = self._shown(rect.left, rect.top)
        bx, by = self._shown(rect.right, rect.bottom)
        if not (-_STEP <= (ax + bx) / 2 <= self._page[0] + _STEP and -_STEP <= (ay + by) / 2 <= self._page[1] + _STEP):
            return None
        return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        (a, b, c), (d, e, f) = self._x, self._y
        return a * x + b * y + c, d * x + e * y + f

    @staticmethod
    def _device(page: Any, width: float, height: float, x: float, y: float) -> tuple[float, float]:
        # Answered in whole device pixels, so asked on a finer grid than points.
        shown_x, shown_y = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDF_PageToDevice(page, 0, 0, round(width * _GRID), round(height * _GRID), 0, x, y, shown_x, shown_y)
        return shown_x.value / _GRID, shown_y.value / _GRID


class _Hidden:
    """Tells invisible characters on a page that shows others: what nobody sees is no part of the paper.

    A page with invisible text alone is a scan with its recognised text laid under it, which is kept.
    """

    def __init__(self, page: Any) -> None:
        modes = set()
        for place in range(min(pdfium.FPDFPage_CountObjects(page), _MAX_OBJECTS)):
            each = pdfium.FPDFPage_GetObject(page, place)
            if pdfium.FPDFPageObj_GetType(each) == pdfium.FPDF_PAGEOBJ_TEXT:
                modes.add(pdfium.FPDFTextObj_GetTextRenderMode(each))
        self._mixed = pdfium.FPDF_TEXTRENDERMODE_INVISIBLE in modes and len(modes) > 1

    def __call__(self, text_page: Any, index: int) -> bool:
        if not self._mixed:
            return False
        each = pdfium.FPDFText_GetTextObject(text_page, index)
        return bool(each) and pdfium.FPDFTextObj_GetTextRenderMode(each) == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
