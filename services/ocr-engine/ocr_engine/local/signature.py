"""What a file is and how large its picture would be, told from its first bytes without decoding anything."""

import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from ocr_engine.evidence import UnreadableDocument
from shared.contracts.documents import Unreadable

ContentType = Literal["image/jpeg", "image/png", "image/webp", "image/bmp", "application/pdf"]

PDF_HEADER_WITHIN = 1024
"""Bytes; a PDF may start with junk (ISO 32000-1, Annex H)."""

MAX_PNG_PIXELS = 40_000_000
MAX_JPEG_PIXELS = 120_000_000
"""JPEG decoders can shrink while decoding, so that a phone's largest photographs stay affordable."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_RIFF, _WEBP = b"RIFF", b"WEBP"
_BMP = b"BM"
_BMP_CORE = 12
"""Size of the oldest header, BITMAPCOREHEADER, whose sides have two bytes each."""
_BMP_HEADERS = frozenset({_BMP_CORE, 16, 40, 52, 56, 64, 108, 124})
"""Sizes of the headers that may follow the file's own 14 bytes."""
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True)
class PixelSize:
    """Width and height in pixels as the header says."""

    width: int
    height: int


def sniff(content: bytes) -> ContentType | None:
    """The type by magic bytes; what begins as a picture is one, even if a PDF hides further in."""
    if content.startswith(_JPEG):
        return "image/jpeg"
    if content.startswith(_PNG):
        return "image/png"
    if content.startswith(_RIFF) and content[8:12] == _WEBP:
        return "image/webp"
    if content.startswith(_BMP) and int.from_bytes(content[14:18], "little") in _BMP_HEADERS:
        return "image/bmp"
    if b"%PDF-" in content[:PDF_HEADER_WITHIN]:
        return "application/pdf"
    return None


def picture_side(content: bytes) -> int | None:
    """Pixels on a picture's shorter side, as its header says; None for a PDF and where no header tells."""
    content_type = sniff(content)
    size = _SIZES[content_type](content) if content_type in _SIZES else None
    return min(size.width, size.height) if size else None


def check_size(content: bytes, content_type: ContentType) -> None:
    """Refuse a picture that is empty or too large to decode, by its header alone.

    Raises:
        UnreadableDocument: `damaged` without a size or with 0 pixels, `too_large` above the limits.
    """
    if content_type == "application/pdf":
        return
    size = _SIZES[content_type](content)
    if size is None or size.width < 1 or size.height < 1:
        raise UnreadableDocument(Unreadable.DAMAGED)
    if size.width * size.height > (MAX_JPEG_PIXELS if content_type == "image/jpeg" else MAX_PNG_PIXELS):
        raise UnreadableDocument(Unreadable.TOO_LARGE)


def _png_size(content: bytes) -> PixelSize | None:
    if content[12:16] != b"IHDR" or len(content) < 24:  # noqa: PLR2004 - the fixed place of IHDR (PNG, 11.2.2)
        return None
    return PixelSize(*struct.unpack(">II", content[16:24]))


def _jpeg_size(content: bytes) -> PixelSize | None:
    place = 2
    while place + 4 <= len(content):
        if content[place] != 0xFF:  # noqa: PLR2004 - every marker starts with it (ITU T.81, B.1.1.2)
            return None
        marker = content[place + 1]
        if marker == 0xFF or marker in _STANDALONE:  # noqa: PLR2004
            place += 1 if marker == 0xFF else 2  # noqa: PLR2004
            continue
        if marker in _START_OF_FRAME:
            if place + 9 > len(content):
                return None
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return PixelSize(width, height)
        place += 2 + int.from_bytes(content[place + 2 : place + 4])
    return None


def _webp_size(content: bytes) -> PixelSize | None:
    """The size in the first chunk, which has one of three forms (RFC 9649, 2.5 to 2.7)."""
    head = content[12:30]
    if len(head) < 18:  # noqa: PLR2004 - as much as each form needs
        return None
    if head[:4] == b"VP8X":
        return PixelSize(1 + int.from_bytes(head[12:15], "little"), 1 + int.from_bytes(head[15:18], "little"))
    if head[:4] == b"VP8L" and head[8] == 0x2F:  # noqa: PLR2004 - the form's signature
        bits = int.from_bytes(head[9:13], "little")
        return PixelSize(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    if head[:4] == b"VP8 " and head[11:14] == b"\x9d\x01\x2a":
        width, height = struct.unpack("<HH", head[14:18])
        return PixelSize(width & 0x3FFF, height & 0x3FFF)
    return None


def _bmp_size(content: bytes) -> PixelSize | None:
    """The size in the header; a negative height says that the rows come from the top."""
    if len(content) < 26:  # noqa: PLR2004 - up to the end of both sides
        return None
    if int.from_bytes(content[14:18], "little") == _BMP_CORE:
        return PixelSize(*struct.unpack("<HH", content[18:22]))
    width, height = struct.unpack("<ii", content[18:26])
    return PixelSize(width, abs(height))


_SIZES: dict[ContentType, Callable[[bytes], PixelSize | None]] = {
    "image/png": _png_size,
    "image/jpeg": _jpeg_size,
    "image/webp": _webp_size,
    "image/bmp": _bmp_size,
}
