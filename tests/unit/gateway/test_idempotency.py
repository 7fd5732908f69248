"""Idempotency-Key: a repeated upload happens once and gets the first answer, also after its process died."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.deps import Deps
from gateway.idempotency import key_of
from shared.contracts.credits import HoldCredits, ReleaseHold
from shared.contracts.documents import DocumentUploaded
from shared.errors import Refused
from shared.files import FileStore
from shared.mongo import Database
from tests.support.gateway import JPEG, PNG, Gateway, Reply, new_id, running
from tests.support.invoices import INCOMPLETE, reconciled, uploaded
from tests.support.waiting import until
from tests.unit.gateway.test_requests import store

KEY = {"Idempotency-Key": "factura-1"}


def answering(event: Any) -> Any:
    return reconciled(event) if isinstance(event, DocumentUploaded) else None


def hurried(deps: Deps) -> Deps:
    return replace(deps, limits=replace(deps.limits, answer_time=timedelta(seconds=1)))


def is_replay(reply: Reply) -> bool:
    return bool(reply.headers.get("Idempotent-Replayed") == "true")


async def age_claim(gateway: Gateway, **changes: Any) -> None:
    values = {"claimed_until": datetime.now(UTC) - timedelta(seconds=1), **changes}
    await gateway.database["idempotency_keys"].update_one({"_id": key_of("user-1", "factura-1")}, {"$set": values})


async def test_a_repeat_gets_the_first_answer_and_holds_nothing(gateway: Gateway) -> None:
    gateway.bus.react = answering
    first = await gateway.upload(("image", JPEG), headers=KEY)
    again = await gateway.upload(("image", JPEG), headers=KEY)
    assert (first.status, is_replay(first)) == (200, False)
    assert (again.status, is_replay(again), again.text) == (200, True, first.text)
    assert again.headers["X-RateLimit-Remaining"] == first.headers["X-RateLimit-Remaining"]
    assert len(gateway.bus.asked(HoldCredits)) == 1
    row = await gateway.database["idempotency_keys"].find_one({})
    assert row is not None
    assert timedelta(hours=23) < row["expires_at"] - datetime.now(UTC) <= timedelta(hours=24)


async def test_a_422_is_repeated_too(gateway: Gateway) -> None:
    gateway.bus.react = lambda event: reconciled(event, INCOMPLETE) if isinstance(event, DocumentUploaded) else None
    replies = [await gateway.upload(("image", JPEG), headers=KEY) for _ in range(2)]
    assert [(reply.status, is_replay(reply)) for reply in replies] == [(422, False), (422, True)]
    assert replies[0].text == replies[1].text


async def test_repeats_at_the_same_time_happen_once(gateway: Gateway) -> None:
    gateway.bus.react = answering
    replies = await asyncio.gather(*(gateway.upload(("image", JPEG), headers=KEY) for _ in range(10)))
    assert {reply.text for reply in replies} == {replies[0].text}
    assert sorted(is_replay(reply) for reply in replies) == [False] + [True] * 9
    assert len(gateway.bus.of(DocumentUploaded)) == 1


async def test_another_body_with_the_same_key_is_refused(gateway: Gateway) -> None:
    gateway.bus.react = answering
    await gateway.upload(("image", JPEG), headers=KEY)
    for parts in ((("image", PNG),), (("image", JPEG), ("mode", "2"))):
        reply = await gateway.upload(*parts, headers=KEY)
        assert (reply.status, reply.json["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert (await gateway.upload(("image", JPEG), headers=KEY, user="user-2")).status == 200
    assert len(gateway.bus.of(DocumentUploaded)) == 2


@pytest.mark.parametrize("key", ["", "a b", "x" * 256, "ñ"])
async def test_a_key_that_is_none_is_refused(gateway: Gateway, key: str) -> None:
    reply = await gateway.upload(("image", JPEG), headers={"Idempotency-Key": key})
    assert (reply.status, reply.json["error"]["code"]) == (400, "INVALID_IDEMPOTENCY_KEY")
    assert not gateway.bus.calls


async def test_a_refusal_frees_the_key(gateway: Gateway) -> None:
    gateway.bus.react = answering
    placed = gateway.bus.answers[HoldCredits]
    gateway.bus.answers[HoldCredits] = Refused("INSUFFICIENT_LUMIS", "no", {"price": 15, "available": 0})
    assert (await gateway.upload(("image", JPEG), headers=KEY)).status == 402
    assert (await gateway.upload(("image", JPEG), ("mode", "3"), headers=KEY)).status == 400
    gateway.bus.answers[HoldCredits] = placed
    gateway.bus.down = True
    assert (await gateway.upload(("image", JPEG), headers=KEY)).status == 500
    gateway.bus.down = False
    reply = await gateway.upload(("image", JPEG), headers=KEY)
    assert (reply.status, is_replay(reply)) == (200, False)


async def test_a_repeat_while_the_first_runs_waits_for_it_or_says_so(database: Database) -> None:
    async with running(database) as patient, running(database, change=hurried) as hasty:
        waiting = asyncio.create_task(patient.upload(("image", JPEG), headers=KEY))
        await until(lambda: bool(patient.bus.of(DocumentUploaded)))
        reply = await hasty.upload(("image", JPEG), headers=KEY)
        assert (reply.status, reply.json["error"]["code"]) == (409, "IDEMPOTENCY_IN_PROGRESS")
        later = asyncio.create_task(patient.upload(("image", JPEG), headers=KEY))
        (event,) = patient.bus.of(DocumentUploaded)
        await patient.follow(reconciled(event))
        assert (await waiting).text == (await later).text
        assert not hasty.bus.calls


async def test_the_answer_of_a_process_that_died_is_rebuilt(gateway: Gateway) -> None:
    gateway.bus.react = answering
    first = await gateway.upload(("image", JPEG), headers=KEY)
    (event,) = gateway.bus.of(DocumentUploaded)
    await gateway.follow(reconciled(event))
    await age_claim(gateway, answer=None)  # as if the process had died before it kept its answer
    again = await gateway.upload(("image", JPEG), headers=KEY)
    assert (again.status, is_replay(again)) == (200, True)
    assert (again.json["data"], again.json["request_id"]) == (first.json["data"], first.json["request_id"])
    assert (await gateway.upload(("image", JPEG), headers=KEY)).text == again.text
    assert len(gateway.bus.asked(HoldCredits)) == 1


async def test_a_key_whose_process_died_before_its_request_was_accepted_is_taken_over(gateway: Gateway) -> None:
    gateway.bus.react = answering
    await gateway.upload(("image", JPEG), headers=KEY)
    await age_claim(gateway, answer=None, request_id=new_id())
    replies = await asyncio.gather(*(gateway.upload(("image", JPEG), headers=KEY) for _ in range(5)))
    assert {reply.status for reply in replies} == {200}
    assert {reply.text for reply in replies} == {replies[0].text}
    assert sum(is_replay(reply) for reply in replies) == 4
    assert len(gateway.bus.of(DocumentUploaded)) == 2


class SlowFiles(FileStore):
    """Keeps the first file only when it is told to go on."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.waiting = asyncio.Event()
        self.go_on = asyncio.Event()

    async def keep(self, content: bytes, *, content_type: str, expires_at: datetime) -> str:
        if not self.waiting.is_set():
            self.waiting.set()
            await self.go_on.wait()
        return await super().keep(content, content_type=content_type, expires_at=expires_at)


async def test_a_request_that_was_only_slow_gives_up_when_its_key_was_taken_over(database: Database) -> None:
    files = SlowFiles(database)
    async with running(database, change=lambda deps: replace(deps, files=files)) as gateway:
        gateway.bus.react = answering
        slow = asyncio.create_task(gateway.upload(("image", JPEG), headers=KEY))
        await files.waiting.wait()
        await age_claim(gateway)
        second = await gateway.upload(("image", JPEG), headers=KEY)
        files.go_on.set()
        first = await slow
        assert (second.status, is_replay(second)) == (200, False)
        assert (first.status, first.json["error"]["code"]) == (409, "IDEMPOTENCY_IN_PROGRESS")
        assert int(first.headers["Retry-After"]) > 0
        (uploaded,) = gateway.bus.of(DocumentUploaded)
        assert uploaded.request_id == second.json["request_id"]
        assert [call.request_id for call in gateway.bus.asked(ReleaseHold)] == [first.json["request_id"]]
        assert await gateway.database["files"].count_documents({}) == 1
        again = await gateway.upload(("image", JPEG), headers=KEY)
        assert (again.text, is_replay(again)) == (second.text, True)


async def test_a_request_that_was_only_slow_goes_on_while_its_key_is_its_own(database: Database) -> None:
    files = SlowFiles(database)
    async with running(database, change=lambda deps: replace(deps, files=files)) as gateway:
        gateway.bus.react = answering
        slow = asyncio.create_task(gateway.upload(("image", JPEG), headers=KEY))
        await files.waiting.wait()
        await age_claim(gateway)
        files.go_on.set()
        assert (await slow).status == 200
        claim = await gateway.deps.keys.find(key_of("user-1", "factura-1"))
        assert claim is not None
        assert claim.claimed_until > datetime.now(UTC)


async def test_a_claim_that_was_renewed_since_it_was_seen_is_not_taken_over(gateway: Gateway) -> None:
    keys, first, second = gateway.deps.keys, new_id(), new_id()
    stale = await keys.claim("key", "digest", first, timedelta(seconds=-1))
    assert await keys.renew("key", first, timedelta(seconds=45))
    assert not await keys.take_over("key", stale, second, timedelta(seconds=45))
    renewed = await keys.find("key")
    assert renewed is not None
    assert await keys.take_over("key", renewed, second, timedelta(seconds=45))
    assert not await keys.renew("key", first, timedelta(seconds=45))


async def test_a_claim_that_may_still_be_accepted_is_not_taken_over(database: Database) -> None:
    async with running(database, change=hurried) as gateway:
        await gateway.deps.keys.claim(key_of("user-1", "factura-1"), "other", new_id(), timedelta(seconds=45))
        assert (await gateway.upload(("image", JPEG), headers=KEY)).status == 422
        gateway.bus.react = answering
        await gateway.database["idempotency_keys"].delete_many({})
        await gateway.upload(("image", JPEG), headers=KEY)
        later = datetime.now(UTC) + timedelta(seconds=30)
        await age_claim(gateway, answer=None, request_id=new_id(), claimed_until=later)
        assert (await gateway.upload(("image", JPEG), headers=KEY)).status == 409


async def test_a_request_that_was_given_up_is_not_an_accepted_one(gateway: Gateway) -> None:
    event = await store(gateway)
    assert await gateway.deps.requests.was_accepted(event.request_id)
    await gateway.deps.requests.give_up(event.request_id)
    assert not await gateway.deps.requests.was_accepted(event.request_id)
    assert not await gateway.deps.requests.was_accepted(uploaded(new_id(), "user-1").request_id)
