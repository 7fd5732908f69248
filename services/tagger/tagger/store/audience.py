"""Reading `user_tags` and `tag_events`: one user's tags, a tag's users, a rule's users; page by page."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from shared.contracts.tags import ReadTags, TaggedUsers
from shared.mongo import Database
from tagger.rule import midnight

Place = tuple[datetime, str]
"""Where a page of a user's tags ended: last day of purchase, tag."""


class Audience:
    """Who has which tags."""

    def __init__(self, database: Database) -> None:
        self._user_tags = database["user_tags"]

    async def tags(self, call: ReadTags, after: Place | None) -> list[dict[str, Any]]:
        """A user's tags, last bought first, then by tag; one more than asked for where there is another page."""
        found: dict[str, Any] = {"user_id": call.user_id, "count": {"$gte": call.min_count}}
        if call.kind is not None:
            found["kind"] = call.kind
        if call.since is not None:
            found["last_seen"] = {"$gte": midnight(call.since)}
        if after is not None:
            day, tag = after
            found["$or"] = [{"last_seen": {"$lt": day}}, {"last_seen": day, "tag": {"$gt": tag}}]
        rows = self._user_tags.find(found, {"_id": 0, "invoices": 0})
        return await rows.sort([("last_seen", -1), ("tag", 1)]).limit(call.limit + 1).to_list()

    async def holders(self, call: TaggedUsers, after: str | None) -> tuple[int, list[str]]:
        """How many users have a tag, and a page of them; one more than asked for where there is another page."""
        found: dict[str, Any] = {"tag": call.tag, "count": {"$gte": call.min_count}}
        if call.since is not None:
            found["last_seen"] = {"$gte": midnight(call.since)}
        total = await self._user_tags.count_documents(found)
        if after is not None:
            found["user_id"] = {"$gt": after}
        rows = self._user_tags.find(found, {"_id": 0, "user_id": 1}).sort("user_id", 1).limit(call.limit + 1)
        return total, [row["user_id"] async for row in rows]

    async def fitting(self, stages: Sequence[dict[str, Any]]) -> tuple[int, list[str]]:
        """How many users a rule's stages give, and the ids of the page that they end with."""
        cursor = await self._user_tags.aggregate(list(stages), allowDiskUse=True)
        (found,) = await cursor.to_list()
        total = found["total"][0]["users"] if found["total"] else 0
        return total, [row["_id"] for row in found["page"]]
