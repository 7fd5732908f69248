"""A segment's rule as an aggregation over `user_tags` and `tag_events`. Pure."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from shared.contracts.tags import SegmentRule, TagAtom

_ANYBODY = -1
"""Stands in the sets of users who have a tag at all."""

Stages = list[dict[str, Any]]


def midnight(day: date) -> datetime:
    """A day as it is stored: its midnight in UTC."""
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def members(rule: SegmentRule, today: date) -> Stages:
    """Stages on `user_tags` that give `{_id: user_id}` of everybody who fits the rule, in no order.

    Each atom gives the users who meet it, out of an index alone; the atoms that a user meets are then put together.
    A rule that asks for nothing (no `all`, no `any`) starts from everybody who has a tag.
    """
    atoms = list(dict.fromkeys((*rule.all, *rule.any, *rule.none)))
    number = {atom: place for place, atom in enumerate(atoms)}
    stages = _everybody() if not (rule.all or rule.any) else [{"$match": {"tag": {"$in": []}}}]
    stages.extend({"$unionWith": _meeting(atom, place, today)} for atom, place in number.items())
    stages.append({"$group": {"_id": "$user_id", "atoms": {"$addToSet": "$atom"}}})
    wanted: list[dict[str, Any]] = []
    if rule.all:
        wanted.append({"atoms": {"$all": [number[atom] for atom in rule.all]}})
    if rule.any:
        wanted.append({"atoms": {"$in": [number[atom] for atom in rule.any]}})
    if rule.none:
        wanted.append({"atoms": {"$nin": [number[atom] for atom in rule.none]}})
    if wanted:
        stages.append({"$match": {"$and": wanted}})
    return [*stages, {"$project": {"_id": 1}}]


def page(limit: int, after: str | None) -> Stages:
    """Stages after `members` that give one document: how many there are, and `limit` + 1 ids after a user."""
    rest: Stages = [{"$match": {"_id": {"$gt": after}}}] if after is not None else []
    return [
        {"$sort": {"_id": 1}},
        {"$facet": {"total": [{"$count": "users"}], "page": [*rest, {"$limit": limit + 1}]}},
    ]


def _everybody() -> Stages:
    return [
        {"$sort": {"user_id": 1}},
        {"$group": {"_id": "$user_id"}},
        {"$project": {"_id": 0, "user_id": "$_id", "atom": {"$literal": _ANYBODY}}},
    ]


def _meeting(atom: TagAtom, place: int, today: date) -> dict[str, Any]:
    """The users who meet an atom: by their counts, or, within days, by the invoices of those days."""
    shown = {"_id": 0, "user_id": 1, "atom": {"$literal": place}}
    if atom.within_days is None:
        found = {"tag": atom.tag, "count": {"$gte": atom.min_count}}
        return {"coll": "user_tags", "pipeline": [{"$match": found}, {"$project": shown}]}
    since = midnight(today - timedelta(days=atom.within_days))
    stages: Stages = [
        {"$match": {"tag": atom.tag, "bought_on": {"$gte": since}}},
        {"$group": {"_id": "$user_id", "invoices": {"$sum": 1}}},
        {"$match": {"invoices": {"$gte": atom.min_count}}},
        {"$project": {**shown, "user_id": "$_id"}},
    ]
    return {"coll": "tag_events", "pipeline": stages}
