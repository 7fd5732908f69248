"""A sender's own pattern run over a text, within bounds. Only in a child process: it counts its processor time."""

import re
import signal
from collections.abc import Iterator
from types import FrameType

from shared.errors import LumisError

SECONDS = 0.5
"""Processor time for compiling the pattern and searching."""

_LONGEST_TEXT = 100_000
_LONGEST_MATCH = 60
_MOST = 20


class _Slow(LumisError):
    """The pattern took too long."""


def search(pattern: str, text: str) -> list[str] | None:
    r"""What the pattern (Python's syntax) matches, each once; None where it is no pattern, or takes too long.

    Lines are searched; where none holds a match, each word by itself, so that a pattern may be anchored (`^PO\d+$`).
    Matches that are part of a longer word count only where no other one is found.
    """
    before = signal.signal(signal.SIGPROF, _interrupt)
    try:
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            return _found(re.compile(pattern), text[:_LONGEST_TEXT])
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    except (re.error, RecursionError, OverflowError, MemoryError, _Slow):
        return None
    finally:
        signal.signal(signal.SIGPROF, before)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Matching asks for signals as it goes (CPython's `_sre`), so that this ends it."""
    raise _Slow


def _found(pattern: re.Pattern[str], text: str) -> list[str]:
    matches = list(_matches(pattern, text.splitlines())) or list(_matches(pattern, text.split()))
    whole = [match for match, is_whole in matches if is_whole] or [match for match, _ in matches]
    return list(dict.fromkeys(whole))[:_MOST]


def _matches(pattern: re.Pattern[str], texts: list[str]) -> Iterator[tuple[str, bool]]:
    for text in texts:
        for hit in pattern.finditer(text):
            match = hit[0].strip()
            if match and len(match) <= _LONGEST_MATCH:
                beside = text[max(0, hit.start() - 1) : hit.start()] + text[hit.end() : hit.end() + 1]
                yield match, not any(map(str.isalnum, beside))
