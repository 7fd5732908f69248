"""Webhooks on a real broker: a receiver that fails climbs the ladder, is told in the end, or its telling is parked."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest_asyncio

from gateway.deps import Deps
from gateway.handlers import follow_event
from gateway.hooks import MOST_FAILURES, Hooks
from gateway.routes.lumis_v4 import result_of
from gateway.store import NewRequest
from gateway.webhooks import Teller
from shared.bus import Follower, Subscription
from shared.bus.parking import list_parked, take_parked
from shared.bus.topology import PARKED_QUEUE
from shared.contracts.documents import DocumentReconciled
from shared.contracts.topology import event_queue
from shared.contracts.webhooks import WebhookScheduled
from shared.mongo import Database, ensure_indexes
from tests.support.broker import Buses, buses_on, queue_length
from tests.support.gateway import deps_on, fake_bus, new_id
from tests.support.invoices import reconciled, uploaded
from tests.support.receiver import Received, Receiver, receiving
from tests.support.waiting import until


@pytest_asyncio.fixture
async def buses(rabbitmq_url: str) -> AsyncIterator[Buses]:
    async with buses_on(rabbitmq_url) as made:
        yield made


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


async def ready(database: Database, buses: Buses, receiver: Receiver) -> tuple[Deps, DocumentReconciled]:
    """A gateway on the bus whose user has a webhook, and the end of a request of theirs."""
    await ensure_indexes(database, Hooks.INDEXES)
    deps = deps_on(database, fake_bus())
    await deps.hooks.register("user-1", receiver.url, (DocumentReconciled.NAME,))
    gateway = buses.make("gateway")
    gateway.add(Follower(follow_event), deps)
    gateway.add(Subscription(WebhookScheduled, Teller(result_of)), deps)
    await buses.start(gateway)
    return deps, await requested(deps)


async def requested(deps: Deps) -> DocumentReconciled:
    """A request of the user, and its end."""
    event = uploaded(new_id(), "user-1")
    now = datetime.now(UTC)
    await deps.requests.create(NewRequest("user-1", "upload", 15, event, "lumis", now, now.replace(year=now.year + 1)))
    return reconciled(event)


async def test_a_failing_receiver_is_tried_again_until_it_is_told(
    database: Database, buses: Buses, receiver: Receiver
) -> None:
    deps, end = await ready(database, buses, receiver)
    receiver.statuses.extend([500, 503])
    reconciler = buses.make("reconciler")
    await buses.start(reconciler)
    await reconciler.publish(end)

    async def told() -> bool:
        hook = await deps.hooks.find("user-1")
        return bool(hook and hook.last and hook.last.delivered)

    await until(told)
    assert len(receiver.received) == 3
    assert len({message.headers["lumis-delivery"] for message in receiver.received}) == 1
    assert len({message.body for message in receiver.received}) == 1
    request = await deps.requests.find(end.request_id)
    assert request is not None
    assert [entry.type for entry in request.timeline] == [DocumentReconciled.NAME]


async def test_a_short_outage_costs_no_delivery_and_no_webhook(
    database: Database, buses: Buses, receiver: Receiver
) -> None:
    deps, _ = await ready(database, buses, receiver)
    tried: set[str] = set()

    async def fail_first(message: Received) -> None:
        if (delivery := message.headers["lumis-delivery"]) not in tried:
            tried.add(delivery)
            receiver.statuses.append(500)

    receiver.look = fail_first
    reconciler = buses.make("reconciler")
    await buses.start(reconciler)
    ends = [await requested(deps) for _ in range(MOST_FAILURES)]
    await reconciler.publish(*ends)

    async def all_told() -> bool:
        return await database["deliveries"].count_documents({"delivered": True}) == MOST_FAILURES

    await until(all_told)
    assert len(receiver.received) == 2 * MOST_FAILURES
    hook = await deps.hooks.find("user-1")
    assert hook is not None
    assert (hook.disabled, hook.failures) == (None, 0)
    assert await queue_length(buses.url, PARKED_QUEUE) == 0


async def test_a_telling_that_never_succeeds_is_parked_and_can_be_put_back(
    database: Database, buses: Buses, receiver: Receiver
) -> None:
    _, end = await ready(database, buses, receiver)
    receiver.statuses.extend([500] * 3)
    reconciler = buses.make("reconciler")
    await buses.start(reconciler)
    await reconciler.publish(end)

    async def is_parked() -> bool:
        return await queue_length(buses.url, PARKED_QUEUE) == 1

    await until(is_parked)
    (parked,) = await list_parked(buses.url)
    assert parked.queue == event_queue("gateway", WebhookScheduled)
    assert parked.id == receiver.received[0].headers["lumis-delivery"]
    assert receiver.url not in parked.error
    await take_parked(buses.url, None, replay=True)
    await until(lambda: len(receiver.received) == 4)
