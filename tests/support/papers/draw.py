"""From a paper's description to its file and its truth."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.support.papers.invoice import Paper, make_invoice, truth
from tests.support.papers.page import draw_page
from tests.support.papers.photo import captures, encode, photograph, turned
from tests.support.papers.tape import draw_tape

CONTENT_TYPES = {"png": "image/png", "jpg": "image/jpeg", "pdf": "application/pdf", "scan": "application/pdf"}


@dataclass(frozen=True)
class Drawing:
    """A paper's file and what a reader should find on it."""

    content: bytes
    content_type: str
    suffix: str
    truth: dict[str, Any]


def draw(paper: Paper) -> Drawing:
    """Draw a paper.

    Raises:
        ValueError: a text PDF was asked to be photographed, turned or joined, which only pictures can be.
    """
    invoice = make_invoice(paper)
    document = draw_page(invoice, paper) if paper.kind == "page" else draw_tape(invoice, paper)
    if paper.file_format == "pdf":
        if paper.quality != "clean" or paper.rotated or paper.mode != 1:
            raise ValueError("a PDF with a text layer is always clean, upright and one capture")
        content = document
    else:
        content = _picture(paper, document)
    return Drawing(
        content=content,
        content_type=CONTENT_TYPES[paper.file_format],
        suffix="pdf" if paper.file_format == "scan" else paper.file_format,
        truth={
            "kind": paper.kind,
            "quality": paper.quality,
            "omitted": list(paper.omitted),
            "mode": paper.mode,
            "rotated": paper.rotated,
            **truth(invoice, paper.omitted),
        },
    )


def _picture(paper: Paper, document: bytes) -> bytes:
    rng = Random(f"photo-{paper.kind}-{paper.seed}")
    picture = photograph(document, paper.quality, rng)
    if paper.mode == 2:
        picture = captures(picture, rng)
    return encode(turned(picture, paper.rotated), paper.file_format, paper.quality)
