"""Programs that we start: each in a session of its own, ended with all that it started and nothing else."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

# Goes on only while the runner lives: the kernel tells nothing to who asks after its parent's death.
_WHILE_PARENT_LIVES = '[ "$PPID" = "$0" ] && exec "$@"'

# Inherited by everything that a program starts, so that daemons that left its process group are found again.
STAMP = "LUMIS_PROCESS"


def processes_of(stamp: str) -> list[int]:
    """The ids of the living processes whose environment carries the stamp (Linux; none elsewhere)."""
    wanted = f"{STAMP}={stamp}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            is_ours = wanted in (folder / "environ").read_bytes().split(b"\0")
            is_zombie = (folder / "stat").read_text().rpartition(")")[2].split()[0] == "Z"
            if is_ours and not is_zombie:
                found.append(int(folder.name))
    return found


class Process:
    """One program and its children. Start it in the main thread: it is told to end when the starting thread ends."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], *, orphaned: str = "TERM"
    ) -> None:
        """`orphaned` is the signal that it gets then: KILL for one that may miss SIGTERM while it starts."""
        self.name = name
        self._orphaned = orphaned
        self.stamp = uuid.uuid4().hex
        self._command = list(command)
        self._environment = {**environment, STAMP: self.stamp}
        self._popen: subprocess.Popen[bytes] | None = None

    def start(self, output: int | IO[bytes], folder: Path | None = None) -> None:
        """Start the program; both of its outputs go to `output` (a file, or `subprocess.PIPE`)."""
        # A runner that is killed outright cannot clean up: the kernel then ends its children.
        setpriv = shutil.which("setpriv")
        watched = ["/bin/sh", "-c", _WHILE_PARENT_LIVES, str(os.getpid())]
        prefix = [setpriv, "--pdeathsig", self._orphaned, "--", *watched] if setpriv else []
        self._popen = subprocess.Popen(
            [*prefix, *self._command],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=folder,
        )

    @property
    def pid(self) -> int | None:
        """The program's process id, once started."""
        return self._popen.pid if self._popen else None

    @property
    def output(self) -> IO[bytes] | None:
        """The pipe with what the program prints, where one was asked for."""
        return self._popen.stdout if self._popen else None

    @property
    def returncode(self) -> int | None:
        """The exit code; None while it runs or before it was started."""
        return self._popen.poll() if self._popen else None

    @property
    def alive(self) -> bool:
        """Whether the program itself runs."""
        return self._popen is not None and self._popen.poll() is None

    def terminate(self) -> None:
        """Ask the program to end (SIGTERM)."""
        if self._popen is not None and self.alive:
            self._popen.terminate()

    def stop(self, grace: float = 15.0) -> None:
        """Ask the program to end, wait `grace` seconds, then kill whatever is left of it."""
        self.terminate()
        self._reap(grace)
        self.kill()

    def kill(self) -> None:
        """SIGKILL to the program and to every process that carries its stamp; returns when none is left."""
        if self._popen is None:
            return
        if self.alive:
            self._popen.kill()
        deadline = time.monotonic() + 10
        while (left := processes_of(self.stamp)) and time.monotonic() < deadline:
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
        self._reap(10)
        if self._popen.stdout is not None:
            self._popen.stdout.close()

    def _reap(self, seconds: float) -> None:
        if self._popen is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._popen.wait(seconds)
