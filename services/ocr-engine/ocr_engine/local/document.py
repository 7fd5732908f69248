"""From bytes to evidence, pages for a model, or a document ready for a schema's rules. Runs in a child process."""

from dataclasses import dataclass, replace
from statistics import median
from typing import TYPE_CHECKING

from ocr_engine.evidence import UnreadableDocument
from ocr_engine.local.layout import Shown, lines_of_runs, lines_of_text
from ocr_engine.local.orientation import Orientation
from ocr_engine.local.page import Document, Line
from ocr_engine.local.pdf import TEXT_PAGES, Pdf
from ocr_engine.local.picture import LONG_SIDE, SENT_SIDE, Pixels, as_jpeg, decode, scaled, turned
from ocr_engine.local.qr import read_qr
from ocr_engine.local.signature import ContentType, check_size, sniff
from shared.contracts.documents import Unreadable

if TYPE_CHECKING:
    # Its libraries are heavy; a child that only looks does without them.
    from ocr_engine.local.recognizer import Recognizer

OCR_PAGES = 3
"""Scanned pages that are recognised; each costs seconds."""

PAGES_LEFT_OUT = "PAGES_LEFT_OUT"
"""Warning: the document has more pages than were read."""

_QR_SIDE = 3000
_LEGIBLE = 0.85


@dataclass(frozen=True)
class Scan:
    """A page that is only a picture: its pixels as shown, and the picture set upright and scaled for reading."""

    page: int
    shown: Shown
    upright: Pixels


@dataclass(frozen=True)
class Opened:
    """A document after the cheap part: text lines of pages that have them, and pictures of those that do not."""

    document: Document
    scans: tuple[Scan, ...]


def opened(content: bytes, orientation: Orientation) -> Opened:
    """Decode a document as far as a local reading needs it.

    Raises:
        UnreadableDocument: it does not decode, is locked or too large.
    """
    if _checked(content) == "application/pdf":
        return _opened_pdf(content, orientation)
    pixels = decode(content)
    document = Document((), 1, 1, read_qr(pixels))
    return Opened(document, (_scan(pixels, 0, orientation),))


def recognized(start: Opened, recognizer: "Recognizer", side: int) -> Document:
    """The document with its pictures read; text runs are looked for at `side` pixels."""
    by_page: dict[int, tuple[Line, ...]] = {}
    for line in start.document.lines:
        by_page[line.page] = (*by_page.get(line.page, ()), line)
    for scan in start.scans:
        by_page[scan.page] = lines_of_runs(recognizer.runs(scan.upright, side), scan.shown, scan.page)
    lines = tuple(line for page in sorted(by_page) for line in by_page[page])
    before = start.document
    return Document(lines, before.pages, before.pages_read, before.qr, before.xml, before.warnings)


def upright(start: Opened, recognizer: "Recognizer", side: int) -> tuple[Opened, Document]:
    """The document with its pictures read; one that reads badly is turned over where it reads better so."""
    document = recognized(start, recognizer, side)
    scans = []
    for scan in start.scans:
        legibility = _legibility(document, scan.page)
        kept = scan
        if legibility < _LEGIBLE:
            over = _turned_over(scan)
            other = recognized(Opened(document, (over,)), recognizer, side)
            if _legibility(other, scan.page) > legibility:
                kept, document = over, other
        scans.append(kept)
    return Opened(start.document, tuple(scans)), document


def _legibility(document: Document, page: int) -> float:
    """The usual word's score; text upside down is read with scores around 0.7, poor photos with more than 0.9."""
    scores = [token.score for line in document.lines if line.page == page for token in line.tokens]
    return median(scores) if scores else 0.0


def _turned_over(scan: Scan) -> Scan:
    shown = replace(scan.shown, turn=(scan.shown.turn + 180) % 360)
    return Scan(scan.page, shown, turned(scan.upright, 180))


def inspected(content: bytes) -> Document:
    """The cheap look: whether it decodes, a PDF's own text and XML, QR codes. No model is used."""
    if _checked(content) != "application/pdf":
        return Document((), 1, 1, read_qr(decode(content)))
    with Pdf(content) as pdf:
        lines, _, scanned = _texts(pdf)
        qr = _qr(pdf, lines, scanned)
        read = min(pdf.pages, TEXT_PAGES)
        return Document(lines, pdf.pages, read, qr, pdf.xml(), (PAGES_LEFT_OUT,) if read < pdf.pages else ())


def pages_as_jpeg(content: bytes, max_pages: int, orientation: Orientation) -> tuple[bytes, ...]:
    """The first pages as JPEGs, set upright, of bounded size and without metadata."""
    if _checked(content) != "application/pdf":
        return (_sent(scaled(decode(content), SENT_SIDE), orientation),)
    with Pdf(content) as pdf:
        pages = range(min(pdf.pages, max_pages))
        return tuple(_sent(pdf.picture(index, SENT_SIDE), orientation) for index in pages)


def page_as_shown(content: bytes, page: int) -> bytes:
    """One page as a JPEG of bounded size, turned as it is shown: the boxes of a reading lie on it."""
    if _checked(content) != "application/pdf":
        return as_jpeg(scaled(decode(content), SENT_SIDE))
    with Pdf(content) as pdf:
        return as_jpeg(pdf.picture(min(page, pdf.pages - 1), SENT_SIDE))


def _checked(content: bytes) -> ContentType:
    content_type = sniff(content)
    if content_type is None:
        raise UnreadableDocument(Unreadable.DAMAGED)
    check_size(content, content_type)
    return content_type


def _opened_pdf(content: bytes, orientation: Orientation) -> Opened:
    with Pdf(content) as pdf:
        lines, text_pages, scanned = _texts(pdf)
        taken = scanned[:OCR_PAGES]
        scans = tuple(_scan(pdf.picture(index), index, orientation) for index in taken)
        read = len(text_pages) + len(taken)
        warnings = (PAGES_LEFT_OUT,) if read < pdf.pages else ()
        qr = _qr(pdf, lines, scanned)
        return Opened(Document(lines, pdf.pages, read, qr, pdf.xml(), warnings), scans)


def _texts(pdf: Pdf) -> tuple[tuple[Line, ...], list[int], list[int]]:
    """Lines of the pages with text, those pages, and the pages without."""
    lines: list[Line] = []
    with_text: list[int] = []
    scanned: list[int] = []
    for index in range(min(pdf.pages, TEXT_PAGES)):
        text = pdf.text(index)
        if text.words:
            with_text.append(index)
            lines += lines_of_text(text.words, Shown(*pdf.size(index), text.turn), index)
        else:
            scanned.append(index)
    return tuple(lines), with_text, scanned


def _qr(pdf: Pdf, lines: tuple[Line, ...], scanned: list[int]) -> tuple[str, ...]:
    """Codes of the first page and of scanned ones; drawn larger once where one is to be expected and none is seen."""
    pages = sorted({*scanned[:OCR_PAGES], *([0] if 0 in scanned or pdf.may_show_code(0) else [])})
    expected = bool(scanned) or any("CUFE" in line.text.upper() for line in lines)
    for side in (LONG_SIDE, _QR_SIDE) if expected else (LONG_SIDE,):
        codes = tuple(dict.fromkeys(code for index in pages for code in read_qr(pdf.picture(index, side, grey=True))))
        if codes:
            return codes
    return ()


def _scan(pixels: Pixels, page: int, orientation: Orientation) -> Scan:
    small = scaled(pixels, LONG_SIDE)
    turn = orientation.turn(small)
    height, width = small.shape[:2]
    return Scan(page, Shown(width, height, turn), turned(small, turn) if turn else small)


def _sent(pixels: Pixels, orientation: Orientation) -> bytes:
    return as_jpeg(turned(pixels, orientation.turn(pixels)))
