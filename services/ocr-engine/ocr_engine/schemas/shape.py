"""How a schema describes a model's answer once, and the two dialects of JSON Schema made from it."""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a value is; it decides how the model writes it and how it is read."""

    TEXT = "text"
    CODE = "code"
    """An identifier: upper case, no spaces."""
    AMOUNT = "amount"
    """A number: money, quantity or rate."""
    DATE = "date"
    SLUG = "slug"
    """One of a fixed list; anything else counts as not given."""


@dataclass(frozen=True)
class Key:
    """One key of the answer. `meaning` is shown to the model; text longer than `longest` is taken for a mistake."""

    name: str
    kind: Kind
    meaning: str
    longest: int = 200
    allowed: frozenset[str] = frozenset()
    """The list of a SLUG."""
    label: re.Pattern[str] | None = None
    """What models copy along from the paper around a value; taken off."""
    width: int = 0
    """Digits of a CODE that is always that wide; zeros that a model dropped in front are put back."""


@dataclass(frozen=True)
class Shape:
    """A model's answer: header keys and one list of items."""

    header: tuple[Key, ...]
    items: str
    items_meaning: str
    item: tuple[Key, ...]
    """Empty where no list is asked for."""
    most_items: int = 500


@dataclass(frozen=True)
class DocumentSchema:
    """A schema as a row: its answer, what must be found, and its prompts.

    `instructions` go before the document as the system's words, `task` stands beside it.
    """

    name: str
    shape: Shape
    mandatory: tuple[str, ...]
    """Header keys without which a reading is incomplete; the list of items is always one of the mandatory."""
    instructions: str
    task: str
    items_note: str = ""
    """Stands behind the task wherever the list of items is asked for."""
    day_first: bool = True
    """How a date of digits alone, such as 03/04/2026, is read."""


def narrowed(schema: DocumentSchema, keys: Collection[str]) -> DocumentSchema:
    """The schema for some of its keys alone; whatever else an answer holds is then not read."""
    shape = schema.shape
    header = tuple(key for key in shape.header if key.name in keys)
    return replace(
        schema,
        shape=replace(shape, header=header, item=shape.item if shape.items in keys else ()),
        mandatory=tuple(name for name in schema.mandatory if name in keys),
    )


def gemini_schema(shape: Shape) -> dict[str, Any]:
    """Gemini's `responseSchema`: an OpenAPI subset with upper-case types, `nullable` and `propertyOrdering`."""
    items = {"type": "ARRAY", "description": shape.items_meaning, "items": _gemini_object(shape.item, {})}
    return _gemini_object(shape.header, {shape.items: items} if shape.item else {})


def _gemini_object(keys: tuple[Key, ...], more: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        key.name: {
            "type": "NUMBER" if key.kind is Kind.AMOUNT else "STRING",
            "nullable": True,
            "description": key.meaning,
        }
        for key in keys
    }
    properties |= more
    return {
        "type": "OBJECT",
        "properties": properties,
        "required": list(properties),
        "propertyOrdering": list(properties),
    }


def json_schema(shape: Shape) -> dict[str, Any]:
    """The strict JSON Schema of an OpenAI-like `response_format`: everything required, nothing beside it."""
    items = {"type": "array", "description": shape.items_meaning, "items": _strict_object(shape.item, {})}
    return _strict_object(shape.header, {shape.items: items} if shape.item else {})


def _strict_object(keys: tuple[Key, ...], more: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {
        key.name: {
            "type": ["number" if key.kind is Kind.AMOUNT else "string", "null"],
            "description": key.meaning,
        }
        for key in keys
    }
    properties |= more
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
