"""Who knows a service's collections can be told by a module's name, or by its first words."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
_OPENED = re.compile(r"\bdatabase\[[\w\"]")
_MODULES = [
    path
    for path in sorted((ROOT / "services").glob("*/*/**/*.py"))
    if "store" not in {path.stem, path.parent.name} and _OPENED.search(path.read_text(encoding="utf-8"))
]


def test_there_are_such_modules() -> None:
    assert _MODULES


@pytest.mark.parametrize("module", _MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_beside_the_store_that_opens_a_collection_says_so_first(module: Path) -> None:
    assert re.match("The collections? `", ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or "")
