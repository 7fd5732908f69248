"""An issuer's logo as it is uploaded: PNG, JPEG or SVG, small, of sensible size, without anything that reaches out."""

import base64
import struct
from dataclasses import dataclass
from typing import Final, Literal

from lxml import etree

from shared.errors import Refused

LARGEST: Final = 512 * 1024
"""Bytes."""
_MOST_PIXELS = 3000
"""In each direction."""
_MOST_ELEMENTS = 5000
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_SVG = "http://www.w3.org/2000/svg"
_ACTIVE = frozenset({"script", "foreignObject", "iframe", "audio", "video", "set", "animate", "animateTransform"})
_HREFS = ("href", "{http://www.w3.org/1999/xlink}href")
_OWN = ("#", "data:image/png;base64,", "data:image/jpeg;base64,")
_STARTS_OF_FRAME = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


@dataclass(frozen=True)
class Logo:
    """A picture whose form is checked; whether it can be drawn is for `trial` to say."""

    content: bytes
    """An SVG is without comments and document type."""
    kind: Literal["png", "jpeg", "svg"]
    size: tuple[int, int] = (0, 0)
    """Pixels; an SVG has none."""

    @property
    def svg(self) -> bytes:
        """The picture as an SVG, the form in which the templates take it."""
        if self.kind == "svg":
            return self.content
        width, height = self.size
        data = base64.b64encode(self.content).decode("ascii")
        return (
            f'<svg xmlns="{_SVG}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
            f'<image width="{width}" height="{height}" href="data:image/{self.kind};base64,{data}"/></svg>'
        ).encode()


def read_logo(content: bytes) -> Logo:
    """The logo, known by its first bytes.

    Raises:
        Refused: `LOGO_INVALIDO`, with what is wrong with it.
    """
    if len(content) > LARGEST:
        raise _wrong(f"debe pesar como máximo {LARGEST // 1024} KB")
    if content.startswith(_PNG):
        return Logo(content, "png", _checked(_png_size(content)))
    if content.startswith(_JPEG):
        return Logo(content, "jpeg", _checked(_jpeg_size(content)))
    if content.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return Logo(_plain_svg(content), "svg")
    raise _wrong("debe ser PNG, JPEG o SVG")


def undrawable() -> Refused:
    """What is said of a picture that no page can be set with."""
    return _wrong("está dañado o es demasiado complejo")


def _wrong(why: str) -> Refused:
    return Refused("LOGO_INVALIDO", f"El logo {why}")


def _checked(size: tuple[int, int] | None) -> tuple[int, int]:
    if size is None or min(size) < 1:
        raise _wrong("está dañado")
    if max(size) > _MOST_PIXELS:
        raise _wrong(f"debe medir como máximo {_MOST_PIXELS} x {_MOST_PIXELS} píxeles")
    return size


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height as the header says, which every PNG begins with."""
    if content[12:16] != b"IHDR" or len(content) < 24:  # noqa: PLR2004 - where the header's figures end
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height as the start of the frame says."""
    at = 2
    while at + 9 <= len(content):
        if content[at] != 0xFF:  # noqa: PLR2004 - what every marker begins with
            return None
        marker = content[at + 1]
        if marker in _STARTS_OF_FRAME:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        if marker == 0xFF:  # noqa: PLR2004 - padding
            at += 1
        elif marker in _STANDALONE:
            at += 2
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4], "big")
    return None


def _plain_svg(content: bytes) -> bytes:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError:
        raise _wrong("no es un SVG válido") from None
    if root.tag != f"{{{_SVG}}}svg":
        raise _wrong("no es un SVG válido")
    elements = list(root.iter())
    if len(elements) > _MOST_ELEMENTS:
        raise _wrong("es demasiado complejo")
    for element in elements:
        if not isinstance(element.tag, str) or etree.QName(element).localname in _ACTIVE:
            raise _wrong("solo puede tener dibujo: sin programas, animaciones ni entidades")
        links = [value.strip() for name in _HREFS if (value := element.get(name)) is not None]
        if any(link and not link.startswith(_OWN) for link in links):
            raise _wrong("no puede depender de otros archivos")
    return etree.tostring(root, encoding="utf-8")
