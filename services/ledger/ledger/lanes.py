"""Work that waits for the same thing is done together, by one task per thing."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

WorkT = TypeVar("WorkT")
ResultT = TypeVar("ResultT")

_LARGEST_BATCH = 128


class Lanes(Generic[WorkT, ResultT]):
    """One lane per key, in which everything that came in meanwhile is the next batch.

    So a batch costs one round of writes, and a process never competes with itself for an account. The lane's task is
    nobody's own: a caller that is cancelled takes nobody's work along.
    """

    def __init__(self, carry_out: Callable[[str, Sequence[WorkT]], Awaitable[Sequence[ResultT | Exception]]]) -> None:
        """`carry_out` gives one result, or one error, for each work of a key's batch, in their order."""
        self._carry_out = carry_out
        self._waiting: dict[str, list[tuple[WorkT, asyncio.Future[ResultT]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def do(self, key: str, work: WorkT) -> ResultT:
        """Put work into the key's lane and wait for its result.

        Raises:
            Exception: the work's own error, or what ended its whole batch.
        """
        done: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        lane = self._waiting.get(key)
        if lane is None:
            lane = self._waiting[key] = []
            task = asyncio.create_task(self._run(key, lane))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        lane.append((work, done))
        return await done

    async def _run(self, key: str, lane: list[tuple[WorkT, asyncio.Future[ResultT]]]) -> None:
        try:
            while lane:
                batch, lane[:_LARGEST_BATCH] = lane[:_LARGEST_BATCH], []
                results: Sequence[ResultT | Exception]
                try:
                    results = await self._carry_out(key, [work for work, _ in batch])
                except Exception as error:  # noqa: BLE001  every caller of the batch raises it
                    results = [error] * len(batch)
                for (_, done), result in zip(batch, results, strict=True):
                    _tell(done, result)
        finally:
            del self._waiting[key]
            for _, done in lane:  # only where the task itself was cancelled: the loop is ending
                done.cancel()


def _tell(done: "asyncio.Future[ResultT]", result: ResultT | Exception) -> None:
    if done.done():  # its caller was cancelled
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)
