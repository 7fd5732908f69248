"""get_result_batch of the Extract API for documents with long texts: read once each, and answered within bounds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from itertools import islice, product

from gateway.deps import Deps
from gateway.extract.outcomes import LARGEST_ANSWER
from gateway.extract.test_mode import fixed_outcome
from gateway.results import Conclusion
from gateway.store import Requests
from shared.contracts.credits import HoldCredits, HoldPlaced
from shared.contracts.documents import DocumentReconciled, DocumentUploaded
from shared.mongo import Database
from tests.support.extract import encoded
from tests.support.gateway import BALANCE, PDF, Gateway, Reply, running

LONG = "Ñandú " * 65_000
"""Nearly as long as a text may be."""


class Counting(Requests):
    """Counts how often a request's conclusion is read."""

    reads = 0

    async def conclusion(self, request_id: str) -> Conclusion | None:
        Counting.reads += 1
        return await super().conclusion(request_id)


@asynccontextmanager
async def counting(database: Database) -> AsyncIterator[Gateway]:
    def change(deps: Deps) -> Deps:
        return replace(deps, requests=Counting(database))

    async with running(database, change=change) as gateway:
        gateway.bus.answers[HoldCredits] = HoldPlaced(price=1, balance=BALANCE)
        Counting.reads = 0
        yield gateway


async def read_documents(gateway: Gateway, count: int, text: str | None = None) -> list[str]:
    """Uuids of documents that were handed in and read; `text` is what stood in them."""
    token = (await gateway.deps.extract.tokens.issue("ana", ""))[1]
    outcome = fixed_outcome("invoice")
    if text is not None:
        outcome = outcome.model_copy(update={"full_text": text})
    uuids = []
    for _ in range(count):
        given = {"params": {"account_token": token, "documents": [encoded(PDF)]}}
        reply = await gateway.send("POST", "/api/extract/invoice/1/parse", user=None, json=given)
        uuids.append(reply.json["result"]["document_uuid"])
        event: DocumentUploaded = gateway.bus.of(DocumentUploaded)[-1]
        said = event.model_dump(include={"request_id", "origin", "user_id", "schema_name", "received_at", "answer_by"})
        await gateway.follow(DocumentReconciled(**said, provider="local", outcome=outcome))
    return uuids


def spellings(uuid: str, count: int) -> list[str]:
    """Ways to write one uuid, all different."""
    letters = ((each,) if each.upper() == each else (each, each.upper()) for each in uuid)
    padded = (f"{start}{uuid}{end}" for start, end in product((" " * n for n in range(25)), repeat=2))
    return list(dict.fromkeys([*islice(map("".join, product(*letters)), count // 2), *padded]))[:count]


async def asked(gateway: Gateway, uuids: list[str]) -> Reply:
    given = {"params": {"document_uuids": uuids}}
    return await gateway.send("POST", "/api/extract/invoice/1/get_result_batch", user=None, json=given)


def statuses(reply: Reply) -> list[str]:
    return [each["status"] for each in reply.json["result"].values()]


async def test_one_document_under_five_hundred_names_is_read_once_and_answered_within_bounds(
    database: Database,
) -> None:
    async with counting(database) as gateway:
        (uuid,) = await read_documents(gateway, 1, LONG)
        names = spellings(uuid, 500)
        reply = await asked(gateway, names)
        assert Counting.reads == 1
        assert list(reply.json["result"]) == names
        assert len(reply.text.encode()) < LARGEST_ANSWER + 200 * len(names)
        assert set(statuses(reply)) == {"success", "processing"}


async def test_of_long_documents_those_that_fit_are_answered_and_the_rest_is_asked_for_again(
    database: Database,
) -> None:
    async with counting(database) as gateway:
        waiting = await read_documents(gateway, 30, LONG)
        rounds = 0
        while waiting:
            rounds += 1
            Counting.reads = 0
            reply = await asked(gateway, waiting)
            assert len(reply.text.encode()) < LARGEST_ANSWER + 200 * len(waiting)
            found = reply.json["result"]
            answered = [uuid for uuid in waiting if found[uuid]["status"] == "success"]
            assert waiting[: len(answered)] == answered
            assert Counting.reads <= len(answered) + 1
            assert all(found[uuid]["results"][0]["full_text_annotation"] == LONG for uuid in answered)
            waiting = waiting[len(answered) :]
            assert all("ask for fewer" in found[uuid]["status_msg"] for uuid in waiting)
        assert rounds in range(2, 6)


async def test_a_batch_of_ordinary_documents_is_answered_in_full(database: Database) -> None:
    async with counting(database) as gateway:
        uuids = await read_documents(gateway, 20)
        reply = await asked(gateway, [*uuids, "nobody's", uuids[0].upper(), uuids[0]])
        assert statuses(reply) == ["success"] * 20 + ["error_document_not_found", "success"]
        first = reply.json["result"][uuids[0]]
        assert first == reply.json["result"][uuids[0].upper()]
        alone = {"params": {"document_uuid": uuids[0]}}
        one = await gateway.send("POST", "/api/extract/invoice/1/get_result", user=None, json=alone)
        assert one.json["result"] == first
