"""Telling an expected duplicate key in a bulk write from a real failure."""

from collections.abc import Mapping
from typing import Any

from pymongo.errors import BulkWriteError

_DUPLICATE = 11000


def raise_unless_duplicates(error: BulkWriteError) -> None:
    """Raise the error again where anything but a duplicate key is in it."""
    details: Mapping[str, Any] = error.details or {}
    if details.get("writeConcernErrors") or any(one["code"] != _DUPLICATE for one in details.get("writeErrors", ())):
        raise error
