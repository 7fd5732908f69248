"""What a run leaves in its data folder: the lock that says it lives, its record, the development secret."""

import contextlib
import fcntl
import json
import os
import secrets
import signal
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from deploy.local.processes import processes_of
from lumis_operator.run import is_held

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("LUMIS_DATA") or ROOT / ".lumis")


class AlreadyRunning(Exception):
    """Another run holds this data folder."""


@dataclass(frozen=True)
class Record:
    """A run as others see it; `ready` once every service answers."""

    pid: int
    url: str
    mongodb_url: str
    rabbitmq_url: str
    ops_ports: Mapping[str, int]
    stamps: tuple[str, ...] = ()
    """Marks of the processes that it started (see `processes_of`)."""
    broker_metrics_port: int | None = None
    ready: bool = field(default=False)


class Folder:
    """A run's data folder."""

    def __init__(self, path: Path = DATA) -> None:
        self.path = path

    @property
    def _record(self) -> Path:
        return self.path / "run.json"

    @contextlib.contextmanager
    def held(self) -> Iterator[list[int]]:
        """Hold the folder for this process; yields the ids of processes that a dead earlier run left, now ended.

        The lock is the kernel's, so that a killed run never looks alive.

        Raises:
            AlreadyRunning: a living run holds it.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning from None
            left = end_leftovers(self.read())
            self._record.unlink(missing_ok=True)
            try:
                yield left
            finally:
                self._record.unlink(missing_ok=True)

    def is_held(self) -> bool:
        """Whether a run lives."""
        return is_held(self.path)

    def write(self, record: Record) -> None:
        """Keep the run's record, whole or not at all."""
        fresh = self.path / f"run.json.{os.getpid()}"
        fresh.write_text(json.dumps(asdict(record), indent=1))
        fresh.replace(self._record)

    def read(self) -> Record | None:
        """The record of a run; it may be of a dead one. None where there is none that can be read."""
        try:
            values = json.loads(self._record.read_text())
            return Record(**{**values, "stamps": tuple(values["stamps"])})
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def secret(self) -> str:
        """The secret that signs development tokens: made once, readable by its owner only."""
        self.path.mkdir(parents=True, exist_ok=True)
        path = self.path / "jwt_secret"
        with contextlib.suppress(FileExistsError):
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(32))
        return path.read_text()


def end_leftovers(record: Record | None) -> list[int]:
    """Kill what a dead run left of its processes; the ids of those."""
    ended = []
    for stamp in record.stamps if record else ():
        for pid in processes_of(stamp):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                ended.append(pid)
    return ended
