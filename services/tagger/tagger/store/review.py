"""The review list: printed lines that no rule resolved, by frequency."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from pymongo import UpdateOne
from pymongo.errors import BulkWriteError

from shared.mongo import Database
from tagger.store.duplicates import raise_unless_duplicates

_KNOWN_INVOICES = 200


class ReviewList:
    """The printed lines that no rule resolved, by frequency: how the catalogue grows."""

    def __init__(self, database: Database) -> None:
        self._unresolved = database["unresolved"]

    async def note(self, lines: Mapping[str, str], invoice_id: str, seen_on: datetime) -> None:
        """Count an invoice's unresolved lines, each once per invoice.

        A row knows its newest invoices only, so a delivery repeated after hundreds of others may count twice:
        good enough for an order of work.

        Args:
            lines: cleaned name to the name as printed.
            invoice_id: whose lines.
            seen_on: day of purchase.
        """
        updates = [
            UpdateOne(
                {"_id": cleaned, "invoices": {"$ne": invoice_id}},
                {
                    "$inc": {"count": 1},
                    "$max": {"last_seen": seen_on},
                    "$set": {"name": printed},
                    "$push": {"invoices": {"$each": [invoice_id], "$slice": -_KNOWN_INVOICES}},
                },
                upsert=True,
            )
            for cleaned, printed in lines.items()
        ]
        if not updates:
            return
        try:
            await self._unresolved.bulk_write(updates, ordered=False)
        except BulkWriteError as error:
            raise_unless_duplicates(error)  # a duplicate is a line that this invoice has counted before

    async def most_frequent(self, limit: int) -> list[tuple[str, int, datetime]]:
        """Printed name, invoices that had it, last day of purchase; the most frequent first."""
        rows = self._unresolved.find().sort([("count", -1), ("last_seen", -1)]).limit(limit)
        return [(row["name"], row["count"], row["last_seen"]) async for row in rows]

    async def drop(self, keys: Sequence[str]) -> None:
        """Take lines off the list that the catalogue knows by now."""
        await self._unresolved.delete_many({"_id": {"$in": list(keys)}})

    async def forget(self, invoices: Sequence[str]) -> None:
        """Take these invoices off every line and its count; a line that no other invoice had goes as a whole.

        A line that so many invoices had that a row does not know them all stays, also where it knows none any more.
        """
        gone = {"$literal": list(invoices)}
        fields = {
            "count": {"$subtract": ["$count", {"$size": {"$setIntersection": ["$invoices", gone]}}]},
            "invoices": {"$filter": {"input": "$invoices", "cond": {"$not": [{"$in": ["$$this", gone]}]}}},
        }
        await self._unresolved.update_many({"invoices": {"$in": list(invoices)}}, [{"$set": fields}])
        await self._unresolved.delete_many({"count": {"$lte": 0}, "invoices": []})

    async def names(self) -> list[tuple[str, str]]:
        """Every line on the list: its key and its printed name."""
        return [(row["_id"], row["name"]) async for row in self._unresolved.find({}, {"name": 1})]
