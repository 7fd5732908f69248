"""The collection `archivos`: signed XMLs and CDRs by their file name, kept as long as the law asks."""

from datetime import datetime
from typing import Any

from shared.mongo import Database, Index

_ARCHIVOS = "archivos"


class Archivos:
    """Reads files; who issues writes the XML, who sends the CDR."""

    INDEXES = (Index(_ARCHIVOS, (("kept_until", 1),), expire_after_seconds=0),)

    def __init__(self, database: Database) -> None:
        self._rows = database[_ARCHIVOS]

    async def read(self, name: str, company: str | None = None) -> bytes | None:
        """A file's bytes; None where there is none, or it is not this tenant's."""
        wanted: dict[str, Any] = {"_id": name} if company is None else {"_id": name, "company": company}
        row = await self._rows.find_one(wanted, {"content": 1})
        return bytes(row["content"]) if row else None

    async def among(self, names: list[str]) -> list[str]:
        """Those of these names that there are files of."""
        return [str(row["_id"]) async for row in self._rows.find({"_id": {"$in": names}}, {"_id": 1})]

    async def keep(self, name: str, content: bytes, *, company: str, kept_until: datetime) -> None:
        """Keep a file; a repeat changes nothing."""
        values = {"content": content, "company": company, "kept_until": kept_until}
        await self._rows.update_one({"_id": name}, {"$setOnInsert": values}, upsert=True)


def document(name: str, content: bytes, *, company: str, kept_until: datetime) -> dict[str, Any]:
    """A file as it is inserted."""
    return {"_id": name, "content": content, "company": company, "kept_until": kept_until}
