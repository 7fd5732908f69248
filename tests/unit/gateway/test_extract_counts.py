"""How calls of the Extract API are counted: HTTP is 200 whatever became of them, so nothing else shows our failures."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import REGISTRY

from gateway.limits import Rate, RateLimits
from gateway.room import Room
from shared.contracts.credits import HoldCredits
from shared.mongo import Database
from tests.support.extract import TEST_TOKEN, encoded
from tests.support.gateway import PDF, Gateway, running

PARSE, RESULTS = (f"/api/extract/invoice/1/{name}" for name in ("parse", "get_result_batch"))


@pytest.fixture
async def gateway(database: Database) -> AsyncIterator[Gateway]:
    async with running(database) as started:
        yield started


class Counted:
    """What was counted since it was made, by status: of every kind, operation and version."""

    def __init__(self) -> None:
        self._before = self._all()

    @staticmethod
    def _all() -> Counter[str]:
        (family,) = (each for each in REGISTRY.collect() if each.name == "lumis_gateway_extract_calls")
        found = Counter[str]()
        for sample in family.samples:
            if sample.name.endswith("_total"):
                found[sample.labels["status"]] += int(sample.value)
        return found

    @property
    def now(self) -> dict[str, int]:
        return dict(self._all() - self._before)


async def call(gateway: Gateway, path: str, **params: Any) -> dict[str, Any]:
    reply = await gateway.send("POST", path, user=None, json={"params": params, "id": 3})
    assert reply.status == 200
    return dict(reply.json["result"])


async def test_a_caller_over_its_limit_is_told_of_maintenance_and_counts_as_over_its_limit(database: Database) -> None:
    narrow = RateLimits(database, Rate(1, 3600))
    async with running(
        database, change=lambda deps: replace(deps, extract=replace(deps.extract, rates=narrow, strangers=narrow))
    ) as gateway:
        since = Counted()
        given = {"account_token": TEST_TOKEN, "documents": [encoded(PDF)]}
        assert [(await call(gateway, PARSE, **given))["status"] for _ in range(2)] == ["success", "error_maintenance"]
    assert since.now == {"success": 1, "over_limit": 1}


async def test_a_server_that_is_full_counts_although_the_call_is_not_read(database: Database) -> None:
    async with running(database, change=lambda deps: replace(deps, room=Room(10))) as gateway:
        since = Counted()
        with gateway.deps.room.take(10):
            assert (await call(gateway, PARSE))["status"] == "error_maintenance"
    assert since.now == {"error_maintenance": 1}


async def test_a_call_that_breaks_counts_once(gateway: Gateway) -> None:
    gateway.bus.answers[HoldCredits] = RuntimeError("whatever")
    account = (await gateway.deps.extract.tokens.issue("ana", ""))[1]
    since = Counted()
    assert (await call(gateway, PARSE, account_token=account, documents=[encoded(PDF)]))["status"] == "error_internal"
    assert since.now == {"error_internal": 1}


@pytest.mark.parametrize("documents", [501, 5001])
async def test_asking_for_too_many_documents_is_no_failure_of_ours(gateway: Gateway, documents: int) -> None:
    since = Counted()
    found = await call(gateway, RESULTS, document_ids=list(range(1, documents + 1)))
    last = found if "status" in found else found[str(documents)]
    assert last["status"] == "error_internal"
    assert since.now["too_many_documents"] == 1
    assert "error_internal" not in since.now
