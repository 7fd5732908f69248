"""The collection `extract_tokens`: account tokens of the Extract API, of which only a hash is kept."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from shared.mongo import Database, Index

_TOKEN_BYTES = 16
"""32 hexadecimal digits, as Odoo's own: some of its databases keep 43 characters."""


@dataclass(frozen=True)
class AccountToken:
    """A token without its secret."""

    id: str
    name: str
    created_at: datetime


class AccountTokens:
    """Issues tokens for accounts, and knows whose a token is."""

    INDEXES = (
        Index("extract_tokens", (("digest", 1),), unique=True),
        Index("extract_tokens", (("user_id", 1), ("created_at", 1))),
    )

    def __init__(self, database: Database) -> None:
        self._tokens = database["extract_tokens"]

    async def issue(self, user_id: str, name: str) -> tuple[AccountToken, str]:
        """A new token of an account, and its secret, which nobody can read again."""
        secret = secrets.token_hex(_TOKEN_BYTES)
        row = {
            "_id": str(uuid4()),
            "user_id": user_id,
            "name": name,
            "digest": _digest(secret),
            "created_at": datetime.now(UTC),
        }
        await self._tokens.insert_one(row)
        return _token(row), secret

    async def owner(self, secret: Any) -> str | None:
        """Whose token it is: the account's user; None where it is nobody's."""
        if not isinstance(secret, str) or not secret.strip():
            return None
        row = await self._tokens.find_one({"digest": _digest(secret.strip())}, {"user_id": 1})
        return str(row["user_id"]) if row else None

    async def of(self, user_id: str) -> list[AccountToken]:
        """An account's tokens, oldest first."""
        found = self._tokens.find({"user_id": user_id}, {"digest": 0}).sort("created_at", 1)
        return [_token(row) async for row in found]

    async def revoke(self, user_id: str, token_id: str) -> bool:
        """Take a token back at once; False where the account has none of that id."""
        return (await self._tokens.delete_one({"_id": token_id, "user_id": user_id})).deleted_count == 1

    async def erase(self, user_id: str, before: datetime) -> int:
        """Take back every token that an account had until then; how many."""
        wanted = {"user_id": user_id, "created_at": {"$lte": before}}
        return (await self._tokens.delete_many(wanted)).deleted_count


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _token(row: Mapping[str, Any]) -> AccountToken:
    return AccountToken(row["_id"], row["name"], row["created_at"])
