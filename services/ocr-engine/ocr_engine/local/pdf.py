"""PDFs: their own text with places, pages as pictures, attached XML. pdfium is not thread-safe: children only."""

import math
import re
from types import TracebackType
from typing import Any, Self

import pypdfium2
import pypdfium2.raw as pdfium

from ocr_engine.evidence import UnreadableDocument
from ocr_engine.local.glyphs import PageText, text_of
from ocr_engine.local.picture import LONG_SIDE, MAX_PIXELS, TALLEST, Pixels
from shared.contracts.documents import Unreadable

TEXT_PAGES = 20
"""Pages whose own text is read; it costs milliseconds each."""

MIN_WORDS = 20
"""Fewer words than these beside a picture: the page is a scan, perhaps with a stamp of text on it."""

_MAX_XML = 2_000_000
_MAX_ATTACHMENTS = 10
_GARBAGE = 0.2
_INVOICE_ROOT = re.compile(r"<(?:[\w.-]+:)?(?:CrossIndustryInvoice|CrossIndustryDocument|Invoice|CreditNote|rFE)\b")
_ROOT_WITHIN = 4096
"""Characters in which a file's root element begins."""
_CODE_STROKES = 300
"""A code of the smallest kind (21 x 21 modules) has about 100 dark runs of four sides or more."""
_PLAIN_OBJECTS = frozenset({pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH})


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

    def text(self, index: int) -> PageText:
        """The page's own words; none where they are mostly unreadable signs, or few beside a picture (a scan)."""
        page = self._page(index)
        text_page = page.get_textpage()
        try:
            found = text_of(page, text_page)
        finally:
            text_page.close()
            page.close()
        text = "".join(word.text for word in found.words)
        bad = sum(1 for character in text if not character.isprintable() or "\ue000" <= character <= "\uf8ff")
        few = len(found.words) < MIN_WORDS and (not found.words or self.may_show_code(index))
        return PageText() if few or bad > _GARBAGE * len(text) else found

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
        """The attached electronic invoice (Factur-X, UBL, the DGI's), else the first attached XML, None without any."""
        first: str | None = None
        for index in range(min(self._pdf.count_attachments(), _MAX_ATTACHMENTS)):
            attachment = self._pdf.get_attachment(index)
            try:
                if not attachment.get_name().lower().endswith(".xml"):
                    continue
                data = bytes(attachment.get_data())
            except pypdfium2.PdfiumError:
                continue
            if len(data) > _MAX_XML:
                continue
            text = _decoded(data)
            if _INVOICE_ROOT.search(text[:_ROOT_WITHIN]):
                return text
            first = first or text
        return first

    def _page(self, index: int) -> Any:
        try:
            return self._pdf.get_page(index)
        except pypdfium2.PdfiumError as error:
            raise UnreadableDocument(Unreadable.DAMAGED) from error


def _decoded(data: bytes) -> str:
    """The text of an XML file: UTF-16 by its mark, Latin-1 where it says so, else UTF-8."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return data.decode("utf-16", "replace")
    latin = re.match(rb"\s*<\?xml[^>]*encoding=[\"'](?:iso-8859-1|windows-1252|latin1)", data, re.IGNORECASE)
    return data.decode("cp1252" if latin else "utf-8-sig", "replace")
