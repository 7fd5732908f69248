"""GET /api/v4/requests/{id}: the stored state, kept true by every event, however often and in whatever order."""

import asyncio
import itertools
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.handlers import follow_event
from gateway.store import NewRequest
from shared.contracts.credits import CreditsGranted, CreditsHeld, CreditsReleased, CreditsSettled
from shared.contracts.documents import DocumentAbandoned, DocumentUnreadable, DocumentUploaded, Unreadable
from shared.contracts.message import Event
from tests.support.gateway import JPEG, Gateway, delivery_of, new_id, token
from tests.support.invoices import COMPLETE, INCOMPLETE, recognized, reconciled, uploaded


async def store(gateway: Gateway, user: str = "user-1") -> DocumentUploaded:
    """A request as an upload leaves it."""
    event = uploaded(new_id(), user)
    await gateway.deps.requests.create(
        NewRequest(
            user_id=user,
            operation="upload",
            price=15,
            outgoing=event,
            schema_name="lumis",
            received_at=event.received_at,
            expires_at=event.received_at + timedelta(days=90),
        )
    )
    return event


def about(event: DocumentUploaded, kind: type[Event], **fields: Any) -> Event:
    whole = {"request_id": event.request_id, "origin": event.origin, "user_id": event.user_id, **fields}
    return kind.model_validate(whole)


def held(event: DocumentUploaded) -> Event:
    return about(event, CreditsHeld, amount=15, available=85)


def settled(event: DocumentUploaded) -> Event:
    return about(event, CreditsSettled, amount=15, balance=85)


def released(event: DocumentUploaded, *, refund: bool = False) -> Event:
    return about(event, CreditsReleased, amount=15, balance=100, reason="abandoned", refund=refund)


def abandoned(event: DocumentUploaded) -> Event:
    return about(event, DocumentAbandoned)


def unreadable(event: DocumentUploaded) -> Event:
    return about(event, DocumentUnreadable, schema_name="lumis", reason=Unreadable.DAMAGED)


async def show(gateway: Gateway, event: DocumentUploaded, **options: Any) -> Any:
    reply = await gateway.send("GET", f"/api/v4/requests/{event.request_id}", **options)
    assert reply.status == 200
    return reply.json["data"]


async def test_a_request_shows_its_state_its_result_and_its_timeline(gateway: Gateway) -> None:
    event = await store(gateway)
    assert (await show(gateway, event))["result"] is None
    for number, step in enumerate((held(event), event, recognized(event), reconciled(event), settled(event))):
        at = event.received_at + timedelta(milliseconds=100 * number)
        await gateway.follow(step, at=at, source="somebody")
    data = await show(gateway, event)
    assert list(data) == ["request_id", "state", "operation", "received_at", "result", "timeline"]
    assert (data["state"], data["result"]["success"]) == ("reconciled", True)
    assert (data["result"]["data"]["cost_lumis"], data["result"]["data"]["total"]) == (15, 125.5)
    assert [(entry["type"], entry["offset_ms"]) for entry in data["timeline"]] == [
        ("credits.held.v1", 0),
        ("document.uploaded.v1", 100),
        ("document.recognized.v1", 200),
        ("document.reconciled.v1", 300),
        ("credits.settled.v1", 400),
    ]
    assert {entry["source"] for entry in data["timeline"]} == {"somebody"}


async def test_the_result_is_the_body_that_the_upload_got(gateway: Gateway) -> None:
    for outcome in (COMPLETE, INCOMPLETE):
        gateway.bus.published.clear()
        gateway.bus.react = lambda event, outcome=outcome: (
            reconciled(event, outcome) if isinstance(event, DocumentUploaded) else None
        )
        answered = (await gateway.upload(("image", JPEG))).json
        (event,) = gateway.bus.of(DocumentUploaded)
        await gateway.follow(reconciled(event, outcome))
        result = (await show(gateway, event))["result"]
        assert json.dumps(result["data"]) == json.dumps(answered["data"])
        assert json.dumps(result["error"]) == json.dumps(answered["error"])


async def test_only_the_owner_and_an_admin_see_a_request(gateway: Gateway) -> None:
    event = await store(gateway, "user-1")
    assert (await show(gateway, event, user="user-1"))["state"] == "uploaded"
    headers = {"Authorization": f"Bearer {token('boss', scope='admin')}"}
    assert (await show(gateway, event, user=None, headers=headers))["state"] == "uploaded"
    for request_id, user in ((event.request_id, "user-2"), (new_id(), "user-1"), ("a%00b", "user-1")):
        reply = await gateway.send("GET", f"/api/v4/requests/{request_id}", user=user)
        assert (reply.status, reply.json["error"]["code"]) == (404, "NOT_FOUND")
    reply = await gateway.send("GET", f"/api/v4/requests/{event.request_id}", user=None)
    assert reply.status == 401


async def test_an_event_that_comes_twice_stands_once_in_the_timeline(gateway: Gateway) -> None:
    event = await store(gateway)
    steps = [held(event), event, reconciled(event), settled(event)]
    await asyncio.gather(*(gateway.follow(step) for step in steps * 3))
    data = await show(gateway, event)
    assert sorted(entry["type"] for entry in data["timeline"]) == sorted(step.NAME for step in steps)
    assert len({entry["id"] for entry in data["timeline"]}) == len(steps)


@pytest.mark.parametrize("order", list(itertools.permutations(range(4)))[::5])
async def test_whatever_the_order_the_end_is_the_same(gateway: Gateway, order: tuple[int, ...]) -> None:
    event = await store(gateway)
    steps = [event, recognized(event), reconciled(event), settled(event)]
    for number in order:
        await gateway.follow(steps[number])
    data = await show(gateway, event)
    assert (data["state"], data["result"]["data"]["cost_lumis"]) == ("reconciled", 15)
    assert len(data["timeline"]) == 4


async def test_a_hold_that_is_told_before_the_request_is_stored_is_not_lost(gateway: Gateway) -> None:
    event = uploaded(new_id(), "user-1")
    await gateway.follow(held(event))
    await gateway.follow(held(event))
    reply = await gateway.send("GET", f"/api/v4/requests/{event.request_id}")
    assert reply.status == 404
    row = await gateway.database["requests"].find_one({"_id": event.request_id})
    assert row is not None
    assert row["expires_at"] < datetime.now(UTC) + timedelta(days=1)  # leaves by itself where nothing follows
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
    data = await show(gateway, event)
    assert [entry["type"] for entry in data["timeline"]] == ["credits.held.v1"]
    row = await gateway.database["requests"].find_one({"_id": event.request_id})
    assert row is not None
    assert row["expires_at"] > datetime.now(UTC) + timedelta(days=80)


async def test_events_without_a_stored_request_leave_nothing_behind(gateway: Gateway) -> None:
    event = uploaded(new_id(), "user-1")
    grant = about(event, CreditsGranted, amount=100, balance=100, reason="gift")
    for step in (grant, event, reconciled(event), settled(event), released(event)):
        await gateway.follow(step)
    assert await gateway.database["requests"].count_documents({}) == 0


async def test_a_grant_is_no_part_of_a_request(gateway: Gateway) -> None:
    event = await store(gateway)
    await gateway.follow(about(event, CreditsGranted, amount=100, balance=100, reason="gift"))
    assert (await show(gateway, event))["timeline"] == []


async def test_an_event_of_a_type_that_is_unknown_here_still_stands_in_the_timeline(gateway: Gateway) -> None:
    event = await store(gateway)
    delivery = replace(delivery_of(event), type="document.admired.v1")
    await follow_event(delivery, gateway.deps)
    assert [entry["type"] for entry in (await show(gateway, event))["timeline"]] == ["document.admired.v1"]


async def test_an_abandoned_request_shows_the_error_that_was_answered(gateway: Gateway) -> None:
    event = await store(gateway)
    await gateway.follow(abandoned(event))
    data = await show(gateway, event)
    assert (data["state"], data["result"]["error"]["code"]) == ("abandoned", "OCR_PROCESSING_FAILED")


async def test_a_reading_after_the_abandonment_is_kept_and_free(gateway: Gateway) -> None:
    event = await store(gateway)
    for step in (abandoned(event), released(event), reconciled(event)):
        await gateway.follow(step)
    data = await show(gateway, event)
    assert (data["state"], data["result"]["data"]["cost_lumis"]) == ("reconciled", 0)


async def test_a_refund_makes_a_charged_request_free_in_any_order(gateway: Gateway) -> None:
    for order in (1, -1):
        event = await store(gateway)
        await gateway.follow(reconciled(event))
        for step in [settled(event), released(event, refund=True)][::order]:
            await gateway.follow(step)
        assert (await show(gateway, event))["result"]["data"]["cost_lumis"] == 0


async def test_an_unreadable_document_shows_why(gateway: Gateway) -> None:
    event = await store(gateway)
    await gateway.follow(unreadable(event))
    data = await show(gateway, event)
    assert data["state"] == "unreadable"
    assert data["result"]["error"]["details"]["reason"] == "DAMAGED"


async def test_the_durable_queue_wakes_a_waiter_too(gateway: Gateway) -> None:
    def react(event: Event) -> None:
        if isinstance(event, DocumentUploaded):
            asyncio.get_running_loop().call_soon(lambda: tasks.append(asyncio.ensure_future(follow(event))))

    async def follow(event: DocumentUploaded) -> None:
        await gateway.follow(reconciled(event))

    tasks: list[asyncio.Future[None]] = []
    gateway.bus.react = react
    assert (await gateway.upload(("image", JPEG))).status == 200


async def test_one_reads_ones_balance(gateway: Gateway) -> None:
    reply = await gateway.send("GET", "/api/v4/lumis/balance", user="user-9")
    assert reply.json["data"] == {"balance": 100, "held": 15, "available": 85}
    assert gateway.bus.calls[0].user_id == "user-9"  # type: ignore[attr-defined]
