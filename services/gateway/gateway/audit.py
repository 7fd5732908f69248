"""The collection `audit`: who did what, when, with which end; facts and pseudonyms, no personal data (section 10)."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from gateway.metrics import AUDIT_LOST
from shared import cursor
from shared.mongo import Collection, Database, Index, PyMongoError
from shared.redaction import pseudonym

_log = structlog.get_logger()

FACTS = ("user", "method", "route", "status", "code", "cost_lumis", "ms", "provider")
_DETAILS = ("target", "document", "decision", "lumis", "upload_price", "retry_price", "stored", "bad", "group_size")
"""What operations add that may be kept: numbers, ids and pseudonyms, never a text that somebody wrote."""
_LISTING = "audit"
_MOST_WAITING = 20_000
_BATCH = 1000
_PAUSE_SECONDS = 0.5
_TRIES = 5


@dataclass(frozen=True)
class Search:
    """What is looked for; None does not filter."""

    limit: int
    user_id: str | None = None
    route: str | None = None
    since: datetime | None = None
    cursor: str | None = None


class AuditLog:
    """Writes rows behind the answers, many at once, and reads them page by page."""

    INDEXES = (
        Index("audit", (("expires_at", 1),), expire_after_seconds=0),
        Index("audit", (("at", -1), ("_id", -1))),
        Index("audit", (("user", 1), ("at", -1), ("_id", -1))),
    )

    def __init__(self, database: Database, *, kept_for: timedelta) -> None:
        self._rows: Collection = database["audit"]
        self._kept_for = kept_for
        self._waiting: list[dict[str, Any]] = []
        self._task: asyncio.Task[None] | None = None

    def note(self, request_id: str, facts: Mapping[str, Any]) -> None:
        """Take a row to be written soon; a request of nobody known is none. Never waits, never fails."""
        if facts.get("user") is None:
            return
        if len(self._waiting) >= _MOST_WAITING:
            AUDIT_LOST.inc()
            return
        now = datetime.now(UTC)
        kept = {key: facts[key] for key in FACTS if facts.get(key) is not None}
        details = {key: facts[key] for key in _DETAILS if facts.get(key) is not None}
        row = {"_id": request_id, "at": now, **kept, "expires_at": now + self._kept_for}
        self._waiting.append(row | ({"details": details} if details else {}))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())

    async def close(self) -> None:
        """Write what waits, at an orderly end."""
        while self._task is not None and not self._task.done():
            await self._task
        if self._waiting:
            await self._write()

    async def page(self, search: Search) -> tuple[list[dict[str, Any]], str | None]:
        """Rows, newest first, and the cursor of the next page. Raises Refused: `INVALID_CURSOR`."""
        wanted: list[dict[str, Any]] = []
        if search.user_id is not None:
            wanted.append({"user": pseudonym(search.user_id)})
        if search.route is not None:
            wanted.append({"route": search.route})
        if search.since is not None:
            wanted.append({"at": {"$gte": search.since}})
        if (place := cursor.decode(_LISTING, search.cursor, 2)) is not None:
            moment, last = cursor.moment(place[0]), place[1]
            wanted.append({"$or": [{"at": {"$lt": moment}}, {"at": moment, "_id": {"$lt": last}}]})
        found = self._rows.find({"$and": wanted} if wanted else {}, {"expires_at": 0})
        rows = await found.sort([("at", -1), ("_id", -1)]).limit(search.limit + 1).to_list()
        shown = rows[: search.limit]
        return shown, _after(shown[-1]) if len(rows) > len(shown) else None

    async def _write(self) -> None:
        failures = 0
        while self._waiting:
            batch, self._waiting = self._waiting[:_BATCH], self._waiting[_BATCH:]
            try:
                await self._rows.insert_many(batch, ordered=False)
            except PyMongoError as error:
                if _all_there(error):
                    continue
                failures += 1
                if failures >= _TRIES:
                    AUDIT_LOST.inc(len(batch))
                    _log.error("audit rows lost", rows=len(batch), error=type(error).__name__)
                    failures = 0
                    continue
                self._waiting = batch + self._waiting
                await asyncio.sleep(_PAUSE_SECONDS * failures)


def _all_there(error: PyMongoError) -> bool:
    """Whether a second try found that the first had written after all."""
    details = getattr(error, "details", None) or {}
    errors = details.get("writeErrors", ())
    return bool(errors) and all(each["code"] == _DUPLICATE_KEY for each in errors)


_DUPLICATE_KEY = 11000


def _after(row: Mapping[str, Any]) -> str:
    return cursor.encode(_LISTING, row["at"].isoformat(), row["_id"])
