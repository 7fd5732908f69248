"""Uploaded files in a real database."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.files import LARGEST_FILE, FileStore
from shared.mongo import Database

NOW = datetime.now(UTC)


async def test_a_file_of_the_largest_size_is_kept_read_and_deleted(database: Database) -> None:
    files = FileStore(database)
    await files.prepare()
    content = bytes(range(256)) * (LARGEST_FILE // 256)
    file_id = await files.keep(content, content_type="image/png", expires_at=NOW + timedelta(hours=1))
    assert await files.read(file_id) == content
    await files.delete(file_id)
    await files.delete(file_id)
    assert await files.read(file_id) is None
    assert await database["files"].count_documents({}) == 0


async def test_a_file_that_no_document_could_hold_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="too large"):
        await FileStore(database).keep(bytes(LARGEST_FILE + 1), content_type="image/png", expires_at=NOW)


async def test_files_expire_by_themselves(database: Database) -> None:
    files = FileStore(database)
    await files.prepare()
    indexes = await database["files"].index_information()
    assert indexes["expires_at_1"]["expireAfterSeconds"] == 0
    file_id = await files.keep(b"x", content_type="image/png", expires_at=NOW)
    stored = await database["files"].find_one({})
    assert stored is not None
    assert str(stored["_id"]) == file_id
    assert isinstance(stored["expires_at"], datetime)
