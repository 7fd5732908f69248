"""Who listens: how many event streams each user has open in this process, since each keeps asking the database."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from shared.errors import LumisError

MOST_STREAMS = 20
"""Of one user, in one process."""


class TooManyStreams(LumisError):
    """The user listens to enough already."""


class Listeners:
    """Keeps each user to so many streams."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    @contextmanager
    def place(self, user_id: str) -> Iterator[None]:
        """A place for one stream. Raises TooManyStreams."""
        if self._open[user_id] >= MOST_STREAMS:
            raise TooManyStreams
        self._open[user_id] += 1
        try:
            yield
        finally:
            self._open[user_id] -= 1
            if not self._open[user_id]:
                del self._open[user_id]
