"""Uploaded files: one document each, kept until they are read and never longer than their time."""

from datetime import datetime

from bson import ObjectId
from bson.binary import Binary

from shared.mongo import Database, DeleteLane, FindLane, Index, InsertLane, ensure_indexes

LARGEST_FILE = 15 * 1024 * 1024
"""Bytes. A document of MongoDB holds 16 MiB; uploads are limited to 10 MiB at the edge."""

_SMALL_FILE = 1024 * 1024
"""Bytes up to which files share a command."""


class FileStore:
    """The database `documents`: the gateway keeps a file, the ocr-engine reads and deletes it.

    A file is whole in one document: it appears and goes at once, and expires by a TTL index. GridFS would need five
    operations more per upload, and a sweep for the chunks that an expiry leaves behind.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._files = database["files"]
        self._small = InsertLane(self._files)
        self._found = FindLane(self._files, {"content": 1})
        self._deletions = DeleteLane(self._files)

    async def prepare(self) -> None:
        """Make the index by which files expire."""
        await ensure_indexes(self._database, [Index("files", (("expires_at", 1),), expire_after_seconds=0)])

    async def keep(self, content: bytes, *, content_type: str, expires_at: datetime) -> str:
        """Keep a file; returns its id.

        Raises:
            ValueError: it is larger than LARGEST_FILE.
        """
        if len(content) > LARGEST_FILE:
            raise ValueError(f"a file of {len(content)} bytes is too large to keep")
        file_id = ObjectId()
        document = {
            "_id": file_id,
            "content": Binary(content),
            "content_type": content_type,
            "expires_at": expires_at,
        }
        if len(content) <= _SMALL_FILE:
            await self._small.insert(document)
        else:  # nobody waits behind a large one
            await self._files.insert_one(document)
        return str(file_id)

    async def read(self, file_id: str) -> bytes | None:
        """The file's bytes, None where it is gone."""
        document = await self._found.find(ObjectId(file_id))
        return bytes(document["content"]) if document else None

    async def delete(self, file_id: str) -> None:
        """Delete a file; deleting it twice is harmless."""
        await self._deletions.delete(ObjectId(file_id))
