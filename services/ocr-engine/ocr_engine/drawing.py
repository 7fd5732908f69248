"""The boxes of a reading drawn on its page."""

import io
import math
from collections.abc import Iterator

from PIL import Image, ImageDraw, ImageFont

from shared.contracts.reading import Box, ReadField, Reading

_HEADER, _LINE = (200, 30, 30), (20, 90, 200)
_LABEL_SHARE = 110
"""A label's letters are this part of the page's long side: small, because it stands on the print above its box."""


def with_boxes(page: bytes, reading: Reading, number: int) -> bytes:
    """The page (JPEG, as shown) as a PNG with each value of page `number` (from 0) framed and named."""
    with Image.open(io.BytesIO(page)) as opened:
        picture = opened.convert("RGB")
    pen = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size=max(10, max(picture.size) // _LABEL_SHARE))
    for label, field, colour in _labelled(reading):
        if field.box is None or field.page != number:
            continue
        corners = _corners(field.box, *picture.size)
        pen.polygon(corners, outline=colour, width=2)
        left, top = min(x for x, _ in corners), min(y for _, y in corners)
        place = (left, max(0.0, top - font.getbbox(label)[3] - 1))
        pen.text(place, label, fill=colour, font=font, stroke_width=2, stroke_fill="white")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _labelled(reading: Reading) -> Iterator[tuple[str, ReadField, tuple[int, int, int]]]:
    for key, field in reading.fields.items():
        yield f"{key} {field.confidence:.2f}", field, _HEADER
    for number, item in enumerate(reading.items, 1):
        for key, field in item.items():
            yield f"{number}.{key}", field, _LINE


def _corners(box: Box, width: int, height: int) -> list[tuple[float, float]]:
    """A box's corners in pixels. Its width and height are shares of the page's, whatever its angle."""
    cx, cy, across, down, angle = box[0] * width, box[1] * height, box[2] * width / 2, box[3] * height / 2, box[4]
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    signs = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    return [(cx + x * across * cos - y * down * sin, cy + x * across * sin + y * down * cos) for x, y in signs]
