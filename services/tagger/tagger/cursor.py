"""Opaque cursors: where a page ended, written so that nobody builds on what is inside. Pure."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

from shared.errors import Refused

_LONGEST = 2048


def encode(listing: str, *place: str) -> str:
    """The cursor of a listing whose last row stands at this place."""
    return urlsafe_b64encode(json.dumps([listing, *place]).encode()).decode().rstrip("=")


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
        place = tuple(part for part in found[1:] if isinstance(part, str) and part.encode())
    except (ValueError, RecursionError):
        raise invalid() from None
    if len(place) != parts or len(found) != parts + 1:
        raise invalid()
    return place


def invalid() -> Refused:
    """The refusal of what no page gave."""
    return Refused("INVALID_CURSOR", "El cursor no es válido")
