"""The collection `logos`: the picture that a tenant's issuer prints with."""

from dataclasses import dataclass
from datetime import datetime

from shared.mongo import Database


@dataclass(frozen=True)
class StoredLogo:
    """A logo. `version` is another for each upload."""

    svg: bytes
    version: str


class Logos:
    """One per tenant; what it may be is for `pdf.logo` to say."""

    def __init__(self, database: Database) -> None:
        self._rows = database["logos"]

    async def read(self, company: str) -> StoredLogo | None:
        """The tenant's logo."""
        row = await self._rows.find_one({"_id": company})
        return StoredLogo(bytes(row["svg"]), row["version"]) if row else None

    async def write(self, company: str, logo: StoredLogo, now: datetime) -> None:
        """Set it; it replaces the one before."""
        values = {"svg": logo.svg, "version": logo.version, "updated_at": now}
        await self._rows.update_one({"_id": company}, {"$set": values}, upsert=True)

    async def delete(self, company: str) -> None:
        """Remove it; harmless where there is none."""
        await self._rows.delete_one({"_id": company})
