"""The collection `idempotency_keys`: which request a client's Idempotency-Key began, and the answer that it got."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from shared.mongo import Database, DuplicateKeyError, Index, ReturnDocument

_LIFETIME = timedelta(hours=24)


@dataclass(frozen=True)
class StoredAnswer:
    """An answer as it went to the client."""

    status: int
    content: bytes
    content_type: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Claim:
    """Who holds a key."""

    request_id: str
    digest: str
    """Of the route and the whole body."""
    claimed_until: datetime
    """A request that was not accepted by then never will be: its process died."""
    answer: StoredAnswer | None


def key_of(user_id: str, key: str) -> str:
    """The document's id; keys of different users never meet, and no text of the client's is stored."""
    return hashlib.sha256(json.dumps([user_id, key]).encode()).hexdigest()


class IdempotencyKeys:
    """Claims keys, keeps answers; a document leaves a day after its claim."""

    INDEXES = (
        Index("idempotency_keys", (("expires_at", 1),), expire_after_seconds=0),
        Index("idempotency_keys", (("request_id", 1),)),  # by which a user's answers are erased
    )

    def __init__(self, database: Database) -> None:
        self._rows = database["idempotency_keys"]

    async def claim(self, key: str, digest: str, request_id: str, hold_for: timedelta) -> Claim:
        """Claim a key for a request, or see who has it: it is ours where the request's id is."""
        fresh = _claimed(digest, request_id, hold_for)
        wanted = {"_id": key}
        try:
            row = await self._insert(wanted, fresh)
        except DuplicateKeyError:  # two claimed it at the same moment
            row = await self._insert(wanted, fresh)
        return _claim(row)

    async def find(self, key: str) -> Claim | None:
        """The key's claim, None where it is free."""
        row = await self._rows.find_one({"_id": key})
        return _claim(row) if row else None

    async def renew(self, key: str, request_id: str, hold_for: timedelta) -> bool:
        """Hold a key for longer; False where it is no longer this request's."""
        wanted = {"_id": key, "request_id": request_id, "answer": None}
        renewed = {"claimed_until": datetime.now(UTC) + hold_for}
        return (await self._rows.update_one(wanted, {"$set": renewed})).matched_count == 1

    async def take_over(self, key: str, stale: Claim, request_id: str, hold_for: timedelta) -> bool:
        """Claim a key whose process died before its request was accepted; False where another was quicker.

        Or where the request, only slow, has renewed its claim since.
        """
        wanted = {"_id": key, "request_id": stale.request_id, "claimed_until": stale.claimed_until, "answer": None}
        result = await self._rows.update_one(wanted, {"$set": _claimed(stale.digest, request_id, hold_for)})
        return result.modified_count == 1

    async def keep(self, key: str, request_id: str, answer: StoredAnswer) -> StoredAnswer:
        """Keep the request's answer, unless one is kept already; returns the one that is kept."""
        fields = {
            "status": answer.status,
            "content": answer.content,
            "content_type": answer.content_type,
            "headers": dict(answer.headers),
        }
        wanted = {"_id": key, "request_id": request_id}
        await self._rows.update_one({**wanted, "answer": None}, {"$set": {"answer": fields}})
        row = await self._rows.find_one(wanted)
        return _answer(row["answer"]) if row and row["answer"] else answer

    async def free(self, key: str, request_id: str) -> None:
        """Forget a claim whose request was refused."""
        await self._rows.delete_one({"_id": key, "request_id": request_id, "answer": None})

    async def _insert(self, wanted: Mapping[str, Any], fresh: Mapping[str, Any]) -> dict[str, Any]:
        row = await self._rows.find_one_and_update(
            wanted, {"$setOnInsert": fresh}, upsert=True, return_document=ReturnDocument.AFTER
        )
        return dict(row or {})


def _claimed(digest: str, request_id: str, hold_for: timedelta) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "digest": digest,
        "request_id": request_id,
        "claimed_until": now + hold_for,
        "answer": None,
        "expires_at": now + _LIFETIME,
    }


def _claim(row: Mapping[str, Any]) -> Claim:
    answer = _answer(row["answer"]) if row["answer"] else None
    return Claim(row["request_id"], row["digest"], row["claimed_until"], answer)


def _answer(fields: Mapping[str, Any]) -> StoredAnswer:
    return StoredAnswer(fields["status"], bytes(fields["content"]), fields["content_type"], fields["headers"])
