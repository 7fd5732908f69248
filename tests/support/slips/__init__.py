"""Receipts as plain text, made up, each with what it says: of many lands, and in many layouts of Panama."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Slip:
    """A receipt's text and the values on it, by the keys of the schema."""

    name: str
    text: str
    values: Mapping[str, Any]


def slips(folder: str = ".") -> Iterator[Slip]:
    """Every slip of a folder here: a `.txt` whose first line is its values as JSON."""
    for path in sorted((_FOLDER / folder).glob("*.txt")):
        head, _, text = path.read_text("utf-8").partition("\n")
        yield Slip(path.stem, text, json.loads(head))
