"""Uploaded files in a real GridFS."""

from datetime import UTC, datetime, timedelta

from shared.files import FileStore
from shared.mongo import Database

NOW = datetime.now(UTC)


async def test_a_file_is_kept_read_and_deleted_with_its_chunks(database: Database) -> None:
    files = FileStore(database)
    await files.prepare()
    content = bytes(range(256)) * 4096
    file_id = await files.keep(content, content_type="image/png", expires_at=NOW + timedelta(hours=1))
    assert await files.read(file_id) == content
    await files.delete(file_id)
    await files.delete(file_id)
    assert await files.read(file_id) is None
    assert await database["fs.chunks"].count_documents({}) == 0


async def test_the_sweep_deletes_expired_files_and_orphaned_chunks_only(database: Database) -> None:
    files = FileStore(database)
    await files.prepare()
    fresh = await files.keep(b"fresh", content_type="image/png", expires_at=NOW + timedelta(days=2))
    expired = await files.keep(b"expired", content_type="image/png", expires_at=NOW - timedelta(seconds=1))
    orphan = await files.keep(b"orphan", content_type="image/png", expires_at=NOW + timedelta(days=2))
    await database["fs.files"].delete_one({"length": 6, "_id": {"$nin": []}, "expires_at": {"$gt": NOW}})
    assert await files.sweep(NOW) == 1
    assert await files.read(expired) is None
    await files.sweep(NOW + timedelta(hours=3))
    assert await files.read(fresh) == b"fresh"
    assert await files.read(orphan) is None
    assert await database["fs.chunks"].count_documents({}) == 1
