"""An upload that the broker took without saying so: its client is told that it failed, so it must cost nothing."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.deps import Deps
from gateway.store import NewRequest, Requests
from gateway.sweep import republish_once
from ledger.deps import Deps as LedgerDeps
from shared.contracts.credits import ReleaseHold
from shared.contracts.documents import DocumentAbandoned, DocumentUploaded
from shared.contracts.message import Event
from shared.errors import Unavailable
from shared.mongo import Database
from tests.support import ledger as books
from tests.support.extract import encoded
from tests.support.gateway import JPEG, PDF, Gateway, running
from tests.support.invoices import reconciled
from tests.support.ledger_answers import answers_of
from tests.support.upload_answers import assert_error

KEY = {"Idempotency-Key": "factura-1"}


def unconfirmed(event: Event) -> None:
    """What a broker does that takes an upload, and whose confirm is lost."""
    if isinstance(event, DocumentUploaded):
        raise Unavailable("no confirm within 10 s")


def confirming(event: Event) -> Event | None:
    return reconciled(event) if isinstance(event, DocumentUploaded) else None


async def swept(gateway: Gateway) -> int:
    return await republish_once(gateway.deps, datetime.now(UTC) + timedelta(minutes=5))


async def ledger_of(gateway: Gateway, *, settles_first: bool) -> LedgerDeps:
    """A ledger with 100 Lümis of user-1; it may have settled every request before it is asked to release it."""
    ledger = books.ledger(gateway.database, books.Clock())
    await books.deliver(books.grant("user-1", 100), ledger)
    answers = answers_of(ledger)

    async def release(call: ReleaseHold) -> Any:
        if settles_first:
            await books.deliver(books.reconciled(call.user_id, call.request_id), ledger)
        return await answers[ReleaseHold](call)

    gateway.bus.answers |= answers | {ReleaseHold: release}
    return ledger


async def balance(ledger: LedgerDeps) -> tuple[int, int]:
    account = await ledger.store.account("user-1")
    return account.balance, account.held


async def test_an_upload_that_was_not_confirmed_is_told_to_be_abandoned(gateway: Gateway) -> None:
    gateway.bus.react = unconfirmed
    assert_error(await gateway.upload(("image", JPEG)), "INTERNAL_ERROR")
    assert await swept(gateway) == 1
    (uploaded,), (abandoned,) = gateway.bus.of(DocumentUploaded), gateway.bus.of(DocumentAbandoned)
    assert (abandoned.request_id, abandoned.user_id) == (uploaded.request_id, "user-1")
    assert await swept(gateway) == 0


@pytest.mark.parametrize("settles_first", [True, False])
async def test_an_upload_that_was_not_confirmed_costs_nothing_also_where_it_was_charged(
    gateway: Gateway, *, settles_first: bool
) -> None:
    ledger = await ledger_of(gateway, settles_first=settles_first)
    gateway.bus.react = unconfirmed
    assert_error(await gateway.upload(("image", JPEG)), "INTERNAL_ERROR")
    assert await balance(ledger) == ((85, 0) if settles_first else (100, 0))
    await swept(gateway)
    (abandoned,) = gateway.bus.of(DocumentAbandoned)
    for _ in range(2):
        await books.deliver(abandoned, ledger)
    await books.deliver(books.reconciled("user-1", abandoned.request_id), ledger)
    assert await balance(ledger) == (100, 0)
    assert await books.violated(gateway.database, books.START) == []


async def test_its_key_is_free_so_that_of_it_and_its_repeat_one_is_charged(gateway: Gateway) -> None:
    ledger = await ledger_of(gateway, settles_first=True)
    gateway.bus.react = unconfirmed
    assert (await gateway.upload(("image", JPEG), headers=KEY)).status == 500
    gateway.bus.react = confirming
    again = await gateway.upload(("image", JPEG), headers=KEY)
    assert (again.status, again.headers.get("Idempotent-Replayed")) == (200, None)
    await books.deliver(books.reconciled("user-1", again.json["request_id"]), ledger)
    await swept(gateway)
    (abandoned,) = gateway.bus.of(DocumentAbandoned)
    assert abandoned.request_id != again.json["request_id"]
    await books.deliver(abandoned, ledger)
    assert await balance(ledger) == (85, 0)


async def test_its_request_is_shown_as_abandoned_and_a_late_reading_of_it_as_free(gateway: Gateway) -> None:
    gateway.bus.react = unconfirmed
    failed = await gateway.upload(("image", JPEG))
    path = f"/api/v4/requests/{failed.json['request_id']}"
    data = (await gateway.send("GET", path)).json["data"]
    assert (data["state"], data["result"]["success"]) == ("abandoned", False)
    (uploaded,) = gateway.bus.of(DocumentUploaded)
    await gateway.follow(reconciled(uploaded))
    data = (await gateway.send("GET", path)).json["data"]
    assert (data["state"], data["result"]["data"]["cost_lumis"]) == ("reconciled", 0)


async def test_a_document_of_an_account_token_is_told_to_be_abandoned_too(gateway: Gateway) -> None:
    gateway.bus.react = unconfirmed
    token = (await gateway.deps.extract.tokens.issue("ana", ""))[1]
    given = {"params": {"account_token": token, "documents": [encoded(PDF)]}}
    reply = await gateway.send("POST", "/api/extract/invoice/1/parse", user=None, json=given)
    assert reply.json["result"]["status"] == "error_maintenance"
    assert await swept(gateway) == 1
    assert [event.user_id for event in gateway.bus.of(DocumentAbandoned)] == ["ana"]


async def test_of_a_document_without_a_price_nothing_is_told(gateway: Gateway) -> None:
    gateway.bus.react = unconfirmed
    reply = await gateway.send("POST", "/api/ocr-structured", json={"imageBase64": encoded(JPEG)})
    assert reply.status == 500
    assert gateway.bus.of(DocumentUploaded)
    assert await swept(gateway) == 0


async def test_of_an_upload_that_could_not_be_stored_nothing_is_told(database: Database) -> None:
    class Failing(Requests):
        async def create(self, request: NewRequest) -> None:
            await super().create(request)
            raise Unavailable("stored, but the answer was lost")

    def change(deps: Deps) -> Deps:
        return replace(deps, requests=Failing(database))

    async with running(database, change=change) as gateway:
        assert_error(await gateway.upload(("image", JPEG)), "INTERNAL_ERROR")
        assert gateway.bus.asked(ReleaseHold)
        assert await swept(gateway) == 0
