"""One log of many programs: each line behind its program's name, in its colour on a terminal."""

import os
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping
from typing import IO, TextIO

_KEPT_LINES = 30
_WIDTH = 13
_GREY = 90


def wants_colour(stream: TextIO, environment: Mapping[str, str] = os.environ) -> bool:
    """Whether to colour: a terminal, and NO_COLOR not set (no-color.org)."""
    return stream.isatty() and not environment.get("NO_COLOR")


class Log:
    """Prints lines of several programs whole and in order of arrival, and remembers the last ones of each."""

    def __init__(self, stream: TextIO | None = None, *, colour: bool | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colour = wants_colour(self._stream) if colour is None else colour
        self._lock = threading.Lock()
        self._last: dict[str, deque[str]] = {}
        self._threads: list[threading.Thread] = []
        self._say: Callable[[str], None] | None = None
        self.quiet = False
        self.on_closed: Callable[[], None] = lambda: None
        """Called when nobody reads our output any more."""

    def say(self, text: str) -> None:
        """A line of the runner's own, also when quiet."""
        for line in text.splitlines() or [""]:
            if self._say is None:
                self._write("lumis", line, _GREY)
            else:
                self._say(line)

    def say_with(self, say: Callable[[str], None]) -> None:
        """Hand the runner's own lines to somebody else."""
        self._say = say

    def line(self, name: str, text: str, colour: int) -> None:
        """A line of a program."""
        with self._lock:
            self._last.setdefault(name, deque(maxlen=_KEPT_LINES)).append(text)
        if not self.quiet:
            self._write(name, text, colour)

    def last_lines(self, name: str) -> list[str]:
        """What a program printed last."""
        with self._lock:
            return list(self._last.get(name, ()))

    def all_last_lines(self) -> list[str]:
        """What every program printed last."""
        return [f"{name}: {line}" for name in sorted(self._last) for line in self.last_lines(name)]

    def follow(self, name: str, pipe: IO[bytes], colour: int) -> None:
        """Print what comes out of a program's pipe until it ends."""

        def read() -> None:
            for raw in pipe:
                self.line(name, raw.decode(errors="replace").rstrip(), colour)

        thread = threading.Thread(target=read, name=f"log {name}", daemon=True)
        thread.start()
        self._threads.append(thread)

    def finish(self, seconds: float = 2.0) -> None:
        """Wait until what the ended programs printed is out."""
        for thread in self._threads:
            thread.join(seconds)

    def _write(self, name: str, text: str, colour: int) -> None:
        prefix = f"{name:<{_WIDTH}} │"
        if self._colour:
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        try:
            with self._lock:
                self._stream.write(f"{prefix} {text}\n")
                self._stream.flush()
        except (OSError, ValueError):  # the reader of our output is gone; the programs must not block on it
            self.quiet = True
            if self._stream is sys.stdout:  # or the interpreter complains of it when it ends
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.on_closed()
