"""The collection `layouts`: what is remembered of each supplier's papers, by user; labels, places and hashes alone."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from ocr_engine.layouts import Anchor, Layout
from ocr_engine.supplier import Supplier, user_key
from shared.errors import Unavailable
from shared.mongo import Database, DuplicateKeyError, Index, ensure_indexes

_LAYOUTS = "layouts"
_INDEXES = (
    Index(_LAYOUTS, (("keys", 1),)),
    Index(_LAYOUTS, (("user", 1),)),
    Index(_LAYOUTS, (("expires_at", 1),), expire_after_seconds=0),
)
_TRIES = 5
_SEEN = 50
"""Corrections that are remembered as learnt, so that a repeat teaches nothing twice."""
_MOST_KEYS = 6


@dataclass(frozen=True)
class Taught:
    """Whose correction of which document teaches something."""

    user_id: str
    request_id: str
    layout_id: int | None
    """As the document's reading told it: a layout keeps its number where the correction names the supplier anew."""


class Layouts:
    """One document per supplier of a user, under the hash that its first correction went by."""

    def __init__(self, database: Database, *, kept_for: timedelta) -> None:
        self._database = database
        self._layouts = database[_LAYOUTS]
        self._kept_for = kept_for

    async def prepare(self) -> None:
        """Make the indexes."""
        await ensure_indexes(self._database, _INDEXES)

    async def find(self, supplier: Supplier) -> tuple[Layout, int] | None:
        """What is remembered of a supplier, and the layout's number; by its surest key first."""
        row = await self._row(supplier)
        return (_layout(row), row["layout_id"]) if row else None

    async def learn(self, taught: Taught, supplier: Supplier, change: Callable[[Layout], Layout]) -> Layout | None:
        """Change what is remembered of a supplier, once per request; None where nothing was to be changed.

        Raises:
            Unavailable: others kept changing it meanwhile.
        """
        for _ in range(_TRIES):
            row = await self._row(supplier)
            if row is not None and taught.request_id in row["seen"]:
                return None
            before = _layout(row) if row else Layout()
            after = await asyncio.to_thread(change, before)
            if after == before:
                return None
            if await self._write(row, taught, supplier, after):
                return after
        raise Unavailable("this supplier's layout is being changed by others")

    async def erase(self, user_id: str) -> int:
        """Delete everything that was learnt from a user's papers; how many layouts."""
        return (await self._layouts.delete_many({"user": user_key(user_id)})).deleted_count

    async def _row(self, supplier: Supplier) -> dict[str, Any] | None:
        for key in supplier.keys:
            row = await self._layouts.find_one({"keys": key}, sort=[("_id", 1)])
            if row is not None:
                return row
        return None

    async def _write(self, row: Mapping[str, Any] | None, taught: Taught, supplier: Supplier, layout: Layout) -> bool:
        """Whether it was written; not where another process was first."""
        known = row["keys"] if row else []
        values = {
            "keys": list(dict.fromkeys([*known, *supplier.keys]))[:_MOST_KEYS],
            "anchors": {key: [asdict(anchor) for anchor in anchors] for key, anchors in layout.anchors.items()},
            "seen": [*(row["seen"] if row else []), taught.request_id][-_SEEN:],
            "version": row["version"] + 1 if row else 1,
            "expires_at": datetime.now(UTC) + self._kept_for,
        }
        if row is not None:
            wanted = {"_id": row["_id"], "version": row["version"]}
            return (await self._layouts.update_one(wanted, {"$set": values})).matched_count == 1
        try:
            first = {"user": user_key(taught.user_id), "layout_id": taught.layout_id or supplier.layout_id}
            await self._layouts.insert_one({"_id": supplier.keys[0], **first, **values})
        except DuplicateKeyError:
            return False
        return True


def _layout(row: Mapping[str, Any]) -> Layout:
    return Layout({key: tuple(Anchor(**anchor) for anchor in anchors) for key, anchors in row["anchors"].items()})
