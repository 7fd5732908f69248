"""Calls of programs that wait for a document: planned, made once, never to a private address, forgotten when erased."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from gateway.erasure import erase_requests
from gateway.extract.callbacks import Callbacks, callback_url
from gateway.extract.protocol import INTEGRATION_TOKEN
from gateway.handlers import call_back, follow_event
from gateway.post import Post
from gateway.store import NewRequest
from shared.contracts.documents import DocumentReconciled, DocumentUnreadable, DocumentUploaded, Unreadable
from shared.contracts.erasure import ErasureRequested
from shared.contracts.extract import CallbackScheduled
from shared.contracts.message import Event
from shared.contracts.odoo import ODOO_INVOICE, OdooOutcome
from shared.contracts.reading import Reading
from shared.errors import Unavailable
from shared.mongo import Database, ensure_indexes
from shared.safe_http import SafeFetcher
from tests.support.gateway import delivery_of, deps_on, fake_bus, new_id
from tests.support.invoices import reconciled, uploaded
from tests.support.receiver import Receiver, receiving
from tests.support.waiting import until


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


@pytest_asyncio.fixture
async def callbacks(database: Database) -> AsyncIterator[Callbacks]:
    made = callbacks_on(database)
    await ensure_indexes(database, Callbacks.INDEXES)
    yield made
    await made.close()


def callbacks_on(database: Database, *, allow_private: bool = True, resolves_to: Sequence[str] = ()) -> Callbacks:
    async def resolve(host: str) -> Sequence[str]:
        return resolves_to or [host]

    fetcher = SafeFetcher("callback", allow_private=allow_private, resolve=resolve)
    post = Post(fetcher, seconds=2, insecure=True, allow_private=allow_private)
    return Callbacks(database, post, kept_for=timedelta(days=30))


async def planned(callbacks: Callbacks, url: str, user: str = "user-1") -> CallbackScheduled:
    """A planned call's event."""
    request_id = new_id()
    await callbacks.plan(request_id=request_id, user_id=user, url=url, document_id="7d3c1a9e")
    (event,) = await callbacks.due(request_id, "gateway-1")
    return event


@pytest.mark.parametrize(
    ("url", "called"),
    [
        ("https://odoo.example/account_invoice_extract/request_done", "/account_invoice_extract/request_done/a-1"),
        ("https://odoo.example/done/", "/done/a-1"),
        ("https://odoo.example", "/a-1"),
        ("https://odoo.example/done?db=prod&x=1", "/done/a-1?db=prod&x=1"),
    ],
)
def test_the_id_ends_the_path_and_a_query_stays(url: str, called: str) -> None:
    assert callback_url(url, "a-1") == f"https://odoo.example{called}"


def test_an_id_cannot_lead_elsewhere() -> None:
    assert callback_url("https://odoo.example/done", "../x?y#z") == "https://odoo.example/done/..%2Fx%3Fy%23z"


async def test_a_call_is_an_empty_post_and_is_made_once(callbacks: Callbacks, receiver: Receiver) -> None:
    event = await planned(callbacks, receiver.url)
    await callbacks.call(event)
    await callbacks.call(event)
    (message,) = receiver.received
    assert (message.method, message.path, message.body) == ("POST", "/hook/7d3c1a9e?key=abc", b"")
    assert message.headers["content-length"] == "0"
    assert await callbacks.due(event.request_id, "gateway-1") == []


async def test_two_processes_with_one_event_make_one_call(callbacks: Callbacks, receiver: Receiver) -> None:
    event = await planned(callbacks, receiver.url)
    receiver.gate.clear()
    first = asyncio.create_task(callbacks.call(event))
    await until(lambda: len(receiver.received) == 1)
    second = asyncio.create_task(callbacks.call(event))
    receiver.gate.set()
    await first
    await second
    assert len(receiver.received) == 1


async def test_a_process_that_died_in_a_call_leaves_it_to_another(
    callbacks: Callbacks, receiver: Receiver, database: Database
) -> None:
    event = await planned(callbacks, receiver.url)
    later = datetime.now(UTC) + timedelta(milliseconds=200)
    await database["callbacks"].update_one({}, {"$set": {"leased_until": later}})
    await callbacks.call(event)
    assert len(receiver.received) == 1
    assert datetime.now(UTC) >= later


@pytest.mark.parametrize("status", [301, 404, 410, 500])
async def test_whatever_is_no_success_is_tried_again_and_redirects_are_not_followed(
    callbacks: Callbacks, receiver: Receiver, status: int
) -> None:
    event = await planned(callbacks, receiver.url)
    receiver.statuses.append(status)
    receiver.headers["Location"] = receiver.url
    with pytest.raises(Unavailable, match=str(status)) as told:
        await callbacks.call(event)
    assert len(receiver.received) == 1
    assert urlsplit(receiver.url).netloc in str(told.value)
    assert not [secret for secret in ("hook", "key=abc", "7d3c1a9e") if secret in str(told.value)]
    await callbacks.call(event)
    await callbacks.call(event)
    assert len(receiver.received) == 2


async def test_the_call_for_a_test_document_is_given_up_rather_than_parked(
    callbacks: Callbacks, receiver: Receiver
) -> None:
    event = await planned(callbacks, receiver.url, INTEGRATION_TOKEN)
    receiver.statuses.extend([500] * 5)
    for _ in range(3):
        with pytest.raises(Unavailable):
            await callbacks.call(event)
    await callbacks.call(event)
    await callbacks.call(event)
    assert len(receiver.received) == 4


async def test_a_receiver_that_is_not_there_is_said_so(callbacks: Callbacks, receiver: Receiver) -> None:
    async with receiving() as gone:
        url = gone.url
    event = await planned(callbacks, url)
    with pytest.raises(Unavailable, match="unreachable"):
        await callbacks.call(event)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:8069/done", "private"),
        ("http://169.254.169.254/latest", "private"),
        ("http://odoo.local/done", "private"),
        ("ftp://odoo.example/done", "scheme"),
        ("https://me:secret@odoo.example/", "credentials"),
        ("no url at all", "malformed"),
        ("https://odoo.example/" + "x" * 3000, "too_long"),
    ],
)
async def test_an_address_that_may_not_be_called_is_not_planned_and_counted(
    database: Database, url: str, reason: str
) -> None:
    strict = callbacks_on(database, allow_private=False)
    before = REGISTRY.get_sample_value("lumis_gateway_callbacks_refused_total", {"reason": reason}) or 0
    await strict.plan(request_id="r1", user_id="user-1", url=url, document_id="d1")
    assert await strict.due("r1", "gateway-1") == []
    assert await database["callbacks"].count_documents({}) == 0
    assert REGISTRY.get_sample_value("lumis_gateway_callbacks_refused_total", {"reason": reason}) == before + 1
    await strict.close()


async def test_a_public_name_that_leads_to_a_private_address_is_given_up(
    database: Database, receiver: Receiver
) -> None:
    strict = callbacks_on(database, allow_private=False, resolves_to=["127.0.0.1"])
    event = await planned(strict, receiver.url.replace("127.0.0.1", "odoo.example"))
    await strict.call(event)
    await strict.call(event)
    assert receiver.received == []
    row = await database["callbacks"].find_one()
    assert row is not None
    assert row["outcome"] == "forbidden"
    await strict.close()


async def test_the_first_plan_of_a_request_stands(callbacks: Callbacks, receiver: Receiver) -> None:
    event = await planned(callbacks, receiver.url)
    await callbacks.plan(
        request_id=event.request_id, user_id="user-1", url="http://elsewhere.example/", document_id="other"
    )
    await callbacks.call(event)
    assert len(receiver.received) == 1


def _odoo(event: DocumentUploaded) -> DocumentReconciled:
    reading = Reading(schema_name=ODOO_INVOICE, provider="local", fields={})
    outcome = OdooOutcome(schema_name="odoo_invoice", complete=True, reading=reading)
    return reconciled(event).model_copy(update={"schema_name": ODOO_INVOICE, "outcome": outcome})


def _unreadable(event: DocumentUploaded) -> DocumentUnreadable:
    return DocumentUnreadable(
        request_id=event.request_id,
        origin=event.origin,
        user_id=event.user_id,
        schema_name=ODOO_INVOICE,
        reason=Unreadable.ENCRYPTED,
    )


async def test_the_end_of_a_planned_document_schedules_its_call_after_its_result_is_kept(
    database: Database, receiver: Receiver
) -> None:
    deps = deps_on(database, fake_bus())
    for end, reason in ((_odoo, "ready"), (_unreadable, "failed")):
        event = uploaded(new_id(), "user-1")
        now = datetime.now(UTC)
        request = NewRequest("user-1", "extract", 1, event, ODOO_INVOICE, now, now + timedelta(days=1))
        await deps.requests.create(request)
        ended: Event = end(event)
        assert await follow_event(delivery_of(ended), deps) == []
        await deps.callbacks.plan(
            request_id=event.request_id, user_id="user-1", url=receiver.url, document_id=f"doc-{reason}"
        )
        assert await follow_event(delivery_of(reconciled(event)), deps) == []  # of a schema without callbacks
        (scheduled,) = await follow_event(delivery_of(ended), deps)
        assert isinstance(scheduled, CallbackScheduled)
        assert (scheduled.document_id, scheduled.reason, scheduled.user_id) == (f"doc-{reason}", reason, "user-1")
        assert await deps.requests.conclusion(event.request_id) is not None
        assert await follow_event(delivery_of(scheduled), deps) == []
        assert await call_back(scheduled, deps) == []
        stored = await deps.requests.find(event.request_id)
        assert stored is not None
        assert CallbackScheduled.NAME not in {entry.type for entry in stored.timeline}
        assert await follow_event(delivery_of(ended), deps) == []  # it was made
    assert [message.path.partition("?")[0] for message in receiver.received] == ["/hook/doc-ready", "/hook/doc-failed"]


async def test_an_erased_users_calls_are_not_made(database: Database, receiver: Receiver) -> None:
    deps = deps_on(database, fake_bus())
    events = [await planned(deps.callbacks, receiver.url, user) for user in ("user-1", "user-2")]
    erasure = ErasureRequested(request_id="e", origin="g", user_id="user-1", requested_at=datetime.now(UTC))
    (told,) = await erase_requests(erasure, deps)
    assert told.model_dump()["removed"]["callbacks"] == 1
    for event in events:
        await deps.callbacks.call(event)
    assert len(receiver.received) == 1


async def test_where_a_call_went_is_forgotten_once_it_is_made(
    callbacks: Callbacks, receiver: Receiver, database: Database
) -> None:
    await callbacks.call(await planned(callbacks, receiver.url))
    row = await database["callbacks"].find_one()
    assert row is not None
    assert "url" not in row
    assert row["expires_at"] > datetime.now(UTC) + timedelta(days=29)
