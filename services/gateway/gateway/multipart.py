"""A multipart/form-data parser without I/O (RFC 2046, RFC 7578): bytes in, parts out, memory bounded.

Our own, because it must say whether the closing delimiter has come, so that a cut upload is never taken for a whole
one, and bound what precedes the first; the library `multipart` 2.0 does neither.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from enum import Enum, auto

_BOUNDARY_LENGTH = 70
_PADDING = 64
"""Blanks that may follow a delimiter on its line."""


class Malformed(ValueError):
    """The body is not multipart, or breaks a bound."""


@dataclass(frozen=True)
class PartStarted:
    """A part begins; `name` is None where it has none."""

    name: str | None


@dataclass(frozen=True)
class PartData:
    """Bytes of the part that began last."""

    data: bytes


@dataclass(frozen=True)
class PartEnded:
    """The part that began last is whole."""


Piece = PartStarted | PartData | PartEnded


def boundary_of(content_type: str) -> bytes:
    """The boundary in a Content-Type header.

    Raises:
        Malformed: the type is not multipart/form-data, or its boundary is missing or not 1-70 ASCII characters.
    """
    head = Message()
    head["Content-Type"] = content_type
    boundary = head.get_boundary()
    if head.get_content_type() != "multipart/form-data" or not boundary:
        raise Malformed("no multipart/form-data with a boundary")
    if len(boundary) > _BOUNDARY_LENGTH or not boundary.isascii():
        raise Malformed("bad boundary")
    return boundary.encode()


class _State(Enum):
    PREAMBLE = auto()
    DELIMITER = auto()
    HEADERS = auto()
    DATA = auto()
    EPILOGUE = auto()


class MultipartParser:
    """Feed it chunks of any size; it yields the same parts however they are cut."""

    def __init__(self, boundary: bytes, *, header_limit: int = 16_384, part_limit: int = 64) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._header_limit = header_limit
        self._parts_left = part_limit
        self._preamble_left = header_limit
        self._buffer = bytearray(b"\r\n")  # so that the first delimiter looks like all others
        self._state = _State.PREAMBLE
        self._blank_line = 0

    @property
    def finished(self) -> bool:
        """Whether the closing delimiter was seen; what follows it is ignored."""
        return self._state is _State.EPILOGUE

    def feed(self, chunk: bytes) -> Iterator[Piece]:
        """The pieces that a chunk completes.

        Raises:
            Malformed: the bytes cannot be multipart, or there are too many parts, headers or bytes before the first.
        """
        if self.finished:
            return
        self._buffer += chunk
        step = True
        while step and not self.finished:
            match self._state:
                case _State.PREAMBLE:
                    step = self._skip_preamble()
                case _State.DELIMITER:
                    step = self._end_delimiter()
                case _State.HEADERS:
                    name, step = self._read_headers()
                    if step:
                        yield PartStarted(name)
                case _:
                    data, step = self._read_data()
                    if data:
                        yield PartData(data)
                    if step:
                        yield PartEnded()

    def close(self) -> None:
        """The body is over. Raises Malformed: the closing delimiter is missing."""
        if not self.finished:
            raise Malformed("no closing delimiter")

    def _skip_preamble(self) -> bool:
        at = self._buffer.find(self._delimiter)
        skipped = at if at >= 0 else max(0, len(self._buffer) - len(self._delimiter) + 1)
        self._preamble_left -= skipped
        if self._preamble_left < 0:
            raise Malformed("no first delimiter")
        if at < 0:
            del self._buffer[:skipped]
            return False
        self._enter_delimiter(at)
        return True

    def _enter_delimiter(self, at: int) -> None:
        del self._buffer[: at + len(self._delimiter)]
        self._state = _State.DELIMITER

    def _end_delimiter(self) -> bool:
        """Tell `--boundary--` from `--boundary`; the line's end stays, so that a part without headers looks alike."""
        if self._buffer[:2] == b"--":
            self._state = _State.EPILOGUE
            self._buffer.clear()
            return True
        at = self._buffer.find(b"\r\n", 0, _PADDING)
        head = self._buffer[:at] if at >= 0 else self._buffer
        could_close = at < 0 and head == b"-"
        if len(head) >= _PADDING or not (could_close or not head.rstrip(b"\r").strip(b" \t")):
            raise Malformed("bad delimiter")
        if at < 0:
            return False
        self._parts_left -= 1
        if self._parts_left < 0:
            raise Malformed("too many parts")
        del self._buffer[:at]
        self._state = _State.HEADERS
        return True

    def _read_headers(self) -> tuple[str | None, bool]:
        at = self._buffer.find(b"\r\n\r\n")
        if (at if at >= 0 else len(self._buffer)) > self._header_limit:
            raise Malformed("headers too long")
        if at < 0:
            return None, False
        name = _part_name(bytes(self._buffer[2:at]))
        del self._buffer[: at + 2]
        self._blank_line = 2  # an empty body may share the blank line's end with its delimiter
        self._state = _State.DATA
        return name, True

    def _read_data(self) -> tuple[bytes, bool]:
        at = self._buffer.find(self._delimiter)
        end = at if at >= 0 else len(self._buffer) - len(self._delimiter) + 1
        data = b""
        if end > self._blank_line:
            data = bytes(self._buffer[self._blank_line : end])
            self._blank_line = 0
            if at < 0:
                del self._buffer[:end]
        if at < 0:
            return data, False
        self._enter_delimiter(at)
        return data, True


def _part_name(headers: bytes) -> str | None:
    """The `name` in a part's Content-Disposition."""
    for line in headers.decode("utf-8", "replace").split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip().lower() == "content-disposition":
            head = Message()
            head["Content-Disposition"] = "".join(c if c.isprintable() else " " for c in value.strip())
            name = head.get_param("name", header="content-disposition")
            return name if isinstance(name, str) else None
    return None
