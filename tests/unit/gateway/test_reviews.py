"""Reviews, audit and erasure over real HTTP, with the other services played."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.audit import AuditLog
from gateway.erasure import erase_requests
from gateway.handlers import follow_event
from gateway.store import NewRequest
from gateway.sweep import republish_once
from gateway.userdata import ERASERS
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.message import Event
from shared.contracts.reviews import (
    InvoiceApproved,
    InvoiceRecord,
    InvoiceRecords,
    ListInvoices,
    ReviewInvoice,
)
from shared.errors import CallTimedOut, Refused
from shared.mongo import Database
from shared.redaction import pseudonym
from tests.support.gateway import JPEG, Gateway, Reply, delivery_of, new_id, token
from tests.support.invoices import EXTRACTED, uploaded

INVOICES = "/api/v4/admin/invoices"
AUDIT = "/api/v4/admin/audit"
RECORD = InvoiceRecord(
    request_id="r-1",
    user_id="ana",
    status="pending_validation",
    received_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
    extracted=EXTRACTED,
    cufe="a" * 40,
)
DATA = {
    "ruc": "155751938-2-2024",
    "dv": "66",
    "invoice_number": "1",
    "total": 125.5,
    "products": [{"name": "Pan", "quantity": 2, "total_price": 2.25}],
    "date": "2024-12-15",
}


async def as_role(gateway: Gateway, scope: str, method: str, path: str, **options: Any) -> Reply:
    headers = {"Authorization": f"Bearer {token('boss', scope=scope)}"}
    return await gateway.send(method, path, user=None, headers=headers, **options)


def play(gateway: Gateway, answer: Any = None) -> None:
    records = InvoiceRecords(invoices=(RECORD,), next_cursor="next") if answer is None else answer
    gateway.bus.answers |= {ListInvoices: records, ReviewInvoice: records}


async def test_a_reviewer_lists_invoices_and_sees_no_user(gateway: Gateway) -> None:
    play(gateway)
    reply = await as_role(gateway, "reviewer", "GET", f"{INVOICES}?status=rejected&limit=7&cursor=c")
    assert reply.status == 200
    (shown,) = reply.json["data"]["invoices"]
    assert (shown["request_id"], shown["user"]) == ("r-1", pseudonym("ana"))
    assert (shown["extracted_data"]["total"], reply.json["data"]["next_cursor"]) == (125.5, "next")
    assert '"ana"' not in reply.text
    (call,) = gateway.bus.asked(ListInvoices)
    assert (call.status, call.limit, call.cursor) == ("rejected", 7, "c")


@pytest.mark.parametrize("query", ["limit=0", "limit=201", "limit=x", "status=incomplete"])
async def test_a_wrong_query_is_named(gateway: Gateway, query: str) -> None:
    reply = await as_role(gateway, "admin", "GET", f"{INVOICES}?{query}")
    assert (reply.status, reply.json["error"]["code"]) == (422, "INVALID_DATA")
    assert list(reply.json["error"]["details"]["fields"]) == [query.partition("=")[0]]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", INVOICES),
        ("GET", f"{INVOICES}/r-1"),
        ("POST", f"{INVOICES}/r-1/approve"),
        ("POST", f"{INVOICES}/r-1/reject"),
        ("POST", f"{INVOICES}/r-1/correct"),
        ("GET", AUDIT),
        ("DELETE", "/api/v4/admin/users/ana/data"),
    ],
)
async def test_users_may_not(gateway: Gateway, method: str, path: str) -> None:
    reply = await gateway.send(method, path)
    assert (reply.status, reply.json["error"]["code"]) == (403, "FORBIDDEN")
    assert gateway.bus.calls == []


async def test_decisions_go_to_the_reconciler_with_a_pseudonym(gateway: Gateway) -> None:
    play(gateway)
    for decision, body in (
        ("approve", None),
        ("reject", {"reason": "ilegible"}),
        ("correct", {"extracted_data": DATA, "reason": "mal leída"}),
    ):
        reply = await as_role(gateway, "reviewer", "POST", f"{INVOICES}/r-1/{decision}", json=body)
        assert reply.status == 200, reply.text
    approve, reject, correct = gateway.bus.asked(ReviewInvoice)
    assert (approve.decision, approve.reason, approve.corrected) == ("approve", None, None)
    assert (reject.decision, reject.reason, reject.reviewer) == ("reject", "ilegible", pseudonym("boss"))
    assert str(correct.corrected.total) == "125.5"
    assert correct.corrected.products[0].name == "Pan"
    assert correct.origin == "gateway-test"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("reject", {}, "reason"),
        ("reject", {"reason": " "}, "reason"),
        ("correct", {"reason": "x"}, "extracted_data"),
        ("correct", {"reason": "x", "extracted_data": {**DATA, "total": 1e30}}, "extracted_data"),
        ("correct", {"reason": "x", "extracted_data": {**DATA, "total": -1}}, "extracted_data"),
        ("correct", {"reason": "x", "extracted_data": {**DATA, "date": "ayer"}}, "extracted_data"),
    ],
)
async def test_a_wrong_body_is_named(gateway: Gateway, path: str, body: Any, field: str) -> None:
    reply = await as_role(gateway, "admin", "POST", f"{INVOICES}/r-1/{path}", json=body)
    assert (reply.status, list(reply.json["error"]["details"]["fields"])) == (422, [field])
    assert gateway.bus.calls == []


@pytest.mark.parametrize(
    ("code", "status"),
    [("INVOICE_NOT_FOUND", 404), ("ALREADY_REVIEWED", 409), ("INCOMPLETE_CORRECTION", 422), ("INVALID_CURSOR", 400)],
)
async def test_refusals_have_their_status(gateway: Gateway, code: str, status: int) -> None:
    play(gateway, Refused(code, "no", {"missing_fields": ["dv"]}))
    reply = await as_role(gateway, "admin", "POST", f"{INVOICES}/r-1/approve")
    assert (reply.status, reply.json["error"]["code"]) == (status, code)
    assert reply.json["error"]["details"]["missing_fields"] == ["dv"]
    long = await as_role(gateway, "admin", "GET", f"{INVOICES}/{'x' * 65}")
    assert (long.status, long.json["error"]["code"]) == (404, "INVOICE_NOT_FOUND")


async def store(gateway: Gateway, user: str = "ana", **fields: Any) -> Event:
    event = uploaded(new_id(), user)
    request = NewRequest(
        user_id=user,
        operation="upload",
        price=15,
        outgoing=event,
        schema_name="lumis",
        received_at=fields.get("received_at", event.received_at),
        expires_at=event.received_at + timedelta(days=90),
    )
    await gateway.deps.requests.create(request)
    await gateway.deps.requests.mark_published(event.request_id)
    return event


async def test_a_review_stands_in_the_uploads_timeline(gateway: Gateway) -> None:
    event = await store(gateway)
    approved = InvoiceApproved(request_id=event.request_id, origin="g", user_id="ana", invoice_id="i")
    await gateway.follow(approved)
    reply = await gateway.send("GET", f"/api/v4/requests/{event.request_id}", user="ana")
    assert [entry["type"] for entry in reply.json["data"]["timeline"]] == ["invoice.approved.v1"]


def completed(request_id: str, service: str) -> ErasureCompleted:
    return ErasureCompleted(
        request_id=request_id, origin="gateway-test", service=service, removed={"things": 2}, kept={"books": "porque"}
    )


async def test_an_erasure_is_accepted_told_and_followed_until_all_have_told(gateway: Gateway) -> None:
    reply = await gateway.send("DELETE", "/api/v4/users/me/data", user="ana")
    assert (reply.status, reply.json["data"]["state"]) == (202, "erasing")
    erasure = reply.json["request_id"]
    assert reply.headers["Location"] == f"/api/v4/requests/{erasure}"
    (event,) = gateway.bus.of(ErasureRequested)
    assert (event.request_id, event.user_id) == (erasure, "ana")
    for number, service in enumerate(ERASERS):
        shown = (await gateway.send("GET", reply.headers["Location"], user="ana")).json["data"]
        assert (shown["state"], len(shown["erasure"]), shown["operation"]) == ("erasing", number, "erasure")
        progress = await gateway.deps.requests.progress(erasure)
        assert progress is not None
        assert not progress.ended
        delivery = replace(delivery_of(completed(erasure, service)), id=f"event-{service}")
        for _ in range(2):
            await follow_event(delivery, gateway.deps)
    shown = (await gateway.send("GET", reply.headers["Location"], user="ana")).json["data"]
    assert shown["state"] == "erased"
    progress = await gateway.deps.requests.progress(erasure)
    assert progress is not None
    assert progress.ended
    assert [row["service"] for row in shown["erasure"]] == list(ERASERS)
    assert shown["erasure"][1] == {"service": "reconciler", "removed": {"things": 2}, "kept": {"books": "porque"}}
    assert (await gateway.send("GET", reply.headers["Location"], user="eva")).status == 404


async def test_an_erasure_that_could_not_be_told_is_told_by_the_sweep(gateway: Gateway) -> None:
    gateway.bus.down = True
    reply = await as_role(gateway, "admin", "DELETE", "/api/v4/admin/users/ana/data")
    assert reply.status == 202
    gateway.bus.down = False
    assert await republish_once(gateway.deps, datetime.now(UTC) + timedelta(seconds=61)) == 1
    (event,) = gateway.bus.of(ErasureRequested)
    assert (event.user_id, event.request_id) == ("ana", reply.json["request_id"])


NOTHING_ELSE = {"webhooks": 0, "callbacks": 0, "extract_documents": 0, "extract_tokens": 0}


async def test_the_gateway_erases_earlier_requests_of_that_user_alone(gateway: Gateway) -> None:
    mine, others = await store(gateway), await store(gateway, "eva")
    moment = datetime.now(UTC)
    later = await store(gateway, received_at=moment + timedelta(hours=1))
    await gateway.deps.keys.claim("key", "digest", mine.request_id, timedelta(minutes=1))
    reply = await gateway.send("DELETE", "/api/v4/users/me/data", user="ana")
    (event,) = gateway.bus.of(ErasureRequested)
    for removed in (1, 0):
        (told,) = await erase_requests(event, gateway.deps)
        assert isinstance(told, ErasureCompleted)
        assert told.removed == {"requests": removed, **NOTHING_ELSE}
    left = {row["_id"] async for row in gateway.database["requests"].find()}
    assert left == {others.request_id, later.request_id, reply.json["request_id"]}
    assert await gateway.database["idempotency_keys"].count_documents({}) == 0


async def test_operations_are_audited_without_personal_data(gateway: Gateway) -> None:
    play(gateway)
    await as_role(gateway, "admin", "POST", f"{INVOICES}/r-1/reject", json={"reason": "de Juan Pérez 8-442-445"})
    await gateway.upload(("image", JPEG), ("mode", "7"), user="ana")
    await gateway.send("GET", "/api/v4/lumis/balance", user=None)
    await as_role(gateway, "admin", "GET", "/api/v4/admin/users/ana/balance")
    await gateway.deps.audit.close()
    rows = await gateway.database["audit"].find().sort("at", 1).to_list()
    reject, upload, balance = rows
    assert (reject["route"], reject["user"]) == (f"{INVOICES}/{{request_id}}/reject", pseudonym("boss"))
    assert reject["details"] == {"target": pseudonym("ana"), "document": "r-1", "decision": "reject"}
    assert (upload["status"], upload["code"], upload["cost_lumis"]) == (400, "INVALID_MODE", 0)
    assert upload["method"] == "POST"
    assert balance["details"] == {"target": pseudonym("ana")}
    assert timedelta(days=89) < reject["expires_at"] - reject["at"] <= timedelta(days=90)
    raw = json.dumps(rows, default=str)
    for secret in ("boss", '"ana"', "Juan", "8-442-445", "/ana"):
        assert secret not in raw


async def test_the_audit_is_read_by_user_route_and_time_page_by_page(gateway: Gateway) -> None:
    for _ in range(5):
        await gateway.send("GET", "/api/v4/lumis/balance", user="ana")
    await gateway.send("GET", "/api/v4/lumis/balance", user="eva")
    await gateway.deps.audit.close()
    seen: list[str] = []
    cursor = ""
    while True:
        reply = await as_role(gateway, "admin", "GET", f"{AUDIT}?user=ana&limit=2{cursor}")
        assert reply.status == 200, reply.text
        seen += [row["request_id"] for row in reply.json["data"]["rows"]]
        if reply.json["data"]["next_cursor"] is None:
            break
        cursor = f"&cursor={reply.json['data']['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5
    by_route = await as_role(gateway, "admin", "GET", f"{AUDIT}?route=/api/v4/lumis/balance&since=2026-01-01T00:00:00Z")
    assert len(by_route.json["data"]["rows"]) == 6
    none = await as_role(gateway, "admin", "GET", f"{AUDIT}?user=ana&since=2999-01-01T00:00:00Z")
    assert none.json["data"]["rows"] == []
    for wrong, status in (("cursor=x", 400), ("since=ayer", 422), ("limit=0", 422)):
        assert (await as_role(gateway, "admin", "GET", f"{AUDIT}?{wrong}")).status == status


async def test_rows_of_one_moment_are_written_together_and_none_is_lost_at_the_end(database: Database) -> None:
    log = AuditLog(database, kept_for=timedelta(days=90))
    for number in range(2500):
        log.note(f"r-{number}", {"user": "0a1b", "ms": number, "reason": "un texto"})
    log.note("nobody", {"status": 401})
    log.note("r-0", {"user": "0a1b"})
    await log.close()
    assert await database["audit"].count_documents({}) == 2500
    assert "un texto" not in str(await database["audit"].find_one({}))


async def test_a_timeout_of_the_reconciler_is_a_plain_error(gateway: Gateway) -> None:
    play(gateway, CallTimedOut("slow"))
    reply = await as_role(gateway, "admin", "POST", f"{INVOICES}/r-1/approve")
    assert (reply.status, reply.json["error"]["code"]) == (500, "INTERNAL_ERROR")
