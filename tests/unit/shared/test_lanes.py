"""Work is done in batches, one after the other; a failure or a cancelled caller stays what it is."""

import asyncio
from collections.abc import Sequence

import pytest

from shared.lanes import Lane


class Works:
    """Doubles numbers; remembers its batches and how many ran at once."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.running = 0
        self.gate = asyncio.Event()

    async def carry_out(self, works: Sequence[int]) -> Sequence[int | Exception]:
        self.running += 1
        assert self.running == 1
        self.batches.append(list(works))
        await self.gate.wait()
        self.running -= 1
        if 13 in works:
            raise OSError("down")
        return [2 * work if work >= 0 else ValueError(str(work)) for work in works]


async def test_what_comes_in_meanwhile_is_the_next_batch() -> None:
    works = Works()
    lane: Lane[int, int] = Lane(works.carry_out)
    first = asyncio.create_task(lane.do(1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rest = [asyncio.create_task(lane.do(number)) for number in (2, 3)]
    await asyncio.sleep(0)
    works.gate.set()
    assert await asyncio.gather(first, *rest) == [2, 4, 6]
    assert works.batches == [[1], [2, 3]]


async def test_an_error_reaches_only_its_own_caller() -> None:
    works = Works()
    works.gate.set()
    lane: Lane[int, int] = Lane(works.carry_out)
    results = await asyncio.gather(lane.do(-1), lane.do(2), return_exceptions=True)
    assert isinstance(results[0], ValueError)
    assert results[1] == 4


async def test_what_ends_a_batch_reaches_all_its_callers_and_the_lane_goes_on() -> None:
    works = Works()
    works.gate.set()
    lane: Lane[int, int] = Lane(works.carry_out)
    results = await asyncio.gather(lane.do(13), lane.do(2), return_exceptions=True)
    assert all(isinstance(result, OSError) for result in results)
    assert await lane.do(3) == 6


async def test_a_cancelled_caller_takes_nobodys_work_along() -> None:
    works = Works()
    lane: Lane[int, int] = Lane(works.carry_out)
    first, second = (asyncio.create_task(lane.do(number)) for number in (1, 2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    works.gate.set()
    assert await second == 4
    with pytest.raises(asyncio.CancelledError):
        await first
