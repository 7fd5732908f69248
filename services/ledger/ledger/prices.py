"""The collection `prices`: every price list that an administrator ever set; the newest is in force."""

import asyncio
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.contracts.credits import Operation
from shared.errors import Unavailable
from shared.mongo import Database, DuplicateKeyError

OPERATIONS: tuple[Operation, ...] = ("upload", "retry", "extract")
_KNOWN_SECONDS = 0.5
"""How long a price list may be used before another look: another process may have set a new one."""
_ATTEMPTS = 20
"""Price lists that others may set meanwhile."""


class PriceList:
    """Prices in Lümis; None where none were ever set. What a list does not name costs what the settings say."""

    def __init__(self, database: Database) -> None:
        self._prices = database["prices"]
        self._number = 0
        self._known: Mapping[Operation, int] | None = None
        self._good_until = float("-inf")
        self._reading = asyncio.Lock()

    async def in_force(self) -> Mapping[Operation, int] | None:
        """The prices for a hold that is placed now: at most half a second old."""
        if time.monotonic() >= self._good_until:
            async with self._reading:
                if time.monotonic() >= self._good_until:
                    await self.newest()
        return self._known

    async def newest(self) -> Mapping[Operation, int] | None:
        """The prices as they stand in the database."""
        asked_at = time.monotonic()
        document = await self._find()
        if document is not None:
            self._know(document)
        self._good_until = asked_at + _KNOWN_SECONDS
        return self._known

    async def set(self, prices: Mapping[Operation, int], administrator: str, at: datetime) -> bool:
        """Put new prices in force, in this process at once. Returns False where they were in force already.

        `administrator` is a pseudonym.

        Raises:
            Unavailable: others keep setting prices.
        """
        for _ in range(_ATTEMPTS):
            last = await self._find()
            if last is not None and _prices(last) == prices:
                self._know(last)
                return False
            number = last["_id"] + 1 if last else 1
            document: dict[str, Any] = {"_id": number, "administrator": administrator, "at": at}
            document |= {operation: prices[operation] for operation in OPERATIONS}
            try:
                await self._prices.insert_one(document)
            except DuplicateKeyError:  # somebody else set prices in between: theirs came first
                continue
            self._know(document)
            return True
        raise Unavailable("the prices change too fast")

    async def _find(self) -> dict[str, Any] | None:
        return await self._prices.find_one({}, sort=[("_id", -1)])

    def _know(self, document: Mapping[str, Any]) -> None:
        if document["_id"] > self._number:  # an older look may come back after a newer list was set
            self._number, self._known = document["_id"], _prices(document)


def _prices(document: Mapping[str, Any]) -> dict[Operation, int]:
    return {operation: document[operation] for operation in OPERATIONS if operation in document}
