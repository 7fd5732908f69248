"""What a killed process left behind is published by the sweep, once."""

from datetime import UTC, datetime, timedelta

import pytest
from structlog.testing import capture_logs

from gateway.store import NewRequest
from gateway.sweep import republish_once
from shared.contracts.documents import DocumentAbandoned, DocumentUploaded
from shared.errors import Unavailable
from shared.mongo import Database, ensure_indexes
from tests.support.gateway import Gateway, deps_on, fake_bus, new_id
from tests.support.invoices import uploaded


async def left_unpublished(gateway: Gateway) -> DocumentUploaded:
    """A request of a process that was killed between storing and publishing."""
    event = uploaded(new_id(), "user-1")
    request = NewRequest(
        user_id="user-1",
        operation="upload",
        price=15,
        outgoing=event,
        schema_name="lumis",
        received_at=event.received_at,
        expires_at=event.received_at + timedelta(days=90),
    )
    await gateway.deps.requests.create(request)
    return event


async def test_an_unpublished_request_is_published_once_with_a_fresh_deadline(gateway: Gateway) -> None:
    event = await left_unpublished(gateway)
    later = datetime.now(UTC) + timedelta(seconds=61)
    assert await republish_once(gateway.deps, later) == 1
    (published,) = gateway.bus.of(DocumentUploaded)
    assert published == event.model_copy(update={"answer_by": later + timedelta(seconds=30)})
    assert await republish_once(gateway.deps, later + timedelta(hours=1)) == 0
    assert len(gateway.bus.published) == 1


async def test_a_request_that_is_being_published_just_now_is_left_alone(gateway: Gateway) -> None:
    await left_unpublished(gateway)
    assert await republish_once(gateway.deps, datetime.now(UTC) + timedelta(seconds=59)) == 0


async def test_an_abandonment_that_could_not_be_told_is_told(gateway: Gateway) -> None:
    event = await left_unpublished(gateway)
    await gateway.deps.requests.mark_published(event.request_id)
    abandoned = DocumentAbandoned(request_id=event.request_id, origin=event.origin, user_id="user-1")
    await gateway.deps.requests.plan(abandoned)
    assert await republish_once(gateway.deps, datetime.now(UTC) + timedelta(seconds=61)) == 1
    assert gateway.bus.published == [abandoned]


async def test_an_event_of_another_version_holds_up_nothing_behind_it(gateway: Gateway) -> None:
    odd, event = await left_unpublished(gateway), await left_unpublished(gateway)
    row = {"outgoing.type": "document.uploaded.v9"}
    await gateway.database["requests"].update_one({"_id": odd.request_id}, {"$set": row})
    assert await republish_once(gateway.deps, datetime.now(UTC) + timedelta(seconds=61)) == 1
    assert [published.request_id for published in gateway.bus.published] == [event.request_id]


async def test_an_event_that_is_not_understood_is_named_once_and_not_at_every_turn(gateway: Gateway) -> None:
    odd = await left_unpublished(gateway)
    row = {"outgoing.type": "document.uploaded.v9"}
    await gateway.database["requests"].update_one({"_id": odd.request_id}, {"$set": row})
    later, told = datetime.now(UTC) + timedelta(seconds=61), set[str]()
    with capture_logs() as logs:
        for _ in range(3):
            assert await republish_once(gateway.deps, later, told) == 0
    assert [(line["request_id"], line["type"]) for line in logs] == [(odd.request_id, "document.uploaded.v9")]


async def test_a_request_that_was_given_up_is_never_published(gateway: Gateway) -> None:
    event = await left_unpublished(gateway)
    await gateway.deps.requests.give_up(event.request_id)
    assert await republish_once(gateway.deps, datetime.now(UTC) + timedelta(hours=1)) == 0


async def test_what_cannot_be_published_stays_for_the_next_turn(database: Database) -> None:
    bus = fake_bus()
    deps = deps_on(database, bus)
    await ensure_indexes(database, deps.requests.INDEXES)
    gateway = Gateway(0, bus, deps, database, None)  # type: ignore[arg-type]
    await left_unpublished(gateway)
    later = datetime.now(UTC) + timedelta(seconds=61)
    bus.down = True
    with pytest.raises(Unavailable):
        await republish_once(deps, later)
    bus.down = False
    assert await republish_once(deps, later) == 1
