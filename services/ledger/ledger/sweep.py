"""Gives back the holds that nothing ended in time, and completes what a crash left half done."""

import asyncio
from collections.abc import Awaitable, Iterable
from datetime import timedelta

import structlog

from ledger import events, holds, metrics
from ledger.accounts import Entry, Hold
from ledger.deps import Deps
from shared.service import every

_log = structlog.get_logger()

_BATCH = 500
_CRASH_GRACE = timedelta(seconds=30)
"""An operation that is younger may still be in hand."""


async def sweep_holds(deps: Deps) -> None:
    """Look again and again, until cancelled."""
    await every(deps.sweep_seconds, Sweep(deps).turn)


class Sweep:
    """Gives old holds back only after the bus was there for one whole hold time.

    So what was published while the ledger was down, or cut off, is settled first.
    """

    def __init__(self, deps: Deps) -> None:
        self._deps = deps
        self._ready_at = deps.now() + deps.terms.hold_time

    async def turn(self) -> None:
        """Complete, release, measure."""
        deps = self._deps
        if not deps.bus.connected:
            self._ready_at = deps.now() + deps.terms.hold_time
            return
        await finish_operations(deps)
        if deps.now() >= self._ready_at:
            await release_expired(deps)
        count, lumis = await deps.store.open_holds()
        metrics.OPEN_HOLDS.set(count)
        metrics.HELD_LUMIS.set(lumis)
        oldest = await deps.store.oldest_hold()
        metrics.OLDEST_HOLD.set((deps.now() - oldest).total_seconds() if oldest else 0)


async def release_expired(deps: Deps) -> int:
    """Give back every hold older than its time and publish `credits.released` (`expired`). Returns how many."""
    released = 0
    while batch := await deps.store.expired(deps.now(), _BATCH):
        done = await _together((_expire(user_id, hold, deps) for user_id, hold in batch), deps)
        released += done
        if not done:
            break
    return released


async def finish_operations(deps: Deps) -> int:
    """File the entries that a crash left in their accounts, and publish what only the sweep can. Returns how many."""
    finished = 0
    while batch := await deps.store.unfinished(deps.now() - _CRASH_GRACE, _BATCH):
        done = await _together((_finish(entry, deps) for entry in batch), deps)
        finished += done
        metrics.FINISHED.inc(done)
        if not done:
            break
    return finished


async def _together(works: Iterable[Awaitable[Entry | None]], deps: Deps) -> int:
    """Do all, so that what is for one account goes in one write; one that fails does not stop the rest.

    The entries leave their accounts only here, after they were filed and, where that is needed, published.
    """
    results = await asyncio.gather(*works, return_exceptions=True)
    failed = [result for result in results if isinstance(result, BaseException)]
    for error in failed[:1]:
        first = type(error).__name__
        _log.error("sweep could not complete everything", failed=len(failed), first=first, exc_info=error)
    await deps.store.forget([result for result in results if isinstance(result, Entry)])
    return len(results) - len(failed)


async def _expire(user_id: str, hold: Hold, deps: Deps) -> Entry | None:
    step = holds.Step(hold.request_id, hold.origin, deps.now())
    outcome = await deps.store.change(user_id, hold.request_id, lambda account: holds.expire(account, step))
    metrics.count("expire", changed=outcome.changed)
    entry = outcome.account.entries.get("release")
    if entry is None or not entry.awaits_publication:  # something else ended the hold meanwhile
        return None
    return await _publish(entry, deps)


async def _finish(entry: Entry, deps: Deps) -> Entry:
    await deps.store.file(entry)
    return await _publish(entry, deps) if entry.awaits_publication else entry


async def _publish(entry: Entry, deps: Deps) -> Entry:
    await deps.bus.publish(events.released(entry), cause=f"{entry.id}:{entry.reason}")
    return entry
