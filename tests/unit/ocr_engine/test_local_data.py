"""The shared test papers, where they lie beside the project: a few of each kind, whole."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ocr_engine.engine import Document
from ocr_engine.providers.local import LocalEngine
from tests.benchmarks.scoring import Score, compare
from tests.benchmarks.truth import CONTENT_TYPES, DATA, Truth, truth_of

PAPERS = (
    "panama/006-fiscal.jpg",
    "panama/020-a4.pdf",
    "panama/019-ticket.png",
    "panama/002-a4.jpg",
    "panama/003-fiscal.pdf",
    "panama_combined/003-fiscal.jpg",
    "receipts/000.jpg",
    "receipts/290.jpg",
    "receipts/510.jpg",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine() -> AsyncIterator[LocalEngine]:
    started = LocalEngine()
    await started.start()
    yield started
    await started.close()


@pytest.fixture(params=PAPERS)
def truth(request: pytest.FixtureRequest) -> Truth:
    """What stands on one of the papers, and where it lies."""
    path: Path = DATA / request.param
    if not path.exists():
        pytest.skip(f"shared test data (../shared/data/{path.parent.name}) is not beside the project")
    return truth_of(json.loads(path.with_suffix(".json").read_text("utf-8")), path)


async def test_a_shared_paper_is_read_without_a_miss(engine: LocalEngine, truth: Truth) -> None:
    content_type = CONTENT_TYPES[truth.path.suffix]
    document = Document(truth.path.read_bytes(), content_type, truth.schema, truth.mode)
    seen = await engine.read_with_text(document, 30.0)
    assert compare(seen.reading, truth, [Score()]) == []
