"""A reading is recorded once, whatever is delivered again, and later uploads of a paper are told from the first."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import pytest_asyncio
from bson.codec_options import CodecOptions
from bson.decimal128 import Decimal128

from reconciler.app import SERVICE
from reconciler.handlers import Deps, reconcile_document
from reconciler.store import InvoiceStore
from shared.contracts.documents import DocumentRecognized, DocumentReconciled
from shared.contracts.lumis import LumisOutcome
from shared.contracts.topology import EVENTS
from shared.errors import Rejected
from shared.mongo import Database
from tests.support.readings import recognized


@pytest_asyncio.fixture
async def deps(database: Database) -> Deps:
    invoices = InvoiceStore(database, incomplete_kept=timedelta(days=30))
    await invoices.prepare()
    return Deps(invoices=invoices)


async def reconciled(event: DocumentRecognized, deps: Deps) -> DocumentReconciled:
    (answer,) = await reconcile_document(event, deps)
    assert isinstance(answer, DocumentReconciled)
    return answer


async def test_a_complete_invoice_waits_for_review(deps: Deps, database: Database) -> None:
    answer = await reconciled(recognized(), deps)
    stored = await database["invoices"].find_one({"_id": "r-1"})
    assert stored is not None
    assert stored["status"] == "pending_validation"
    assert stored["user_id"] == "u-1"
    assert stored["invoice_id"] == answer.outcome.invoice_id
    assert "expires_at" not in stored
    assert answer.outcome.complete
    assert (answer.request_id, answer.origin, answer.provider) == ("r-1", "gateway-1", "local")
    assert (answer.received_at, answer.answer_by) == (recognized().received_at, recognized().answer_by)


async def test_money_is_stored_as_decimal128_and_comes_back_as_printed(deps: Deps, database: Database) -> None:
    await reconciled(recognized(), deps)
    raw = await database["invoices"].with_options(CodecOptions(document_class=dict)).find_one({"_id": "r-1"})
    assert raw is not None
    assert raw["outcome"]["extracted"]["total"] == Decimal128("125.50")
    assert raw["outcome"]["extracted"]["products"][0]["unit_price"] == Decimal128("1.50")
    again = await reconciled(recognized(), deps)
    assert isinstance(again.outcome, LumisOutcome)
    assert str(again.outcome.extracted.total) == "125.50"
    assert again.outcome.extracted.tot_itbms == Decimal("8.93")


async def test_an_incomplete_reading_is_no_invoice_and_goes_away_by_itself(deps: Deps, database: Database) -> None:
    answer = await reconciled(recognized({"dv": None}), deps)
    stored = await database["invoices"].find_one({"_id": "r-1"})
    assert stored is not None
    assert stored["status"] == "incomplete"
    assert "invoice_id" not in stored
    assert timedelta(days=29) < stored["expires_at"] - datetime.now(UTC) <= timedelta(days=30)
    assert not answer.outcome.complete


async def test_incomplete_readings_of_one_paper_stand_beside_each_other(deps: Deps) -> None:
    for name in ("r-1", "r-2"):
        assert (await reconciled(recognized({"dv": None}, request_id=name), deps)).outcome.duplicate_of is None


async def test_a_repeat_gives_the_same_event_and_stores_nothing_more(deps: Deps, database: Database) -> None:
    first = await reconciled(recognized(), deps)
    assert await reconciled(recognized(), deps) == first
    assert await database["invoices"].count_documents({}) == 1


async def test_a_second_reading_of_the_same_request_changes_nothing(deps: Deps) -> None:
    first = await reconciled(recognized(), deps)
    assert await reconciled(recognized({"total": "99.00", "dv": None}), deps) == first


async def test_the_same_paper_again_names_the_first_upload(deps: Deps) -> None:
    first, second, third = [await reconciled(recognized(request_id=name), deps) for name in ("r-1", "r-2", "r-3")]
    assert first.outcome.duplicate_of is None
    assert second.outcome.duplicate_of == third.outcome.duplicate_of == "r-1"
    assert second.outcome.complete
    assert first.outcome.invoice_id == second.outcome.invoice_id


async def test_who_is_first_and_who_is_later_stays_so_on_repeats(deps: Deps) -> None:
    before = [await reconciled(recognized(request_id=name), deps) for name in ("r-1", "r-2")]
    after = [await reconciled(recognized(request_id=name), deps) for name in ("r-2", "r-1")]
    assert after == before[::-1]


async def test_another_users_same_paper_is_no_duplicate(deps: Deps) -> None:
    await reconciled(recognized(), deps)
    other = await reconciled(recognized(request_id="r-2", user_id="u-2"), deps)
    assert other.outcome.duplicate_of is None


async def test_of_uploads_at_the_same_moment_exactly_one_is_the_first(deps: Deps) -> None:
    events = [recognized(request_id=f"r-{number}") for number in range(12)] * 2
    answers = await asyncio.gather(*(reconciled(event, deps) for event in events))
    firsts = {answer.request_id for answer in answers if answer.outcome.duplicate_of is None}
    assert len(firsts) == 1
    assert {answer.outcome.duplicate_of for answer in answers} == {None, *firsts}
    assert answers[:12] == answers[12:]


async def test_a_schema_that_is_not_known_can_never_work(deps: Deps, database: Database) -> None:
    event = recognized().model_copy(update={"schema_name": "martian"})
    with pytest.raises(Rejected):
        await reconcile_document(event, deps)
    assert await database["invoices"].count_documents({}) == 0


def test_the_service_listens_to_what_the_topology_sends_it() -> None:
    sent = {row.event for row in EVENTS if SERVICE.name in row.receivers}
    assert {row.event for row in SERVICE.subscriptions} == sent
