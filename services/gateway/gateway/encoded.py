"""Documents inside JSON: base64, bare or as a data URL, made into an upload whose format its bytes tell."""

import base64
import binascii
import hashlib
from urllib.parse import unquote_to_bytes

from gateway.http import ErrorRow, Problem
from gateway.uploads import FILE_LIMIT, Content, Upload, content_type_of

NOT_BASE64 = ErrorRow(400, "INVALID_BASE64", "'imageBase64' is not valid base64")
DOCUMENT_TOO_LARGE = ErrorRow(413, "DOCUMENT_TOO_LARGE", "The document is larger than 10 MB")
UNSUPPORTED = ErrorRow(415, "UNSUPPORTED_FORMAT", "The document is not a PNG, JPEG or WebP image, or a PDF")
NO_PDF = ErrorRow(415, "UNSUPPORTED_FORMAT", "The document is not a PDF")
NO_IMAGE = ErrorRow(
    415, "UNSUPPORTED_FORMAT", "The document is not a PNG, JPEG or WebP image; PDFs go to /api/ocr-structured-v4"
)

PDF = "application/pdf"
_LONGEST = FILE_LIMIT * 4 // 3 + 4
"""Characters of base64 that may decode to a file of the largest size."""
_URL_SAFE = str.maketrans("-_", "+/")
_HEAD = 1024


def decode(text: str, field: str) -> bytes:
    """The bytes of a base64 text: bare or behind `data:…;base64,`, with line breaks, either alphabet, padded or not.

    Raises:
        Problem: 400, it is none, or nothing is in it; 413, it is too large.
    """
    data = text.strip()
    if data[:5].lower() == "data:":
        head, comma, data = data.partition(",")
        if not comma or not head.lower().endswith(";base64"):
            raise Problem(NOT_BASE64, message=f"'{field}' is a data URL without base64 data")
        data = unquote_to_bytes(data).decode("latin-1") if "%" in data else data
    elif data[:8].lower().startswith(("http://", "https://")):
        raise Problem(NOT_BASE64, message=f"'{field}' is an address, not base64; only 'pdfUrl' takes one")
    data = "".join(data.split()).rstrip("=").translate(_URL_SAFE)
    if len(data) > _LONGEST:
        raise Problem(DOCUMENT_TOO_LARGE)
    try:
        content = base64.b64decode(data + "=" * (-len(data) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Problem(NOT_BASE64, message=f"'{field}' is not valid base64") from None
    if not content:
        raise Problem(NOT_BASE64, message=f"'{field}' is empty")
    return content


def upload_of(content: bytes, *, images: bool, pdfs: bool) -> Upload:
    """The bytes as an upload; what they are declared to be is never asked.

    Raises:
        Problem: 413, they are too many; 415, they are of no format that is wanted.
    """
    if len(content) > FILE_LIMIT:
        raise Problem(DOCUMENT_TOO_LARGE)
    kind = _format_of(content)
    if kind is None or not (pdfs if kind == PDF else images):
        raise Problem(UNSUPPORTED if images and pdfs else NO_IMAGE if images else NO_PDF)
    return Upload(Content(content), kind, len(content), hashlib.sha256(content).hexdigest(), {})


def _format_of(content: bytes) -> str | None:
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return content_type_of(content[:_HEAD])
