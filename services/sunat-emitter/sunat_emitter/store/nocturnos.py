"""The collection `nocturnos`: up to which day each issuer's boletas were summarised by night, and who is at it."""

from datetime import date, datetime
from typing import Any

from shared.mongo import Database, DuplicateKeyError


class Nocturnos:
    """One turn for each issuer and day, whoever comes first."""

    def __init__(self, database: Database) -> None:
        self._rows = database["nocturnos"]

    async def claim(self, emisor_id: int, day: date, now: datetime, until: datetime) -> bool:
        """Take an issuer's turn of a day; False where it is done, or another process is at it."""
        wanted: dict[str, Any] = {
            "_id": emisor_id,
            "dia": {"$lt": day.isoformat()},
            "$or": [{"lease_until": None}, {"lease_until": {"$lte": now}}],
        }
        taken = await self._rows.update_one(wanted, {"$set": {"lease_until": until}})
        if taken.matched_count:
            return True
        if await self._rows.find_one({"_id": emisor_id}, {"_id": 1}):
            return False
        try:
            await self._rows.insert_one({"_id": emisor_id, "dia": "", "lease_until": until})
        except DuplicateKeyError:
            return False
        return True

    async def done(self, emisor_id: int, day: date) -> None:
        """The turn of this day is over."""
        change = {"$max": {"dia": day.isoformat()}, "$unset": {"lease_until": ""}}
        await self._rows.update_one({"_id": emisor_id}, change)
