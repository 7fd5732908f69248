"""Text as an XML document and SUNAT's patterns can hold it: one line, no control characters."""

import re
import unicodedata
from typing import Annotated

from pydantic import AfterValidator

_SPACES = re.compile(r"\s+")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u007f-\u009f]")
"""What XML 1.0 cannot hold, and the control characters that it only discourages."""


def clean(text: str) -> str:
    """The text in one line, composed (NFC), without control characters; runs of white space become one blank."""
    return _SPACES.sub(" ", _NOT_XML.sub("", unicodedata.normalize("NFC", text))).strip()


def writable(text: str) -> str:
    """The text without what XML cannot hold, otherwise as it is."""
    return _NOT_XML.sub("", text)


def _some(text: str) -> str:
    if not text:
        raise ValueError("el texto está vacío")
    return text


Text = Annotated[str, AfterValidator(clean)]
"""A name, address or description, cleaned when it comes in."""

SomeText = Annotated[str, AfterValidator(clean), AfterValidator(_some)]
"""The same, of which something must be left."""
