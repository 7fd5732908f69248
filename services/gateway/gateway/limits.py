"""The collection `rate_limits`: GCRA per user (Lumis API, section 8).

Exact across processes: the database counts in one step.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.mongo import Database, DuplicateKeyError, FindLane, Index, ReturnDocument

_MICROSECONDS = 1_000_000
_NOW = "$$NOW"
"""The database's own clock: processes whose clocks disagree still count alike."""


@dataclass(frozen=True)
class Rate:
    """At most `limit` requests at once, and then one more each `window_seconds` / `limit`."""

    limit: int
    window_seconds: int

    @property
    def interval(self) -> int:
        """Microseconds in which one request becomes free again."""
        return self.window_seconds * _MICROSECONDS // self.limit


@dataclass(frozen=True)
class Standing:
    """How a user stands to the limit at a moment."""

    rate: Rate
    own: bool
    """An administrator set the rate for this user."""
    remaining: int
    """Requests that would be accepted now, one after the other."""
    reset_at: int
    """Unix seconds at which all of the limit is free again."""
    accepted: bool
    """The request that asked was counted; False where nobody asked."""
    retry_after: int
    """Seconds until one request would be accepted; 0 where one would be now."""


def standing(rate: Rate, busy_until: int, now: int, *, own: bool = False, accepted: bool = False) -> Standing:
    """What a state means; `busy_until` (GCRA's theoretical arrival time) and `now` in microseconds since 1970."""
    ahead = min(max(busy_until - now, 0), rate.limit * rate.interval)
    free = rate.limit * rate.interval - ahead
    return Standing(
        rate=rate,
        own=own,
        remaining=free // rate.interval,
        reset_at=_whole_seconds(now + ahead),
        accepted=accepted,
        retry_after=_whole_seconds(max(rate.interval - free, 0)),
    )


def _whole_seconds(microseconds: int) -> int:
    return -(-microseconds // _MICROSECONDS)


class RateLimits:
    """The collection `rate_limits`: per user what is used, and the rate that an administrator set."""

    INDEXES = (Index("rate_limits", (("expires_at", 1),), expire_after_seconds=0),)

    def __init__(self, database: Database, default: Rate, clock: Any = _NOW) -> None:
        """`clock` is an expression that gives the time as a date."""
        self._rows = database["rate_limits"]
        self._default = default
        self._clock = clock
        shown = {"limit": 1, "window_seconds": 1, "busy_until": 1, "at": _microseconds(clock)}
        self._standings = FindLane(self._rows, shown)

    async def take(self, user_id: str, times: int = 1, default: Rate | None = None) -> Standing:
        """Count a request, or several at once, if the limit has room for all; what is refused changes nothing.

        `default` holds instead of the general one, for what is counted by itself.
        """
        default = default or self._default
        change = _count(default, self._clock, times)
        try:
            row = await self._update(user_id, change)
        except DuplicateKeyError:  # two first requests at the same moment
            row = await self._update(user_id, change)
        return self._standing(row, row["at"], default, accepted=row["accepted"])

    async def read(self, user_id: str) -> Standing:
        """How a user stands, without counting."""
        row = await self._standings.find(user_id) or {}
        now = row.get("at") or int(datetime.now(UTC).timestamp() * _MICROSECONDS)
        return self._standing(row, now, self._default)

    async def set(self, user_id: str, rate: Rate) -> None:
        """Give a user a rate of one's own; what is used already stays used."""
        values = {"limit": rate.limit, "window_seconds": rate.window_seconds}
        await self._rows.update_one({"_id": user_id}, {"$set": values, "$unset": {"expires_at": ""}}, upsert=True)

    async def unset(self, user_id: str) -> None:
        """Let the default hold for a user again."""
        row = await self._rows.find_one({"_id": user_id}, {"window_seconds": 1}) or {}
        longest = max(self._default.window_seconds, row.get("window_seconds", 0))
        values = {"expires_at": datetime.now(UTC) + timedelta(seconds=longest)}
        await self._rows.update_one({"_id": user_id}, {"$unset": {"limit": "", "window_seconds": ""}, "$set": values})

    async def _update(self, user_id: str, change: list[dict[str, Any]]) -> dict[str, Any]:
        row = await self._rows.find_one_and_update(
            {"_id": user_id}, change, upsert=True, return_document=ReturnDocument.AFTER
        )
        return dict(row or {})

    def _standing(self, row: Mapping[str, Any], now: int, default: Rate, *, accepted: bool = False) -> Standing:
        own = "limit" in row
        rate = Rate(row["limit"], row["window_seconds"]) if own else default
        return standing(rate, row.get("busy_until", 0), now, own=own, accepted=accepted)


def _microseconds(clock: Any) -> dict[str, Any]:
    return {"$multiply": [{"$toLong": clock}, 1000]}


def _count(default: Rate, clock: Any, times: int) -> list[dict[str, Any]]:
    """GCRA as an update: accepted where `times` further intervals still end within `limit` intervals from now.

    `limit` intervals instead of the window: dividing leaves a rest, which would else let one more or one less through.
    """
    limit = {"$ifNull": ["$limit", default.limit]}
    window = {"$multiply": [{"$ifNull": ["$window_seconds", default.window_seconds]}, _MICROSECONDS]}
    interval = {"$toLong": {"$floor": {"$divide": [window, limit]}}}
    horizon = {"$add": ["$at", {"$multiply": [limit, "$interval"]}]}
    start = {"$min": [{"$max": [{"$ifNull": ["$busy_until", 0]}, "$at"]}, "$horizon"]}
    after = {"$add": ["$busy_until", {"$multiply": [times, "$interval"]}]}
    idle = {"$toDate": {"$toLong": {"$divide": ["$busy_until", 1000]}}}
    return [
        {"$set": {"at": _microseconds(clock), "interval": interval}},
        {"$set": {"horizon": horizon}},
        {"$set": {"busy_until": start}},
        {"$set": {"accepted": {"$lte": [after, "$horizon"]}}},
        {"$set": {"busy_until": {"$cond": ["$accepted", after, "$busy_until"]}}},
        {"$set": {"expires_at": {"$cond": [{"$gt": ["$limit", None]}, "$$REMOVE", idle]}}},
        {"$unset": ["interval", "horizon"]},
    ]
