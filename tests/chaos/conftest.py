"""One whole Lumis for the kills, with a Gemini on loopback that answers at once."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.support.gemini_server import KEY, gemini_server
from tests.support.hosted_models import INVOICE
from tests.support.platform import Platform, running


@pytest_asyncio.fixture(scope="session")
async def platform(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Platform]:
    async with gemini_server(INVOICE) as gemini:
        settings = {
            "GEMINI_API_KEY": KEY,
            "GEMINI_BASE_URL": gemini.url,
            "LOCATE_VALUES": "false",
            "HOLD_SECONDS": "40",
            "REPUBLISH_SECONDS": "1",
        }
        async with running(tmp_path_factory.mktemp("chaos"), settings) as started:
            yield started
