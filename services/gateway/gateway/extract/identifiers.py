"""How clients name documents: a uuid or token, an integer, or one as text, under every name ever documented. Pure."""

import re
from collections.abc import Mapping
from typing import Any

Identifier = str | int
"""A document's uuid (which is its token too), or its number."""

LARGEST_NUMBER = 2**31 - 1
"""Clients of version 120 keep a document's number in four bytes."""

_ONE = ("document_uuid", "document_token", "document_id")
_SEVERAL = (
    "document_uuids",
    "documents_uuids",
    "document_tokens",
    "documents_tokens",
    "document_ids",
    "documents_ids",
)
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DIGITS = re.compile(r"[0-9]{1,10}")


def identifier_of(given: Any) -> Identifier | None:
    """What one value names; None where no document can have that name."""
    if isinstance(given, bool):
        return None
    if isinstance(given, float) and given.is_integer():
        given = int(given)
    if isinstance(given, str):
        text = given.strip().lower()
        if _UUID.fullmatch(text):
            return text
        given = int(text) if _DIGITS.fullmatch(text) else None
    return given if isinstance(given, int) and 0 < given <= LARGEST_NUMBER else None


def one_named(params: Mapping[str, Any]) -> Any:
    """What a call for one document names; None where it names none."""
    given = (params.get(name) for name in _ONE)
    return next((each for each in given if isinstance(each, str | int | float) and each not in {"", False}), None)


def several_named(params: Mapping[str, Any]) -> list[Any] | None:
    """What a call for several documents names; None where it has no list."""
    lists = [params[name] for name in _SEVERAL if isinstance(params.get(name), list)]
    return [each for row in lists for each in row] if lists else None


def key_of(given: Any) -> str:
    """The key of a document in the answer to a call for several: what was sent, as text that can be written."""
    return str(given).encode("utf-8", "replace").decode()
