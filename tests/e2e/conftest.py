"""One whole Lumis for all tests in this folder, with the local engine alone."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.platform import Platform, running


@pytest_asyncio.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with running(tmp_path_factory.mktemp("e2e")) as started:
        yield started
