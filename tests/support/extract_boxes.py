"""Where a text is printed on a page, and how far a box of the Extract API covers it."""

import math
from collections.abc import Sequence

import pypdfium2

Corners = tuple[float, float, float, float]
"""Left, top, right, bottom, relative to the page."""

_A4 = (595.0, 842.0)


def printed_box(pdf: bytes, text: str, *, page: int = 0, turned: int = 0) -> Corners:
    """Where a text stands in the PDF's text layer; on the page turned by a quarter to the right where `turned` is 90.

    Raises:
        LookupError: it does not stand there.
    """
    with pypdfium2.PdfDocument(pdf) as document:
        sheet = document[page]
        width, height = sheet.get_size()
        layer = sheet.get_textpage()
        found = layer.search(text).get_next()
        if found is None:
            raise LookupError(text)
        boxes = [layer.get_charbox(found[0] + at) for at in range(found[1])]
    left, right = min(box[0] for box in boxes) / width, max(box[2] for box in boxes) / width
    top, bottom = 1 - max(box[3] for box in boxes) / height, 1 - min(box[1] for box in boxes) / height
    return (left, top, right, bottom) if turned == 0 else (1 - bottom, left, 1 - top, right)


def overlap(coords: Sequence[float], printed: Corners, *, turned: bool = False) -> float:
    """How much of both together is common (intersection over union), for a page of A4."""
    page_width, page_height = _A4[::-1] if turned else _A4
    center_x, center_y, width, height, angle = coords
    along, across = width * page_width / 2, height * page_height / 2
    turn = math.radians(angle)
    half_width = (abs(along * math.cos(turn)) + abs(across * math.sin(turn))) / page_width
    half_height = (abs(along * math.sin(turn)) + abs(across * math.cos(turn))) / page_height
    box = (center_x - half_width, center_y - half_height, center_x + half_width, center_y + half_height)
    common_width = max(0.0, min(box[2], printed[2]) - max(box[0], printed[0]))
    common_height = max(0.0, min(box[3], printed[3]) - max(box[1], printed[1]))
    common = common_width * common_height
    return common / (_area(box) + _area(printed) - common)


def _area(box: Corners) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])
