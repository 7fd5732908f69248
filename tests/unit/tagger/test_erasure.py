"""What an erasure does to the review list: a user's printed lines go with the user, others' lines stay."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from shared.contracts.message import Event
from shared.contracts.tags import EraseTags
from shared.mongo import Database
from tagger.deps import Deps
from tagger.erasure import erase_purchases
from tagger.handlers import tag_buyer
from tagger.queries import erase_tags
from tagger.retagging import retag
from tagger.rows import BrandRow
from tagger.store import CatalogueStore, TaggingStore
from tests.unit.tagger.conftest import Invoice, deps_on
from tests.unit.tagger.test_reviews import erasure
from tests.unit.tagger.test_tag_buyer import Killed, MortalDatabase

OWN, SHARED = "Receta de Ana Perez", "Zyx Desconocido"


async def lines(deps: Deps) -> dict[str, int]:
    return {name: count for name, count, _ in await deps.review.most_frequent(9)}


async def test_a_line_of_nobody_else_goes_and_one_that_others_had_stays(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice((OWN, SHARED)).event, deps)
    await tag_buyer(Invoice((OWN, SHARED), request="request-2", number="invoice-2").event, deps)
    await tag_buyer(Invoice((SHARED,), request="request-3", number="invoice-3", user="user-2").event, deps)
    assert await lines(deps) == {OWN: 2, SHARED: 3}
    for _ in range(2):
        await erase_purchases(erasure(), deps)
        assert await lines(deps) == {SHARED: 1}
    assert [row["invoices"] async for row in database["unresolved"].find()] == [["invoice-3"]]


async def test_a_line_of_more_invoices_than_its_row_knows_stays(deps: Deps) -> None:
    for number in range(201):
        await deps.review.note({"zyx": SHARED}, f"i{number}", datetime.now(UTC))
    await deps.review.forget([f"i{number}" for number in range(1, 201)])
    assert await lines(deps) == {SHARED: 1}


async def test_an_id_that_looks_like_an_expression_is_taken_as_it_is(deps: Deps) -> None:
    await deps.review.note({"zyx": SHARED}, "$count", datetime.now(UTC))
    await deps.review.forget(["$count"])
    assert await lines(deps) == {}


@pytest.mark.parametrize("step", range(1, 9))
async def test_after_a_kill_at_any_step_the_next_delivery_leaves_nothing(
    database: Database, deps: Deps, step: int
) -> None:
    await tag_buyer(Invoice((OWN,), ruc="1-1-1", issuer="Nadie Sabe").event, deps)
    await tag_buyer(Invoice((OWN, "COCA COLA 600ML"), request="request-2", number="invoice-2").event, deps)
    with pytest.raises(Killed):
        await erase_purchases(erasure(), deps_on(cast("Database", MortalDatabase(database, step))))
    await erase_purchases(erasure(), deps)
    for collection in ("taggings", "tag_events", "user_tags", "unresolved"):
        assert await database[collection].count_documents({}) == 0


@pytest.mark.parametrize("step", range(1, 8))
async def test_after_a_kill_at_any_step_a_second_call_leaves_nothing(database: Database, deps: Deps, step: int) -> None:
    await tag_buyer(Invoice((OWN,), ruc="1-1-1", issuer="Nadie Sabe").event, deps)
    call = EraseTags(user_id="user-1")
    with pytest.raises(Killed):
        await erase_tags(call, deps_on(cast("Database", MortalDatabase(database, step))))
    await erase_tags(call, deps)
    for collection in ("taggings", "tag_events", "user_tags", "unresolved"):
        assert await database[collection].count_documents({}) == 0


class TaggedAnewMeanwhile(TaggingStore):
    """What is about to be erased is tagged anew right before."""

    database: Database
    deps: Deps

    async def erase_before(self, user_id: str, before: datetime, invoices: Sequence[str]) -> int:
        await CatalogueStore(self.database).upsert("brands", [BrandRow(slug="nueva", name="Nueva")])
        assert await retag(replace(self.deps, now=lambda: datetime.now(UTC) + timedelta(minutes=1))) == 1
        return await super().erase_before(user_id, before, invoices)


async def test_lines_that_are_noted_anew_while_they_are_erased_go_too(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice((OWN,)).event, deps)
    store = TaggedAnewMeanwhile(database)
    store.deps, store.database = deps, database
    told: list[Event] = await erase_purchases(erasure(), replace(deps, taggings=store))
    assert len(told) == 1
    assert await lines(deps) == {}
