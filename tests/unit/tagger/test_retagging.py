"""Tagging anew when the catalogue changes: added, taken back, once, also when it is killed or erased in the middle."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from shared.contracts.lumis import ProductHint
from shared.contracts.tags import EraseTags, Tag
from shared.mongo import Database
from tagger.command import retag_all
from tagger.deps import Deps
from tagger.handlers import tag_buyer
from tagger.queries import erase_tags
from tagger.retagging import retag, retag_in_background
from tagger.reviews import retag_corrected, undo_rejected
from tagger.rows import ProductRow
from tagger.store import CatalogueStore, Kept, Projection, TaggingStore
from tests.support.waiting import until
from tests.unit.tagger.conftest import Invoice, deps_on
from tests.unit.tagger.test_reviews import corrected, given, rejected
from tests.unit.tagger.test_tag_buyer import Killed, MortalDatabase, counts, tags_of

ZYX = ProductRow(code="ZYX", name="Zyx Desconocido", l1="alimentos", l2="snacks")
LINE = ("Zyx Desconocido",)


def later(deps: Deps) -> Deps:
    """A minute on, so that nothing is too young."""
    return replace(deps, now=lambda: datetime.now(UTC) + timedelta(minutes=1))


async def learn(database: Database, *rows: ProductRow) -> None:
    await CatalogueStore(database).upsert("products", rows)


async def test_what_the_catalogue_learned_is_added_to_earlier_purchases(database: Database, deps: Deps) -> None:
    for number in range(3):
        await tag_buyer(Invoice(LINE, request=f"r{number}", number=f"i{number}").event, deps)
    before = await counts(database)
    await learn(database, ZYX)
    assert await retag(later(deps)) == 3
    added = {"product_code:ZYX": 3, "product_l1:alimentos": 3, "product_l2:snacks": 3}
    assert await counts(database) == before | added
    row = (await tags_of(database))["product_code:ZYX"]
    assert (row["last_seen"].date().isoformat(), row["invoices"]) == ("2024-12-15", ["i0", "i1", "i2"])


async def test_what_no_longer_follows_is_taken_back_and_its_projection_lowered(database: Database, deps: Deps) -> None:
    await learn(database, ZYX)
    for number, lines in enumerate([LINE, LINE, ("COCA COLA 600ML",)]):
        event = Invoice(lines, request=f"r{number}", number=f"i{number}", date=f"2024-12-1{number}").event
        await tag_buyer(event, deps)
    await database["taggings"].update_one({"_id": "r0"}, {"$set": {"made_at": datetime.now(UTC) - timedelta(days=30)}})
    await learn(database, ZYX.model_copy(update={"name": "Otra Cosa", "l1": None, "l2": None}))
    assert await retag(later(deps)) == 2
    rows = await tags_of(database)
    row = rows["product_code:ZYX"]
    # The first purchase is about to expire: nothing is known any more to tag it anew.
    assert (row["count"], row["invoices"], row["last_seen"].day) == (1, ["i0"], 10)
    assert rows["issuer_l1:supermercados"]["count"] == 3
    assert await database["tag_events"].count_documents({"tag": "product_code:ZYX"}) == 1


async def test_a_tag_that_nobody_has_any_more_is_gone(database: Database, deps: Deps) -> None:
    await learn(database, ZYX)
    await tag_buyer(Invoice(LINE).event, deps)
    await learn(database, ZYX.model_copy(update={"name": "Otra Cosa", "l1": None, "l2": None}))
    await retag(later(deps))
    assert not [tag for tag in await counts(database) if tag.startswith("product")]


async def test_a_second_time_changes_nothing(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice(LINE).event, deps)
    await learn(database, ZYX)
    assert await retag(later(deps)) == 1
    first = await tags_of(database)
    assert await retag(later(deps)) == 0
    await learn(database, ZYX)
    assert await retag(later(deps)) == 1
    assert await counts(database) == {tag: row["count"] for tag, row in first.items()}


async def test_a_surer_rule_is_written_into_the_event(database: Database, deps: Deps) -> None:
    hint = ProductHint(category_l1="alimentos", category_l2="snacks")
    await tag_buyer(Invoice(LINE, hints=(hint,)).event, deps)
    one = {"tag": "product_l2:snacks"}
    event = await database["tag_events"].find_one(one) or {}
    assert (event["source"], event["score"]) == ("hint", 0.6)
    await learn(database, ZYX)
    await retag(later(deps))
    event = await database["tag_events"].find_one(one) or {}
    assert (event["source"], event["score"]) == ("exact", 1.0)


async def test_a_hint_still_counts_when_tagged_anew(database: Database, deps: Deps) -> None:
    hint = ProductHint(category_l1="alimentos", category_l2="snacks")
    await tag_buyer(Invoice(("Qwertyuiop",), hints=(hint,)).event, deps)
    before = await counts(database)
    await learn(database, ZYX)
    assert await retag(later(deps)) == 1
    assert await counts(database) == before


async def test_two_readings_of_one_paper_take_nothing_from_one_another(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice(("COCA COLA 600ML",), request="r1").event, deps)
    await tag_buyer(Invoice(LINE, request="r2").event, deps)
    before = await counts(database)
    await learn(database, ZYX)
    assert await retag(later(deps)) == 1
    found = await counts(database)
    assert set(found.values()) == {1}
    assert found.keys() == before.keys() | {"product_code:ZYX", "product_l1:alimentos", "product_l2:snacks"}


async def test_a_repeated_delivery_answers_as_the_first_and_keeps_what_was_tagged_anew(
    database: Database, deps: Deps
) -> None:
    await learn(database, ZYX)
    event = Invoice(LINE).event
    first = await tag_buyer(event, deps)
    await learn(database, ZYX.model_copy(update={"name": "Otra Cosa"}))
    await retag(later(deps))
    after = await counts(database)
    assert "product_code:ZYX" not in after
    assert await tag_buyer(event, deps) == first
    assert await counts(database) == after


@pytest.mark.parametrize("step", range(1, 10))
async def test_after_a_kill_at_any_step_the_next_pass_ends_exact(database: Database, deps: Deps, step: int) -> None:
    gone = ProductRow(code="GONE", name="Qwerty Uiop")
    await learn(database, gone)
    for number in range(2):
        await tag_buyer(Invoice((*LINE, "Qwerty Uiop"), request=f"r{number}", number=f"i{number}").event, deps)
    await learn(database, ZYX, gone.model_copy(update={"name": "Otra Cosa"}))
    with pytest.raises(Killed):
        await retag(later(deps_on(cast("Database", MortalDatabase(database, step)))))
    await database["taggings"].update_many({}, {"$unset": {"claimed_until": ""}})  # the claim runs out
    await retag(later(deps))
    found = await counts(database)
    assert (found["product_code:ZYX"], found["issuer_l1:supermercados"]) == (2, 2)
    assert "product_code:GONE" not in found
    assert await database["taggings"].count_documents({"claimed_until": {"$exists": True}}) == 0
    right = await counts(database)
    await Projection(database).rebuild()
    assert await counts(database) == right


async def test_several_at_once_share_the_invoices(database: Database, deps: Deps) -> None:
    for number in range(12):
        await tag_buyer(Invoice(LINE, request=f"r{number}", number=f"i{number}").event, deps)
    await learn(database, ZYX)
    done = await asyncio.gather(*(retag(later(deps_on(database))) for _ in range(3)))
    assert sum(done) == 12
    assert set((await counts(database)).values()) == {12}


class ErasedAtFirst(TaggingStore):
    """Its user erases everything right before the first tags are written."""

    deps: Deps

    async def record(self, user_id: str, invoice_id: str, bought_on: datetime, tags: Sequence[Tag]) -> None:
        await erase_tags(EraseTags(user_id=user_id), self.deps)
        await super().record(user_id, invoice_id, bought_on, tags)


async def test_what_a_user_erases_while_an_invoice_is_tagged_does_not_come_back(database: Database, deps: Deps) -> None:
    store = ErasedAtFirst(database)
    store.deps = deps
    await tag_buyer(Invoice((*LINE, "COCA COLA 600ML")).event, replace(deps, taggings=store))
    for collection in ("taggings", "tag_events", "user_tags"):
        assert await database[collection].count_documents({}) == 0
    assert await database["unresolved"].count_documents({}) == 0


class ErasedMeanwhile(TaggingStore):
    """Its user erases everything while the tags are being written anew."""

    deps: Deps

    async def correct(self, user_id: str, invoice_id: str, tags: Sequence[Tag]) -> None:
        await super().correct(user_id, invoice_id, tags)
        await erase_tags(EraseTags(user_id=user_id), self.deps)
        await super().record(user_id, invoice_id, datetime.now(UTC), tags)


async def test_what_a_user_erases_meanwhile_does_not_come_back(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice((*LINE, "Qwertyuiop")).event, deps)
    await learn(database, ZYX)
    store = ErasedMeanwhile(database)
    store.deps = deps
    await retag(later(replace(deps, taggings=store)))
    for collection in ("taggings", "tag_events", "user_tags"):
        assert await database[collection].count_documents({}) == 0
    assert await database["unresolved"].count_documents({}) == 0


class Overtaken(TaggingStore):
    """Somebody else acts once, right before the tags are written anew or right before stale ones are taken back."""

    acts: Callable[[], Awaitable[object]] | None = None
    before: str

    async def record(self, user_id: str, invoice_id: str, bought_on: datetime, tags: Sequence[Tag]) -> None:
        await self.let("record")
        await super().record(user_id, invoice_id, bought_on, tags)

    async def withdraw(self, user_id: str, invoice_id: str, tags: Sequence[str]) -> None:
        await self.let("withdraw")
        await super().withdraw(user_id, invoice_id, tags)

    async def renew(self, read: Kept, tags: Sequence[Tag], version: int) -> bool:
        await self.let("renew")
        return await super().renew(read, tags, version)

    async def let(self, step: str) -> None:
        if step == self.before and (act := self.acts) is not None:
            self.acts = None
            await act()


def overtaken(database: Database, deps: Deps, before: str, acts: Callable[[], Awaitable[object]]) -> Deps:
    """Parts with which tagging anew is overtaken at a step."""
    store = Overtaken(database)
    store.before, store.acts = before, acts
    return later(replace(deps, taggings=store))


STEPS = ["record", "withdraw", "renew"]


@pytest.mark.parametrize("step", STEPS)
async def test_a_rejection_while_an_invoice_is_tagged_anew_stands(database: Database, deps: Deps, step: str) -> None:
    await tag_buyer(Invoice((*LINE, "COCA COLA 600ML")).event, deps)
    await learn(database, ZYX)
    await retag(overtaken(database, deps, step, lambda: undo_rejected(rejected(), deps)))
    for _ in range(2):
        assert await database["tag_events"].count_documents({}) == 0
        assert await counts(database) == {}
        assert [row["now"] async for row in database["taggings"].find()] == [[]]
        await learn(database, ZYX)
        await retag(later(deps))


@pytest.mark.parametrize("paper", ["invoice-1", "invoice-2"])
@pytest.mark.parametrize("step", STEPS)
async def test_a_correction_while_an_invoice_is_tagged_anew_stands(
    database: Database, deps: Deps, step: str, paper: str
) -> None:
    await tag_buyer(Invoice((*LINE, "COCA COLA 600ML")).event, deps)
    await learn(database, ZYX)
    told: list[set[str]] = []

    async def correct() -> None:
        told.append(given(await retag_corrected(corrected(paper), deps)))

    await retag(overtaken(database, deps, step, correct))
    for _ in range(2):
        assert await counts(database) == dict.fromkeys(told[0], 1)
        assert set(await database["tag_events"].distinct("invoice_id")) == {paper}
        assert [len(row["now"]) async for row in database["taggings"].find()] == [len(told[0])]
        await learn(database, ZYX)
        await retag(later(deps))


@pytest.mark.parametrize("step", STEPS)
async def test_another_upload_while_a_paper_is_tagged_anew_keeps_its_tags(
    database: Database, deps: Deps, step: str
) -> None:
    await learn(database, ZYX)
    await tag_buyer(Invoice(LINE).event, deps)
    await learn(database, ZYX.model_copy(update={"name": "Otra Cosa"}))
    again = Invoice(("Otra Cosa",), request="request-2").event
    await retag(overtaken(database, deps, step, lambda: tag_buyer(again, deps)))
    assert (await counts(database))["product_code:ZYX"] == 1


async def test_a_tagging_that_was_just_made_is_left_for_the_next_pass(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice(LINE).event, deps)
    await learn(database, ZYX)
    assert await retag(deps) == 0
    assert await retag(later(deps)) == 1


async def test_the_service_does_it_by_itself_and_the_review_list_shrinks(database: Database, deps: Deps) -> None:
    for number in range(3):
        await tag_buyer(Invoice((*LINE, "Qwertyuiop"), request=f"r{number}", number=f"i{number}").event, deps)
    assert len(await deps.review.most_frequent(9)) == 2
    work = asyncio.create_task(retag_in_background(replace(later(deps), retag_check_seconds=0.01)))
    try:
        await learn(database, ZYX)

        async def settled() -> bool:
            return len(await deps.review.most_frequent(9)) == 1

        await until(settled, 20)
    finally:
        work.cancel()
    assert (await counts(database))["product_code:ZYX"] == 3
    assert [name for name, _, _ in await deps.review.most_frequent(9)] == ["Qwertyuiop"]


async def test_the_command_tags_anew_and_says_how_far_it_is(
    database: Database, deps: Deps, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(102):
        await tag_buyer(Invoice(LINE, request=f"r{number}", number=f"i{number}").event, deps)
    await database["taggings"].update_many({}, {"$set": {"made_at": datetime.now(UTC) - timedelta(minutes=1)}})
    await learn(database, ZYX)
    assert await retag_all(database) == 0
    printed = capsys.readouterr()
    assert printed.err.splitlines() == ["100 of 102 invoices tagged anew", "102 of 102 invoices tagged anew"]
    assert printed.out == "retag: 102 invoices, 0 left to the running service\n"
    assert (await counts(database))["product_code:ZYX"] == 102


async def test_taggings_without_their_purchase_are_left_as_they_are(database: Database, deps: Deps) -> None:
    await tag_buyer(Invoice(LINE).event, deps)
    before: dict[str, Any] = await counts(database)
    await database["taggings"].update_many({}, {"$unset": {"purchase": "", "version": ""}})
    await learn(database, ZYX)
    assert await retag(later(deps)) == 0
    assert await counts(database) == before
