"""A run on this machine (`make up`), as it tells of itself in its data folder."""

import fcntl
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

FOLDER = ".lumis"


@dataclass(frozen=True)
class Run:
    """Where the parts of a living run are."""

    rabbitmq_url: str
    mongodb_url: str
    url: str
    ops_ports: Mapping[str, int]


def is_held(folder: Path) -> bool:
    """Whether a run lives: it holds the kernel's lock, which ends with it however it ends."""
    try:
        lock = (folder / "lock").open("r")
    except OSError:
        return False
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def data_folders(named: Path | None) -> Iterator[Path]:
    """Where a run may have its data: the folder that was named, else `.lumis` here, above, and in the source tree."""
    if named is not None:
        yield named
        return
    here = Path.cwd()
    for parent in (here, *here.parents, Path(__file__).resolve().parents[3]):
        yield parent / FOLDER


def find_run(named: Path | None) -> Run | None:
    """The living run whose folder is nearest; None where none lives."""
    for folder in data_folders(named):
        if not is_held(folder):
            continue
        try:
            record = json.loads((folder / "run.json").read_text(encoding="utf-8"))
            return Run(record["rabbitmq_url"], record["mongodb_url"], record["url"], record["ops_ports"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
    return None


def find_secret(named: Path | None) -> str | None:
    """What signs a local run's development tokens; it outlives the run."""
    for folder in data_folders(named):
        try:
            return (folder / "jwt_secret").read_text(encoding="utf-8")
        except OSError:
            continue
    return None
