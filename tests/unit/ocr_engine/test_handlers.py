"""An uploaded document in, one event out, the same one however often it comes; and the file goes away."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from ocr_engine.erasure import erase_readings
from ocr_engine.evidence import UnreadableDocument
from ocr_engine.handlers import Deps, read_document
from ocr_engine.store import ReadingStore
from shared.contracts.documents import DocumentRecognized, DocumentUnreadable, DocumentUploaded, Unreadable
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.errors import Rejected
from shared.files import FileStore
from shared.mongo import Database
from tests.support.hosted_models import HostedModels, hosted_models

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


class CrashingFiles:
    """Files whose deletion fails, as when the process dies just before it."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    async def keep(self, content: bytes, *, content_type: str, expires_at: datetime) -> str:
        return await self._files.keep(content, content_type=content_type, expires_at=expires_at)

    async def read(self, file_id: str) -> bytes | None:
        return await self._files.read(file_id)

    async def delete(self, file_id: str) -> None:
        raise ConnectionError(file_id)


@pytest_asyncio.fixture
async def models() -> AsyncIterator[HostedModels]:
    async with hosted_models() as running:
        yield running


@pytest.fixture
def files(database: Database) -> FileStore:
    return FileStore(database)


@pytest_asyncio.fixture
async def deps(database: Database, files: FileStore, models: HostedModels) -> Deps:
    readings = ReadingStore(database, kept_for=timedelta(days=90))
    await readings.prepare()
    return Deps(models.chain(), readings, files, answer_margin=2.0, now=lambda: NOW)


async def uploaded(files: FileStore, *, answer_in: float = 30.0, schema_name: str = "lumis") -> DocumentUploaded:
    file_id = await files.keep(b"\xff\xd8\xff", content_type="image/jpeg", expires_at=NOW + timedelta(hours=1))
    return DocumentUploaded(
        request_id="request-1",
        origin="gateway-1",
        user_id="user-1",
        schema_name=schema_name,
        file_id=file_id,
        content_type="image/jpeg",
        size=3,
        sha256="0" * 64,
        received_at=NOW,
        answer_by=NOW + timedelta(seconds=answer_in),
    )


async def test_a_document_becomes_recognized_and_its_file_is_deleted(deps: Deps, files: FileStore) -> None:
    event = await uploaded(files)
    (output,) = await read_document(event, deps)
    assert isinstance(output, DocumentRecognized)
    assert (output.request_id, output.origin, output.user_id) == ("request-1", "gateway-1", "user-1")
    assert (output.received_at, output.answer_by) == (event.received_at, event.answer_by)
    assert output.reading.value("issuer_name") == "FROM GEMINI"
    assert await files.read(event.file_id) is None


async def test_the_same_event_again_gives_the_same_events_and_asks_nobody(
    deps: Deps, files: FileStore, models: HostedModels
) -> None:
    event = await uploaded(files)
    first = await read_document(event, deps)
    assert await read_document(event, deps) == first
    assert len(models.gemini.seen) == 1


async def test_a_crash_before_the_file_is_deleted_loses_nothing(deps: Deps, files: FileStore) -> None:
    event = await uploaded(files)
    crashing = Deps(deps.chain, deps.readings, CrashingFiles(files), deps.answer_margin, deps.now)
    with pytest.raises(ConnectionError):
        await read_document(event, crashing)
    assert await files.read(event.file_id) is not None
    (output,) = await read_document(event, deps)
    assert isinstance(output, DocumentRecognized)
    assert await files.read(event.file_id) is None


async def test_an_erasure_takes_a_users_readings_also_those_still_being_read(
    deps: Deps, files: FileStore, database: Database
) -> None:
    event = await uploaded(files)
    await read_document(event, deps)
    await read_document((await uploaded(files)).model_copy(update={"request_id": "other", "user_id": "user-2"}), deps)
    erasure = ErasureRequested(request_id="e", origin="gateway-1", user_id="user-1", requested_at=NOW)
    (told,) = await erase_readings(erasure, deps)
    assert isinstance(told, ErasureCompleted)
    assert (told.service, told.removed) == ("ocr-engine", {"readings": 1})
    (output,) = await read_document((await uploaded(files)).model_copy(update={"request_id": "on-its-way"}), deps)
    assert isinstance(output, DocumentRecognized)
    late = {"request_id": "late", "received_at": NOW + timedelta(seconds=1)}
    await read_document((await uploaded(files)).model_copy(update=late), deps)
    assert sorted([row["_id"] async for row in database["readings"].find()]) == ["late", "other"]


async def test_of_two_readers_that_race_the_first_one_counts(deps: Deps, files: FileStore) -> None:
    event = await uploaded(files)
    first = DocumentUnreadable(
        request_id="r", origin="o", user_id="u", schema_name="lumis", reason=Unreadable.OUT_OF_TIME
    )
    second = first.model_copy(update={"reason": Unreadable.FILE_GONE})
    assert await deps.readings.keep(event, [first], NOW) == [first]
    assert await deps.readings.keep(event, [second], NOW) == [first]


async def test_a_document_that_is_too_late_costs_no_provider(
    deps: Deps, files: FileStore, models: HostedModels
) -> None:
    event = await uploaded(files, answer_in=1.0)
    (output,) = await read_document(event, deps)
    assert isinstance(output, DocumentUnreadable)
    assert output.reason is Unreadable.OUT_OF_TIME
    assert models.gemini.seen == []
    assert models.local.calls == []
    assert await files.read(event.file_id) is None


async def test_a_file_that_is_gone_is_said_so(deps: Deps, files: FileStore) -> None:
    event = await uploaded(files)
    await files.delete(event.file_id)
    (output,) = await read_document(event, deps)
    assert isinstance(output, DocumentUnreadable)
    assert output.reason is Unreadable.FILE_GONE


async def test_a_damaged_document_is_unreadable_for_good(deps: Deps, files: FileStore, models: HostedModels) -> None:
    models.local.inspect_error = UnreadableDocument(Unreadable.DAMAGED)
    event = await uploaded(files)
    (output,) = await read_document(event, deps)
    models.local.inspect_error = None
    assert isinstance(output, DocumentUnreadable)
    assert output.reason is Unreadable.DAMAGED
    assert await read_document(event, deps) == [output]
    assert await files.read(event.file_id) is None


async def test_an_unreadable_document_names_what_was_tried(deps: Deps, files: FileStore, models: HostedModels) -> None:
    models.providers = ()
    models.local.read_error = RuntimeError("worker died")
    alone = Deps(models.chain(), deps.readings, files, deps.answer_margin, deps.now)
    (output,) = await read_document(await uploaded(files), alone)
    assert isinstance(output, DocumentUnreadable)
    assert output.reason is Unreadable.PROVIDERS_FAILED
    assert [(attempt.provider, attempt.outcome) for attempt in output.attempts] == [("local", "failed")]


async def test_an_unknown_schema_is_rejected_and_its_file_left(deps: Deps, files: FileStore) -> None:
    event = await uploaded(files, schema_name="klingon")
    with pytest.raises(Rejected):
        await read_document(event, deps)
    assert await files.read(event.file_id) is not None


async def test_readings_expire(deps: Deps, files: FileStore, database: Database) -> None:
    await read_document(await uploaded(files), deps)
    row = await database["readings"].find_one({"_id": "request-1"})
    assert row is not None
    assert row["expires_at"] == NOW + timedelta(days=90)
    indexes = await database["readings"].index_information()
    assert any(index.get("expireAfterSeconds") == 0 for index in indexes.values())
