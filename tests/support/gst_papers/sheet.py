"""A sheet to write on from the top down: cells, rows under headings of one or two lines, rules."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

LEFT, RIGHT, TOP = 34.0, A4[0] - 34.0, A4[1] - 34.0
_RUPEE_FONTS = Path("/usr/share/fonts/truetype/dejavu")
"""The standard fonts of PDF have no rupee sign; where these are missing `Rs.` is written."""


@dataclass(frozen=True)
class Column:
    """A column: heading lines (a name over two sub-headings where there are `subs`), share of the width, alignment."""

    heading: tuple[str, ...]
    share: float
    right: bool = True
    subs: tuple[str, str] | None = None


class Sheet:
    """A PDF in the making; `y` is where the next line goes."""

    def __init__(self, *, serif: bool, sign: str) -> None:
        self._out = io.BytesIO()
        self.canvas = Canvas(self._out, pagesize=A4, invariant=True)
        self.font, self.bold = ("Times-Roman", "Times-Bold") if serif else ("Helvetica", "Helvetica-Bold")
        self.sign = sign
        if sign == "₹":
            self._rupee_fonts(serif=serif)
        self.y = TOP

    def _rupee_fonts(self, *, serif: bool) -> None:
        names = ("DejaVuSerif", "DejaVuSerif-Bold") if serif else ("DejaVuSansCondensed", "DejaVuSansCondensed-Bold")
        files = [_RUPEE_FONTS / f"{name}.ttf" for name in names]
        if not all(file.exists() for file in files):
            self.sign = "Rs."
            return
        for name, file in zip(names, files, strict=True):
            pdfmetrics.registerFont(TTFont(name, str(file)))
        self.font, self.bold = names

    def text(self, x: float, words: str, *, size: float = 8.5, bold: bool = False, down: float = 0.0) -> None:
        """Words from x on."""
        self.canvas.setFont(self.bold if bold else self.font, size)
        self.canvas.drawString(x, self.y - down, words)

    def right(self, x: float, words: str, *, size: float = 8.5, bold: bool = False, down: float = 0.0) -> None:
        """Words up to x."""
        self.canvas.setFont(self.bold if bold else self.font, size)
        self.canvas.drawRightString(x, self.y - down, words)

    def centre(self, words: str, *, size: float = 8.5, bold: bool = False) -> None:
        """Words in the middle of the page, on a line of their own."""
        self.canvas.setFont(self.bold if bold else self.font, size)
        self.canvas.drawCentredString((LEFT + RIGHT) / 2, self.y, words)
        self.y -= size * 1.35

    def rule(self, left: float = LEFT, right: float = RIGHT, up: float = 0.0) -> None:
        """A line across."""
        self.canvas.setLineWidth(0.5)
        self.canvas.line(left, self.y + up, right, self.y + up)

    def heading(self, columns: Sequence[Column], *, size: float, ruled: bool) -> None:
        """The table's headings."""
        deep = max(2 if column.subs else len(column.heading) for column in columns)
        for (left, right), column in zip(edges(columns), columns, strict=True):
            if column.subs:
                middle = (left + right) / 2
                self._centred(middle, column.heading[0], size, 0)
                self._centred((left + middle) / 2, column.subs[0], size, size * 1.2)
                self.right(right - 2, column.subs[1], size=size, bold=True, down=size * 1.2)
                continue
            for nth, words in enumerate(column.heading):
                down = (nth + (deep - len(column.heading)) / 2) * size * 1.2
                if column.right:
                    self.right(right - 2, words, size=size, bold=True, down=down)
                else:
                    self.text(left + 2, words, size=size, bold=True, down=down)
        if ruled:
            self.rule(up=size * 1.3)
        self.y -= deep * size * 1.2 + 3
        if ruled:
            self.rule(up=size)
        self.y -= 3

    def _centred(self, x: float, words: str, size: float, down: float) -> None:
        self.canvas.setFont(self.bold, size)
        self.canvas.drawCentredString(x, self.y - down, words)

    def row(self, columns: Sequence[Column], cells: Sequence[object], *, size: float, bold: bool = False) -> None:
        """A row; a pair of texts goes under sub-headings, long words of a left column are wrapped."""
        lines = 1
        for (left, right), column, cell in zip(edges(columns), columns, cells, strict=True):
            if isinstance(cell, tuple):
                middle = (left + right) / 2
                self.right(middle - 1, cell[0], size=size, bold=bold)
                self.right(right - 2, cell[1], size=size, bold=bold)
            elif column.right:
                self.right(right - 2, str(cell), size=size, bold=bold)
            else:
                parts = wrapped(str(cell), self.bold if bold else self.font, size, right - left - 4)
                lines = max(lines, len(parts))
                for nth, part in enumerate(parts):
                    self.text(left + 2, part, size=size, bold=bold, down=nth * size * 1.15)
        self.y -= lines * size * 1.15 + 4

    def new_page(self) -> None:
        """Go on at the top of the next page."""
        self.canvas.showPage()
        self.y = TOP

    def done(self) -> bytes:
        """The PDF."""
        self.canvas.showPage()
        self.canvas.save()
        return self._out.getvalue()


def edges(columns: Sequence[Column]) -> list[tuple[float, float]]:
    """Left and right of each column."""
    whole = sum(column.share for column in columns)
    found, x = [], LEFT
    for column in columns:
        width = (RIGHT - LEFT) * column.share / whole
        found.append((x, x + width))
        x += width
    return found


def wrapped(words: str, font: str, size: float, width: float) -> list[str]:
    """The words on as many lines as they need."""
    lines = [""]
    for word in words.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and stringWidth(longer, font, size) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
