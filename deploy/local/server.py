"""What the private servers share: a folder, a process, waiting until it answers, and what may go wrong."""

from __future__ import annotations

import contextlib
import shutil
import time
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.processes import Process

READY_SECONDS = 90.0
_LAST_LINES = 15


class ServerMissing(Exception):
    """A server's program, or a library that it needs, is not on this machine; the message says what to do."""


class ServerFailed(Exception):
    """A server ended, or was not ready in time; the message has its last log lines."""


class Server(ABC):
    """What both servers share: a folder, a process, and waiting until it answers."""

    name = ""
    metrics_port: int | None = None
    """Where it shows its own metrics to Prometheus, on the loopback; None where it does not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self._process: Process | None = None

    @property
    def log(self) -> Path:
        """What the program printed."""
        return self.folder / f"{self.name}.log"

    @property
    def pid(self) -> int | None:
        """The server's process id, once started."""
        return self._process.pid if self._process else None

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.alive

    @property
    def stamps(self) -> tuple[str, ...]:
        """What marks its processes (see `processes_of`)."""
        return (self._process.stamp,) if self._process else ()

    def start(self) -> Self:
        """Spawn and wait until ready."""
        self.spawn()
        self.wait_ready()
        return self

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address for a client."""

    @abstractmethod
    def spawn(self) -> None:
        """Start the program without waiting; in the main thread (see `Process`)."""

    @abstractmethod
    def answers(self) -> bool:
        """Whether a client can work with the server now."""

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until a client can work with it.

        Raises:
            ServerFailed: it ended, or the time passed.
        """
        deadline = time.monotonic() + seconds
        while not self.answers():
            if self._process is None or not self._process.alive or time.monotonic() > deadline:
                self.stop()
                raise ServerFailed(f"{self.name} did not start:\n{self.last_lines()}")
            time.sleep(0.1)

    def stop(self, *, remove: bool = False) -> None:
        """End the server and all that it started; with `remove`, delete its data too."""
        if self._process is not None:
            self._process.stop()
        if remove:
            shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """End it the hard way (SIGKILL), as a crash would; `start` brings it back with its data and port."""
        if self._process is not None:
            self._process.kill()

    def last_lines(self) -> str:
        """The end of its log."""
        with contextlib.suppress(OSError):
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-_LAST_LINES:])
        return "(no log)"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, process: Process) -> None:
        self._process = process
        with self.log.open("ab") as log:
            process.start(log, self.folder)
