"""Work for one key is done in batches, one after the other; a failure or a cancelled caller stays what it is."""

import asyncio
from collections.abc import Sequence

import pytest

from ledger.lanes import Lanes


class Works:
    """Doubles numbers; remembers its batches and how many ran at once."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, list[int]]] = []
        self.running: dict[str, int] = {}
        self.gate = asyncio.Event()

    async def carry_out(self, key: str, works: Sequence[int]) -> Sequence[int | Exception]:
        self.running[key] = self.running.get(key, 0) + 1
        assert self.running[key] == 1
        self.batches.append((key, list(works)))
        await self.gate.wait()
        self.running[key] -= 1
        if 13 in works:
            raise OSError("down")
        return [2 * work if work >= 0 else ValueError(str(work)) for work in works]


async def test_what_comes_in_meanwhile_is_the_next_batch() -> None:
    works = Works()
    lanes: Lanes[int, int] = Lanes(works.carry_out)
    first = asyncio.create_task(lanes.do("a", 1))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    rest = [asyncio.create_task(lanes.do("a", number)) for number in (2, 3)]
    other = asyncio.create_task(lanes.do("b", 9))
    await asyncio.sleep(0)
    works.gate.set()
    assert await asyncio.gather(first, *rest, other) == [2, 4, 6, 18]
    assert sorted(works.batches) == [("a", [1]), ("a", [2, 3]), ("b", [9])]


async def test_an_error_reaches_only_its_own_caller() -> None:
    works = Works()
    works.gate.set()
    lanes: Lanes[int, int] = Lanes(works.carry_out)
    results = await asyncio.gather(lanes.do("a", -1), lanes.do("a", 2), return_exceptions=True)
    assert isinstance(results[0], ValueError)
    assert results[1] == 4


async def test_what_ends_a_batch_reaches_all_its_callers_and_the_lane_goes_on() -> None:
    works = Works()
    works.gate.set()
    lanes: Lanes[int, int] = Lanes(works.carry_out)
    results = await asyncio.gather(lanes.do("a", 13), lanes.do("a", 2), return_exceptions=True)
    assert all(isinstance(result, OSError) for result in results)
    assert await lanes.do("a", 3) == 6


async def test_a_cancelled_caller_takes_nobodys_work_along() -> None:
    works = Works()
    lanes: Lanes[int, int] = Lanes(works.carry_out)
    first, second = (asyncio.create_task(lanes.do("a", number)) for number in (1, 2))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    first.cancel()
    works.gate.set()
    assert await second == 4
    with pytest.raises(asyncio.CancelledError):
        await first
