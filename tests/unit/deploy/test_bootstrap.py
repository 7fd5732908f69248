"""What the installation is made of, so that it is repeated when and only when something changed."""

import shutil
import sys
from pathlib import Path

import pytest

from deploy.local import bootstrap
from deploy.local.record import ROOT


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for path in ["requirements.lock", "shared/pyproject.toml", *map(str, _services())]:
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, target)
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    return tmp_path


def _services() -> list[Path]:
    found = [*ROOT.glob("services/*/pyproject.toml"), ROOT / "deploy" / "operator" / "pyproject.toml"]
    return [path.relative_to(ROOT) for path in found]


def test_every_distribution_of_the_workspace_is_installed() -> None:
    folders = {str(path.parent) for path in _services()} | {"shared"}
    assert set(bootstrap._DISTRIBUTIONS) == folders


@pytest.mark.parametrize(
    "changed", ["requirements.lock", "shared/pyproject.toml", "services/ocr-engine/pyproject.toml"]
)
def test_a_changed_lock_or_distribution_is_installed_again(tree: Path, changed: str) -> None:
    before = bootstrap.wanted_stamp()
    assert bootstrap.wanted_stamp() == before
    with (tree / changed).open("a") as file:
        file.write("\n# changed\n")
    assert bootstrap.wanted_stamp() != before


@pytest.fixture
def calls(tree: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A `.venv` that works; what is run to make it is recorded and not run."""
    venv = tree / ".venv"
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    made: list[list[str]] = []
    monkeypatch.setattr(bootstrap, "VENV", venv)
    monkeypatch.setattr(bootstrap, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(bootstrap, "_STAMP", venv / "stamp")
    monkeypatch.setattr(bootstrap, "_INSTALLING", venv / "installing")
    monkeypatch.setattr(bootstrap, "_call", made.append)
    return made


def test_what_is_current_is_left_alone(calls: list[list[str]]) -> None:
    bootstrap.make_environment()
    installed = len(calls)
    bootstrap.make_environment()
    assert installed == 2
    assert len(calls) == installed


def test_an_installation_that_was_cut_off_is_made_anew(calls: list[list[str]]) -> None:
    bootstrap._INSTALLING.touch()
    bootstrap.make_environment()
    assert calls[0][1:4] == ["-m", "venv", "--clear"]
    assert bootstrap.is_current()
    assert not bootstrap._INSTALLING.exists()


def test_an_unsupported_interpreter_is_named_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 10, 0))
    with pytest.raises(bootstrap.Impossible, match=r"this is 3\.10.*make PYTHON="):
        bootstrap._check_version()
