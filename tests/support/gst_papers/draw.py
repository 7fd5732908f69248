"""From a style to its file and its truth."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.support.gst_papers.invoice import Style, make_invoice, truth
from tests.support.gst_papers.page import draw_page
from tests.support.papers.invoice import Quality
from tests.support.papers.photo import encode, photograph


@dataclass(frozen=True)
class GstDrawing:
    """A paper's file and what a reader should find on it."""

    style: Style
    content: bytes
    content_type: str
    truth: dict[str, Any]

    @property
    def name(self) -> str:
        """What it is called in a report."""
        return (
            f"{self.style.seed:02}-{self.style.columns}-{self.style.totals}-{self.style.letterhead}-{self.style.file}"
        )


def draw(style: Style) -> GstDrawing:
    """Draw a paper; the same style gives the same bytes."""
    invoice = make_invoice(style)
    content, content_type = draw_page(invoice), "application/pdf"
    if style.file != "pdf":
        quality: Quality = "clean" if style.file == "scan" else "poor" if style.file == "poor" else "good"
        picture = photograph(content, quality, Random(f"gst-photo-{style.seed}"))
        content = encode(picture, "scan" if style.file == "scan" else "jpg", quality)
        content_type = content_type if style.file == "scan" else "image/jpeg"
    return GstDrawing(style, content, content_type, truth(invoice))
