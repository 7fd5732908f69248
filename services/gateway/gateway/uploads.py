"""An uploaded paper: read from the stream part by part, its size bounded, its format told by its first bytes."""

import hashlib
import io
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field

from gateway.http import BrokenBody, ErrorRow, Problem
from gateway.multipart import Malformed, MultipartParser, PartData, PartEnded, PartStarted, Piece, boundary_of

FILE_LIMIT = 10_485_760
"""Bytes of one file (Lumis API, section 3)."""

INVALID_MULTIPART = ErrorRow(400, "INVALID_MULTIPART", "The request body is not valid multipart/form-data.")
NO_IMAGE_FILE = ErrorRow(400, "NO_IMAGE_FILE", "No image file provided. Use 'image' or 'file' field name.")
NO_IMAGE_DATA = ErrorRow(400, "NO_IMAGE_DATA", "The image file is empty.")
FILE_TOO_LARGE = ErrorRow(413, "FILE_TOO_LARGE", "Image file too large (max 10MB)")
INVALID_FORMAT = ErrorRow(415, "INVALID_FORMAT", "Invalid image format. Supported: JPEG, PNG, PDF")
UPLOAD_ERRORS = (INVALID_MULTIPART, NO_IMAGE_FILE, NO_IMAGE_DATA, FILE_TOO_LARGE, INVALID_FORMAT)

_PDF_WITHIN = 1024
"""Readers take a PDF whose header stands this far in, behind a mail's or a printer's preamble."""


@dataclass(frozen=True)
class Form:
    """What an upload may hold: a file under one of the names (the first wins), texts, and what is ignored."""

    file_parts: tuple[str, ...] = ("image", "file")
    text_parts: tuple[str, ...] = ()
    file_limit: int = FILE_LIMIT
    text_limit: int = 262_144
    ignored_limit: int = FILE_LIMIT
    """Bytes of unknown parts together."""


class Content:
    """A file's bytes, to be taken once: a request waits long after its file is kept elsewhere."""

    def __init__(self, content: bytes) -> None:
        self._content: bytes | None = content

    def take(self) -> bytes:
        """The bytes, which are then forgotten here."""
        content, self._content = self._content, None
        if content is None:
            raise RuntimeError("the content was taken before")
        return content


@dataclass(frozen=True)
class Upload:
    """A whole upload whose file is there, not empty and of a known format."""

    content: Content
    content_type: str
    size: int
    sha256: str
    texts: Mapping[str, str]


def content_type_of(head: bytes) -> str | None:
    """The format that the first 1,024 bytes tell; names and declared types are never trusted."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    return "application/pdf" if b"%PDF-" in head[:_PDF_WITHIN] else None


@dataclass
class _File:
    rank: int
    data: io.BytesIO = field(default_factory=io.BytesIO)
    digest: "hashlib._Hash" = field(default_factory=hashlib.sha256)


class _Collector:
    """Takes pieces and keeps at most one file and the known texts."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.file: _File | None = None
        self.texts: dict[str, bytearray] = {}
        self._ignored = 0
        self._take: Callable[[bytes], None] = self._ignore

    def add(self, piece: Piece) -> None:
        match piece:
            case PartStarted(name):
                self._take = self._start(name)
            case PartData(data):
                self._take(data)
            case PartEnded():
                self._take = self._ignore

    def _start(self, name: str | None) -> Callable[[bytes], None]:
        if name in self.form.file_parts:
            rank = self.form.file_parts.index(name)
            if self.file is None or rank < self.file.rank:
                self.file = _File(rank)  # a file that loses is dropped before the next one is read
                return self._write
        if name in self.form.text_parts and name not in self.texts:
            text = self.texts[name] = bytearray()
            return lambda data: self._append(text, data)
        return self._ignore

    def _write(self, data: bytes) -> None:
        if self.file is None:
            return
        self.file.data.write(data)
        if self.file.data.tell() > self.form.file_limit:
            raise Problem(FILE_TOO_LARGE)
        self.file.digest.update(data)

    def _append(self, text: bytearray, data: bytes) -> None:
        text += data
        if len(text) > self.form.text_limit:
            raise Malformed("text part too long")

    def _ignore(self, data: bytes) -> None:
        self._ignored += len(data)
        if self._ignored > self.form.ignored_limit:
            raise Malformed("too many bytes in unknown parts")


async def read_upload(chunks: AsyncIterator[bytes], content_type: str, form: Form) -> Upload:
    """Read an upload; stops reading at the first byte too many.

    Raises:
        Problem: one of UPLOAD_ERRORS.
    """
    collector = _Collector(form)
    try:
        parser = MultipartParser(boundary_of(content_type))
        async for chunk in chunks:
            for piece in parser.feed(chunk):
                collector.add(piece)
            if parser.finished:
                break
        parser.close()
        texts = {name: text.decode() for name, text in collector.texts.items()}
    except (Malformed, BrokenBody, UnicodeDecodeError):
        raise Problem(INVALID_MULTIPART) from None
    return _whole(collector.file, texts)


def _whole(file: _File | None, texts: Mapping[str, str]) -> Upload:
    if file is None:
        raise Problem(NO_IMAGE_FILE)
    content = file.data.getvalue()
    if not content:
        raise Problem(NO_IMAGE_DATA)
    kind = content_type_of(content[:_PDF_WITHIN])
    if kind is None:
        raise Problem(INVALID_FORMAT)
    return Upload(Content(content), kind, len(content), file.digest.hexdigest(), texts)
