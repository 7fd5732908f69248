"""A reading process that cannot start is nobody's document's fault, and says why it could not."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
import structlog

from ocr_engine.budget import Deadline
from ocr_engine.chain import Chain, Result
from ocr_engine.engine import Document
from ocr_engine.evidence import UnreadableDocument
from ocr_engine.local.pool import ChildDied, ChildNotStarted, Limits, Pool
from ocr_engine.local.protocol import Head
from ocr_engine.providers.local import LocalEngine
from shared.contracts.documents import Unreadable
from tests.support import badfiles
from tests.support.hosted_models import HostedModels, hosted_models

PDF = "application/pdf"
SECONDS = 30.0
TOO_LITTLE = 100_000_000
"""Bytes of address space in which the native libraries cannot be loaded."""


@pytest_asyncio.fixture
async def models() -> AsyncIterator[HostedModels]:
    async with hosted_models() as running:
        yield running


@pytest_asyncio.fixture
async def lame() -> AsyncIterator[LocalEngine]:
    """An engine whose processes have ended and cannot be started anew."""
    engine = LocalEngine(memory_limit=TOO_LITTLE)
    for pool in (engine._readers, engine._lookers):
        pool._idle.put_nowait(None)
    yield engine
    await engine.close()


async def read(chain: Chain) -> Result:
    return await chain.read(Document(badfiles.plain_pdf(), PDF, "lumis", 1), Deadline.after(SECONDS))


async def test_a_document_goes_to_the_hosted_models_where_no_process_can_start(
    models: HostedModels, lame: LocalEngine
) -> None:
    result = await read(Chain(models.providers, lame, models.limits))
    assert [(attempt.provider, attempt.outcome) for attempt in result.attempts] == [("gemini", "ok")]


async def test_where_no_process_can_start_and_there_is_no_model_reading_failed_by_no_fault_of_the_document(
    models: HostedModels, lame: LocalEngine
) -> None:
    result = await read(Chain((), lame, models.limits))
    assert result.unreadable is Unreadable.PROVIDERS_FAILED
    assert [(attempt.provider, attempt.outcome) for attempt in result.attempts] == [("local", "providers_failed")]


@pytest.mark.parametrize("models_wanted", [False, True])
async def test_the_log_says_why_no_process_started_and_what_may_help(*, models_wanted: bool) -> None:
    pool = Pool(1, Limits(memory=TOO_LITTLE), models=models_wanted)
    with structlog.testing.capture_logs() as logs, pytest.raises(ChildNotStarted) as told:
        await pool.start()
    (entry,) = logs
    assert entry["event"] == "no reading process could be started"
    assert entry["returncode"] == 1
    assert entry["error"]
    assert entry["error"] in str(told.value)
    assert "LOCAL_MEMORY_MB" in entry["hint"]
    assert pool._all == set()


async def test_a_broken_installation_is_named_and_not_taken_for_too_little_memory(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ocr_engine.local.pool._WORKER", "ocr_engine.local.absent")
    pool = Pool(1, Limits(), models=False)
    with structlog.testing.capture_logs() as logs, pytest.raises(ChildNotStarted, match=r"ocr_engine\.local\.absent"):
        await pool.start()
    assert "hint" not in logs[0]


async def test_an_interpreter_that_is_gone_is_a_process_that_did_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "/nowhere/python")
    pool = Pool(1, Limits(), models=False)
    with pytest.raises(ChildNotStarted, match="FileNotFoundError"):
        await pool.start()


class Dying(Pool):
    """A pool whose jobs end as scripted."""

    def __init__(self, *ends: ChildDied) -> None:
        super().__init__(1, Limits(), models=False)
        self._ends = list(ends)

    async def run(self, head: Head, content: bytes, seconds: float) -> tuple[Head, bytes]:
        raise self._ends.pop(0)


@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        ((ChildDied(), ChildDied()), Unreadable.TOO_COSTLY),
        ((ChildDied(), ChildNotStarted()), Unreadable.PROVIDERS_FAILED),
        ((ChildNotStarted(), ChildDied()), Unreadable.PROVIDERS_FAILED),
    ],
)
async def test_a_document_is_blamed_only_where_two_processes_died_at_work_on_it(
    ends: tuple[ChildDied, ...], reason: Unreadable
) -> None:
    engine = LocalEngine()
    engine._lookers = Dying(*ends)
    with pytest.raises(UnreadableDocument) as refused:
        await engine.inspect(badfiles.plain_pdf(), PDF, SECONDS)
    assert refused.value.reason is reason
