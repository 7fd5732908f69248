"""The rate limit: GCRA against a simple model, exact across processes, its headers, and an administrator's limits."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.deps import Deps
from gateway.limits import Rate, RateLimits, Standing
from shared.contracts.credits import HoldCredits, ReleaseHold
from shared.contracts.documents import DocumentUploaded
from shared.errors import Refused
from shared.mongo import Database, ensure_indexes
from tests.support import ledger as books
from tests.support.gateway import JPEG, Gateway, Reply, running, token
from tests.support.invoices import reconciled
from tests.support.ledger_answers import answers_of

MESSAGE = "Has alcanzado el límite de procesamiento OCR. Intenta más tarde."
START = datetime(2026, 3, 1, tzinfo=UTC)


def answering(event: Any) -> Any:
    return reconciled(event) if isinstance(event, DocumentUploaded) else None


def limited(limit: int, seconds: int = 3600) -> Any:
    def change(deps: Deps) -> Deps:
        return replace(deps, rate_limits=RateLimits(deps.requests._requests.database, Rate(limit, seconds)))

    return change


def left(reply: Reply) -> tuple[int, int]:
    return int(reply.headers["X-RateLimit-Limit"]), int(reply.headers["X-RateLimit-Remaining"])


class Bucket:
    """The model: a bucket of `limit` tokens that fills evenly, in exact fractions of microseconds."""

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self.tokens = Fraction(rate.limit)
        self.at = 0

    def take(self, now: int, times: int) -> bool:
        self.tokens = min(Fraction(self.rate.limit), self.tokens + Fraction(now - self.at, self.rate.interval))
        self.at = now
        if self.tokens < times:
            return False
        self.tokens -= times
        return True


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rate=st.builds(Rate, st.integers(1, 7), st.sampled_from([1, 3, 10])),
    steps=st.lists(st.tuples(st.integers(0, 4000), st.integers(1, 3)), min_size=1, max_size=20),
)
async def test_the_database_counts_as_a_bucket_that_fills_evenly(
    database: Database, rate: Rate, steps: list[tuple[int, int]]
) -> None:
    user, bucket, milliseconds = uuid4().hex, Bucket(rate), 0
    for pause, times in steps:
        milliseconds += pause
        limits = RateLimits(database, rate, clock=START + timedelta(milliseconds=milliseconds))
        before = await limits.read(user)
        found = await limits.take(user, times)
        assert found.accepted is bucket.take(milliseconds * 1000, times)
        assert found.remaining == int(bucket.tokens)
        assert (before.remaining >= times) is found.accepted
        assert (found.retry_after == 0) is (found.remaining > 0)
        full_in = (rate.limit - bucket.tokens) * rate.interval
        assert found.reset_at == -(-(int(START.timestamp() * 10**6) + milliseconds * 1000 + full_in) // 10**6)


async def test_two_processes_at_once_let_exactly_the_limit_through(database: Database) -> None:
    await ensure_indexes(database, RateLimits.INDEXES)
    processes = [RateLimits(database, Rate(7, 3600)) for _ in range(2)]
    standings = await asyncio.gather(*(processes[number % 2].take("user-1") for number in range(40)))
    assert sum(each.accepted for each in standings) == 7
    again = RateLimits(database, Rate(7, 3600))  # as after a restart
    assert not (await again.take("user-1")).accepted
    assert (await again.take("user-2")).accepted


async def test_two_gateways_on_one_database_share_the_limit(database: Database) -> None:
    async with running(database, change=limited(5)) as one, running(database, change=limited(5)) as other:
        one.bus.react = other.bus.react = answering
        gateways = [one, other] * 6
        replies = await asyncio.gather(*(gateway.upload(("image", JPEG)) for gateway in gateways))
        assert sorted(reply.status for reply in replies) == [200] * 5 + [429] * 7
        assert left(await other.send("GET", "/api/v4/lumis/balance")) == (5, 0)


async def test_over_the_limit_is_answered_as_printed_and_leaves_nothing(database: Database) -> None:
    async with running(database, change=limited(2)) as gateway:
        gateway.bus.react = answering
        assert [left(await gateway.upload(("image", JPEG))) for _ in range(2)] == [(2, 1), (2, 0)]
        files = await gateway.database["files"].count_documents({})
        gateway.bus.published.clear()
        gateway.bus.calls.clear()
        reply = await gateway.upload(("image", JPEG))
        assert reply.status == 429
        assert reply.json["error"] == {
            "code": "RATE_LIMITED",
            "message": MESSAGE,
            "details": {
                "success": False,
                "cost_lumis": 0,
                "message": MESSAGE,
                "cufe": None,
                "extracted_data": None,
                "partial_data": {"invoice_number": None, "issuer_name": None, "total": None, "products_count": None},
            },
        }
        assert 0 < int(reply.headers["Retry-After"]) <= 1800
        assert left(reply) == (2, 0)
        assert int(reply.headers["X-RateLimit-Reset"]) > datetime.now(UTC).timestamp() + 3000
        assert not gateway.bus.published
        assert await gateway.database["files"].count_documents({}) == files
        assert not gateway.bus.asked(HoldCredits)
        assert (await gateway.upload(("image", JPEG), user="user-2")).status == 200


async def test_of_two_that_come_at_once_for_the_last_place_the_second_gets_its_hold_back(database: Database) -> None:
    class Stale(RateLimits):
        """As it is read before the other one was counted."""

        async def read(self, user_id: str) -> Standing:
            return replace(await super().read(user_id), remaining=1)

    async with running(
        database, change=lambda deps: replace(deps, rate_limits=Stale(database, Rate(1, 60)))
    ) as gateway:
        gateway.bus.react = answering
        replies = [await gateway.upload(("image", JPEG)) for _ in range(2)]
        assert [reply.status for reply in replies] == [200, 429]
        (release,) = gateway.bus.asked(ReleaseHold)
        assert release.request_id == replies[1].json["request_id"]


async def test_whoever_keeps_uploading_over_the_limit_leaves_nothing_in_the_ledger(database: Database) -> None:
    async with running(database, change=limited(1)) as gateway:
        ledger = books.ledger(database, books.Clock())
        await books.deliver(books.grant("user-1", 15), ledger)
        gateway.bus.answers |= answers_of(ledger)
        await gateway.deps.rate_limits.take("user-1")
        before = await books.books(database)
        for _ in range(10):
            replies = await asyncio.gather(*(gateway.upload(("image", JPEG)) for _ in range(10)))
            assert {reply.status for reply in replies} == {429}
            assert all(left(reply) == (1, 0) and "Retry-After" in reply.headers for reply in replies)
        assert await books.books(database) == before


async def test_who_is_over_the_limit_and_cannot_pay_is_told_that_first_as_below_it(database: Database) -> None:
    async with running(database, change=limited(1)) as gateway:
        ledger = books.ledger(database, books.Clock())
        for user in ("user-1", "user-2"):
            await books.deliver(books.grant(user, 14, f"grant-{user}"), ledger)
        gateway.bus.answers |= answers_of(ledger)
        below = await gateway.upload(("image", JPEG))
        await gateway.deps.rate_limits.take("user-2")
        over = await gateway.upload(("image", JPEG), user="user-2")
        assert (below.status, over.status) == (402, 402)
        assert over.json["error"] == below.json["error"]
        assert (left(below), left(over)) == ((1, 1), (1, 0))


async def test_retries_count_with_uploads_and_a_key_is_for_one_of_them(database: Database) -> None:
    async with running(database, change=limited(2)) as gateway:
        gateway.bus.react = answering
        key = {"Idempotency-Key": "factura-1"}
        assert (await gateway.upload(("image", JPEG), headers=key)).status == 200
        replies = []
        for headers in (key, {**key, "Idempotency-Key": "factura-2"}, {}):
            form = aiohttp.FormData({"missing_fields": '["dv"]'})
            form.add_field("image", JPEG, filename="x")
            replies.append(await gateway.send("POST", "/api/v4/invoices/upload-ocr-retry", data=form, headers=headers))
        assert replies[0].json["error"]["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert [left(reply) for reply in replies] == [(2, 1), (2, 0), (2, 0)]
        assert replies[2].json["error"]["code"] == "RATE_LIMITED"


async def test_refused_requests_do_not_count_but_show_the_headers(database: Database) -> None:
    async with running(database, change=limited(1)) as gateway:
        gateway.bus.answers[HoldCredits] = Refused("INSUFFICIENT_LUMIS", "no", {"price": 15, "available": 0})
        refused = [
            await gateway.upload(("image", b"")),
            await gateway.upload(("image", b"GIF89a")),
            await gateway.upload(("image", JPEG + bytes(10_485_760))),
            await gateway.upload(("image", JPEG)),
            await gateway.send("GET", "/api/v4/lumis/balance"),
            await gateway.send("GET", "/api/v4/requests/nothing"),
        ]
        assert [reply.status for reply in refused] == [400, 415, 413, 402, 200, 404]
        assert {left(reply) for reply in refused} == {(1, 1)}
        nobody = await gateway.send("GET", "/api/v4/lumis/balance", user=None)
        assert (nobody.status, "X-RateLimit-Limit" in nobody.headers) == (401, False)


async def admin(gateway: Gateway, method: str, user: str = "user-1", **body: Any) -> Reply:
    headers = {"Authorization": f"Bearer {token('boss', scope='admin')}"}
    path = f"/api/v4/admin/users/{user}/rate-limit"
    return await gateway.send(method, path, user=None, headers=headers, json=body or None)


async def test_an_administrator_sets_and_unsets_a_users_limit(gateway: Gateway) -> None:
    gateway.bus.react = answering
    assert (await admin(gateway, "GET")).json["data"]["is_default"] is True
    reply = await admin(gateway, "PUT", limit=2, window_seconds=60)
    data = reply.json["data"]
    assert (data["user_id"], data["limit"], data["window_seconds"]) == ("user-1", 2, 60)
    assert (data["is_default"], data["remaining"]) == (False, 2)
    statuses = [(await gateway.upload(("image", JPEG))).status for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert left(await gateway.upload(("image", JPEG), user="user-2")) == (1000, 999)
    row = await gateway.database["rate_limits"].find_one({"_id": "user-1"})
    assert row is not None
    assert "expires_at" not in row  # what an administrator set does not leave by itself
    data = (await admin(gateway, "DELETE")).json["data"]
    assert (data["limit"], data["is_default"]) == (1000, True)
    assert (await gateway.upload(("image", JPEG))).status == 200
    row = await gateway.database["rate_limits"].find_one({"_id": "user-1"})
    assert row is not None
    assert row["expires_at"] < datetime.now(UTC) + timedelta(hours=2)


async def test_only_administrators_set_limits_and_nonsense_is_refused(gateway: Gateway) -> None:
    path = "/api/v4/admin/users/user-1/rate-limit"
    for method in ("GET", "PUT", "DELETE"):
        assert (await gateway.send(method, path, json={"limit": 9, "window_seconds": 9})).status == 403
    for limit, window in ((0, 60), (100_001, 60), (2, 0), (2, 2_678_401), ("2", 60), (True, 60)):
        reply = await admin(gateway, "PUT", limit=limit, window_seconds=window)
        assert (reply.status, reply.json["error"]["code"]) == (422, "INVALID_DATA")
    assert (await admin(gateway, "GET")).json["data"]["limit"] == 1000


async def test_a_longer_limit_from_before_never_locks_a_user_out_for_more_than_the_new_window(
    database: Database,
) -> None:
    limits = RateLimits(database, Rate(1, 2_000_000))
    assert (await limits.take("user-1")).accepted
    await limits.set("user-1", Rate(1, 5))
    standing = await limits.read("user-1")
    assert standing.retry_after <= 5


@pytest.mark.parametrize("limit", [3, 7, 70_000])
async def test_the_whole_limit_is_there_at_once(database: Database, limit: int) -> None:
    limits = RateLimits(database, Rate(limit, 1), clock=START)
    assert (await limits.read("user-1")).remaining == limit
    assert (await limits.take("user-1")).remaining == limit - 1
