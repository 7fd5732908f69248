"""The ledger as a process: it answers calls and acts on events over a real broker, and checks its own books."""

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from shared import mongo
from shared.bus import Bus, Delivery, Follower
from shared.contracts.credits import CreditsSettled, ListMovements, ReadBalance
from shared.contracts.message import Event
from shared.errors import Refused
from tests.support.ledger import grant, hold, reconciled


@pytest_asyncio.fixture
async def process(mongodb_url: str, rabbitmq_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    environment = {
        **os.environ,
        "MONGODB_URL": mongodb_url,
        "RABBITMQ_URL": rabbitmq_url,
        "OPS_PORT": "0",
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    ledger = await asyncio.create_subprocess_exec(sys.executable, "-m", "ledger", env=environment)
    yield ledger
    if ledger.returncode is None:
        ledger.kill()
    await ledger.wait()


class Settled:
    """Waits for the one event that says what was charged."""

    def __init__(self) -> None:
        self.events: asyncio.Queue[CreditsSettled] = asyncio.Queue()

    async def see(self, delivery: Delivery, _deps: None) -> list[Event]:
        if isinstance(delivery.event, CreditsSettled):
            self.events.put_nowait(delivery.event)
        return []


async def test_a_document_is_held_and_charged_over_the_bus(
    process: asyncio.subprocess.Process, rabbitmq_url: str, mongodb_client: mongo.Client
) -> None:
    user, settled = f"user-{uuid.uuid4()}", Settled()
    bus = Bus(rabbitmq_url, service="gateway", origin="gateway-1")
    bus.add(Follower(settled.see), None)
    await bus.start()
    try:
        await bus.wait_until_connected(30)
        request = str(uuid.uuid4())
        granted = await bus.call(grant(user, 20, str(uuid.uuid4())), timeout=30)
        assert granted.available == 20
        placed = await bus.call(hold(user, request))
        assert (placed.price, placed.balance.available) == (15, 5)
        with pytest.raises(Refused) as refusal:
            await bus.call(hold(user, str(uuid.uuid4())))
        assert refusal.value.details == {"price": 15, "available": 5}
        await bus.publish(reconciled(user, request))
        event = await asyncio.wait_for(settled.events.get(), 30)
        assert (event.request_id, event.amount, event.balance) == (request, 15, 5)
        assert (await bus.call(ReadBalance(user_id=user))).held == 0
        assert len((await bus.call(ListMovements(user_id=user))).movements) == 2
        process.send_signal(signal.SIGTERM)
        assert await process.wait() == 0
    finally:
        await bus.close()
        await mongodb_client["ledger"]["accounts"].delete_one({"_id": user})
        await mongodb_client["ledger"]["entries"].delete_many({"user_id": user})
