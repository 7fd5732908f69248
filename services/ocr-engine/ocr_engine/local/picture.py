"""Pictures: decoded under limits, upright by EXIF, scaled for reading, written as bare JPEG."""

import io
import warnings

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps

from ocr_engine.evidence import UnreadableDocument
from ocr_engine.local.signature import MAX_JPEG_PIXELS, MAX_PNG_PIXELS
from shared.contracts.documents import Unreadable

Pixels = NDArray[np.uint8]
"""Height x width x 3, RGB."""

LONG_SIDE = 2000
"""Pixels on the long side of a picture given to OCR; more costs time and reads no better."""

TALLEST = 2.2
"""Height over width up to which one picture is read whole; a longer tape is read in pieces of this shape."""

MAX_PIXELS = 12_000_000
"""On a picture made ready for reading, whatever its shape."""

SENT_SIDE = 1600
"""Pixels on the long side of a page sent to a model."""

_QUALITY = 85

Image.MAX_IMAGE_PIXELS = MAX_JPEG_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False


def decode(content: bytes) -> Pixels:
    """The picture as RGB, upright by its EXIF; JPEGs above 40 megapixels come shrunk.

    Raises:
        UnreadableDocument: the bytes do not decode, or are too large.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=("JPEG", "PNG", "WEBP", "BMP")) as picture:
                return np.asarray(_upright(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnreadableDocument(Unreadable.TOO_LARGE) from error
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, KeyError, TypeError, OverflowError) as error:
        raise UnreadableDocument(Unreadable.DAMAGED) from error


def scaled(pixels: Pixels, side: int) -> Pixels:
    """The picture with its long side (a tall tape: of one piece) at most `side` pixels."""
    height, width = pixels.shape[:2]
    long_side = min(max(height, width), TALLEST * min(height, width))
    if long_side <= side and height * width <= MAX_PIXELS:
        return pixels
    factor = min(side / long_side, (MAX_PIXELS / (height * width)) ** 0.5)
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    return np.asarray(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))


def as_jpeg(pixels: Pixels) -> bytes:
    """The picture as a JPEG that carries nothing else (no EXIF, no place, no thumbnail)."""
    target = io.BytesIO()
    Image.fromarray(pixels).save(target, "JPEG", quality=_QUALITY, optimize=False)
    return target.getvalue()


def turned(pixels: Pixels, turn: int) -> Pixels:
    """The picture turned clockwise by 0, 90, 180 or 270 degrees."""
    return np.ascontiguousarray(np.rot90(pixels, k=-(turn // 90) % 4))


def _upright(picture: Image.Image) -> Image.Image:
    width, height = picture.size
    if width * height > MAX_PNG_PIXELS:
        picture.draft("RGB", (width // 2, height // 2))
    image = ImageOps.exif_transpose(picture)
    if image.mode.startswith("I;16") or image.mode == "I":
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        with_alpha = image.convert("RGBA")
        paper = Image.new("RGB", image.size, "white")
        paper.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return paper
    return image.convert("RGB")
