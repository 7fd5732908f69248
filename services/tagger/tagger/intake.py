"""Reading a file of catalogue rows: CSV or JSON, every row checked on its own and against the catalogue. Pure."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Any

from pydantic import ValidationError

from tagger.rows import ROWS, BrandRow, CategoryRow, IssuerRow, Kind, ProductRow, Row, Rows

LISTS = frozenset({"aliases", "names", "keywords", "ruc"})
"""Columns that hold several values, with `;` between them in CSV."""


class UnreadableFile(Exception):
    """The file is no CSV with a header line and no JSON list of objects."""


@dataclass(frozen=True)
class BadRow:
    """A row that was left out: its number in the file, from 1 without the header, and why."""

    number: int
    key: str
    reason: str


@dataclass(frozen=True)
class Checked:
    """The rows that may be written, and those that may not."""

    good: tuple[Row, ...]
    bad: tuple[BadRow, ...]


def read_documents(text: str, *, as_json: bool) -> Sequence[dict[str, Any]]:
    """The file's rows, unchecked.

    Raises:
        UnreadableFile: it is not of that form.
    """
    text = text.removeprefix("\ufeff")
    if not as_json:
        try:
            return list(parse_csv(StringIO(text, newline="")))
        except csv.Error as error:
            raise UnreadableFile(f"not CSV: {error}") from None
    try:
        documents: Any = json.loads(text)
    except ValueError as error:
        raise UnreadableFile(f"not JSON: {error}") from None
    if not isinstance(documents, list) or not all(isinstance(document, dict) for document in documents):
        raise UnreadableFile("a JSON file must be a list of objects")
    return documents


def parse_csv(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Rows of a CSV with a header line: empty cells are left out, lists taken apart at `;`."""
    for row in csv.DictReader(lines):
        yield {
            column: [part.strip() for part in cell.split(";") if part.strip()] if column in LISTS else cell.strip()
            for column, cell in row.items()
            if column and isinstance(cell, str) and cell.strip()
        }


def check_rows(kind: Kind, documents: Sequence[dict[str, Any]], known: Rows) -> Checked:
    """Check each row's own form, that no key comes twice, and that what it names is in the catalogue or the file."""
    parsed: list[tuple[int, Row]] = []
    bad: list[BadRow] = []
    for number, document in enumerate(documents, 1):
        try:
            parsed.append((number, ROWS[kind].model_validate(document)))
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(map(str, first["loc"])) or "row"
            bad.append(BadRow(number, _name_of(document), f"{place}: {first['msg']}"))
    references = _References(known, [row for _, row in parsed])
    good: dict[str, Row] = {}
    for number, row in parsed:
        reason = _key_trouble(row.key, good) or next(references.missing(row), None)
        if reason is None:
            good[row.key] = row
        else:
            bad.append(BadRow(number, row.key, reason))
    return Checked(tuple(good.values()), tuple(sorted(bad, key=lambda row: row.number)))


def _key_trouble(key: str, good: Mapping[str, Row]) -> str | None:
    if not key:
        return "names: the first one holds no letter or digit"
    return "this key came before" if key in good else None


class _References:
    """What rows may name."""

    def __init__(self, known: Rows, new: Sequence[Row]) -> None:
        self._brands = {row.slug for row in (*known.brands, *new) if isinstance(row, BrandRow)}
        self._categories = {row.slug: row for row in (*known.categories, *new) if isinstance(row, CategoryRow)}

    def missing(self, row: Row) -> Iterator[str]:
        """What is wrong with what a row names."""
        if isinstance(row, CategoryRow):
            yield from self._parent_trouble(row)
            return
        # A shop's brand is its own; only a product's must be in the list of brands.
        if isinstance(row, ProductRow) and row.brand is not None and row.brand not in self._brands:
            yield f"brand: {row.brand} is not in the catalogue"
        if row.l1 is not None:
            yield from self._level_trouble(row.l1, 1)
        if not isinstance(row, IssuerRow) and row.l2 is not None:
            yield from self._level_trouble(row.l2, 2)
            if row.l1 is not None and row.l2 in self._categories and self._categories[row.l2].parent != row.l1:
                yield f"l2: {row.l2} does not belong to {row.l1}"

    def _parent_trouble(self, row: CategoryRow) -> Iterator[str]:
        if row.level == 1 and row.parent is not None:
            yield "parent: a category of level 1 has none"
        parent = self._categories.get(row.parent or "")
        if row.level != 1 and (parent is None or parent.level != 1):
            yield f"parent: {row.parent} is not a category of level 1"

    def _level_trouble(self, slug: str, level: int) -> Iterator[str]:
        category = self._categories.get(slug)
        if category is None or category.level != level:
            yield f"l{level}: {slug} is not a category of level {level}"


def _name_of(document: dict[str, Any]) -> str:
    for key in ("code", "slug", "name", "names"):
        if document.get(key):
            return str(document[key])[:60]
    return "?"
