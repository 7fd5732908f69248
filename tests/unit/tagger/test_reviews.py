"""What a reviewer's word and an erasure do to tags, on a real database, in any order of arrival."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.erasure import ErasureCompleted, ErasureRequested
from shared.contracts.lumis import ExtractedData, Product
from shared.contracts.message import Event
from shared.contracts.reviews import InvoiceCorrected, InvoiceRejected
from shared.contracts.tags import UserTagged
from shared.mongo import Database
from tagger.deps import Deps
from tagger.erasure import erase_purchases
from tagger.handlers import tag_buyer
from tagger.retagging import retag
from tagger.reviews import retag_corrected, undo_rejected
from tests.unit.tagger.conftest import Invoice

RECEIVED = Invoice().event.received_at
LATER = timedelta(minutes=1)
CORRECTED = ExtractedData(
    ruc="155751938-2-2024",
    dv="66",
    invoice_number="002",
    total=Decimal("2.00"),
    products=(Product(name="Leche Entera Estrella Azul 1L", total_price=Decimal("2.00")),),
    date="2024-11-30",
)


def rejected(request: str = "request-1") -> InvoiceRejected:
    return InvoiceRejected(
        request_id=request, origin="gateway-1", user_id="user-1", invoice_id="invoice-1", received_at=RECEIVED
    )


def corrected(paper: str = "invoice-2", **fields: Any) -> InvoiceCorrected:
    return InvoiceCorrected(
        request_id="request-1",
        origin="gateway-1",
        user_id="user-1",
        invoice_id="invoice-1",
        corrected_invoice_id=paper,
        extracted=CORRECTED.model_copy(update=fields),
        received_at=RECEIVED,
    )


async def counts(database: Database) -> dict[str, int]:
    return {row["tag"]: row["count"] async for row in database["user_tags"].find()}


def given(events: list[Event]) -> set[str]:
    (event,) = events
    assert isinstance(event, UserTagged)
    return {str(tag) for tag in event.tags}


async def test_a_rejected_invoice_takes_its_tags_with_it(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice().event, deps)
    await tag_buyer(Invoice(request="request-2", number="invoice-2").event, deps)
    before = await counts(database)
    assert set(before.values()) == {2}
    assert given(await undo_rejected(rejected(), deps)) == set()
    assert await counts(database) == dict.fromkeys(before, 1)
    assert given(await undo_rejected(rejected(), deps)) == set()
    assert await counts(database) == dict.fromkeys(before, 1)


async def test_another_upload_of_the_same_paper_that_stands_keeps_its_tags(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice(("COCA COLA 600ML", "Leche Entera 1L")).event, deps)
    kept = given(await tag_buyer(Invoice(request="request-2").event, deps))
    assert given(await undo_rejected(rejected(), deps)) == kept
    assert await counts(database) == dict.fromkeys(kept, 1)
    assert given(await undo_rejected(rejected("request-2"), deps)) == set()
    assert await counts(database) == {}


@pytest.mark.parametrize("order", list(itertools.permutations(("tag", "reject", "tag", "reject"))))
async def test_in_any_order_a_rejected_invoice_gives_nothing(
    database: Database, deps: Deps, order: tuple[str, ...]
) -> None:
    for step in (*order, "retag"):
        if step == "tag":
            await tag_buyer(Invoice().event, deps)
        elif step == "reject":
            await undo_rejected(rejected(), deps)
        else:
            await database["taggings"].update_many({}, {"$set": {"version": -1}})
            await database["taggings"].update_many({}, {"$set": {"made_at": datetime.now(UTC) - LATER}})
            await retag(deps)
    assert await counts(database) == {}
    assert await database["tag_events"].count_documents({}) == 0


@pytest.mark.parametrize("paper", ["invoice-1", "invoice-2"])
@pytest.mark.parametrize("order", sorted(set(itertools.permutations(("tag", "correct", "tag", "correct")))))
async def test_in_any_order_a_corrected_invoice_gives_the_tags_of_the_corrected_data(
    database: Database, deps: Deps, order: tuple[str, ...], paper: str
) -> None:
    tagged: list[set[str]] = []
    for step in order:
        if step == "tag":
            await tag_buyer(Invoice().event, deps)
        else:
            tagged.append(given(await retag_corrected(corrected(paper), deps)))
    assert tagged[0] == tagged[1]
    assert "product_brand:estrellaazul" in tagged[0]
    assert "product_brand:cocacola" not in tagged[0]
    assert await counts(database) == dict.fromkeys(tagged[0], 1)
    rows = await database["tag_events"].find().to_list()
    assert {row["invoice_id"] for row in rows} == {paper}
    assert {row["bought_on"].date().isoformat() for row in rows} == {"2024-11-30"}


def erasure(after: timedelta = LATER) -> ErasureRequested:
    return ErasureRequested(request_id="erasure-1", origin="gateway-1", user_id="user-1", requested_at=RECEIVED + after)


async def test_an_erasure_takes_everything_of_earlier_uploads(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice(("COCA COLA 600ML", "algo raro xyz")).event, deps)
    others = await tag_buyer(Invoice(request="request-2", number="invoice-2", user="user-2").event, deps)
    (told,) = await erase_purchases(erasure(), deps)
    assert isinstance(told, ErasureCompleted)
    assert (told.service, told.removed["invoices"]) == ("tagger", 1)
    assert told.removed["tags"] > 0
    assert await counts(database) == dict.fromkeys(given(list(others)), 1)
    for name in ("taggings", "tag_events", "user_tags", "erasures"):
        assert "user-1" not in str(await database[name].find().to_list())
    assert "invoice-1" not in str(await database["unresolved"].find().to_list())


async def test_what_was_on_its_way_does_not_come_back_and_later_uploads_stay(database: Database, deps: Deps) -> None:
    later = Invoice(("Leche Entera 1L",), request="request-2", number="invoice-2").event
    later = later.model_copy(update={"received_at": RECEIVED + 2 * LATER})
    stays = given(await tag_buyer(later, deps))
    await tag_buyer(Invoice(request="request-3", number="invoice-3").event, deps)
    await erase_purchases(erasure(), deps)
    await tag_buyer(Invoice().event, deps)
    await undo_rejected(rejected(), deps)
    await retag_corrected(corrected(), deps)
    await erase_purchases(erasure(), deps)
    assert await counts(database) == dict.fromkeys(stays, 1)
    assert [row["_id"] async for row in database["taggings"].find()] == ["request-2"]


async def test_rows_that_a_crash_left_without_events_go_with_the_next_erasure(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice().event, deps)
    await database["tag_events"].delete_many({})
    await database["taggings"].delete_many({})
    await erase_purchases(erasure(), deps)
    assert await counts(database) == {}


async def test_uploads_of_one_paper_and_rejections_at_the_same_moment_end_as_if_one_after_the_other(
    database: Database, deps: Deps
) -> None:
    uploads = [Invoice(request=f"request-{number}").event for number in range(1, 7)]
    rejections = [rejected(f"request-{number}") for number in range(1, 6)]
    await asyncio.gather(
        *(tag_buyer(event, deps) for event in uploads), *(undo_rejected(event, deps) for event in rejections)
    )
    (alone,) = await tag_buyer(uploads[5], deps)
    assert await counts(database) == dict.fromkeys(given([alone]), 1)
