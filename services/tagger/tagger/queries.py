"""Calls that read Lumimatch: a user's tags, a tag's users, a rule's users; and the one that erases a user's."""

from collections.abc import Sequence
from datetime import date, datetime

from shared import cursor
from shared.bus import Reply
from shared.contracts.tags import (
    EraseTags,
    ReadTags,
    SegmentUsers,
    TaggedUsers,
    TagsErased,
    UserIds,
    UserTag,
    UserTags,
)
from shared.errors import Refused
from tagger.deps import Deps
from tagger.rule import members, midnight, page
from tagger.segments import segment

SMALL_GROUP = 10
"""The ids of fewer users than this are shown for a reason only (Lumis API, section 11)."""

_TAGS, _HOLDERS, _MEMBERS = "tags", "holders", "members"


async def read_tags(call: ReadTags, deps: Deps) -> Reply:
    """A user's tags, last bought first. Raises Refused: `INVALID_CURSOR`."""
    place = cursor.decode(_TAGS, call.cursor, 2)
    rows = await deps.audience.tags(call, (_moment(place[0]), place[1]) if place else None)
    shown = rows[: call.limit]
    more = (
        cursor.encode(_TAGS, shown[-1]["last_seen"].date().isoformat(), shown[-1]["tag"])
        if len(rows) > len(shown)
        else None
    )
    tags = (
        UserTag.model_validate(
            {**row, "first_seen": row["first_seen"].date(), "last_seen": row["last_seen"].date()},
        )
        for row in shown
    )
    return Reply(UserTags(tags=tuple(tags), next_cursor=more))


async def erase_tags(call: EraseTags, deps: Deps) -> Reply:
    """Erase a user's tags, their events, and what was kept to tag anew. A repeat erases what came since: mostly 0."""
    invoices = await deps.taggings.invoices(call.user_id)
    # First, because nobody knows whose invoices these were once the rest is gone; and last, because a tagging that was
    # still there may have been made anew in between.
    await deps.review.forget(invoices)
    tags, events = await deps.taggings.erase(call.user_id)
    await deps.review.forget(invoices)
    return Reply(TagsErased(tags=tags, events=events))


async def tagged_users(call: TaggedUsers, deps: Deps) -> Reply:
    """Who has a tag, by id. Raises Refused: `INVALID_CURSOR`."""
    place = cursor.decode(_HOLDERS, call.cursor, 1)
    total, ids = await deps.audience.holders(call, place[0] if place else None)
    return Reply(_users(_HOLDERS, total, ids, call.limit, call.reason))


async def segment_users(call: SegmentUsers, deps: Deps) -> Reply:
    """Who fits a rule or a segment, by id. Raises Refused: `SEGMENT_NOT_FOUND`, `INVALID_CURSOR`, `NO_RULE`."""
    place = cursor.decode(_MEMBERS, call.cursor, 1)
    rule = (await segment(call.segment_id, deps)).rule if call.segment_id is not None else call.rule
    if rule is None:
        raise Refused("NO_RULE", "Falta la regla")
    stages = [*members(rule, deps.today), *page(call.limit, place[0] if place else None)]
    total, ids = await deps.audience.fitting(stages)
    return Reply(_users(_MEMBERS, total, ids, call.limit, call.reason))


def _users(listing: str, total: int, ids: Sequence[str], limit: int, reason: str | None) -> UserIds:
    small = total < SMALL_GROUP
    if small and not (reason or "").strip():
        return UserIds(total=total, user_ids=(), small=True)
    shown = tuple(ids[:limit])
    more = cursor.encode(listing, shown[-1]) if len(ids) > limit else None
    return UserIds(total=total, user_ids=shown, next_cursor=more, small=small)


def _moment(text: str) -> datetime:
    try:
        return midnight(date.fromisoformat(text))
    except ValueError:
        raise cursor.invalid() from None
