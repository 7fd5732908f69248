"""Tags, users and segments out of a real database: pages, small groups, and rules against a model in memory."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.contracts.tags import (
    DeleteSegment,
    EraseTags,
    ListSegments,
    ReadTags,
    SegmentRule,
    Segments,
    SegmentUsers,
    StoreSegment,
    Tag,
    TagAtom,
    TaggedUsers,
    TagsErased,
    UserIds,
    UserTags,
)
from shared.errors import Refused
from shared.mongo import Database, ensure_indexes
from tagger.deps import Deps
from tagger.handlers import tag_buyer
from tagger.queries import erase_tags, read_tags, segment_users, tagged_users
from tagger.rule import members
from tagger.segments import delete_segment, list_segments, store_segment
from tagger.store import INDEXES
from tests.unit.tagger.conftest import Invoice, deps_on

NOW = datetime(2025, 1, 2, 3, 0, tzinfo=UTC)
TODAY = date(2025, 1, 1)
"""In Panama the year has just begun."""
NAMES = ("cocacola", "pepsi", "oreo", "lays")
BRANDS = tuple(f"product_brand:{name}" for name in NAMES)
Bought = tuple[int, int, int, int]
"""User, brand, invoice, days before today."""


@pytest_asyncio.fixture
async def bare(database: Database) -> Deps:
    """A tagger without a catalogue, on the first day of 2025."""
    await ensure_indexes(database, INDEXES)
    return replace(deps_on(database), now=lambda: NOW)


async def buy(deps: Deps, user: str, brands: Sequence[str], invoice: str, days_ago: int = 0) -> None:
    day = TODAY - timedelta(days=days_ago)
    moment = datetime(day.year, day.month, day.day, tzinfo=UTC)
    tags = [Tag(kind="product_brand", value=brand, source="exact", score=1.0) for brand in brands]
    await deps.taggings.record(user, invoice, moment, tags)


async def users(call: SegmentUsers | TaggedUsers, deps: Deps) -> UserIds:
    found = await segment_users(call, deps) if isinstance(call, SegmentUsers) else await tagged_users(call, deps)
    assert isinstance(found.answer, UserIds)
    return found.answer


def fits(rule: SegmentRule, days: Mapping[str, Sequence[int]]) -> bool:
    """The rule in plain words, on a user's days of purchase by tag."""

    def met(atom: TagAtom) -> bool:
        within = [ago for ago in days.get(atom.tag, ()) if atom.within_days is None or ago <= atom.within_days]
        return len(within) >= atom.min_count

    return (
        all(met(atom) for atom in rule.all)
        and (not rule.any or any(met(atom) for atom in rule.any))
        and not any(met(atom) for atom in rule.none)
    )


atoms = st.builds(
    TagAtom,
    tag=st.sampled_from(BRANDS),
    min_count=st.integers(1, 3),
    within_days=st.none() | st.integers(1, 12),
)
rules = st.builds(
    SegmentRule,
    all=st.lists(atoms, max_size=2).map(tuple),
    any=st.lists(atoms, max_size=3).map(tuple),
    none=st.lists(atoms, max_size=2).map(tuple),
)
purchases = st.lists(
    st.tuples(st.integers(0, 14), st.integers(0, 3), st.integers(0, 3), st.integers(0, 15)), max_size=60
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(bought=purchases, tried=st.lists(rules, min_size=1, max_size=4), limit=st.integers(1, 4))
async def test_a_rule_gives_whom_a_model_in_memory_gives(
    bare: Deps, database: Database, bought: list[Bought], tried: list[SegmentRule], limit: int
) -> None:
    for collection in ("tag_events", "user_tags"):
        await database[collection].delete_many({})
    invoices: dict[tuple[int, int], tuple[int, set[int]]] = {}
    for user, brand, invoice, ago in bought:
        invoices.setdefault((user, invoice), (ago, set()))[1].add(brand)
    days: defaultdict[str, defaultdict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for (user, invoice), (ago, brands) in invoices.items():
        await buy(bare, f"user-{user:02}", [NAMES[brand] for brand in brands], f"{user}-{invoice}", ago)
        for brand in brands:
            days[f"user-{user:02}"][BRANDS[brand]].append(ago)
    for rule in tried:
        wanted = sorted(user for user, tags in days.items() if fits(rule, tags))
        found: list[str] = []
        call: SegmentUsers | None = SegmentUsers(rule=rule, limit=limit, reason="test")
        while call is not None:
            page = await users(call, bare)
            assert page.total == len(wanted)
            assert len(page.user_ids) <= limit
            found += page.user_ids
            call = call.model_copy(update={"cursor": page.next_cursor}) if page.next_cursor else None
        assert found == wanted


async def test_a_rules_atoms_are_answered_out_of_indexes_alone(bare: Deps, database: Database) -> None:
    await buy(bare, "user-1", ["oreo"], "i1")
    within = TagAtom(tag=BRANDS[2], within_days=5)
    stages = members(SegmentRule(all=(TagAtom(tag=BRANDS[2]), within)), TODAY)
    for union in (stage["$unionWith"] for stage in stages if "$unionWith" in stage):
        plan = await database.command(
            "explain",
            {"aggregate": union["coll"], "pipeline": union["pipeline"], "cursor": {}},
            verbosity="executionStats",
        )
        figures = plan.get("executionStats") or plan["stages"][0]["$cursor"]["executionStats"]
        assert (figures["totalKeysExamined"] > 0, figures["totalDocsExamined"]) == (True, 0)


async def test_pages_of_ones_tags_come_newest_first_without_a_gap_or_repeat(bare: Deps) -> None:
    for number in range(7):
        await buy(bare, "user-1", [f"brand{number}", f"other{number}"], f"i{number}", days_ago=number // 2)
    await buy(bare, "user-2", ["brand0"], "x")
    found: list[tuple[date, str]] = []
    call: ReadTags | None = ReadTags(user_id="user-1", limit=3)
    while call is not None:
        page = (await read_tags(call, bare)).answer
        assert isinstance(page, UserTags)
        found += [(row.last_seen, row.tag) for row in page.tags]
        call = call.model_copy(update={"cursor": page.next_cursor}) if page.next_cursor else None
    assert len(found) == 14
    assert all(first[0] > then[0] or (first[0] == then[0] and first[1] < then[1]) for first, then in pairwise(found))


async def test_ones_tags_are_filtered_by_kind_count_and_day(bare: Deps) -> None:
    await buy(bare, "user-1", ["oreo", "lays"], "i1", days_ago=5)
    await buy(bare, "user-1", ["oreo"], "i2", days_ago=1)

    async def seen(**wanted: Any) -> list[tuple[str, int]]:
        page = (await read_tags(ReadTags(user_id="user-1", **wanted), bare)).answer
        assert isinstance(page, UserTags)
        return [(row.value, row.count) for row in page.tags]

    assert await seen() == [("oreo", 2), ("lays", 1)]
    assert await seen(min_count=2) == [("oreo", 2)]
    assert await seen(since=TODAY - timedelta(days=1)) == [("oreo", 2)]
    assert await seen(since=TODAY) == []
    assert await seen(kind="product_code") == []


async def test_a_small_group_shows_no_ids_without_a_reason(bare: Deps) -> None:
    for number in range(9):
        await buy(bare, f"user-{number}", ["oreo"], f"i{number}")
    by_rule = SegmentUsers(rule=SegmentRule(all=(TagAtom(tag=BRANDS[2]),)), limit=5)
    by_tag = TaggedUsers(tag=BRANDS[2], limit=5)
    for call in (by_rule, by_tag):
        for reason in (None, "  "):
            hidden = await users(call.model_copy(update={"reason": reason}), bare)
            assert (hidden.total, hidden.user_ids, hidden.next_cursor, hidden.small) == (9, (), None, True)
        assert len((await users(call.model_copy(update={"reason": "complaint 17"}), bare)).user_ids) == 5
    await buy(bare, "user-9", ["oreo"], "i9")
    for call in (by_rule, by_tag):
        shown = await users(call, bare)
        assert (shown.total, len(shown.user_ids), shown.small) == (10, 5, False)


async def test_a_tags_users_are_filtered_and_paged(bare: Deps) -> None:
    for number in range(12):
        await buy(bare, f"user-{number:02}", ["oreo"], f"i{number}", days_ago=number)
    await buy(bare, "user-03", ["oreo"], "more")
    first = await users(TaggedUsers(tag=BRANDS[2], limit=8), bare)
    then = await users(TaggedUsers(tag=BRANDS[2], limit=8, cursor=first.next_cursor), bare)
    assert (*first.user_ids, *then.user_ids) == tuple(f"user-{number:02}" for number in range(12))
    assert (first.total, then.total, then.next_cursor) == (12, 12, None)
    often = await users(TaggedUsers(tag=BRANDS[2], min_count=2, reason="x"), bare)
    assert often.user_ids == ("user-03",)
    late = await users(TaggedUsers(tag=BRANDS[2], since=TODAY - timedelta(days=1), reason="x"), bare)
    assert late.user_ids == ("user-00", "user-01", "user-03")


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "x",
        "W10",
        "WyJ0YWdzIiwgImEiXQ",
        "ñ",
        "W1siYSJdXQ",
        "WyJ0YWdzIiwiMDAwMS0wMS0wMVQwMCIsIngiXQ",
        "WyJ0YWdzIiwieCIsInkiXQ",
    ],
)
async def test_a_cursor_that_no_page_gave_is_refused(bare: Deps, cursor: str) -> None:
    rule = SegmentRule()
    for asked in (
        read_tags(ReadTags(user_id="user-1", cursor=cursor), bare),
        tagged_users(TaggedUsers(tag=BRANDS[0], cursor=cursor), bare),
        segment_users(SegmentUsers(rule=rule, cursor=cursor), bare),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "INVALID_CURSOR"


async def test_segments_are_stored_under_one_name_each(bare: Deps) -> None:
    rule = SegmentRule(any=(TagAtom(tag=BRANDS[0], min_count=2, within_days=30),))

    async def store(name: str, segment_id: str | None = None) -> Segments:
        answer = (await store_segment(StoreSegment(name=name, rule=rule, segment_id=segment_id), bare)).answer
        assert isinstance(answer, Segments)
        return answer

    first = (await store("Gaseosas")).segments[0]
    second = (await store("Bebidas")).segments[0]
    for name, segment_id in ((" gaseosas ", None), ("GASEOSAS", second.id)):
        with pytest.raises(Refused) as refused:
            await store(name, segment_id)
        assert refused.value.code == "SEGMENT_NAME_TAKEN"
    assert (await store("GASEOSAS", first.id)).segments[0].name == "GASEOSAS"
    listed = (await list_segments(ListSegments(), bare)).answer
    assert isinstance(listed, Segments)
    assert [(one.name, one.rule) for one in listed.segments] == [("Bebidas", rule), ("GASEOSAS", rule)]
    await buy(bare, "user-1", ["cocacola"], "i1", days_ago=31)
    await buy(bare, "user-1", ["cocacola"], "i2", days_ago=30)
    assert (await users(SegmentUsers(segment_id=first.id), bare)).total == 0
    await buy(bare, "user-1", ["cocacola"], "i3")
    assert (await users(SegmentUsers(segment_id=first.id), bare)).total == 1
    await delete_segment(DeleteSegment(segment_id=first.id), bare)
    for asked in (
        delete_segment(DeleteSegment(segment_id=first.id), bare),
        list_segments(ListSegments(segment_id=first.id), bare),
        segment_users(SegmentUsers(segment_id=first.id), bare),
        store_segment(StoreSegment(segment_id=first.id, name="X", rule=rule), bare),
    ):
        with pytest.raises(Refused) as refused:
            await asked
        assert refused.value.code == "SEGMENT_NOT_FOUND"


async def test_erasing_leaves_nothing_of_a_user_and_all_of_the_others(database: Database, deps: Deps) -> None:
    for user in ("user-1", "user-2"):
        await tag_buyer(Invoice(("COCA COLA 600ML", "Zyx"), request=user, number=f"i-{user}", user=user).event, deps)
    kept = await database["user_tags"].count_documents({"user_id": "user-2"})
    erased = (await erase_tags(EraseTags(user_id="user-1"), deps)).answer
    assert erased == TagsErased(tags=kept, events=kept)
    for collection in ("taggings", "tag_events", "user_tags"):
        assert await database[collection].count_documents({"user_id": "user-1"}) == 0
        assert await database[collection].count_documents({"user_id": "user-2"}) > 0
    line = await database["unresolved"].find_one({"_id": "zyx"}) or {}
    assert (line["count"], line["invoices"]) == (1, ["i-user-2"])
    assert (await erase_tags(EraseTags(user_id="user-1"), deps)).answer == TagsErased(tags=0, events=0)
