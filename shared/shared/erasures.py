"""The collection `erasures`: who asked for that, so that what was on its way then is not stored after all."""

import hashlib
from datetime import UTC, datetime, timedelta

from shared.mongo import Database, FindLane, Index, ensure_indexes

_ERASURES = "erasures"
_REMEMBERED = timedelta(days=30)


class Erasures:
    """The collection `erasures` of a service's own database: a hash of the user's id, for thirty days.

    The eraser marks first and removes then; a writer writes first and asks then. So one of the two sees the other.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._erasures = database[_ERASURES]
        self._marks = FindLane(self._erasures, {"before": 1})

    async def prepare(self) -> None:
        """Make the index by which marks go away."""
        await ensure_indexes(self._database, [Index(_ERASURES, (("expires_at", 1),), expire_after_seconds=0)])

    async def mark(self, user_id: str, before: datetime) -> None:
        """What this user handed in until then is erased; a repeat and an older mark change nothing."""
        change = {"$max": {"before": before, "expires_at": datetime.now(UTC) + _REMEMBERED}}
        await self._erasures.update_one({"_id": _hidden(user_id)}, change, upsert=True)

    async def cover(self, user_id: str, received_at: datetime) -> bool:
        """Whether what the user handed in at that time is erased."""
        mark = await self._marks.find(_hidden(user_id))
        # The database keeps milliseconds: the same moment must not seem later for its microseconds.
        moment = received_at.replace(microsecond=received_at.microsecond // 1000 * 1000)
        return mark is not None and bool(mark["before"] >= moment)


def _hidden(user_id: str) -> str:
    return hashlib.sha256(f"erased:{user_id}".encode()).hexdigest()
