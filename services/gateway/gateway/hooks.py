"""The collections `webhooks` (one per user) and `deliveries` (what was told, so that nothing is told twice)."""

import secrets
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from shared.bus.topology import RETRY_LADDER
from shared.mongo import Database, Index, ReturnDocument

MOST_FAILURES = 20
"""So many deliveries in a row that were given up disable a webhook."""
MOST_ATTEMPTS = 1 + len(RETRY_LADDER)
"""The first, and one after each of the ladder's steps; then a delivery is given up."""

_CACHE_SECONDS = 5.0
_CACHE_SIZE = 10_000
_DELIVERY_LIFETIME = timedelta(days=30)
_SECRET_BYTES = 32


@dataclass(frozen=True)
class LastDelivery:
    """The last attempt to tell a webhook something."""

    id: str
    event: str
    request_id: str
    delivered: bool
    at: datetime
    status: int | None = None
    """The receiver's HTTP status; None where no answer came."""
    error: str | None = None


@dataclass(frozen=True)
class Hook:
    """A user's webhook."""

    user_id: str
    registration: str
    """New with each registration: what happened to an earlier one does not count."""
    url: str
    events: tuple[str, ...]
    secret: str = field(repr=False)
    created_at: datetime
    failures: int = 0
    """Deliveries in a row that were given up."""
    disabled: str | None = None
    """Why it gets nothing any more."""
    last: LastDelivery | None = None


def new_secret() -> str:
    """A signing secret of 32 random bytes."""
    return f"whsec_{secrets.token_urlsafe(_SECRET_BYTES)}"


class Hooks:
    """Reads and writes webhooks and their deliveries."""

    INDEXES = (
        Index("deliveries", (("expires_at", 1),), expire_after_seconds=0),
        Index("deliveries", (("user_id", 1),)),
    )

    def __init__(self, database: Database) -> None:
        self._hooks = database["webhooks"]
        self._deliveries = database["deliveries"]
        self._wanted: dict[str, tuple[float, frozenset[str]]] = {}

    async def register(self, user_id: str, url: str, events: tuple[str, ...]) -> Hook:
        """Register a user's webhook, or replace it, with a new secret and nothing held against it."""
        values = {
            "registration": str(uuid4()),
            "url": url,
            "events": list(events),
            "secret": new_secret(),
            "created_at": datetime.now(UTC),
            "failures": 0,
            "disabled": None,
            "last": None,
        }
        await self._hooks.replace_one({"_id": user_id}, values, upsert=True)
        self._wanted.pop(user_id, None)
        return _hook({"_id": user_id, **values})

    async def find(self, user_id: str) -> Hook | None:
        """A user's webhook."""
        row = await self._hooks.find_one({"_id": user_id})
        return _hook(row) if row else None

    async def wants(self, user_id: str, event_type: str) -> bool:
        """Whether a user's webhook is to be told of such an event; what other processes change counts 5 s later."""
        now = time.monotonic()
        known = self._wanted.get(user_id)
        if known is None or known[0] < now:
            row = await self._hooks.find_one({"_id": user_id, "disabled": None}, {"events": 1})
            if len(self._wanted) >= _CACHE_SIZE:
                self._wanted.clear()
            known = (now + _CACHE_SECONDS, frozenset(row["events"] if row else ()))
            self._wanted[user_id] = known
        return event_type in known[1]

    async def rotate(self, user_id: str) -> str | None:
        """Give a webhook a new secret, which holds from now on; None where there is no webhook."""
        secret = new_secret()
        changed = await self._hooks.update_one({"_id": user_id}, {"$set": {"secret": secret}})
        return secret if changed.matched_count else None

    async def delete(self, user_id: str) -> int:
        """Delete a user's webhook and its deliveries; how many webhooks there were (0 or 1)."""
        deleted = await self._hooks.delete_one({"_id": user_id})
        await self._deliveries.delete_many({"user_id": user_id})
        self._wanted.pop(user_id, None)
        return deleted.deleted_count

    async def is_delivered(self, delivery_id: str) -> bool:
        """Whether this was told already."""
        return await self._deliveries.find_one({"_id": delivery_id, "delivered": True}, {"_id": 1}) is not None

    async def succeeded(self, hook: Hook, last: LastDelivery) -> None:
        """Note that a webhook was told, so that it is not told again."""
        await self._note(hook, last)
        await self._hooks.update_one(_this(hook), {"$set": {"failures": 0, "last": _row(last)}})

    async def failed(self, hook: Hook, last: LastDelivery) -> bool:
        """Note a failed attempt; True where it disabled the webhook. A delivery counts once: when it is given up."""
        given_up = await self._note(hook, last) == MOST_ATTEMPTS
        row = await self._hooks.find_one_and_update(
            _this(hook),
            {"$set": {"last": _row(last)}, "$inc": {"failures": int(given_up)}},
            return_document=ReturnDocument.AFTER,
        )
        if row is None or row["failures"] < MOST_FAILURES:
            return False
        await self.disable(hook, f"{MOST_FAILURES} entregas seguidas fallaron")
        return True

    async def disable(self, hook: Hook, reason: str, last: LastDelivery | None = None) -> None:
        """Stop telling a webhook anything, until it is registered anew."""
        values: dict[str, Any] = {"disabled": reason}
        if last is not None:
            values["last"] = _row(last)
        await self._hooks.update_one(_this(hook), {"$set": values})
        self._wanted.pop(hook.user_id, None)

    async def _note(self, hook: Hook, last: LastDelivery) -> int:
        """Keep a delivery's state; how many attempts there were."""
        noted = await self._deliveries.find_one_and_update(
            {"_id": last.id},
            {
                "$set": {"delivered": last.delivered, "at": last.at},
                "$inc": {"attempts": 1},
                "$setOnInsert": {"user_id": hook.user_id, "expires_at": last.at + _DELIVERY_LIFETIME},
            },
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return int(noted["attempts"]) if noted else 1


def _this(hook: Hook) -> dict[str, str]:
    return {"_id": hook.user_id, "registration": hook.registration}


def _row(last: LastDelivery) -> dict[str, Any]:
    return dict(vars(last))


def _hook(row: dict[str, Any]) -> Hook:
    return Hook(
        user_id=row["_id"],
        registration=row["registration"],
        url=row["url"],
        events=tuple(row["events"]),
        secret=row["secret"],
        created_at=row["created_at"],
        failures=row["failures"],
        disabled=row["disabled"],
        last=LastDelivery(**row["last"]) if row["last"] else None,
    )
