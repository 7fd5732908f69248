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
    PERCENT = "percent"
    """A number that may be written `18%`, or as the sum of its parts, `9+9`."""
    FLAG = "flag"
    """`true` or `false`."""
    CHOICE = "choice"
    """One of a few words that the model is told of as such; anything else counts as not given."""


_TYPES = {Kind.AMOUNT: "number", Kind.PERCENT: "number", Kind.FLAG: "boolean"}
"""How the model writes a value; everything else is text."""


@dataclass(frozen=True)
class Key:
    """One key of the answer. `meaning` is shown to the model; text longer than `longest` is taken for a mistake."""

    name: str
    kind: Kind
    meaning: str
    longest: int = 200
    allowed: frozenset[str] = frozenset()
    """The list of a SLUG or a CHOICE."""
    label: re.Pattern[str] | None = None
    """What models copy along from the paper around a value; taken off."""
    width: int = 0
    """Digits of a CODE that is always that wide; zeros that a model dropped in front are put back."""


@dataclass(frozen=True)
class Table:
    """A list beside the items: its name, what it is, and the keys of a row."""

    name: str
    meaning: str
    row: tuple[Key, ...]
    most_rows: int = 200


@dataclass(frozen=True)
class Shape:
    """A model's answer: header keys, one list of items, and other lists beside it."""

    header: tuple[Key, ...]
    items: str
    items_meaning: str
    item: tuple[Key, ...]
    """Empty where no list is asked for."""
    most_items: int = 500
    tables: tuple[Table, ...] = ()

    @property
    def lists(self) -> tuple[Table, ...]:
        """The items, where they are asked for, and the tables."""
        items = (Table(self.items, self.items_meaning, self.item, self.most_items),) if self.item else ()
        return (*items, *self.tables)


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
    day_first: bool | None = True
    """How a date of digits alone, such as 03/04/2026, is read; None: day first, unless only the other makes a date."""
    short_years: bool = False
    """Whether a date may end in two digits of its year."""
    most_pages: int | None = None
    """Pages of a PDF that a hosted model gets whole, where it is not what the settings say."""
    places: bool = True
    """Whether anybody is shown where values stand; if not, no OCR is made for it beside a model's work."""
    least_tokens: int = 0
    """Room that an answer of many keys needs, where the settings give less."""
    shows_text: bool = False
    """Whether its answers show the document's whole text."""
    least_side: int = 0
    """Pixels that a picture must have on its shorter side; one of fewer is refused before anything looks at it."""
    limits_pages: bool = False
    """Whether a PDF of more pages than the settings allow is refused; else its first pages are read."""


def narrowed(schema: DocumentSchema, keys: Collection[str]) -> DocumentSchema:
    """The schema for some of its keys alone; whatever else an answer holds is then not read."""
    shape = schema.shape
    header = tuple(key for key in shape.header if key.name in keys)
    return replace(
        schema,
        shape=replace(shape, header=header, item=shape.item if shape.items in keys else (), tables=()),
        mandatory=tuple(name for name in schema.mandatory if name in keys),
    )


def gemini_schema(shape: Shape) -> dict[str, Any]:
    """Gemini's `responseSchema`: an OpenAPI subset with upper-case types, `nullable` and `propertyOrdering`."""
    lists = {
        table.name: {"type": "ARRAY", "description": table.meaning, "items": _gemini_object(table.row, {})}
        for table in shape.lists
    }
    return _gemini_object(shape.header, lists)


def _gemini_object(keys: tuple[Key, ...], more: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {key.name: _gemini_value(key) for key in keys}
    properties |= more
    return {
        "type": "OBJECT",
        "properties": properties,
        "required": list(properties),
        "propertyOrdering": list(properties),
    }


def _gemini_value(key: Key) -> dict[str, Any]:
    value = {"type": _TYPES.get(key.kind, "string").upper(), "nullable": True, "description": key.meaning}
    return {**value, "format": "enum", "enum": sorted(key.allowed)} if key.kind is Kind.CHOICE else value


def json_schema(shape: Shape) -> dict[str, Any]:
    """The strict JSON Schema of an OpenAI-like `response_format`: everything required, nothing beside it."""
    lists = {
        table.name: {"type": "array", "description": table.meaning, "items": _strict_object(table.row, {})}
        for table in shape.lists
    }
    return _strict_object(shape.header, lists)


def _strict_object(keys: tuple[Key, ...], more: dict[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {key.name: _strict_value(key) for key in keys}
    properties |= more
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _strict_value(key: Key) -> dict[str, Any]:
    value = {"type": [_TYPES.get(key.kind, "string"), "null"], "description": key.meaning}
    return {**value, "enum": [*sorted(key.allowed), None]} if key.kind is Kind.CHOICE else value
