"""One document per request: what came of it, once and for all. A complete one is an invoice that waits for review."""

from datetime import UTC, datetime, timedelta
from typing import Any

from shared.contracts.documents import DocumentRecognized, Outcome
from shared.contracts.message import Contract
from shared.erasures import Erasures
from shared.errors import Unavailable
from shared.mongo import Database, DuplicateKeyError, FindLane, Index, InsertLane, ensure_indexes

PENDING = "pending_validation"
INCOMPLETE = "incomplete"
TRANSIENT = "transient"
"""Complete, but of a schema whose answers are not kept as invoices: it goes away as an incomplete one does."""

_INVOICES = "invoices"
_ATTEMPTS = 5
"""How often a first upload may vanish between two steps before the bus's ladder takes over."""

_INDEXES = (
    # Only one upload can be the first of its paper, however many come at the same moment.
    Index(_INVOICES, (("invoice_id", 1),), unique=True, partial={"first": True}),
    Index(_INVOICES, (("user_id", 1), ("recorded_at", -1))),
    Index(_INVOICES, (("expires_at", 1),), expire_after_seconds=0),
)


class Recorded(Contract):
    """What stands in the store of a request."""

    provider: str
    outcome: Outcome
    fresh: bool
    """True for the call that wrote it."""


class InvoiceStore:
    """The collection `invoices`, keyed by request_id; incomplete readings in it go away by themselves."""

    def __init__(self, database: Database, *, incomplete_kept: timedelta) -> None:
        self._database = database
        self._invoices = database[_INVOICES]
        self._found = FindLane(self._invoices, {"provider": 1, "outcome": 1})
        self._firsts = FindLane(self._invoices, {"invoice_id": 1}, key="invoice_id", among={"first": True})
        self._recorded = InsertLane(self._invoices)
        self._incomplete_kept = incomplete_kept
        self._erasures = Erasures(database)

    async def prepare(self) -> None:
        """Make the indexes."""
        await ensure_indexes(self._database, _INDEXES)
        await self._erasures.prepare()

    async def find(self, request_id: str) -> Recorded | None:
        """What was recorded of a request."""
        document = await self._found.find(request_id)
        return None if document is None else Recorded(**document, fresh=False)

    async def record(self, event: DocumentRecognized, outcome: Outcome) -> Recorded:
        """Record an outcome, or give back the one that the request has: the first stays, whatever comes later.

        A later upload of the same paper by the same user is recorded with `duplicate_of`, the first one's request_id.

        Raises:
            Unavailable: the first upload of the paper kept vanishing while this one was compared with it.
        """
        for _ in range(_ATTEMPTS):
            duplicate_of = await self._first_of(outcome.invoice_id)
            told = outcome.model_copy(update={"duplicate_of": duplicate_of})
            try:
                await self._recorded.insert(self._document(event, told))
            except DuplicateKeyError:
                # Either the request is there already, or another upload of the paper came first just now.
                if recorded := await self.find(event.request_id):
                    return recorded
            else:
                if await self._erasures.cover(event.user_id, event.received_at):
                    # Erased by its user while it was being read: the answer is given, nothing stays.
                    await self._invoices.delete_one({"_id": event.request_id})
                return Recorded(provider=event.reading.provider, outcome=told, fresh=True)
        raise Unavailable("the first upload of this paper could not be settled")

    async def erase(self, user_id: str, before: datetime) -> int:
        """Delete what a user handed in until then, also what is still on its way; how many there were."""
        await self._erasures.mark(user_id, before)
        result = await self._invoices.delete_many({"user_id": user_id, "received_at": {"$lte": before}})
        return result.deleted_count

    async def _first_of(self, invoice_id: str | None) -> str | None:
        if invoice_id is None:
            return None
        document = await self._firsts.find(invoice_id)
        return None if document is None else str(document["_id"])

    def _document(self, event: DocumentRecognized, outcome: Outcome) -> dict[str, Any]:
        now = datetime.now(UTC)
        document: dict[str, Any] = {
            "_id": event.request_id,
            "status": PENDING if outcome.invoice_id else TRANSIENT if outcome.complete else INCOMPLETE,
            "user_id": event.user_id,
            "schema_name": event.schema_name,
            "provider": event.reading.provider,
            "received_at": event.received_at,
            "recorded_at": now,
            "outcome": outcome.model_dump(),
        }
        if outcome.invoice_id:
            return document | {"invoice_id": outcome.invoice_id, "first": outcome.duplicate_of is None}
        return document | {"expires_at": now + self._incomplete_kept}
