"""Reviews on a real database: one decision stands, is told in the end, and an erasure takes invoices with it."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from reconciler.decisions import Decisions
from reconciler.erasure import erase_invoices
from reconciler.handlers import reconcile_document
from reconciler.reviews import ReviewDeps, list_invoices, review_invoice, tell_reviews_once
from reconciler.schemas.lumis import invoice_id
from reconciler.store import InvoiceStore
from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.lumis import ExtractedData, Product
from shared.contracts.message import Event
from shared.contracts.reviews import (
    InvoiceApproved,
    InvoiceCorrected,
    InvoiceRecord,
    InvoiceRecords,
    InvoiceRejected,
    ListInvoices,
    ReviewInvoice,
)
from shared.errors import Refused, Unavailable
from shared.mongo import Database
from tests.support.readings import RECEIVED, recognized

LATER = timedelta(minutes=1)
CORRECTED = ExtractedData(
    ruc="8-442-445",
    dv="7",
    invoice_number="9",
    total=Decimal("3.999"),
    products=(Product(name="Pan", total_price=Decimal("4.001")),),
)


class KeepingBus:
    """Keeps what is published with its cause; may be down."""

    def __init__(self) -> None:
        self.published: list[tuple[Event, str | None]] = []
        self.down = False

    async def publish(self, *events: Event, cause: str | None = None) -> None:
        if self.down:
            raise Unavailable("no connection")
        self.published += [(event, cause) for event in events]

    @property
    def events(self) -> list[Event]:
        return [event for event, _ in self.published]


@pytest.fixture
def bus() -> KeepingBus:
    return KeepingBus()


@pytest_asyncio.fixture
async def deps(database: Database, bus: KeepingBus) -> ReviewDeps:
    invoices, decisions = InvoiceStore(database, incomplete_kept=timedelta(days=30)), Decisions(database)
    await invoices.prepare()
    await decisions.prepare()
    deps = ReviewDeps(invoices=invoices, decisions=decisions, bus=bus)
    await reconcile_document(recognized(), deps)
    return deps


async def review(deps: ReviewDeps, decision: Any, request_id: str = "r-1", **fields: Any) -> InvoiceRecord:
    call = ReviewInvoice(request_id=request_id, origin="gateway-9", reviewer="0a1b2c", decision=decision, **fields)
    answer = (await review_invoice(call, deps)).answer
    assert isinstance(answer, InvoiceRecords)
    return answer.invoices[0]


async def page(deps: ReviewDeps, **fields: Any) -> InvoiceRecords:
    answer = (await list_invoices(ListInvoices(**fields), deps)).answer
    assert isinstance(answer, InvoiceRecords)
    return answer


async def test_an_approval_is_told_in_the_uploads_own_timeline(deps: ReviewDeps, bus: KeepingBus) -> None:
    record = await review(deps, "approve")
    assert (record.status, record.extracted.total) == ("approved", Decimal("125.50"))
    (event,) = bus.events
    assert isinstance(event, InvoiceApproved)
    assert (event.request_id, event.origin, event.user_id) == ("r-1", "gateway-9", "u-1")
    assert await tell_reviews_once(deps, datetime.now(UTC) + LATER) == 0


async def test_a_repeat_of_a_decision_answers_and_tells_the_same(deps: ReviewDeps, bus: KeepingBus) -> None:
    first = await review(deps, "reject", reason="ilegible")
    assert await review(deps, "reject", reason="otra razón") == first
    assert first.reason == "ilegible"
    assert len(set(bus.published)) == 1
    assert isinstance(bus.events[0], InvoiceRejected)


async def test_another_decision_is_refused(deps: ReviewDeps) -> None:
    await review(deps, "approve")
    for decision, data in (("reject", None), ("correct", CORRECTED)):
        with pytest.raises(Refused, match="ALREADY_REVIEWED"):
            await review(deps, decision, corrected=data)
    assert (await page(deps, request_id="r-1")).invoices[0].status == "approved"


async def test_of_many_reviewers_at_once_one_decides(deps: ReviewDeps, bus: KeepingBus) -> None:
    answers = await asyncio.gather(
        *(review(deps, decision) for decision in ("approve", "reject") * 10), return_exceptions=True
    )
    statuses = {answer.status for answer in answers if isinstance(answer, InvoiceRecord)}
    assert len(statuses) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == 10
    assert len(set(bus.published)) == 1


async def test_a_correction_replaces_the_data_and_names_the_new_paper(deps: ReviewDeps, bus: KeepingBus) -> None:
    record = await review(deps, "correct", corrected=CORRECTED, reason="mal leída")
    assert (record.status, record.extracted.invoice_number) == ("approved", "9")
    assert (record.extracted.total, record.extracted.products[0].total_price) == (Decimal("4.00"), Decimal("4.00"))
    (event,) = bus.events
    assert isinstance(event, InvoiceCorrected)
    assert event.invoice_id == invoice_id("u-1", "155751938-2-2024", "001-002-123456")
    assert event.corrected_invoice_id == invoice_id("u-1", "8-442-445", "9")
    assert event.extracted == record.extracted
    assert await review(deps, "correct", corrected=CORRECTED) == record
    with pytest.raises(Refused, match="ALREADY_REVIEWED"):
        await review(deps, "correct", corrected=CORRECTED.model_copy(update={"dv": "8"}))


@pytest.mark.parametrize(
    ("key", "value"), [("ruc", " "), ("dv", None), ("invoice_number", ""), ("total", Decimal(0)), ("products", ())]
)
async def test_a_correction_must_have_the_five_fields(deps: ReviewDeps, key: str, value: Any) -> None:
    with pytest.raises(Refused, match="INCOMPLETE_CORRECTION") as refused:
        await review(deps, "correct", corrected=CORRECTED.model_copy(update={key: value}))
    assert refused.value.details == {"missing_fields": [key]}
    assert (await page(deps, request_id="r-1")).invoices[0].status == "pending_validation"


async def test_what_could_not_be_told_is_told_by_the_sweep_with_the_same_cause(
    deps: ReviewDeps, bus: KeepingBus
) -> None:
    bus.down = True
    assert (await review(deps, "reject")).status == "rejected"
    bus.down = False
    assert await tell_reviews_once(deps, datetime.now(UTC)) == 0
    assert await tell_reviews_once(deps, datetime.now(UTC) + LATER) == 1
    assert await tell_reviews_once(deps, datetime.now(UTC) + LATER) == 0
    await review(deps, "reject")
    assert len(bus.published) == 2
    assert len(set(bus.published)) == 1


async def test_an_incomplete_reading_cannot_be_reviewed(deps: ReviewDeps) -> None:
    await reconcile_document(recognized({"dv": None}, request_id="r-2"), deps)
    for request_id in ("r-2", "r-3"):
        with pytest.raises(Refused, match="INVOICE_NOT_FOUND"):
            await review(deps, "approve", request_id)
        with pytest.raises(Refused, match="INVOICE_NOT_FOUND"):
            await page(deps, request_id=request_id)


async def test_pages_of_a_status_oldest_first(deps: ReviewDeps) -> None:
    for number in range(2, 6):
        await reconcile_document(recognized({"invoice_number": str(number)}, request_id=f"r-{number}"), deps)
    await review(deps, "approve", "r-3")
    seen: list[str] = []
    cursor = None
    while True:
        found = await page(deps, status="pending_validation", limit=2, cursor=cursor)
        seen += [record.request_id for record in found.invoices]
        cursor = found.next_cursor
        if cursor is None:
            break
    assert seen == ["r-1", "r-2", "r-4", "r-5"]
    assert len((await page(deps)).invoices) == 5
    for broken in ("x", "e30=", "WzEsMl0=", "Ã"):
        with pytest.raises(Refused, match="INVALID_CURSOR"):
            await page(deps, cursor=broken)


def erasure(at: datetime) -> ErasureRequested:
    return ErasureRequested(request_id="e-1", origin="gateway-1", user_id="u-1", requested_at=at)


async def test_an_erasure_takes_the_users_invoices_and_nobody_elses(deps: ReviewDeps, database: Database) -> None:
    await reconcile_document(recognized({"dv": None}, request_id="r-2"), deps)
    await reconcile_document(recognized(request_id="r-3", user_id="u-2"), deps)
    (told,) = await erase_invoices(erasure(RECEIVED + LATER), deps)
    assert isinstance(told, ErasureCompleted)
    assert (told.service, told.removed, told.request_id) == ("reconciler", {"invoices": 2}, "e-1")
    assert [row["_id"] async for row in database["invoices"].find()] == ["r-3"]
    (again,) = await erase_invoices(erasure(RECEIVED + LATER), deps)
    assert isinstance(again, ErasureCompleted)
    assert again.removed == {"invoices": 0}
    assert "u-1" not in str([row async for row in database["erasures"].find()])


async def test_what_was_on_its_way_is_answered_but_not_stored_and_a_later_upload_is(
    deps: ReviewDeps, database: Database
) -> None:
    await erase_invoices(erasure(RECEIVED + LATER), deps)
    (answer,) = await reconcile_document(recognized(request_id="r-2"), deps)
    assert answer.request_id == "r-2"
    later = recognized(request_id="r-3").model_copy(update={"received_at": RECEIVED + 2 * LATER})
    await reconcile_document(later, deps)
    await erase_invoices(erasure(RECEIVED + LATER), deps)
    assert [row["_id"] async for row in database["invoices"].find()] == ["r-3"]
