"""Prints off the event loop: a few threads, a bounded queue, and for a while what was printed last."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

from shared.errors import Unavailable

_LARGEST_CACHE = 16 * 1024 * 1024
"""Bytes."""


class Press:
    """Runs print jobs. typst sets a page without holding the interpreter, so threads are enough.

    Jobs with one key that come while the first is at work get its result.
    """

    def __init__(
        self,
        workers: int = 2,
        *,
        most_waiting: int = 64,
        keep: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`keep`: seconds for which a print is kept, as long as there is room."""
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="press")
        self._most, self._keep, self._clock = most_waiting, keep, clock
        self._at_work: dict[Hashable, asyncio.Future[bytes]] = {}
        self._kept: OrderedDict[Hashable, tuple[float, bytes]] = OrderedDict()
        self._bytes = 0

    async def run(self, key: Hashable, job: Callable[[], bytes]) -> bytes:
        """What the job makes, or made a short while ago under the same key.

        Raises:
            Unavailable: too many jobs wait.
        """
        if (found := self._find(key)) is not None:
            return found
        future = self._at_work.get(key)
        if future is None:
            if len(self._at_work) >= self._most:
                raise Unavailable("too many pages wait to be printed")
            future = asyncio.get_running_loop().run_in_executor(self._pool, job)
            self._at_work[key] = future
            future.add_done_callback(lambda done: self._done(key, done))
        # Shielded: a caller that gives up takes nobody's page along.
        return await asyncio.shield(future)

    def close(self) -> None:
        """Start no more jobs."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _find(self, key: Hashable) -> bytes | None:
        until, content = self._kept.get(key, (0.0, b""))
        if until <= self._clock():
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return content

    def _done(self, key: Hashable, future: asyncio.Future[bytes]) -> None:
        self._at_work.pop(key, None)
        if future.cancelled() or future.exception() is not None:
            return
        self._drop(key)
        content = future.result()
        self._kept[key] = (self._clock() + self._keep, content)
        self._bytes += len(content)
        while self._bytes > _LARGEST_CACHE:
            self._drop(next(iter(self._kept)))

    def _drop(self, key: Hashable) -> None:
        _, content = self._kept.pop(key, (0.0, b""))
        self._bytes -= len(content)
