"""What parent and child say to each other: lengths, a JSON head, bytes. No pickle: the child reads hostile files."""

import json
import struct
from dataclasses import asdict
from typing import Any, BinaryIO

from ocr_engine.evidence import Evidence, Word
from shared.contracts.reading import Box

_LENGTHS = struct.Struct(">II")
MAX_HEAD = 32_000_000
MAX_BODY = 64_000_000
HEADER_SIZE = _LENGTHS.size

Head = dict[str, Any]


class BrokenFrame(Exception):
    """The other side ended, or said something that is no frame."""


def pack(head: Head, body: bytes = b"") -> bytes:
    """One frame."""
    text = json.dumps(head, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(text), len(body)) + text + body


def unpack_lengths(data: bytes) -> tuple[int, int]:
    """Lengths of head and body.

    Raises:
        BrokenFrame: they are larger than anything that is sent.
    """
    head, body = _LENGTHS.unpack(data)
    if head > MAX_HEAD or body > MAX_BODY:
        raise BrokenFrame("frame too large")
    return int(head), int(body)


def unpack_head(data: bytes) -> Head:
    """The JSON head of a frame."""
    try:
        head = json.loads(data)
    except ValueError as error:
        raise BrokenFrame("no JSON in a frame") from error
    if not isinstance(head, dict):
        raise BrokenFrame("no object in a frame")
    return head


def read_frame(stream: BinaryIO) -> tuple[Head, bytes] | None:
    """The next frame of a blocking stream; None at its end."""
    lengths = _exactly(stream, HEADER_SIZE)
    if lengths is None:
        return None
    head_length, body_length = unpack_lengths(lengths)
    head, body = _exactly(stream, head_length), _exactly(stream, body_length)
    if head is None or body is None:
        return None
    return unpack_head(head), body


def _exactly(stream: BinaryIO, length: int) -> bytes | None:
    data = stream.read(length)
    return data if len(data) == length else None


def evidence_as_json(evidence: Evidence) -> Head:
    """The evidence as JSON values."""
    return asdict(evidence)


def evidence_of_json(data: Head) -> Evidence:
    """The evidence out of its JSON values."""
    words = tuple(Word(word["text"], word["page"], box_of_json(word["box"]), word["aspect"]) for word in data["words"])
    qr, warnings = tuple(data["qr"]), tuple(data["warnings"])
    return Evidence(data["pages"], data["pages_read"], words, data["text"], qr, data["xml"], warnings)


def word_as_json(word: Word) -> list[Any]:
    """A word as a JSON list."""
    return [word.text, word.page, word.box, word.aspect]


def word_of_json(values: list[Any]) -> Word:
    """A word out of its JSON list."""
    text, page, box, aspect = values
    return Word(text, page, box_of_json(box), aspect)


def box_of_json(values: list[float]) -> Box:
    """A box out of its JSON list."""
    cx, cy, width, height, angle = values
    return cx, cy, width, height, angle
