"""What a call of /parse brings along: the document, told by its bytes, and what its sender says. Pure."""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import ValidationError

from gateway.encoded import DOCUMENT_TOO_LARGE, PDF, decode
from gateway.http import Problem
from gateway.uploads import FILE_LIMIT, Content, Upload, content_type_of
from shared.contracts.odoo import UserInfos
from shared.errors import LumisError

_HEAD = 1024
"""Bytes by which a format is told."""
_HEAD_TEXT = 8192
"""Characters that hold so many bytes, line breaks and the head of a data URL included."""
_MOST_DOCUMENTS = 100
_BMP_HEADERS = frozenset({12, 40, 52, 56, 64, 108, 124})
"""Lengths of the header that follows a BMP's first 14 bytes, by its versions."""
_TOO_LARGE = "the document is larger than 10 MB"
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")


class UnsupportedFormat(LumisError):
    """There is no document, or it is of no format that is read; the text says what is wrong, for the client."""


def document_of(documents: Any) -> Upload:
    """The one document of the list that is read: the first PDF, else the first (section 4).

    Raises:
        UnsupportedFormat: none is there, it is no base64, too large, or no PDF, PNG, JPEG or BMP.
    """
    given = [documents] if isinstance(documents, str) else documents
    texts = [each for each in given[:_MOST_DOCUMENTS] if isinstance(each, str)] if isinstance(given, list) else []
    if not texts:
        raise UnsupportedFormat("`documents` holds no document")
    chosen = next((text for text in texts if format_of(_head_of(text)) == PDF), texts[0])
    try:
        content = decode(chosen, "documents")
    except Problem as problem:
        is_large = problem.code == DOCUMENT_TOO_LARGE.code
        raise UnsupportedFormat(_TOO_LARGE if is_large else "the document is empty or no base64") from None
    if len(content) > FILE_LIMIT:
        raise UnsupportedFormat(_TOO_LARGE)
    kind = format_of(content[:_HEAD])
    if kind is None:
        raise UnsupportedFormat("the document is no PDF, PNG, JPEG or BMP")
    return Upload(Content(content), kind, len(content), hashlib.sha256(content).hexdigest(), {})


def format_of(head: bytes) -> str | None:
    """The format that a document's first bytes tell.

    BMP is taken whatever the version: the list of 123 no longer names it, and its clients lose nothing by it.
    """
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "image/bmp"
    return content_type_of(head)


def _head_of(text: str) -> bytes:
    """The first bytes of a document, as far as its base64 holds."""
    start = text[:_HEAD_TEXT].strip()
    if start[:5].lower() == "data:":
        start = start.partition(",")[2]
    letters = _NOT_BASE64.sub(b"", start.translate(_URL_SAFE).encode("ascii", "ignore"))
    return base64.b64decode(letters[: len(letters) // 4 * 4])[:_HEAD]


_URL_SAFE = str.maketrans("-_", "+/")

_KEYS: Mapping[str, tuple[str, ...]] = {
    "company_vat": ("user_company_vat", "user_company_VAT"),
    "company_name": ("user_company_name",),
    "country_code": ("user_company_country_code",),
    "lang": ("user_lang",),
    "email": ("user_email",),
    "purchase_order_regex": ("purchase_order_regex",),
}
"""Names of what senders say of themselves; Odoo's own client writes VAT in capitals."""


def infos_of(given: Any) -> UserInfos:
    """What a sender says of themselves; what is no text (Odoo sends false for nothing) or too long is left out."""
    if not isinstance(given, Mapping):
        return UserInfos()
    perspective: Literal["client", "supplier"] = "supplier" if given.get("perspective") == "supplier" else "client"
    said: dict[str, str] = {}
    for field, names in _KEYS.items():
        texts = (text for name in names if (text := _text(given.get(name))))
        if text := next(texts, None):
            said[field] = text
    whole = {**said, "perspective": perspective}
    try:
        return UserInfos.model_validate(whole)
    except ValidationError as error:
        too_long = {each["loc"][0] for each in error.errors(include_input=False, include_url=False)}
    return UserInfos.model_validate({name: value for name, value in whole.items() if name not in too_long})


def _text(value: Any) -> str | None:
    """A text without what cannot be written."""
    return value.strip().encode("utf-8", "ignore").decode() if isinstance(value, str) else None
