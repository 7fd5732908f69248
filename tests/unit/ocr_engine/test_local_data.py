"""The shared test papers, where they lie beside the project: every mandatory field of a few of each kind."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from ocr_engine.providers.local import LocalEngine
from tests.benchmarks.scoring import Score, compare
from tests.benchmarks.truth import CONTENT_TYPES, DATA, truth_of

PAPERS = (
    "panama/006-fiscal.jpg",
    "panama/020-a4.pdf",
    "panama/019-ticket.png",
    "panama/002-a4.jpg",
    "panama/003-fiscal.pdf",
    "panama_combined/003-fiscal.jpg",
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def engine() -> AsyncIterator[LocalEngine]:
    started = LocalEngine()
    await started.start()
    yield started
    await started.close()


@pytest.fixture(params=PAPERS)
def paper(request: pytest.FixtureRequest) -> tuple[bytes, str, dict[str, Any]]:
    """The paper's bytes, its content type and its truth."""
    path: Path = DATA / request.param
    if not path.exists():
        pytest.skip("shared test data (../shared/data/panama) is not beside the project")
    return path.read_bytes(), CONTENT_TYPES[path.suffix], json.loads(path.with_suffix(".json").read_text("utf-8"))


async def test_a_shared_paper_is_read_without_a_miss(
    engine: LocalEngine, paper: tuple[bytes, str, dict[str, Any]]
) -> None:
    content, content_type, truth = paper
    reading = await engine.read(content, content_type, schema_name="lumis", mode=truth["mode"], timeout=30.0)
    assert compare(reading, truth_of(truth), [Score()]) == []
