"""PDFs: their own text with places, pages as pictures, attached XML. pdfium is not thread-safe: children only."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import pypdfium2
import pypdfium2.raw as pdfium

from ocr_engine.evidence import UnreadableDocument
from ocr_engine.local.picture import LONG_SIDE, MAX_PIXELS, TALLEST, Pixels
from shared.contracts.documents import Unreadable

TEXT_PAGES = 20
"""Pages whose own text is read; it costs milliseconds each."""

MIN_WORDS = 20
"""Fewer words than these: the page is a scan, perhaps with a stamp of text on it."""

_MAX_CHARACTERS = 20_000
_MAX_XML = 2_000_000
_MAX_ATTACHMENTS = 10
_GARBAGE = 0.2
_CODE_STROKES = 300
"""A code of the smallest kind (21 x 21 modules) has about 100 dark runs of four sides or more."""
_PLAIN_OBJECTS = frozenset({pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH})
_GRID = 16
_FAR = 10_000
"""Points between the places that the shown page's axes are measured at."""


@dataclass(frozen=True)
class TextWord:
    """A word of the text layer; points from the shown page's top left corner."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


class Pdf:
    """An open PDF; a context manager."""

    def __init__(self, content: bytes) -> None:
        """Open it.

        Raises:
            UnreadableDocument: `encrypted`, or `damaged` where it does not parse or has no page.
        """
        try:
            self._pdf = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            locked = getattr(error, "err_code", None) == pdfium.FPDF_ERR_PASSWORD or "password" in str(error).lower()
            raise UnreadableDocument(Unreadable.ENCRYPTED if locked else Unreadable.DAMAGED) from error
        self.pages = len(self._pdf)
        if self.pages == 0:
            self._pdf.close()
            raise UnreadableDocument(Unreadable.DAMAGED)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pdf.close()

    def words(self, index: int) -> tuple[TextWord, ...]:
        """The page's own words; empty where they are too few or mostly unreadable signs."""
        page = self._page(index)
        text_page = page.get_textpage()
        try:
            words = tuple(_words(page, text_page))
        finally:
            text_page.close()
            page.close()
        text = "".join(word.text for word in words)
        bad = sum(1 for character in text if not character.isprintable() or "\ue000" <= character <= "\uf8ff")
        return () if len(words) < MIN_WORDS or bad > _GARBAGE * len(text) else words

    def size(self, index: int) -> tuple[float, float]:
        """Width and height of the shown page in points."""
        width, height = self._pdf.get_page_size(index)
        if width <= 0 or height <= 0:
            raise UnreadableDocument(Unreadable.DAMAGED)
        return width, height

    def may_show_code(self, index: int) -> bool:
        """False where the page holds no picture and too few strokes to form a QR code; cheaper than drawing it."""
        page = self._page(index)
        try:
            strokes = 0
            for place in range(pdfium.FPDFPage_CountObjects(page)):
                each = pdfium.FPDFPage_GetObject(page, place)
                kind = pdfium.FPDFPageObj_GetType(each)
                if kind == pdfium.FPDF_PAGEOBJ_PATH:
                    strokes += pdfium.FPDFPath_CountSegments(each)
                if kind not in _PLAIN_OBJECTS or strokes >= _CODE_STROKES:
                    return True
        finally:
            page.close()
        return False

    def picture(self, index: int, side: int = LONG_SIDE, *, grey: bool = False) -> Pixels:
        """The page drawn with its long side (a tall tape: of one piece) `side` pixels, under a cap on all pixels."""
        width, height = self.size(index)
        scale = side / min(max(width, height), TALLEST * min(width, height))
        scale = min(scale, math.sqrt(MAX_PIXELS / (width * height)))
        page = self._page(index)
        try:
            bitmap = page.render(
                scale=scale, may_draw_forms=False, rev_byteorder=not grey, prefer_bgrx=False, grayscale=grey
            )
            drawn = bitmap.to_numpy()
            pixels: Pixels = (drawn.reshape(drawn.shape[:2]) if grey else drawn[:, :, :3]).copy()
            bitmap.close()
        finally:
            page.close()
        return pixels

    def xml(self) -> str | None:
        """The first attached XML file (Factur-X, or an electronic invoice's own), None where there is none."""
        for index in range(min(self._pdf.count_attachments(), _MAX_ATTACHMENTS)):
            attachment = self._pdf.get_attachment(index)
            try:
                if not attachment.get_name().lower().endswith(".xml"):
                    continue
                data = bytes(attachment.get_data())
            except pypdfium2.PdfiumError:
                continue
            if len(data) <= _MAX_XML:
                return data.decode("utf-8-sig", "replace")
        return None

    def _page(self, index: int) -> Any:
        try:
            return self._pdf.get_page(index)
        except pypdfium2.PdfiumError as error:
            raise UnreadableDocument(Unreadable.DAMAGED) from error


def _words(page: Any, text_page: Any) -> Iterator[TextWord]:
    place = _Places(page)
    letters: list[tuple[str, tuple[float, float, float, float]]] = []
    for index in range(min(text_page.count_chars(), _MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        character = chr(code) if 0 < code <= 0x10FFFF else " "  # noqa: PLR2004 - the last code point of Unicode
        if character.isspace() or character in "\x00\x02\ufffe\ufeff":
            if letters:
                yield _word(letters)
            letters = []
            continue
        box = place(text_page, index)
        if box is None:
            continue
        if letters and _apart(letters[-1][1], box):
            yield _word(letters)
            letters = []
        letters.append((character, box))
    if letters:
        yield _word(letters)


class _Places:
    """Loose character boxes on the shown page: pdfium turns and crops as the page says."""

    def __init__(self, page: Any) -> None:
        self._rect = pdfium.FS_RECTF()
        width, height = page.get_size()
        corner, right, up = (self._device(page, width, height, *point) for point in ((0, 0), (_FAR, 0), (0, _FAR)))
        self._x = (right[0] - corner[0]) / _FAR, (up[0] - corner[0]) / _FAR, corner[0]
        self._y = (right[1] - corner[1]) / _FAR, (up[1] - corner[1]) / _FAR, corner[1]

    def __call__(self, text_page: Any, index: int) -> tuple[float, float, float, float] | None:
        rect = self._rect
        # Tight boxes would split words at '.' and ','.
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, rect):
            return None
        ax, ay = self._shown(rect.left, rect.top)
        bx, by = self._shown(rect.right, rect.bottom)
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


def _apart(before: tuple[float, float, float, float], box: tuple[float, float, float, float]) -> bool:
    height = max(before[3] - before[1], box[3] - box[1])
    beside = box[0] - before[2]
    return beside > 0.3 * height or beside < -1.5 * height or abs(box[3] - before[3]) > 0.5 * height


def _word(letters: list[tuple[str, tuple[float, float, float, float]]]) -> TextWord:
    boxes = [box for _, box in letters]
    return TextWord(
        "".join(character for character, _ in letters),
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )
