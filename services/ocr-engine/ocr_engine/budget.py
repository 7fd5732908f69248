"""A deadline that is handed down, so that every step knows how much time the whole still has."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

Clock = Callable[[], float]
"""Monotonic seconds."""


@dataclass(frozen=True)
class Deadline:
    """A point on a monotonic clock by which an answer must be there."""

    at: float
    clock: Clock = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Clock = time.monotonic) -> "Deadline":
        """The point that many seconds from now."""
        return cls(clock() + seconds, clock)

    def remaining(self) -> float:
        """Seconds left, never less than 0."""
        return max(0.0, self.at - self.clock())

    @property
    def passed(self) -> bool:
        """True when no time is left."""
        return self.remaining() <= 0

    def share(self, ceiling: float, reserve: float = 0.0) -> "Deadline":
        """A part of the time: at most `ceiling` seconds, and such that `reserve` seconds are left after it."""
        return Deadline(min(self.clock() + ceiling, self.at - reserve), self.clock)


def seconds_to_read(answer_by: datetime, now: datetime, margin: float) -> float:
    """Seconds for a reading whose answer, `margin` seconds later, is still in time; may be negative."""
    return (answer_by - now).total_seconds() - margin
