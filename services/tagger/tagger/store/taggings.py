"""What each invoice gave: its tagging, once per request, and the events of its tags, once per invoice.

An invoice is written in steps, each of which may be the last before a crash and is repeated by the next delivery:
its tagging, its tag events, their projection. It is tagged anew in the same way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pymongo import UpdateOne

from shared.contracts.tags import Tag
from shared.erasures import Erasures
from shared.mongo import Database, DuplicateKeyError, FindLane, InsertLane
from tagger.store.projection import Projection
from tagger.tagging import Purchase, Tagging

KEPT_TAGGINGS = 60 * 60 * 24 * 30
"""Seconds. A delivery that comes again later than this is tagged anew; its events still count once."""

_LAST_HOUR = timedelta(seconds=KEPT_TAGGINGS - 3600)
"""Older taggings are about to expire and left alone, so that one that is gone means: erased."""
_CLAIM = timedelta(seconds=60)


@dataclass(frozen=True)
class Kept:
    """A request's tagging as it is kept."""

    request_id: str
    user_id: str
    invoice_id: str
    bought_on: datetime
    first: Tagging
    """As it was made at first; what every delivery of the request answers."""
    tags: tuple[Tag, ...]
    """As the catalogue has it by now."""
    purchase: Purchase | None
    """What it was made of; None for those that were kept without."""
    received_at: datetime | None = None
    """Of the upload."""
    review: Literal["rejected", "corrected"] | None = None
    """What a reviewer made of it; a rejected one gives no tag."""


class TaggingStore:
    """Writes and reads `taggings`; inserts, updates and removes `tag_events`."""

    def __init__(self, database: Database) -> None:
        self._taggings = database["taggings"]
        self._kept = InsertLane(self._taggings)
        self._found = FindLane(self._taggings)
        self._looked_at = FindLane(self._taggings, {"invoice_id": 1, "now": 1})
        self._events = database["tag_events"]
        self._user_tags = database["user_tags"]
        self._projection = Projection(database)
        self._erasures = Erasures(database)

    async def keep(self, made: Kept, version: int) -> Kept:
        """Keep what a request's invoice gave by this version of the catalogue.

        The first that was kept comes back, also where that was another's.
        """
        document: dict[str, Any] = {
            "_id": made.request_id,
            "user_id": made.user_id,
            "invoice_id": made.invoice_id,
            "bought_on": made.bought_on,
            "received_at": made.received_at,
            "tags": [tag.model_dump() for tag in made.first.tags],
            "unresolved": dict(made.first.unresolved),
            "purchase": made.purchase.model_dump() if made.purchase else None,
            "version": version,
            "made_at": datetime.now(UTC),
        }
        try:
            await self._kept.insert(document)
        except DuplicateKeyError:
            return await self.find(made.request_id) or made
        return made

    async def review(self, made: Kept, version: int) -> None:
        """Write a reviewer's word over a request's tagging, also where its invoice has not come here yet."""
        fields: dict[str, Any] = {
            "invoice_id": made.invoice_id,
            "now": [tag.model_dump() for tag in made.tags],
            "purchase": made.purchase.model_dump() if made.purchase else None,
            "review": made.review,
            "version": version,
        }
        fields |= {"bought_on": made.bought_on} if made.review == "corrected" else {}
        first = {
            "user_id": made.user_id,
            "bought_on": made.bought_on,
            "received_at": made.received_at,
            "tags": [],
            "unresolved": {},
            "made_at": datetime.now(UTC),
        }
        on_insert = {key: value for key, value in first.items() if key not in fields}
        await self._taggings.update_one(
            {"_id": made.request_id}, {"$set": fields, "$setOnInsert": on_insert}, upsert=True
        )

    async def find(self, request_id: str) -> Kept | None:
        """A request's tagging as it is kept."""
        found = await self._found.find(request_id)
        return _kept(found) if found else None

    async def stands(self, kept: Kept) -> bool:
        """Whether nobody has changed or erased a tagging since it was read."""
        found = await self._looked_at.find(kept.request_id)
        if found is None or found["invoice_id"] != kept.invoice_id:
            return False
        return tuple(Tag.model_validate(tag) for tag in found["now"]) == kept.tags if "now" in found else True

    async def is_erased(self, user_id: str, received_at: datetime) -> bool:
        """Whether the user had erased what was handed in at that time."""
        return await self._erasures.cover(user_id, received_at)

    async def forget(self, request_id: str) -> None:
        """Delete a request's tagging; its events are withdrawn by the invoice."""
        await self._taggings.delete_one({"_id": request_id})

    async def tags_of(self, user_id: str, invoice_id: str) -> list[str]:
        """The tags that an invoice has given by its events."""
        return sorted(await self._events.distinct("tag", {"user_id": user_id, "invoice_id": invoice_id}))

    async def record(self, user_id: str, invoice_id: str, bought_on: datetime, tags: Sequence[Tag]) -> None:
        """Insert an invoice's tag events, each once, and bring the projection up to them.

        Raises:
            Unavailable: other invoices of the same user kept winning; to be tried again.
        """
        if not tags:
            return
        await self._projection.add(
            [
                {
                    "user_id": user_id,
                    "tag": str(tag),
                    "invoice_id": invoice_id,
                    "bought_on": bought_on,
                    "kind": tag.kind,
                    "value": tag.value,
                    "source": tag.source,
                    "score": tag.score,
                }
                for tag in tags
            ]
        )

    async def correct(self, user_id: str, invoice_id: str, tags: Sequence[Tag]) -> None:
        """Write by which rule and how surely an invoice has these tags now."""
        one = {"user_id": user_id, "invoice_id": invoice_id}
        updates = [
            UpdateOne({**one, "tag": str(tag)}, {"$set": {"source": tag.source, "score": tag.score}}) for tag in tags
        ]
        if updates:
            await self._events.bulk_write(updates, ordered=False)

    async def withdraw(self, user_id: str, invoice_id: str, tags: Sequence[str]) -> None:
        """Take tags from an invoice and lower their projection; a repeat ends what a crash left undone.

        Raises:
            Unavailable: other invoices of the same user kept winning; to be tried again.
        """
        if tags:
            await self._projection.withdraw(user_id, invoice_id, tags)

    async def outdated(self, version: int, before: datetime) -> int:
        """How many taggings, made before a moment, an older catalogue made."""
        return await self._taggings.count_documents(_outdated(version, before))

    async def claim_outdated(self, version: int, before: datetime) -> Kept | None:
        """One of them, which for a minute nobody else is given."""
        now = datetime.now(UTC)
        found = await self._taggings.find_one_and_update(
            {**_outdated(version, before), "$or": [{"claimed_until": None}, {"claimed_until": {"$lt": now}}]},
            {"$set": {"claimed_until": now + _CLAIM}},
        )
        return _kept(found) if found else None

    async def of_invoice(self, user_id: str, invoice_id: str) -> list[Kept]:
        """Every tagging of one paper: it may have been uploaded more than once."""
        found = self._taggings.find({"user_id": user_id, "invoice_id": invoice_id}).sort("_id", 1)
        return [_kept(document) async for document in found]

    async def renew(self, read: Kept, tags: Sequence[Tag], version: int) -> bool:
        """Write what a tagging gives by this version of the catalogue.

        False where it was erased or reviewed since it was read: then nothing is written.
        """
        fields = {"now": [tag.model_dump() for tag in tags], "version": version}
        result = await self._taggings.update_one(
            {"_id": read.request_id, "review": read.review}, {"$set": fields, "$unset": {"claimed_until": ""}}
        )
        return result.matched_count == 1

    async def invoices(self, user_id: str) -> list[str]:
        """Every invoice of which something is kept."""
        one = {"user_id": user_id}
        found: set[str] = set(await self._taggings.distinct("invoice_id", one))
        return sorted(found | set(await self._events.distinct("invoice_id", one)))

    async def mark_erased(self, user_id: str, before: datetime) -> list[str]:
        """Have uploads until then that are still on their way give nothing; the invoices that are to be erased.

        An invoice that was uploaded again after that moment is none of them.
        """
        await self._erasures.mark(user_id, before)
        later = {"user_id": user_id, "received_at": {"$gt": before}}
        stay: set[str] = set(await self._taggings.distinct("invoice_id", later))
        return [invoice_id for invoice_id in await self.invoices(user_id) if invoice_id not in stay]

    async def erase_before(self, user_id: str, before: datetime, invoices: Sequence[str]) -> int:
        """Erase what came of uploads until then, and the events of these invoices; how many events."""
        await self._taggings.delete_many({"user_id": user_id, "received_at": {"$not": {"$gt": before}}})
        events = 0
        for invoice_id in invoices:
            tags = await self.tags_of(user_id, invoice_id)
            await self.withdraw(user_id, invoice_id, tags)
            events += len(tags)
        await self._projection.recount_all(user_id)  # a crash in between may have left rows without their events
        return events

    async def erase(self, user_id: str) -> tuple[int, int]:
        """Erase all that is kept of a user; how many tags and how many events."""
        one = {"user_id": user_id}
        # What could bring the others back goes first.
        await self._taggings.delete_many(one)
        events = (await self._events.delete_many(one)).deleted_count
        tags = (await self._user_tags.delete_many(one)).deleted_count
        return tags, events


def _outdated(version: int, before: datetime) -> dict[str, Any]:
    return {"version": {"$lt": version}, "made_at": {"$lt": before, "$gt": datetime.now(UTC) - _LAST_HOUR}}


def _kept(document: Mapping[str, Any]) -> Kept:
    first = tuple(Tag.model_validate(tag) for tag in document["tags"])
    purchase = document.get("purchase")
    return Kept(
        request_id=document["_id"],
        user_id=document["user_id"],
        invoice_id=document["invoice_id"],
        bought_on=document["bought_on"],
        first=Tagging(first, document["unresolved"]),
        tags=tuple(Tag.model_validate(tag) for tag in document["now"]) if "now" in document else first,
        purchase=Purchase.model_validate(purchase) if purchase else None,
        received_at=document.get("received_at"),
        review=document.get("review"),
    )
