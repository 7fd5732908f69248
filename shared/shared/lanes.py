"""Work that waits for the same thing is done together: all that came in meanwhile is the next batch."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

WorkT = TypeVar("WorkT")
ResultT = TypeVar("ResultT")

_LARGEST_BATCH = 128


class Lane(Generic[WorkT, ResultT]):
    """One batch at a time, carried out by a task that is nobody's own: a cancelled caller takes nobody's work along.

    Under load a batch costs little more than one work by itself; alone, a work waits for nobody.
    """

    def __init__(
        self,
        carry_out: Callable[[Sequence[WorkT]], Awaitable[Sequence[ResultT | BaseException]]],
        *,
        apart: Callable[[Exception], bool] = lambda _error: False,
    ) -> None:
        """`carry_out` gives one result, or one error, for each work of a batch, in their order.

        `apart` says whether an error that ended a whole batch may be one work's own: then each is tried by itself, so
        that a work which can never succeed takes no other along. What was done already must bear a repeat.
        """
        self._carry_out = carry_out
        self._apart = apart
        self._waiting: list[tuple[WorkT, asyncio.Future[ResultT]]] = []
        self._task: asyncio.Task[None] | None = None

    async def do(self, work: WorkT) -> ResultT:
        """Put work into the lane and wait for its result.

        Raises:
            Exception: the work's own error, or what ended its whole batch.
        """
        done: asyncio.Future[ResultT] = asyncio.get_running_loop().create_future()
        self._waiting.append((work, done))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await done

    async def _run(self) -> None:
        batch: list[tuple[WorkT, asyncio.Future[ResultT]]] = []
        try:
            while self._waiting:
                batch, self._waiting[:_LARGEST_BATCH] = self._waiting[:_LARGEST_BATCH], []
                for (_, done), result in zip(batch, await self._results([work for work, _ in batch]), strict=True):
                    _tell(done, result)
        finally:
            self._task = None
            for _, done in (*batch, *self._waiting):  # some wait only where the task was cancelled: the loop is ending
                done.cancel()

    async def _results(self, works: Sequence[WorkT]) -> Sequence[ResultT | BaseException]:
        try:
            return await self._carry_out(works)
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001  every caller of the batch raises it
            if len(works) > 1 and isinstance(error, Exception) and self._apart(error):
                return [result for work in works for result in await self._results([work])]
            return [error] * len(works)


def _tell(done: "asyncio.Future[ResultT]", result: ResultT | BaseException) -> None:
    if done.done():  # its caller was cancelled
        return
    if isinstance(result, BaseException):
        done.set_exception(result)
    else:
        done.set_result(result)
