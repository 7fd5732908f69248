"""Sets pages: templates, fonts and one document's data, all in memory; nothing is read from the machine or the net."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Any

import segno
import typst

from sunat_emitter.pdf.sheet import Formato

_QR_MASK = 4
"""Any mask reads alike; choosing the best one takes five times as long."""
_PACKAGE = "sunat_emitter.pdf"
_SHARED = "parts.typ"
_LOGO = "logo.svg"
_MANY_LINES = 100
_GENERATIONS = 12


@cache
def _fonts() -> typst.Fonts:
    """The fonts that come with the program and no others, so that a page looks the same everywhere."""
    folder = files(_PACKAGE) / "fonts"
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)])


@cache
def template(name: str) -> bytes:
    """A template's text by its file's name."""
    return (files(_PACKAGE) / "templates" / name).read_bytes()


def typeset(
    sheet: Mapping[str, Any], formato: Formato, qr: str, *, moment: datetime, logo: bytes | None = None
) -> bytes:
    """The PDF of a sheet; the same bytes each time. `moment` is when the PDF says that it was made, `logo` an SVG.

    Raises:
        RuntimeError: the page cannot be set; with a checked logo that is a defect.
    """
    sources: dict[str, bytes] = {
        "main.typ": template(f"{formato}.typ"),
        _SHARED: template(_SHARED),
        "page.json": json.dumps({**sheet, "logo": _LOGO if logo else ""}).encode(),
        "qr.svg": qr_svg(qr),
    }
    if logo:
        sources[_LOGO] = logo
    content = compile_sources(sources, moment=moment)
    if len(sheet["lineas"]) > _MANY_LINES:
        _forget(moment)
    return content


def _forget(moment: datetime) -> None:
    """Make typst let go of a large page: it keeps what it made for ten pages more, with 500 lines 50 MB of each."""
    for _ in range(_GENERATIONS):
        compile_sources({"main.typ": b""}, moment=moment)


def compile_sources(sources: Mapping[str, bytes], *, moment: datetime) -> bytes:
    """The PDF of some files, of which `main.typ` is set."""
    # Its stubs do not know of files in memory.
    made = typst.compile(  # type: ignore[call-overload]
        dict(sources),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        timestamp=moment.replace(microsecond=0),
    )
    return bytes(made)


def qr_svg(text: str) -> bytes:
    """A QR code with error correction Q, as SUNAT asks."""
    drawn = BytesIO()
    code = segno.make_qr(text, error="q", mask=_QR_MASK, boost_error=False, encoding="utf-8")
    code.save(drawn, kind="svg", border=2, omitsize=True)
    return drawn.getvalue()
