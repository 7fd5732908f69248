"""Small multipart bodies, read whole: each part under its own limit."""

from collections.abc import Mapping

from gateway.http import Incoming
from gateway.multipart import MultipartParser, PartData, PartStarted, Piece, boundary_of
from shared.errors import LumisError

_LARGEST_OTHER = 1_024


class PartTooLarge(LumisError):
    """A part has more bytes than it may."""


async def read_parts(incoming: Incoming, largest: Mapping[str, int]) -> dict[str, bytes]:
    """The parts that `largest` names, with their limits in bytes. The first part of a name counts.

    Raises:
        Malformed, BrokenBody: it is no whole multipart body.
        PartTooLarge: a part, also one that nobody asked for, is beyond its limit.
    """
    parts: dict[str, bytearray] = {}
    limit, place = _LARGEST_OTHER, bytearray()
    parser = MultipartParser(boundary_of(incoming.headers.get("content-type", "")))
    async for chunk in incoming.chunks:
        for piece in parser.feed(chunk):
            limit, place = _taken(piece, parts, limit, place, largest)
        if parser.finished:
            break
    parser.close()
    return {name: bytes(content) for name, content in parts.items()}


def _taken(
    piece: Piece, parts: dict[str, bytearray], limit: int, place: bytearray, largest: Mapping[str, int]
) -> tuple[int, bytearray]:
    """Keep a piece; the limit and the place of the next one."""
    match piece:
        case PartStarted(name):
            # Others than those wanted, and repeats, are read and forgotten.
            if name is not None and name in largest and name not in parts:
                return largest[name], parts.setdefault(name, bytearray())
            return _LARGEST_OTHER, bytearray()
        case PartData(data):
            place += data
            if len(place) > limit:
                raise PartTooLarge(f"a part is longer than {limit} bytes")
    return limit, place
