"""A paper typed on a typewriter: every character as wide as the next, a form feed begins a page."""

import re

from ocr_engine.local.glyphs import TextWord
from ocr_engine.local.layout import Shown, lines_of_text
from ocr_engine.local.page import Document, Line

_WIDE, _HIGH, _STEP, _TOP = 5.0, 9.0, 12.0, 40.0


def typed(text: str) -> Document:
    """The document of these lines."""
    pages = text.strip("\n").split("\f")
    lines: list[Line] = []
    for number, page in enumerate(pages):
        words = [
            TextWord(hit[0], hit.start() * _WIDE, top, hit.end() * _WIDE, top + _HIGH)
            for row, line in enumerate(page.split("\n"))
            for top in (_TOP + row * _STEP,)
            for hit in re.finditer(r"\S+", line)
        ]
        lines += lines_of_text(words, Shown(700, 900, 0), number)
    return Document(tuple(lines), len(pages), len(pages))
