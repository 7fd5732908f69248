"""Node for tests: what `node/package-lock.json` pins, installed once into `.venv`, and programs run with it."""

import fcntl
import hashlib
import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest

PINNED = Path(__file__).parent / "node"
_VENV = Path(__file__).parents[2] / ".venv"
_INSTALL_SECONDS = 240
_RUN_SECONDS = 60


@cache
def node_modules() -> Path:
    """The folder with the packages; a test is skipped, with the reason, where they cannot be had."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    lock = (PINNED / "package-lock.json").read_bytes()
    folder = _VENV / f"node-{hashlib.sha256(lock).hexdigest()[:12]}"
    _VENV.mkdir(exist_ok=True)
    with (_VENV / "node.lock").open("w") as alone:  # several processes may run the tests
        fcntl.flock(alone, fcntl.LOCK_EX)
        if not (folder / "complete").exists():
            _install(folder)
    return folder / "node_modules"


def _install(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PINNED / name, folder)
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        _run("npm", *command, cwd=folder, seconds=_INSTALL_SECONDS)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        said = str(error.stderr or "").strip().splitlines()
        pytest.skip(f"npm cannot install what package-lock.json pins: {said[0] if said else type(error).__name__}")
    (folder / "complete").touch()


def linked(folder: Path) -> Path:
    """This folder with the packages in reach of the programs in it."""
    (folder / "node_modules").symlink_to(node_modules())
    return folder


def run_json(program: Path, *arguments: str) -> Any:
    """What a program prints, as JSON."""
    return json.loads(_run("node", str(program), *arguments, cwd=program.parent, seconds=_RUN_SECONDS))


def _run(program: str, *arguments: str, cwd: Path, seconds: float) -> str:
    found = shutil.which(program) or program
    done = subprocess.run(  # noqa: S603 - programs of the tests themselves
        [found, *arguments], cwd=cwd, check=True, capture_output=True, text=True, errors="replace", timeout=seconds
    )
    return done.stdout
