"""The Extract API's routes over real HTTP, with the rest of the platform played: its own trouble, late and hostile."""

import asyncio
import io
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from gateway.deps import Deps
from gateway.erasure import erase_requests
from gateway.extract.test_mode import fixed_outcome
from gateway.extract.validate import republish_validations_once
from gateway.limits import Rate, RateLimits
from gateway.openapi import openapi
from gateway.room import Room
from gateway.routes import odoo_extract
from gateway.sweep import republish_once
from shared.contracts.credits import HoldCredits, HoldPlaced, ReleaseHold
from shared.contracts.documents import DocumentReconciled, DocumentUnreadable, DocumentUploaded, Unreadable
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.extract import DocumentCorrected
from shared.errors import CallTimedOut, Refused
from shared.mongo import Database
from shared.redaction import pseudonym
from tests.support.extract import TEST_TOKEN, encoded
from tests.support.gateway import BALANCE, PDF, PNG, Gateway, running

_CALLS = "lumis_gateway_extract_calls_total"
PARSE = "/api/extract/invoice/1/parse"


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    async with running(database) as started:
        started.bus.answers[HoldCredits] = HoldPlaced(price=1, balance=BALANCE)
        yield started


async def call(gateway: Gateway, path: str, **params: Any) -> dict[str, Any]:
    """The result of a call; HTTP is 200 whatever it says."""
    reply = await gateway.send("POST", path, user=None, json={"params": params, "id": 3})
    assert (reply.status, reply.json["id"], reply.json["jsonrpc"]) == (200, 3, "2.0")
    return dict(reply.json["result"])


async def token(gateway: Gateway, user: str = "ana") -> str:
    return (await gateway.deps.extract.tokens.issue(user, ""))[1]


async def taken(gateway: Gateway, path: str = PARSE, content: bytes = PDF, **params: Any) -> dict[str, Any]:
    """What /parse answers to an account's document."""
    given = {"account_token": await token(gateway), "documents": [encoded(content)], **params}
    return await call(gateway, path, **given)


def ended(event: DocumentUploaded) -> DocumentReconciled:
    shared = event.model_dump(include={"request_id", "origin", "user_id", "schema_name", "received_at", "answer_by"})
    return DocumentReconciled(**shared, provider="local", outcome=fixed_outcome("invoice"))


async def test_a_document_is_published_with_its_senders_words_and_time_enough(gateway: Gateway) -> None:
    infos = {"user_company_VAT": "BE0403170701", "perspective": "supplier"}
    found = await taken(gateway, user_infos=infos, dbuuid="x", unknown=[1])
    (event,) = gateway.bus.of(DocumentUploaded)
    assert (event.schema_name, event.user_id, event.content_type) == ("odoo_invoice", "ana", "application/pdf")
    assert event.user_infos is not None
    assert (event.user_infos.company_vat, event.user_infos.perspective) == ("BE0403170701", "supplier")
    assert event.answer_by - event.received_at == timedelta(minutes=10)
    assert gateway.bus.asked(HoldCredits)[0].operation == "extract"
    assert await gateway.deps.files.read(event.file_id) == PDF
    assert event.request_id not in json.dumps(found)
    (row,) = [row async for row in gateway.database["requests"].find({})]
    assert row["expires_at"] - row["received_at"] == timedelta(days=30)


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (Refused("INSUFFICIENT_LUMIS", "x", {"price": 1, "available": 0}), "error_no_credit"),
        (Refused("TOO_MANY_OPEN_HOLDS", "x"), "error_maintenance"),
        (CallTimedOut("no answer"), "error_maintenance"),
        (RuntimeError("whatever"), "error_internal"),
    ],
)
async def test_a_ledger_that_holds_nothing_keeps_nothing(gateway: Gateway, answer: Exception, status: str) -> None:
    gateway.bus.answers[HoldCredits] = answer
    labels = {"kind": "invoice", "operation": "parse", "version": "122", "status": status}
    counted = REGISTRY.get_sample_value(_CALLS, labels) or 0
    found = await taken(gateway)
    assert found["status"] == status
    assert REGISTRY.get_sample_value(_CALLS, labels) == counted + 1
    assert not [name for name in found if name.startswith("document")]
    assert gateway.bus.of(DocumentUploaded) == []
    assert await gateway.database["extract_documents"].count_documents({}) == 0
    assert await gateway.database["files"].count_documents({}) == 0


async def test_a_broker_that_is_away_is_maintenance_and_gives_the_credit_back(gateway: Gateway) -> None:
    gateway.bus.down = True
    assert (await taken(gateway))["status"] == "error_maintenance"
    assert gateway.bus.asked(ReleaseHold)


async def test_a_server_that_is_full_is_maintenance(database: Database) -> None:
    async with running(database, change=lambda deps: replace(deps, room=Room(10))) as gateway:
        with gateway.deps.room.take(10):
            reply = await gateway.send("POST", PARSE, user=None, json={"params": {}, "id": 3})
    assert (reply.status, reply.json["result"]["status"]) == (200, "error_maintenance")
    assert reply.headers["Retry-After"]


def _limited(deps: Deps, database: Database) -> Deps:
    narrow = RateLimits(database, Rate(2, 3600))
    return replace(deps, extract=replace(deps.extract, rates=narrow, strangers=narrow))


async def test_an_account_over_its_limit_and_an_address_over_its_own_come_again_later(database: Database) -> None:
    async with running(database, change=lambda deps: _limited(deps, database)) as gateway:
        gateway.bus.answers[HoldCredits] = HoldPlaced(price=1, balance=BALANCE)
        account = await token(gateway)
        for account_token in (account, TEST_TOKEN):
            given = {"account_token": account_token, "documents": [encoded(PDF)]}
            statuses = [(await call(gateway, PARSE, **given))["status"] for _ in range(3)]
            assert statuses == ["success", "success", "error_maintenance"]
        guess = {"account_token": "guess", "documents": []}
        assert (await call(gateway, PARSE, **guess))["status"] == "error_maintenance"


async def test_an_address_that_guesses_numbers_finds_no_document_by_a_number_any_more(database: Database) -> None:
    async with running(database, change=lambda deps: _limited(deps, database)) as gateway:
        gateway.bus.answers[HoldCredits] = HoldPlaced(price=1, balance=BALANCE)
        found = await taken(gateway)
        numbers = {"document_ids": [found["document_id"]]}
        uuids = {"document_uuids": [found["document_uuid"]]}
        path = "/api/extract/invoice/1/get_results"
        assert [each["status"] for each in (await call(gateway, path, **numbers)).values()] == ["processing"]
        await call(gateway, path, document_ids=[1, 2, 3])
        assert [each["status"] for each in (await call(gateway, path, **numbers)).values()] == [
            "error_document_not_found"
        ]
        assert [each["status"] for each in (await call(gateway, path, **uuids)).values()] == ["processing"]


@pytest.mark.parametrize(
    ("reason", "content", "status"),
    [
        (Unreadable.ENCRYPTED, PDF, "error_password_protected"),
        (Unreadable.DAMAGED, PDF, "error_no_page_count"),
        (Unreadable.DAMAGED, PNG, "error_unsupported_format"),
        (Unreadable.TOO_COSTLY, PDF, "error_pdf_conversion_to_images"),
        (Unreadable.TOO_SMALL, PNG, "error_unsupported_size"),
        (Unreadable.OUT_OF_TIME, PDF, "error_internal"),
    ],
)
async def test_a_document_that_was_not_read_says_why(
    gateway: Gateway, reason: Unreadable, content: bytes, status: str
) -> None:
    document = await taken(gateway, content=content)
    (event,) = gateway.bus.of(DocumentUploaded)
    shared = event.model_dump(include={"request_id", "origin", "user_id", "schema_name"})
    await gateway.follow(DocumentUnreadable(**shared, reason=reason))
    found = await call(gateway, "/api/extract/invoice/1/get_result", document_uuid=document["document_uuid"])
    assert found["status"] == status
    assert "results" not in found


async def test_a_document_that_nothing_is_heard_of_fails_in_the_end_and_a_late_reading_still_counts(
    gateway: Gateway,
) -> None:
    document = await taken(gateway)
    get = {"document_uuid": document["document_uuid"]}
    long_ago = datetime.now(UTC) - timedelta(hours=1)
    await gateway.database["extract_documents"].update_one({}, {"$set": {"answer_by": long_ago}})
    assert (await call(gateway, "/api/extract/invoice/1/get_result", **get))["status"] == "error_internal"
    await gateway.follow(ended(gateway.bus.of(DocumentUploaded)[0]))
    assert (await call(gateway, "/api/extract/invoice/1/get_result", **get))["status"] == "success"


async def test_a_version_given_with_the_question_wins_over_that_of_the_document(gateway: Gateway) -> None:
    document = await taken(gateway, version=120)
    await gateway.follow(ended(gateway.bus.of(DocumentUploaded)[0]))
    get = {"document_uuid": document["document_uuid"]}
    path = "/api/extract/invoice/1/get_result"
    assert "words" in (await call(gateway, path, **get))["results"][0]["total"]
    assert "candidates" in (await call(gateway, path, **get, version=122))["results"][0]["total"]


async def test_the_first_clients_of_applicants_find_their_routes(gateway: Gateway) -> None:
    path = "/api/recruitment_extract/1"
    given = {"account_token": TEST_TOKEN, "version": 100, "documents": [encoded(PDF)], "file_names": ["cv.pdf"]}
    number = (await call(gateway, f"{path}/parse", **given))["document_id"]
    found = [await call(gateway, f"{path}/get_result", version=100, document_id=number) for _ in range(2)]
    assert [each["status_code"] for each in found] == [1, 0]
    assert found[1]["results"][0]["description"]["selected_value"]["content"] == "Alex Example"
    values = {"description": {"content": "Alex"}, "email": {"content": False}}
    assert (await call(gateway, f"{path}/validate", document_id=number, values=values))["status_code"] == 0


async def test_an_address_that_cannot_be_called_costs_the_call_alone(gateway: Gateway) -> None:
    account = await token(gateway)
    urls: tuple[Any, ...] = (
        "\ud800",
        "http://[",
        "x" * 5000,
        "ftp://a",
        "http://1.2.3.4:99999/",
        "//",
        "http://a b/",
        7,
        [],
        {},
    )
    for url in urls:
        for account_token in (account, TEST_TOKEN):
            given = {"account_token": account_token, "documents": [encoded(PDF)], "webhook_url": url}
            assert (await call(gateway, PARSE, **given))["status"] == "success", url
    assert await gateway.database["callbacks"].count_documents({}) == 0


async def test_another_kinds_route_and_a_later_time_find_nothing(gateway: Gateway) -> None:
    document = await taken(gateway)
    get = {"document_uuid": document["document_uuid"]}
    assert (await call(gateway, "/api/extract/expense/1/get_result", **get))["status"] == "error_document_not_found"
    await gateway.database["extract_documents"].update_one({}, {"$set": {"expires_at": datetime.now(UTC)}})
    assert (await call(gateway, "/api/extract/invoice/1/get_result", **get))["status"] == "error_document_not_found"


async def test_more_documents_than_a_call_takes_are_told_so_each(gateway: Gateway) -> None:
    found = await call(gateway, "/api/extract/invoice/1/get_result_batch", document_uuids=[f"n{n}" for n in range(502)])
    statuses = [each["status"] for each in found.values()]
    assert (len(statuses), statuses.count("error_internal")) == (502, 2)
    none = await call(gateway, "/api/extract/invoice/1/get_result_batch", version=122)
    assert none["status"] == "error_document_not_found"
    assert await call(gateway, "/api/extract/invoice/1/get_result_batch", document_uuids=[]) == {}


async def test_a_call_for_far_too_many_documents_is_refused_as_a_whole(gateway: Gateway) -> None:
    found = await call(gateway, "/api/extract/invoice/1/get_result_batch", document_ids=list(range(1, 100_000)))
    assert (found["status"], found["status_code"]) == ("error_internal", 2)
    assert "at most 500" in found["status_msg"]


async def test_a_body_that_is_too_large_for_a_document_is_an_unsupported_one(gateway: Gateway) -> None:
    large = json.dumps({"params": {"documents": ["A" * 21_000_000]}, "id": 3}).encode()
    reply = await gateway.send("POST", PARSE, user=None, data=io.BytesIO(large))
    assert (reply.status, reply.json["result"]["status"]) == (200, "error_unsupported_format")
    assert "10 MB" in reply.json["result"]["status_msg"]
    other = await gateway.send("POST", "/api/extract/invoice/1/validate", user=None, data=io.BytesIO(large))
    assert (other.status, other.json["error"]["data"]["name"]) == (413, "UserError")


async def test_of_validations_at_the_same_time_one_is_kept(gateway: Gateway) -> None:
    document = await taken(gateway)
    await gateway.follow(ended(gateway.bus.of(DocumentUploaded)[0]))
    say = {"document_uuid": document["document_uuid"]}
    path = "/api/extract/invoice/1/validate"
    values = [{"total": {"content": number}} for number in range(8)]
    found = await asyncio.gather(*(call(gateway, path, **say, values=each) for each in values))
    assert sorted(each["status"] for each in found) == ["error_validation_format"] * 7 + ["success"]
    (event,) = gateway.bus.of(DocumentCorrected)
    kept = next(number for number, each in enumerate(found) if each["status"] == "success")
    assert [(each.key, each.value) for each in event.corrections] == [("total", str(kept))]
    assert (event.user_id, event.schema_name) == ("ana", "odoo_invoice")


async def test_a_validation_that_could_not_be_told_is_told_by_the_sweep_once(gateway: Gateway) -> None:
    document = await taken(gateway)
    await gateway.follow(ended(gateway.bus.of(DocumentUploaded)[0]))
    gateway.bus.down = True
    values = {"date": {"content": "2024-01-02"}, "invoice_lines": {"lines": [{"quantity": 2}]}}
    say = {"document_uuid": document["document_uuid"], "values": values}
    assert (await call(gateway, "/api/extract/invoice/1/validate", **say))["status"] == "success"
    gateway.bus.down = False
    assert await republish_validations_once(gateway.deps, datetime.now(UTC)) == 0
    assert await republish_validations_once(gateway.deps, datetime.now(UTC) + timedelta(minutes=5)) == 1
    (event,) = gateway.bus.of(DocumentCorrected)
    assert event.lines == ({"quantity": "2"},)
    assert await republish_validations_once(gateway.deps, datetime.now(UTC) + timedelta(minutes=5)) == 0
    (row,) = [row async for row in gateway.database["extract_documents"].find({})]
    assert "outgoing" not in row


async def test_what_is_said_before_a_document_was_read_is_told_when_it_has_been(gateway: Gateway) -> None:
    document = await taken(gateway)
    say = {"document_uuid": document["document_uuid"], "values": {"total": {"content": 1}}}
    assert (await call(gateway, "/api/extract/invoice/1/validate", **say))["status"] == "success"
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert await republish_validations_once(gateway.deps, later) == 0
    assert gateway.bus.of(DocumentCorrected) == []
    await gateway.follow(ended(gateway.bus.of(DocumentUploaded)[0]))
    assert await republish_validations_once(gateway.deps, later) == 1


async def test_a_document_that_is_published_again_keeps_its_time(gateway: Gateway) -> None:
    await taken(gateway)
    (event,) = gateway.bus.of(DocumentUploaded)
    await gateway.deps.requests.plan(event)
    later = datetime.now(UTC) + timedelta(minutes=5)
    assert await republish_once(gateway.deps, later) == 1
    assert gateway.bus.of(DocumentUploaded)[1].answer_by == later + timedelta(minutes=10)


async def test_a_users_documents_and_tokens_are_erased_with_the_rest(gateway: Gateway) -> None:
    mine = await taken(gateway)
    others = await call(gateway, PARSE, account_token=await token(gateway, "eva"), documents=[encoded(PDF)])
    erasure = ErasureRequested(request_id="e", origin="o", user_id="ana", requested_at=datetime.now(UTC))
    (told,) = await erase_requests(erasure, gateway.deps)
    assert isinstance(told, ErasureCompleted)
    assert (told.removed["extract_documents"], told.removed["extract_tokens"]) == (1, 1)
    path = "/api/extract/invoice/1/get_result"
    assert (await call(gateway, path, document_uuid=mine["document_uuid"]))["status"] == "error_document_not_found"
    assert (await call(gateway, path, document_uuid=others["document_uuid"]))["status"] == "processing"


async def test_the_audit_tells_whose_documents_they_were_and_nothing_of_others(gateway: Gateway) -> None:
    document = await taken(gateway)
    path = "/api/extract/invoice/1/get_result_batch"
    await call(gateway, path, document_uuids=[document["document_uuid"], "nobody's"])
    await call(gateway, path, document_uuids=["nobody's"])
    await taken(gateway, documents=[])
    await gateway.deps.audit.close()
    rows = [row async for row in gateway.database["audit"].find({}).sort("at", 1)]
    assert [(row["user"], row["route"], row.get("code")) for row in rows] == [
        (pseudonym("ana"), PARSE, None),
        (pseudonym("ana"), path, "error_document_not_found"),
        (pseudonym("ana"), PARSE, "error_unsupported_format"),
    ]


async def test_secrets_of_tokens_are_not_kept(gateway: Gateway) -> None:
    secret = await token(gateway)
    (row,) = [row async for row in gateway.database["extract_tokens"].find({})]
    assert secret not in json.dumps(row, default=str)
    assert len(secret) == 32


async def test_only_administrators_issue_tokens(gateway: Gateway) -> None:
    path = "/api/v4/admin/users/ana/extract-tokens"
    reply = await gateway.send("POST", path, json={"name": "shop"})
    assert reply.status == 403
    gone = await gateway.send("DELETE", f"{path}/x", headers={"Authorization": "none"})
    assert gone.status == 401


def test_openapi_shows_every_operation_and_no_status_that_is_told_inside_a_success() -> None:
    paths = openapi([odoo_extract.FAMILY], "1")["paths"]
    assert set(paths["/api/extract/invoice/1/parse"]["post"]["responses"]) == {"200", "400", "413"}
    assert not [path for path in paths if "bank_statement" in path or "recruitment" in path]
    assert len(paths) == 3 * (2 * 6 + 4)


texts = st.text(st.characters(exclude_categories=()), max_size=30)
numbers = st.integers(-(10**400), 10**400) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
names = st.sampled_from(
    [
        "account_token",
        "version",
        "documents",
        "document_uuid",
        "document_ids",
        "document_uuids",
        "values",
        "webhook_url",
    ]
)
bodies = st.binary(max_size=60) | st.fixed_dictionaries(
    {"params": st.dictionaries(names, json_values | st.just(TEST_TOKEN)) | json_values}, optional={"id": json_values}
).map(lambda body: json.dumps(body).encode())
paths = st.sampled_from(
    [
        f"/api/extract/{kind}/{generation}/{operation}"
        for kind in ("invoice", "applicant", "bank_statement")
        for generation in "12"
        for operation in ("parse", "get_result", "get_result_batch", "validate", "validate_batch")
    ]
)


@given(path=paths, body=bodies)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whatever_comes_is_answered_in_the_familys_words(gateway: Gateway, path: str, body: bytes) -> None:
    reply = await gateway.send("POST", path, user=None, data=body)
    answer = reply.json
    assert (reply.status, "result" in answer) in {(200, True), (400, False)}
    assert set(answer) == {"jsonrpc", "id", "result" if reply.status == 200 else "error"}
    assert "error_internal" not in json.dumps(answer)
