"""A retry's new picture and what the client had before, made one (Lumis API, section 6)."""

from collections.abc import Collection
from typing import cast, get_args

from shared.contracts.lumis import ExtractedData, FieldKey
from shared.mandatory import is_present

_MANDATORY = frozenset(get_args(FieldKey))


def merge(previous: ExtractedData, new: ExtractedData, searched: Collection[FieldKey]) -> ExtractedData:
    """A searched field that the new picture shows is the new one's; others stay, or are filled where nothing was."""
    taken = taken_from(previous, new, searched)
    return previous.model_copy(update={key: getattr(new, key) for key in taken})


def taken_from(previous: ExtractedData, new: ExtractedData, searched: Collection[FieldKey]) -> frozenset[str]:
    """The keys whose value in the merge is the new picture's."""
    return frozenset(
        key for key in ExtractedData.model_fields if found(new, key) and (key in searched or not found(previous, key))
    )


def found(data: ExtractedData, key: str) -> bool:
    """The presence rule of a mandatory field; any other is there where it is not None and not blank."""
    if key in _MANDATORY:
        return is_present(data, cast("FieldKey", key))
    value = getattr(data, key)
    return value is not None and bool(str(value).strip())
