"""What is known of a document before any model reads it: words with their places, QR codes, embedded XML. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.documents import Unreadable
from shared.contracts.reading import Box
from shared.errors import LumisError


class UnreadableDocument(LumisError):
    """The document itself cannot be read; `reason` says why."""

    def __init__(self, reason: Unreadable) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Word:
    """A printed word. Its box is the run's length and height over the page's width and height, turned by the angle."""

    text: str
    page: int
    box: Box
    aspect: float = 1.0
    """The page's height over its width, so that turned boxes can be joined exactly."""


@dataclass(frozen=True)
class Evidence:
    """What the cheap look found. `words` and `text` are a PDF's text layer, or OCR where one was made."""

    pages: int
    pages_read: int
    words: tuple[Word, ...] = ()
    text: str = ""
    qr: tuple[str, ...] = ()
    xml: str | None = None
    warnings: tuple[str, ...] = ()


def enclosing_box(boxes: Sequence[Box], aspect: float) -> Box:
    """The smallest box, turned like the widest of `boxes`, that holds them all. `boxes` must not be empty."""
    angle = max(boxes, key=lambda box: box[2])[4]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    across: list[float] = []
    down: list[float] = []
    for cx, cy, width, height, _ in boxes:
        x, y = cx * cos + cy * aspect * sin, cy * aspect * cos - cx * sin
        across += [x - width / 2, x + width / 2]
        down += [y - height * aspect / 2, y + height * aspect / 2]
    x, y = (min(across) + max(across)) / 2, (min(down) + max(down)) / 2
    return (
        round(x * cos - y * sin, 5),
        round((x * sin + y * cos) / aspect, 5),
        round(max(across) - min(across), 5),
        round((max(down) - min(down)) / aspect, 5),
        angle,
    )
