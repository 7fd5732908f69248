"""The catalogue's rows in MongoDB: a starter set at first start, upserts by natural key, a version for caches."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pymongo import UpdateOne
from pymongo.asynchronous.cursor import AsyncCursor
from pymongo.errors import BulkWriteError

from shared.mongo import Database
from tagger.rows import ROWS, BrandRow, CategoryRow, Kind, Row, Rows
from tagger.store.duplicates import raise_unless_duplicates

_META = "catalogue"
_BATCH = 1000


class CatalogueStore:
    """Writes and reads `products`, `brands`, `categories`, `issuers`, each by its natural key."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._meta = database["catalogue_meta"]

    async def version(self) -> int:
        """Grows with every change; one small read."""
        found = await self._meta.find_one({"_id": _META})
        return int(found["version"]) if found else 0

    async def load(self) -> Rows:
        """Every row of the catalogue, in the order of their keys.

        Raises:
            ValidationError: a row was written past the import and is wrong.
        """
        documents: dict[str, list[dict[str, Any]]] = {}
        for kind in ROWS:
            documents[kind] = await self._rows(kind).to_list()
        return Rows.model_validate(documents)

    async def seed(self, starter: Rows) -> int:
        """Write the starter rows of each kind that nobody has filled yet; the number of rows written.

        May be repeated, also by several processes at once and after a crash: rows that are there stay as they are.
        """
        written = 0
        for kind in ROWS:
            if await self._filled(kind):
                continue
            rows: Sequence[Row] = getattr(starter, kind)
            written += await self._write(
                kind, [UpdateOne({"_id": row.key}, {"$setOnInsert": row.model_dump()}, upsert=True) for row in rows]
            )
            await self._mark_filled(kind)
        return written

    async def references(self) -> Rows:
        """The rows that others name: brands and categories."""
        return Rows(
            brands=tuple([BrandRow.model_validate(row) async for row in self._rows("brands")]),
            categories=tuple([CategoryRow.model_validate(row) async for row in self._rows("categories")]),
        )

    async def page(self, kind: Kind, limit: int, after: str | None) -> list[Row]:
        """Rows in the order of their keys; one more than `limit` where there is another page."""
        rows = self._rows(kind, after).limit(limit + 1)
        return [ROWS[kind].model_validate(row) async for row in rows]

    async def upsert(
        self, kind: Kind, rows: Iterable[Row], written: Callable[[int], None] | None = None
    ) -> tuple[int, int]:
        """Write rows over those of the same key; (new, replaced). Caches notice at their next look.

        Args:
            kind: of the rows.
            rows: checked.
            written: told after each thousand how many rows are written.
        """
        new = total = 0
        every = list(rows)
        try:
            while batch := every[total : total + _BATCH]:
                updates = [UpdateOne({"_id": row.key}, {"$set": row.model_dump()}, upsert=True) for row in batch]
                new += await self._write(kind, updates)
                total += len(batch)
                if written is not None:
                    written(total)
        finally:
            await self._mark_filled(kind)
        return new, total - new

    def _rows(self, kind: Kind, after: str | None = None) -> AsyncCursor[dict[str, Any]]:
        found = {"_id": {"$gt": after}} if after is not None else {}
        return self._database[kind].find(found, {"_id": 0}).sort("_id", 1)

    async def _write(self, kind: Kind, updates: Sequence[UpdateOne]) -> int:
        if not updates:
            return 0
        try:
            return (await self._database[kind].bulk_write(updates, ordered=False)).upserted_count
        except BulkWriteError as error:
            raise_unless_duplicates(error)  # another process seeded the same row in this moment
            return int((error.details or {}).get("nUpserted", 0))

    async def _filled(self, kind: Kind) -> bool:
        return await self._meta.find_one({"_id": _META, "filled": kind}) is not None

    async def _mark_filled(self, kind: Kind) -> None:
        await self._meta.update_one(
            {"_id": _META}, {"$addToSet": {"filled": kind}, "$inc": {"version": 1}}, upsert=True
        )
