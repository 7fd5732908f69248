"""Webhooks over a real database and real HTTP: registered, scheduled once per event, signed, tried until told."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY
from structlog.testing import capture_logs

from gateway.handlers import follow_event
from gateway.hooks import MOST_ATTEMPTS, MOST_FAILURES, Hook, Hooks
from gateway.routes.lumis_v4 import result_of
from gateway.store import NewRequest
from gateway.webhooks import Teller, schedule_webhook
from shared.bus import event_id
from shared.contracts.credits import CreditsGranted, CreditsSettled
from shared.contracts.documents import DocumentAbandoned, DocumentRecognized, DocumentReconciled, DocumentUploaded
from shared.contracts.message import Event
from shared.contracts.webhooks import WEBHOOK_EVENTS, WebhookScheduled
from shared.errors import Unavailable
from shared.mongo import ensure_indexes
from tests.support.gateway import Gateway, delivery_of, new_id
from tests.support.invoices import recognized, reconciled, uploaded
from tests.support.receiver import Received, Receiver, receiving
from tests.support.waiting import until

PATH = "/api/v4/webhooks"
ATTEMPTS = "lumis_gateway_webhook_seconds_count"
tell = Teller(result_of)


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


async def register(gateway: Gateway, url: str, user: str = "user-1", **more: Any) -> str:
    reply = await gateway.send("PUT", PATH, user=user, json={"url": url, **more})
    assert reply.status == 200, reply.text
    return str(reply.json["data"]["secret"])


async def stored(gateway: Gateway, user: str = "user-1") -> DocumentUploaded:
    """A request as an upload leaves it."""
    event = uploaded(new_id(), user)
    new = NewRequest(
        user_id=user,
        operation="upload",
        price=15,
        outgoing=event,
        schema_name="lumis",
        received_at=event.received_at,
        expires_at=event.received_at + timedelta(days=90),
    )
    await gateway.deps.requests.create(new)
    return event


async def scheduled(gateway: Gateway, event: Event) -> list[WebhookScheduled]:
    outputs = await follow_event(delivery_of(event), gateway.deps)
    assert all(isinstance(output, WebhookScheduled) for output in outputs)
    return [output for output in outputs if isinstance(output, WebhookScheduled)]


async def ended(gateway: Gateway, user: str = "user-1") -> WebhookScheduled:
    """A request of a user that was reconciled, and what was scheduled for it."""
    (event,) = await scheduled(gateway, reconciled(await stored(gateway, user)))
    return event


async def hook_of(gateway: Gateway, user: str = "user-1") -> Hook:
    hook = await gateway.deps.hooks.find(user)
    assert hook is not None
    return hook


def is_signed(message: Received, secret: str) -> bool:
    parts = dict(part.split("=") for part in message.headers["lumis-signature"].split(","))
    expected = hmac.new(secret.encode(), f"{parts['t']}.".encode() + message.body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["v1"]) and abs(time.time() - int(parts["t"])) < 60


async def test_the_secret_is_shown_once_and_never_again(gateway: Gateway, receiver: Receiver) -> None:
    first = await register(gateway, receiver.url)
    assert first.startswith("whsec_")
    assert len(first) >= 6 + 43
    read = await gateway.send("GET", PATH)
    assert read.status == 200
    assert first not in read.text
    data = read.json["data"]
    assert (data["url"], data["events"], data["enabled"]) == (receiver.url, list(WEBHOOK_EVENTS), True)
    assert (data["last_delivery"], data["failures"], data["disabled_reason"]) == (None, 0, None)
    rotated = await gateway.send("POST", f"{PATH}/secret")
    assert rotated.status == 200
    second = rotated.json["data"]["secret"]
    assert second != first
    assert await register(gateway, receiver.url) not in {first, second}
    assert first not in repr(await hook_of(gateway))


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", ""), ("POST", "/secret"), ("POST", "/test")])
async def test_who_has_no_webhook_is_told_so(gateway: Gateway, method: str, path: str) -> None:
    await register(gateway, "https://example.com/", user="another")
    reply = await gateway.send(method, PATH + path)
    assert (reply.status, reply.json["error"]["code"]) == (404, "NOT_FOUND")
    assert reply.json["error"]["message"] == "No tienes un webhook registrado"
    assert (await gateway.send(method, PATH + path, user=None)).status == 401


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/", "Debe comenzar con https://"),
        ("https://user:pass@example.com/", "No debe llevar usuario ni contraseña"),
        ("https://example.com/#here", "No debe llevar un fragmento (#)"),
        ("https://example.com:70000/", "El puerto debe ser de 1 a 65535"),
        ("https://example.com/" + "a" * 2048, "Debe tener a lo más 2048 caracteres"),
        ("no es una URL", "Debe ser una URL absoluta en ASCII, sin espacios"),
        ("https://2130706433/", "Debe nombrar un servidor por su dominio o su dirección IP"),
    ],
)
async def test_a_bad_url_is_refused_in_spanish(gateway: Gateway, url: str, words: str) -> None:
    reply = await gateway.send("PUT", PATH, json={"url": url})
    assert (reply.status, reply.json["error"]["code"]) == (422, "INVALID_DATA")
    assert reply.json["error"]["details"]["fields"] == {"url": words}
    assert (await gateway.send("GET", PATH)).status == 404


@pytest.mark.parametrize("events", [[], ["document.uploaded.v1"], ["document.reconciled.v1", "x"]])
async def test_only_events_that_webhooks_know_can_be_asked_for(gateway: Gateway, events: list[str]) -> None:
    reply = await gateway.send("PUT", PATH, json={"url": "https://example.com/", "events": events})
    assert (reply.status, reply.json["error"]["code"]) == (422, "INVALID_DATA")
    assert "document.reconciled.v1" in reply.json["error"]["details"]["fields"]["events"]


async def test_an_end_is_told_with_its_result_and_a_signature_that_holds(gateway: Gateway, receiver: Receiver) -> None:
    secret = await register(gateway, receiver.url)
    event = await ended(gateway)
    assert await tell(event, gateway.deps) == []
    (message,) = receiver.received
    assert message.path == "/hook?key=abc"
    assert is_signed(message, secret)
    assert not is_signed(message, f"{secret}x")
    assert message.headers["content-type"] == "application/json"
    assert (message.event, message.headers["lumis-delivery"]) == ("document.reconciled.v1", event.delivery_id)
    request = (await gateway.send("GET", f"/api/v4/requests/{event.request_id}")).json["data"]
    assert message.json == {
        "id": request["timeline"][0]["id"],
        "type": "document.reconciled.v1",
        "request_id": event.request_id,
        "created_at": message.json["created_at"],
        "data": {"state": "reconciled", "result": request["result"]},
    }
    assert message.json["created_at"].endswith("Z")
    shown = (await gateway.send("GET", PATH)).json["data"]["last_delivery"]
    assert (shown["id"], shown["delivered"], shown["status"]) == (event.delivery_id, True, 204)


async def test_other_events_are_told_without_a_result(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url)
    request = await stored(gateway)
    settled = CreditsSettled(
        request_id=request.request_id, origin=request.origin, user_id="user-1", amount=15, balance=85
    )
    (event,) = await scheduled(gateway, settled)
    await tell(event, gateway.deps)
    assert receiver.received[0].json["data"] == {"state": "uploaded"}


async def test_an_abandoned_request_is_told_as_its_client_was_told(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url)
    request = await stored(gateway)
    abandoned = DocumentAbandoned(request_id=request.request_id, origin=request.origin, user_id="user-1")
    (event,) = await scheduled(gateway, abandoned)
    await tell(event, gateway.deps)
    data = receiver.received[0].json["data"]
    assert (data["state"], data["result"]["error"]["code"]) == ("abandoned", "OCR_PROCESSING_FAILED")


async def test_the_same_event_schedules_the_same_delivery_and_a_told_one_is_not_told_again(
    gateway: Gateway, receiver: Receiver
) -> None:
    await register(gateway, receiver.url)
    end = reconciled(await stored(gateway))
    delivery = delivery_of(end)
    first, second = await follow_event(delivery, gateway.deps), await follow_event(delivery, gateway.deps)
    assert first == second
    assert isinstance(first[0], WebhookScheduled)
    # The id is that of the scheduling event itself, so that operators find the one by the other.
    assert first[0].delivery_id == event_id(delivery.id, WebhookScheduled.NAME)
    for _ in range(2):
        await tell(first[0], gateway.deps)
    assert len(receiver.received) == 1


async def test_nothing_is_scheduled_for_what_no_webhook_asks_for(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url, events=["credits.settled.v1"])
    request = await stored(gateway)
    assert await scheduled(gateway, reconciled(request)) == []
    assert await scheduled(gateway, recognized(request)) == []
    assert await scheduled(gateway, reconciled(await stored(gateway, "user-2"))) == []
    granted = CreditsGranted(
        request_id="r", origin=request.origin, user_id="user-1", amount=1, balance=1, reason="regalo"
    )
    assert await scheduled(gateway, granted) == []


async def test_a_telling_leads_to_no_other_and_stays_out_of_the_timeline(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url)
    event = await ended(gateway)
    assert await scheduled(gateway, event) == []
    assert await schedule_webhook(delivery_of(event), gateway.deps) == []
    request = (await gateway.send("GET", f"/api/v4/requests/{event.request_id}")).json["data"]
    assert [entry["type"] for entry in request["timeline"]] == ["document.reconciled.v1"]


async def test_a_registration_counts_at_once_and_a_deletion_too(gateway: Gateway, receiver: Receiver) -> None:
    assert await scheduled(gateway, reconciled(await stored(gateway))) == []
    await register(gateway, receiver.url)
    event = await ended(gateway)
    assert (await gateway.send("DELETE", PATH)).json["data"] == {"deleted": True}
    assert await scheduled(gateway, reconciled(await stored(gateway))) == []
    assert await tell(event, gateway.deps) == []
    assert receiver.received == []


async def test_a_request_that_is_gone_or_anothers_is_not_told(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url)
    event = await ended(gateway)
    assert await tell(event.model_copy(update={"request_id": new_id()}), gateway.deps) == []
    theirs = (await stored(gateway, "user-2")).request_id
    assert await tell(event.model_copy(update={"request_id": theirs}), gateway.deps) == []
    assert receiver.received == []


async def test_a_failure_is_left_to_the_ladder_under_the_same_delivery(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url)
    receiver.statuses.extend([500, 302])
    event = await ended(gateway)
    for status in (500, 302):
        with pytest.raises(Unavailable, match=str(status)) as raised:
            await tell(event, gateway.deps)
        assert "hook" not in str(raised.value).replace("webhook", "")
        data = (await gateway.send("GET", PATH)).json["data"]
        assert (data["failures"], data["last_delivery"]["delivered"]) == (0, False)
        assert data["last_delivery"]["error"] == f"El receptor respondió {status}"
    assert await tell(event, gateway.deps) == []
    assert {message.headers["lumis-delivery"] for message in receiver.received} == {event.delivery_id}
    assert len(receiver.received) == 3
    assert (await hook_of(gateway)).failures == 0


async def test_an_attempt_is_logged_and_measured_without_its_query_or_secret(
    gateway: Gateway, receiver: Receiver
) -> None:
    secret = await register(gateway, receiver.url)
    receiver.statuses.append(500)
    before = REGISTRY.get_sample_value(ATTEMPTS, {"outcome": "refused"}) or 0
    event = await ended(gateway)
    with capture_logs() as logs, pytest.raises(Unavailable):
        await tell(event, gateway.deps)
    (line,) = [line for line in logs if line["event"] == "webhook sent"]
    assert (line["outcome"], line["status"], line["place"]) == (
        "refused",
        500,
        receiver.url.removesuffix("/hook?key=abc"),
    )
    assert secret not in str(logs)
    assert "key=abc" not in str(logs)
    assert REGISTRY.get_sample_value(ATTEMPTS, {"outcome": "refused"}) == before + 1


async def test_a_receiver_that_is_not_there_is_told_of_later(gateway: Gateway) -> None:
    await register(gateway, "http://127.0.0.1:1/")
    with pytest.raises(Unavailable, match="unreachable"):
        await tell(await ended(gateway), gateway.deps)
    assert (await hook_of(gateway)).last is not None


async def test_a_receiver_that_answers_410_is_told_nothing_more(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url)
    receiver.statuses.append(410)
    first, second = await ended(gateway), await ended(gateway)
    assert await tell(first, gateway.deps) == []
    assert await tell(second, gateway.deps) == []
    assert len(receiver.received) == 1
    data = (await gateway.send("GET", PATH)).json["data"]
    assert (data["enabled"], data["last_delivery"]["status"]) == (False, 410)
    assert "410" in data["disabled_reason"]
    assert await scheduled(gateway, reconciled(await stored(gateway))) == []
    await register(gateway, receiver.url)
    assert (await hook_of(gateway)).disabled is None


async def fail(gateway: Gateway, *events: WebhookScheduled) -> None:
    for event in events:
        with pytest.raises(Unavailable):
            await tell(event, gateway.deps)


async def test_a_short_outage_of_a_receiver_disables_nothing(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url)
    receiver.statuses.extend([500] * (MOST_FAILURES + 1))
    events = [await ended(gateway) for _ in range(MOST_FAILURES + 1)]
    await fail(gateway, *events)
    for event in events:
        await tell(event, gateway.deps)
    hook = await hook_of(gateway)
    assert (hook.disabled, hook.failures) == (None, 0)
    told = {message.headers["lumis-delivery"] for message in receiver.received[-len(events) :]}
    assert told == {event.delivery_id for event in events}


async def test_twenty_deliveries_in_a_row_that_are_given_up_disable_a_webhook(
    gateway: Gateway, receiver: Receiver
) -> None:
    await register(gateway, receiver.url)
    receiver.statuses.extend([500] * (MOST_ATTEMPTS * MOST_FAILURES + 1))
    events = [await ended(gateway) for _ in range(MOST_FAILURES)]
    await fail(gateway, events[0])  # one that was parked and is put back counts once
    for _ in range(MOST_ATTEMPTS - 1):
        await fail(gateway, *events)
    assert (await hook_of(gateway)).failures == 1
    assert (await hook_of(gateway)).disabled is None
    await fail(gateway, *events)
    data = (await gateway.send("GET", PATH)).json["data"]
    assert (data["enabled"], data["failures"]) == (False, MOST_FAILURES)
    assert data["disabled_reason"] == "20 entregas seguidas fallaron"
    assert await tell(events[0], gateway.deps) == []
    assert len(receiver.received) == MOST_ATTEMPTS * MOST_FAILURES + 1


async def test_what_an_earlier_registration_did_is_not_held_against_a_new_one(
    gateway: Gateway, receiver: Receiver
) -> None:
    await register(gateway, receiver.url)
    receiver.statuses.append(410)
    receiver.gate.clear()
    telling = asyncio.create_task(tell(await ended(gateway), gateway.deps))
    await until(lambda: len(receiver.received) == 1)
    await register(gateway, receiver.url)
    receiver.gate.set()
    await telling
    assert (await hook_of(gateway)).disabled is None


async def test_a_ping_says_how_it_was_taken(gateway: Gateway, receiver: Receiver) -> None:
    secret = await register(gateway, receiver.url)
    receiver.statuses.extend([204, 500])
    good = (await gateway.send("POST", f"{PATH}/test")).json["data"]
    assert (good["delivered"], good["status"], good["error"]) == (True, 204, None)
    assert is_signed(receiver.received[0], secret)
    assert (receiver.received[0].event, receiver.received[0].json["type"]) == ("ping", "ping")
    assert receiver.received[0].headers["lumis-delivery"] == good["id"]
    bad = (await gateway.send("POST", f"{PATH}/test")).json["data"]
    assert (bad["delivered"], bad["status"], bad["error"]) == (False, 500, "El receptor respondió 500")


async def test_more_than_ten_pings_in_a_minute_are_refused(gateway: Gateway, receiver: Receiver) -> None:
    await register(gateway, receiver.url)
    for _ in range(10):
        assert (await gateway.send("POST", f"{PATH}/test")).status == 200
    refused = await gateway.send("POST", f"{PATH}/test")
    assert (refused.status, refused.json["error"]["code"]) == (429, "RATE_LIMITED")
    assert 1 <= int(refused.headers["Retry-After"]) <= 6
    assert len(receiver.received) == 10
    assert refused.headers["X-RateLimit-Remaining"] == "1000"
    await register(gateway, receiver.url, user="user-2")
    assert (await gateway.send("POST", f"{PATH}/test", user="user-2")).status == 200


async def test_two_processes_that_share_the_database_agree_after_the_cache(gateway: Gateway) -> None:
    await ensure_indexes(gateway.database, Hooks.INDEXES)
    other = Hooks(gateway.database)
    kind = DocumentReconciled.NAME
    await other.register("user-1", "https://example.com/", (kind,))
    assert await gateway.deps.hooks.wants("user-1", kind)
    assert not await gateway.deps.hooks.wants("user-1", DocumentRecognized.NAME)
