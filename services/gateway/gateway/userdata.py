"""The collections `requests` and `idempotency_keys` as what is kept of one user, and how that is erased."""

from datetime import datetime

from shared.contracts.erasure import ErasureRequested
from shared.contracts.topology import EVENTS
from shared.mongo import Database, Index

ERASURE = "erasure"
"""The operation, and the schema's name, of a request to erase."""

ERASERS = next(row.receivers for row in EVENTS if row.event is ErasureRequested)
"""The services that tell what they erased."""


class UserData:
    """Erases a user's requests, results and timelines; erasures and audit rows (which name nobody) stay."""

    INDEXES = (Index("requests", (("user_id", 1), ("received_at", 1)), partial={"user_id": {"$exists": True}}),)

    def __init__(self, database: Database) -> None:
        self._requests = database["requests"]
        self._answers = database["idempotency_keys"]

    async def erase(self, user_id: str, before: datetime) -> int:
        """Delete what the user handed in until then; how many requests."""
        wanted = {"user_id": user_id, "received_at": {"$lte": before}, "operation": {"$ne": ERASURE}}
        ids = [row["_id"] async for row in self._requests.find(wanted, {"_id": 1})]
        # The answers first: what is left to erase is found by the requests.
        await self._answers.delete_many({"request_id": {"$in": ids}})
        return (await self._requests.delete_many({"_id": {"$in": ids}})).deleted_count
