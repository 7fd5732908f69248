"""Which pictures are taken as logos, and what is said of the others."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from shared.errors import Refused
from sunat_emitter.pdf.logo import LARGEST, read_logo
from sunat_emitter.pdf.trial import can_be_set

SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="0 0 9 9">{}</svg>'
RECT = '<rect width="5" height="5"/>'


def picture(kind: str, width: int = 40, height: int = 20, mode: str = "RGB") -> bytes:
    drawn = io.BytesIO()
    Image.new(mode, (width, height)).save(drawn, kind)
    return drawn.getvalue()


def svg(inside: str = RECT) -> bytes:
    return SVG.format(inside).encode()


@pytest.mark.parametrize(
    ("content", "kind", "size"),
    [
        (picture("PNG"), "png", (40, 20)),
        (picture("PNG", mode="RGBA"), "png", (40, 20)),
        (picture("JPEG"), "jpeg", (40, 20)),
        (picture("JPEG", mode="L"), "jpeg", (40, 20)),
        (svg(), "svg", (0, 0)),
        (b'\xef\xbb\xbf<?xml version="1.0"?>\n<!DOCTYPE svg><!-- by hand -->' + svg(), "svg", (0, 0)),
    ],
)
async def test_pictures_are_known_by_their_bytes_and_can_be_set(
    content: bytes, kind: str, size: tuple[int, int]
) -> None:
    logo = read_logo(content)
    assert (logo.kind, logo.size) == (kind, size)
    assert await can_be_set(logo)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "PNG, JPEG o SVG"),
        (b"GIF89a", "PNG, JPEG o SVG"),
        (b"%PDF-1.7", "PNG, JPEG o SVG"),
        (b"\x89PNG\r\n\x1a\n", "dañado"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "dañado"),
        (picture("PNG", 3001, 1), "3000"),
        (picture("JPEG", 1, 3001), "3000"),
        (b"\x89PNG\r\n\x1a\n" + b"x" * LARGEST, "512 KB"),
        (b"<html/>", "SVG válido"),
        (b"<svg", "SVG válido"),
        (b"<svg/>", "SVG válido"),
        (svg("<script>1</script>"), "sin programas"),
        (svg('<foreignObject><p xmlns="http://www.w3.org/1999/xhtml"/></foreignObject>'), "sin programas"),
        (svg('<image href="http://example.com/a.png"/>'), "otros archivos"),
        (svg('<image xlink:href="file:///etc/hostname"/>'), "otros archivos"),
        (svg('<image href="../logo.svg"/>'), "otros archivos"),
        (svg('<image href="data:image/svg+xml;base64,AAAA"/>'), "otros archivos"),
        (b'<!DOCTYPE svg [<!ENTITY e "x">]>' + svg("<text>&e;</text>"), "entidades"),
        (svg(RECT * 5001), "complejo"),
    ],
)
def test_what_is_no_logo_is_refused_with_the_reason(content: bytes, why: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_logo(content)
    assert refusal.value.code == "LOGO_INVALIDO"
    assert why in refusal.value.message


async def test_a_picture_that_cannot_be_drawn_is_found_out() -> None:
    broken = bytearray(picture("PNG"))
    broken[45:60] = bytes(15)
    assert not await can_be_set(read_logo(bytes(broken)))


async def test_a_picture_made_to_take_all_memory_ends_a_process_of_its_own() -> None:
    uses = [f'<use href="#a{number}"/>' * 10 for number in range(8)]
    groups = "".join(f'<g id="a{number}">{inside}</g>' for number, inside in enumerate([RECT, *uses]))
    assert not await can_be_set(read_logo(svg(groups)))


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"<svg "]))
def test_whatever_is_uploaded_is_taken_or_refused(content: bytes, start: bytes) -> None:
    codes = set()
    try:
        read_logo(start + content)
    except Refused as refusal:
        codes.add(refusal.code)
    assert codes <= {"LOGO_INVALIDO"}
