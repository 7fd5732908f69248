"""Opaque cursors: where a page ended, written so that nobody builds on what is inside. Pure."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime, timedelta

from shared.errors import Refused

_LONGEST = 2048
_MOST_DIGITS = 16
"""Numbers fit the database's 64 bits."""


def encode(listing: str, *place: str) -> str:
    """The cursor of a listing whose last row stands at this place; no part of it is empty."""
    content = json.dumps([listing, *place], ensure_ascii=False)
    return urlsafe_b64encode(content.encode()).decode().rstrip("=")


def decode(listing: str, cursor: str | None, parts: int) -> tuple[str, ...] | None:
    """The place where the last page ended; None for the first page.

    Raises:
        Refused: `INVALID_CURSOR`, for what this listing never gave.
    """
    if cursor is None:
        return None
    if len(cursor) > _LONGEST:
        raise invalid()
    try:
        found = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(found, list) or found[:1] != [listing]:
            raise invalid()
        place = tuple(part for part in found[1:] if isinstance(part, str) and part)
        if len(place) != parts or len(found) != parts + 1 or encode(listing, *place) != cursor:
            raise invalid()
    except (ValueError, RecursionError):
        raise invalid() from None
    return place


def moment(part: str) -> datetime:
    """A part that was written by `isoformat` of a time in UTC. Raises Refused: `INVALID_CURSOR`."""
    try:
        found = datetime.fromisoformat(part)
    except ValueError:
        raise invalid() from None
    if found.utcoffset() != timedelta(0):
        raise invalid()
    return found


def number(part: str) -> int:
    """A part that was written by `str` of a whole number from 0. Raises Refused: `INVALID_CURSOR`."""
    if not (part.isascii() and part.isdecimal() and len(part) <= _MOST_DIGITS):
        raise invalid()
    return int(part)


def invalid() -> Refused:
    """The refusal of what no page gave."""
    return Refused("INVALID_CURSOR", "El cursor no es válido")
