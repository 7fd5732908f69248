"""GSTINs on a page, with what recognition mistakes put right where the check character then holds."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ocr_engine.gst import is_gstin
from ocr_engine.local.page import Line, Span

_LENGTH = 15
_LOOSE = re.compile(r"(?<![A-Z0-9])[0-9A-Z|!$](?:\s?[0-9A-Z|!$]){14}(?![A-Z0-9])")
_TO_DIGIT = str.maketrans("OQDILSBZGT|!$", "0001158261115"[:13])
_TO_LETTER = str.maketrans("0158246|!$", "OISBZAGIIS")
_PLACES = "DDLLLLLDDDDLXXX"
"""Digits of the state, letters and digits of the PAN, and three that may be either."""
_FORM = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][0-9A-Z]{3}")
_OPEN = 12
_Z = 13


@dataclass(frozen=True)
class Gstin:
    """A GSTIN and where it stands."""

    value: str
    span: Span
    line: int
    valid: bool
    """Whether its check character is right."""


def find_gstins(lines: tuple[Line, ...]) -> Iterator[Gstin]:
    """Every GSTIN in reading order, also one with a wrong check character."""
    for index, line in enumerate(lines):
        text = line.text.upper()
        for hit in _LOOSE.finditer(text):
            value = repaired("".join(hit[0].split()))
            if value is not None:
                span = line.span().part(hit.start(), hit.end())
                yield Gstin(value, span, index, is_gstin(value))


def repaired(text: str) -> str | None:
    """Fifteen characters as a GSTIN, letters and digits where each belongs; None where they make none."""
    if len(text) != _LENGTH or sum(map(str.isdigit, text)) < 4:  # noqa: PLR2004 - a word
        return None
    body = "".join(
        each.translate(_TO_DIGIT) if kind == "D" else each.translate(_TO_LETTER) if kind == "L" else each
        for each, kind in zip(text, _PLACES, strict=True)
    )
    if not _FORM.fullmatch(body):
        return None
    if is_gstin(body):
        return body
    # The entity's character is a digit and the 14th a Z, almost always; recognition takes each for its like.
    for entity in (body[_OPEN], body[_OPEN].translate(_TO_DIGIT)):
        for last in (body[-1], body[-1].translate(_TO_DIGIT), body[-1].translate(_TO_LETTER)):
            other = f"{body[:_OPEN]}{entity}Z{last}"
            if is_gstin(other):
                return other
    return body if body[_Z] in "Z27" else None
