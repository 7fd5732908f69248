"""A page to write an invoice on, and what is known of the invoice that was drawn."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

Cell = str | tuple[str, ...]
"""A cell of one line, or of several below one another."""


class Sheet:
    """A page to write on: points from the top left corner."""

    def __init__(self) -> None:
        self._bytes = io.BytesIO()
        self._canvas = Canvas(self._bytes, pagesize=A4, invariant=True)

    def text(self, x: float, y: float, text: str, *, size: float = 9, right: bool = False) -> None:
        """Text with its baseline at `y`; `x` is its left edge, or its right one."""
        self._canvas.setFont("Helvetica", size)
        draw = self._canvas.drawRightString if right else self._canvas.drawString
        draw(x, A4[1] - y, text)

    def block(self, x: float, y: float, *lines: str, size: float = 9) -> float:
        """Lines below one another; the height after them."""
        for line in lines:
            self.text(x, y, line, size=size)
            y += 1.35 * size
        return y

    def rule(self, x: float, y: float, right: float) -> None:
        """A horizontal line."""
        self._canvas.line(x, A4[1] - y, right, A4[1] - y)

    def row(self, y: float, columns: Sequence[float], cells: Sequence[Cell], *, size: float = 9) -> float:
        """Cells at their columns (negative: right-aligned at that place); the height after the tallest."""
        deepest = 1
        for place, cell in zip(columns, cells, strict=True):
            parts = (cell,) if isinstance(cell, str) else cell
            deepest = max(deepest, len(parts))
            for index, part in enumerate(parts):
                self.text(abs(place), y + index * 1.25 * size, part, size=size, right=place < 0)
        return y + deepest * 1.25 * size + 5

    def turned(self, x: float, y: float, text: str, size: float = 6) -> None:
        """Text that runs up the margin."""
        self._canvas.saveState()
        self._canvas.translate(x, A4[1] - y)
        self._canvas.rotate(90)
        self._canvas.setFont("Helvetica", size)
        self._canvas.drawString(0, 0, text)
        self._canvas.restoreState()

    def page(self) -> None:
        """Go on on a new page."""
        self._canvas.showPage()

    def pdf(self) -> bytes:
        """The document."""
        self._canvas.save()
        return self._bytes.getvalue()


@dataclass(frozen=True)
class DrawnInvoice:
    """A drawn invoice: its bytes, header fields by the schema's keys, and (description, subtotal) of every line."""

    content: bytes
    fields: Mapping[str, str]
    items: Sequence[tuple[str, str]]
    more: Mapping[str, Any] = field(default_factory=dict)
