"""What the command says: tables for people, with colours on a terminal only, or JSON for programs."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from pydantic_core import to_jsonable_python
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

_WIDTH_OF_A_FILE = 1000
"""Columns where the output goes to no terminal: lines are for `grep` and are not to be broken."""


class Bar:
    """A progress bar on standard error; none where nobody would see it."""

    def __init__(self, progress: Progress | None, task: TaskID) -> None:
        self._progress = progress
        self._task = task

    def advance(self, by: int = 1, *, total: int | None = None) -> None:
        """So much more is done; `total` where it has changed."""
        if self._progress is not None:
            self._progress.update(self._task, advance=by, total=total)


class Screen:
    """Standard output as one command uses it."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._out = self._console(sys.stdout)
        self._error = self._console(sys.stderr)

    @staticmethod
    def _console(stream: Any) -> Console:
        width = None if stream.isatty() else _WIDTH_OF_A_FILE
        return Console(file=stream, highlight=False, emoji=False, markup=False, width=width)

    def show(self, document: Any, *shown: RenderableType) -> None:
        """The answer: a document as JSON, or what people read."""
        if self.as_json:
            self.line(document, "")
            return
        for each in shown:
            self._out.print(each)

    def line(self, document: Any, shown: RenderableType) -> None:
        """One of many answers, a line each."""
        if self.as_json:
            sys.stdout.write(json.dumps(to_jsonable_python(document), ensure_ascii=False) + "\n")
            sys.stdout.flush()
        else:
            self._out.print(shown, soft_wrap=True)

    def say(self, text: str) -> None:
        """A remark beside the answer."""
        self._error.print(Text(plain(text)), soft_wrap=True)

    @contextmanager
    def progress(self, what: str, total: int | None = None) -> Iterator[Bar]:
        """A bar for as long as the block takes."""
        if self.as_json or not self._error.is_terminal:
            yield Bar(None, TaskID(0))
            return
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=self._error, transient=True) as progress:
            yield Bar(progress, progress.add_task(what, total=total))


def plain(text: str) -> str:
    """Text from elsewhere without what a terminal would obey."""
    return "".join(each if each.isprintable() or each == "\n" else "?" for each in text)


def cell(value: Any, style: str = "") -> Text:
    """A value in a table."""
    return Text("–", "dim") if value is None or value == "" else Text(plain(str(value)), style)


def table(*columns: str, right: Sequence[str] = ()) -> Table:
    """An empty table; `right` names the columns of numbers."""
    made = Table(box=None, pad_edge=False, header_style="bold", show_edge=False)
    for name in columns:
        made.add_column(name, justify="right" if name in right else "left", overflow="fold")
    return made


def heading(text: str, style: str = "bold") -> Text:
    """A line above a table."""
    return Text(plain(text), style)


def moment(value: datetime | None) -> str:
    """A time in UTC, to the second."""
    return "–" if value is None else f"{value:%Y-%m-%d %H:%M:%S}Z"


def age(seconds: float | None) -> str:
    """How long ago, in the two largest units."""
    if seconds is None:
        return "–"
    whole = max(0, int(seconds))
    units = ((whole // 86400, "d"), (whole // 3600 % 24, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    said = [f"{count} {unit}" for count, unit in units if count]
    return " ".join(said[:2]) or "0 s"


def hush() -> None:
    """Nobody reads standard output any more (`lumis … | head`): let the interpreter end without a word."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
