"""WebP pictures: told by their bytes, bounded by their header before anything is decoded."""

import io
from typing import Any

import pytest
from PIL import Image

from ocr_engine.evidence import UnreadableDocument
from ocr_engine.local.picture import decode
from ocr_engine.local.signature import check_size, sniff
from shared.contracts.documents import Unreadable


def webp(**options: Any) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (301, 207), "red").save(target, "WEBP", **options)
    return target.getvalue()


def extended(width: int, height: int) -> bytes:
    """The head of an extended file (`VP8X`) with a canvas of this size."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x16\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00" + bytes(4) + sides


@pytest.mark.parametrize("options", [{}, {"lossless": True}, {"exif": Image.Exif()}])
def test_each_form_is_told_measured_and_decoded(options: dict[str, Any]) -> None:
    content = webp(**options)
    assert sniff(content) == "image/webp"
    check_size(content, "image/webp")
    assert decode(content).shape == (207, 301, 3)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (extended(16_384, 16_384), Unreadable.TOO_LARGE),
        (webp()[:20], Unreadable.DAMAGED),
        (webp(lossless=True)[:20] + bytes(10), Unreadable.DAMAGED),
        (b"RIFF\x16\x00\x00\x00WEBPVP8 \x0a\x00\x00\x00" + b"\x00\x00\x00\x9d\x01\x2a" + bytes(4), Unreadable.DAMAGED),
        (b"RIFF\x16\x00\x00\x00WEBPJUNK" + bytes(30), Unreadable.DAMAGED),
    ],
)
def test_a_picture_that_is_empty_or_too_large_is_refused_by_its_header(content: bytes, reason: Unreadable) -> None:
    assert sniff(content) == "image/webp"
    with pytest.raises(UnreadableDocument) as caught:
        check_size(content, "image/webp")
    assert caught.value.reason is reason


def test_a_file_that_was_cut_off_is_damaged() -> None:
    with pytest.raises(UnreadableDocument) as caught:
        decode(webp()[:100])
    assert caught.value.reason is Unreadable.DAMAGED
