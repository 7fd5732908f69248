from collections.abc import AsyncIterator

import pytest_asyncio

from shared.mongo import Database
from tests.support.gateway import Gateway, running
from tests.support.scans import read_everything, with_access


@pytest_asyncio.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    async with running(database, change=with_access) as started:
        started.bus.react = read_everything
        yield started
        await started.deps.remote.fetcher.close()
