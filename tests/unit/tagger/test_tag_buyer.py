"""The handler on a real database: tags once, counts once, also when it is killed in the middle."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

import pytest

from shared.contracts.documents import DocumentReconciled
from shared.contracts.tags import UserTagged
from shared.mongo import Collection, Database
from tagger.deps import Deps
from tagger.handlers import tag_buyer
from tagger.rows import ProductRow
from tagger.store import CatalogueStore, Projection
from tests.unit.tagger.conftest import Invoice, deps_on

WRITES = {"find_one_and_update", "insert_many", "bulk_write", "update_many", "update_one", "delete_many", "delete_one"}


class Killed(BaseException):
    """The process ends here."""


class MortalDatabase:
    """A database whose user is killed right before the n-th write."""

    def __init__(self, database: Database, writes: int) -> None:
        self.database = database
        self.left = writes

    def __getitem__(self, name: str) -> "MortalCollection":
        return MortalCollection(self, self.database[name])


class MortalCollection:
    def __init__(self, owner: MortalDatabase, collection: Collection) -> None:
        self.owner = owner
        self.collection = collection

    def __getattr__(self, name: str) -> Any:
        if name in WRITES:
            self.owner.left -= 1
            if self.owner.left == 0:
                raise Killed
        return getattr(self.collection, name)


async def tags_of(database: Database) -> dict[str, dict[str, Any]]:
    return {row["tag"]: row async for row in database["user_tags"].find({}, {"_id": 0})}


async def counts(database: Database) -> dict[str, int]:
    return {tag: row["count"] for tag, row in (await tags_of(database)).items()}


async def tag(event: DocumentReconciled, deps: Deps) -> UserTagged:
    (published,) = await tag_buyer(event, deps)
    assert isinstance(published, UserTagged)
    return published


async def test_an_invoice_tags_its_buyer(database: Database, deps: Deps) -> None:
    published = await tag(Invoice(("COCA COLA 600ML", "Leche Entera 1L")).event, deps)
    assert (published.user_id, published.invoice_id, published.request_id) == ("user-1", "invoice-1", "request-1")
    rows = await tags_of(database)
    assert set(rows) == {str(given) for given in published.tags}
    row = rows["product_brand:cocacola"]
    assert {key: row[key] for key in ("user_id", "kind", "value", "count", "invoices")} == {
        "user_id": "user-1",
        "kind": "product_brand",
        "value": "cocacola",
        "count": 1,
        "invoices": ["invoice-1"],
    }
    assert row["first_seen"] == row["last_seen"]
    assert row["first_seen"].date().isoformat() == "2024-12-15"
    event = await database["tag_events"].find_one({"tag": "product_brand:cocacola"}) or {}
    assert (event["source"], event["score"], event["invoice_id"]) == ("exact", 1.0, "invoice-1")


@pytest.mark.parametrize("change", [{"complete": False}, {"number": None}])
async def test_an_incomplete_invoice_tags_nobody(database: Database, deps: Deps, change: dict[str, Any]) -> None:
    assert await tag_buyer(Invoice(**change).event, deps) == []
    assert await tags_of(database) == {}


async def test_the_same_delivery_twice_changes_nothing(database: Database, deps: Deps) -> None:
    event = Invoice(("COCA COLA 600ML", "Zyx Desconocido")).event
    first = await tag(event, deps)
    before = await tags_of(database)
    assert await tag(event, deps) == first
    assert await tags_of(database) == before
    assert await deps.review.most_frequent(10) == [
        ("Zyx Desconocido", 1, before["issuer_l1:supermercados"]["last_seen"])
    ]


async def test_the_same_paper_uploaded_again_counts_once(database: Database, deps: Deps) -> None:
    first = await tag(Invoice().event, deps)
    second = await tag(Invoice(request="request-2").event, deps)
    assert second.tags == first.tags
    assert set((await counts(database)).values()) == {1}


async def test_other_invoices_add_up_and_widen_the_time(database: Database, deps: Deps) -> None:
    for number in range(25):
        day = f"2024-11-{number + 1:02}"
        await tag(Invoice(request=f"r{number}", number=f"i{number}", date=day).event, deps)
    row = (await tags_of(database))["product_code:COCACOLA-600ML"]
    assert row["count"] == 25
    assert row["invoices"] == [f"i{number}" for number in range(5, 25)]
    assert (row["first_seen"].day, row["last_seen"].day) == (1, 25)


async def test_a_repeat_gives_the_first_tags_also_when_the_catalogue_grew(database: Database, deps: Deps) -> None:
    first = await tag(Invoice(("Zyx Desconocido",)).event, deps)
    row = ProductRow(code="ZYX", name="Zyx Desconocido", l1="alimentos", l2="snacks")
    await CatalogueStore(database).upsert("products", [row])
    assert await tag(Invoice(("Zyx Desconocido",)).event, deps) == first
    later = await tag(Invoice(("Zyx Desconocido",), request="request-2", number="invoice-2").event, deps)
    assert "product_code:ZYX" in [str(given) for given in later.tags]


@pytest.mark.parametrize("step", range(1, 5))
async def test_a_delivery_after_a_kill_at_any_step_ends_exact(database: Database, deps: Deps, step: int) -> None:
    await tag(Invoice(("COCA COLA 2L",), request="r0", number="i0").event, deps)
    event = Invoice(("COCA COLA 600ML", "Zyx Desconocido"), request="r1", number="i1").event
    with pytest.raises(Killed):
        await tag(event, deps_on(cast("Database", MortalDatabase(database, step))))
    # Others come in between, more than a row names.
    for number in range(2, 25):
        await tag(Invoice(("COCA COLA 2L",), request=f"r{number}", number=f"i{number}").event, deps)
    published = await tag(event, deps)
    assert "product_code:COCACOLA-600ML" in [str(given) for given in published.tags]
    found = await counts(database)
    assert found["product_code:COCACOLA-600ML"] == 1
    assert found["product_brand:cocacola"] == found["issuer_l1:supermercados"] == 25
    assert [count for _, count, _ in await deps.review.most_frequent(5)] == [1]


async def test_two_workers_on_the_same_deliveries_count_each_once(database: Database, deps: Deps) -> None:
    other = deps_on(database)
    events = [Invoice(request=f"r{number}", number=f"i{number}").event for number in range(12)]
    results = await asyncio.gather(*(tag(event, worker) for event in events for worker in (deps, other, deps)))
    assert results[0::3] == results[1::3] == results[2::3]
    assert set((await counts(database)).values()) == {12}


async def test_the_projection_can_be_made_anew_out_of_the_events(database: Database, deps: Deps) -> None:
    for number in range(3):
        await tag(
            Invoice(request=f"r{number}", number=f"i{number}", date=f"2024-11-0{number + 1}").event,
            deps,
        )
    right = await tags_of(database)
    await database["user_tags"].update_many({"kind": "product_code"}, {"$set": {"count": 99, "invoices": []}})
    await database["user_tags"].delete_many({"kind": "product_brand"})
    await database["user_tags"].insert_one({"user_id": "ghost", "tag": "product_l1:x", "count": 1, "version": 1})
    assert await Projection(database).rebuild() == len(right)
    assert {tag: row | {"version": 0, "epoch": 0} for tag, row in (await tags_of(database)).items()} == {
        tag: row | {"version": 0, "epoch": 0} for tag, row in right.items()
    }


async def test_making_it_anew_finishes_what_was_left_uncounted(database: Database, deps: Deps) -> None:
    await tag(Invoice().event, deps)
    await database["user_tags"].delete_many({})
    await Projection(database).rebuild()
    assert set((await counts(database)).values()) == {1}


async def test_making_it_anew_while_invoices_come_in_loses_none(database: Database, deps: Deps) -> None:
    async def come_in(number: int) -> None:
        await tag(Invoice(request=f"r{number}", number=f"i{number}").event, deps)

    await come_in(0)
    await asyncio.gather(
        *(come_in(number) for number in range(1, 10)), *(Projection(database).rebuild() for _ in range(3))
    )
    assert set((await counts(database)).values()) == {10}


class Interposing:
    """A database in which somebody else acts right before the n-th write."""

    def __init__(self, database: Database, writes: int, act: Callable[[], Awaitable[object]]) -> None:
        self.database = database
        self.left = writes
        self.act = act

    def __getitem__(self, name: str) -> "InterposingCollection":
        return InterposingCollection(self, self.database[name])


class InterposingCollection:
    def __init__(self, owner: Interposing, collection: Collection) -> None:
        self.owner = owner
        self.collection = collection

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.collection, name)
        if name not in WRITES:
            return found

        async def write(*arguments: Any, **options: Any) -> Any:
            self.owner.left -= 1
            if self.owner.left == 0:
                await self.owner.act()
            return await found(*arguments, **options)

        return write


@pytest.mark.parametrize("step", range(1, 5))
@pytest.mark.parametrize("known", [True, False])
async def test_rows_counted_anew_in_the_middle_of_a_delivery_are_exact(
    database: Database, deps: Deps, step: int, *, known: bool
) -> None:
    if known:
        await tag(Invoice(request="r0", number="i0").event, deps)
    event = Invoice(("COCA COLA 600ML", "Zyx Desconocido"), request="r1", number="i1").event
    interposing = Interposing(database, step, Projection(database).rebuild)
    await tag(event, deps_on(cast("Database", interposing)))
    assert set((await counts(database)).values()) == {1 + known}


@pytest.mark.parametrize("step", range(1, 5))
async def test_a_paper_that_another_worker_tags_in_the_middle_counts_once(
    database: Database, deps: Deps, step: int
) -> None:
    paper = ("COCA COLA 600ML", "Zyx Desconocido")

    async def other() -> None:
        await tag(Invoice(paper, request="r2", number="i1").event, deps)
        await tag(Invoice(paper, request="r3", number="i3").event, deps)

    interposing = Interposing(database, step, other)
    await tag(Invoice(paper, request="r1", number="i1").event, deps_on(cast("Database", interposing)))
    assert set((await counts(database)).values()) == {2}
