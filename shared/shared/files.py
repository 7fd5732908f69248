"""Uploaded files: kept in GridFS until they are read, and never longer than their time."""

from datetime import datetime, timedelta

from bson import ObjectId
from gridfs import NoFile
from gridfs.asynchronous import AsyncGridFS

from shared.mongo import Database, Index, ensure_indexes

_FILES, _CHUNKS = "fs.files", "fs.chunks"
_BATCH = 500
_ORPHAN_AGE = timedelta(hours=1)


class FileStore:
    """The database `documents`: the gateway keeps a file, the ocr-engine reads and deletes it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._grid = AsyncGridFS(database)

    async def prepare(self) -> None:
        """Make the index by which expired files are found."""
        await ensure_indexes(self._database, [Index(_FILES, (("expires_at", 1),))])

    async def keep(self, content: bytes, *, content_type: str, expires_at: datetime) -> str:
        """Keep a file; returns its id."""
        file_id = await self._grid.put(content, contentType=content_type, expires_at=expires_at)
        return str(file_id)

    async def read(self, file_id: str) -> bytes | None:
        """The file's bytes, None where it is gone."""
        try:
            stored = await self._grid.get(ObjectId(file_id))
            return await stored.read()
        except NoFile:
            return None

    async def delete(self, file_id: str) -> None:
        """Delete a file and its chunks; deleting it twice is harmless."""
        await self._grid.delete(ObjectId(file_id))

    async def sweep(self, now: datetime) -> int:
        """Delete what has expired, and chunks whose file entry is gone; returns how many files.

        A TTL index on the entries would orphan the chunks, so both are deleted here.
        """
        expired = [
            row["_id"]
            async for row in self._database[_FILES].find({"expires_at": {"$lt": now}}, {"_id": 1}).limit(_BATCH)
        ]
        for file_id in expired:
            await self._grid.delete(file_id)
        await self._delete_orphaned_chunks(ObjectId.from_datetime(now - _ORPHAN_AGE))
        return len(expired)

    async def _delete_orphaned_chunks(self, before: ObjectId) -> None:
        """Delete chunks whose entry a killed process had already deleted; an id tells its time."""
        old = await self._database[_CHUNKS].distinct("files_id", {"files_id": {"$lt": before}})
        if not old:
            return
        kept = await self._database[_FILES].distinct("_id", {"_id": {"$in": old}})
        orphans = [file_id for file_id in old if file_id not in set(kept)]
        await self._database[_CHUNKS].delete_many({"files_id": {"$in": orphans}})
