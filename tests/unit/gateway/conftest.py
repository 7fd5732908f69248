from collections.abc import AsyncIterator

import pytest_asyncio

from shared.mongo import Database
from tests.support.gateway import Gateway, running


@pytest_asyncio.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    async with running(database) as started:
        yield started
