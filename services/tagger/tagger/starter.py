"""The catalogue that comes with the package: Panamanian brands, products, categories, shops and receipt shorthand."""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from tagger.intake import parse_csv
from tagger.rows import ROWS, Kind, Rows

_FOLDER = files("tagger") / "starter"


@cache
def starter_rows() -> Rows:
    """The starter catalogue, checked."""
    return Rows.model_validate({kind: list(_documents(kind)) for kind in ROWS})


@cache
def shorthand() -> Mapping[str, str]:
    """What receipts shorten: slug of a word to its words, or to nothing."""
    words: dict[str, str] = json.loads((_FOLDER / "shorthand.json").read_text(encoding="utf-8"))
    return words


def _documents(kind: Kind) -> Iterator[dict[str, Any]]:
    return parse_csv((_FOLDER / f"{kind}.csv").read_text(encoding="utf-8").splitlines())
