"""The collection `requests`: each request's state, result and timeline, kept true by the events that follow it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import IntEnum
from typing import Any, Final

from pydantic import TypeAdapter

from gateway.results import Conclusion
from gateway.userdata import ERASERS, ERASURE
from shared.contracts.documents import Outcome, Unreadable
from shared.contracts.lumis import Retry
from shared.contracts.message import Event, EventRecord
from shared.contracts.tags import UserTagged
from shared.mongo import Database, DuplicateKeyError, Index, UpdateLane

UNPRICED: Final = "scan"
"""The operation of a document that costs nothing: no credits are held, settled or released for it."""

_OUTCOME: TypeAdapter[Outcome] = TypeAdapter(Outcome)
_LONGEST_TIMELINE = 200
_PROGRESS = {
    "user_id": 1,
    "operation": 1,
    "erased": 1,
    "received_at": 1,
    "timeline": 1,
    "released": 1,
    "settled": 1,
    "given_up": 1,
    "unreadable": 1,
    "outcome.complete": 1,
    "outcome.invoice_id": 1,
}
_CONCLUSION = ("outcome", "unreadable", "provider", "annotations_id")
_EARLY_LIFETIME = timedelta(hours=1)


class Stage(IntEnum):
    """How far a request came. Only ever raised: a reading that comes after the abandonment is kept and shown."""

    UPLOADED = 0
    RECOGNIZED = 1
    ABANDONED = 2
    UNREADABLE = 3
    RECONCILED = 4


@dataclass(frozen=True)
class StoredRequest:
    """A request as it stands."""

    request_id: str
    user_id: str
    schema_name: str
    operation: str
    price: int
    """Lümis that were held for it."""
    received_at: datetime
    stage: Stage
    conclusion: Conclusion | None
    settled: int | None
    released: bool
    timeline: tuple[EventRecord, ...]
    retry: Retry | None = None
    """What a retry was asked for; a failed one gives it back to its client."""
    erased: Mapping[str, Any] = field(default_factory=dict)
    """Of an erasure: by service, what it removed and kept."""
    given_up: bool = False
    """Its client was told, before it was known to be published, that it failed: it costs nothing."""

    @property
    def has_ended(self) -> bool:
        """Whether it has a result, or its client was told that it failed."""
        return self.conclusion is not None or self.stage is Stage.ABANDONED

    @property
    def cost(self) -> int:
        """Lümis that it cost: what the ledger said, else what the state makes it say."""
        if self.released or self.given_up:
            return 0
        if self.settled is not None:
            return self.settled
        return self.price if self.stage is Stage.RECONCILED else 0


@dataclass(frozen=True)
class Progress:
    """What happened to a request so far."""

    user_id: str
    received_at: datetime
    events: tuple[EventRecord, ...]
    """In the order in which they came here, so that new ones are always last."""
    ended: bool
    """Nothing more is to come: the price is settled or released, and a complete invoice's buyer is tagged."""


@dataclass(frozen=True)
class NewRequest:
    """A request that was accepted, with the event that is to be published for it."""

    user_id: str
    operation: str
    price: int
    outgoing: Event
    schema_name: str
    received_at: datetime
    expires_at: datetime
    retry: Retry | None = None


@dataclass(frozen=True)
class Advance:
    """What an event changes besides the timeline."""

    stage: Stage = Stage.UPLOADED
    fields: Mapping[str, Any] = field(default_factory=dict)
    may_come_first: bool = False
    """The event can be here before the request is stored (a hold is placed while the file is being kept)."""


class Requests:
    """Reads and writes `requests`; one update per event."""

    INDEXES = (
        Index("requests", (("expires_at", 1),), expire_after_seconds=0),
        Index("requests", (("outgoing_at", 1),), partial={"published": False}),
    )

    def __init__(self, database: Database) -> None:
        self._requests = database["requests"]
        self._lane = UpdateLane(self._requests)

    async def create(self, request: NewRequest) -> None:
        """Store a request that is about to be published; keeps what an early event already wrote."""
        values = {
            "user_id": request.user_id,
            "schema_name": request.schema_name,
            "operation": request.operation,
            "price": request.price,
            **({"retry": request.retry.model_dump()} if request.retry else {}),
            **_planned(request.outgoing),
            "received_at": request.received_at,
            "expires_at": request.expires_at,
        }
        change = {"$set": values, "$max": {"stage": Stage.UPLOADED.value}, "$setOnInsert": {"timeline": []}}
        one = {"_id": request.outgoing.request_id}
        try:
            await self._lane.update(one, change, upsert=True)
        except DuplicateKeyError:  # an early event made the document at this very moment
            await self._lane.update(one, change)

    async def mark_published(self, request_id: str) -> None:
        """Nothing is left to publish for this request."""
        change = {"$set": {"published": True}, "$unset": {"outgoing": ""}}
        await self._lane.update({"_id": request_id}, change)

    async def plan(self, event: Event) -> None:
        """Have the sweep publish this event, instead of whatever was still to be published."""
        await self._requests.update_one({"_id": event.request_id}, {"$set": _planned(event)})

    async def give_up(self, request_id: str, abandoned: Event | None = None) -> None:
        """The request failed before it was known to be published: nobody is to work on it.

        Instead of what was still to be published the sweep tells of its abandonment, where one is given.
        """
        change: dict[str, dict[str, Any]] = {
            "$set": {"given_up": True, **(_planned(abandoned) if abandoned else {"published": True})},
            "$max": {"stage": Stage.ABANDONED.value},
        }
        if abandoned is None:
            change["$unset"] = {"outgoing": ""}
        await self._lane.update({"_id": request_id}, change)

    async def unpublished(self, before: datetime, limit: int = 200) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Events that nothing marked as published since `before`: the request's id, and `{"type", "data"}`."""
        found = self._requests.find({"published": False, "outgoing_at": {"$lt": before}}, {"outgoing": 1})
        async for row in found.sort("outgoing_at", 1).limit(limit):
            yield row["_id"], row["outgoing"]

    async def record(self, entry: EventRecord, request_id: str, advance: Advance) -> None:
        """Put an event into its request's timeline, once, and change what it changes.

        An event of a request that is not stored (a grant, a call by another program) leaves nothing behind.
        """
        fresh = {"_id": request_id, "timeline.id": {"$ne": entry.id}}
        change: dict[str, Any] = {
            "$push": {"timeline": {"$each": [entry.model_dump()], "$slice": -_LONGEST_TIMELINE}},
            "$max": {"stage": advance.stage.value},
        }
        if advance.fields:
            change["$set"] = dict(advance.fields)
        if not advance.may_come_first:
            await self._lane.update(fresh, change)
            return
        first = {**change, "$setOnInsert": {"expires_at": datetime.now(UTC) + _EARLY_LIFETIME}}
        try:
            await self._lane.update(fresh, first, upsert=True)
        except DuplicateKeyError:  # it is recorded already, or the request was stored at this very moment
            await self._lane.update(fresh, change)

    async def find(self, request_id: str) -> StoredRequest | None:
        """The request, None where it is unknown or not accepted yet."""
        row = await self._requests.find_one({"_id": request_id, "user_id": {"$exists": True}})
        return _stored(row) if row else None

    async def was_accepted(self, request_id: str) -> bool:
        """Whether the request was stored and not given up: it is worked on, or it ended."""
        wanted = {"_id": request_id, "user_id": {"$exists": True}, "given_up": {"$ne": True}}
        return await self._requests.find_one(wanted, {"_id": 1}) is not None

    async def progress(self, request_id: str) -> Progress | None:
        """What happened to the request so far, None where it is unknown or not accepted yet."""
        row = await self._requests.find_one({"_id": request_id, "user_id": {"$exists": True}}, _PROGRESS)
        if row is None:
            return None
        entries = tuple(EventRecord.model_validate(entry) for entry in row["timeline"])
        return Progress(row["user_id"], row["received_at"], entries, ended=_is_over(row, entries))

    async def conclusion(self, request_id: str) -> Conclusion | None:
        """How the request ended, None while it has not."""
        row = await self._requests.find_one({"_id": request_id}, dict.fromkeys(_CONCLUSION, 1))
        return _conclusion(row) if row else None


def _planned(event: Event) -> dict[str, Any]:
    """An event for the sweep to publish, as a request keeps it."""
    outgoing = {"type": event.NAME, "data": event.model_dump()}
    return {"outgoing": outgoing, "published": False, "outgoing_at": datetime.now(UTC)}


def _conclusion(row: Mapping[str, Any]) -> Conclusion | None:
    if "outcome" in row:
        outcome = _OUTCOME.validate_python(row["outcome"])
        return Conclusion(outcome, provider=row.get("provider"), annotations_id=row.get("annotations_id"))
    return Conclusion(unreadable=Unreadable(row["unreadable"])) if "unreadable" in row else None


def _is_over(row: Mapping[str, Any], events: tuple[EventRecord, ...]) -> bool:
    if row.get("operation") == ERASURE:
        return set(row.get("erased", ())) >= set(ERASERS)
    if row.get("released") or row.get("given_up"):
        return True
    has_ended = "outcome" in row or "unreadable" in row
    if has_ended and row.get("operation") == UNPRICED:
        return True
    if "settled" not in row or not has_ended:
        return False
    outcome = row.get("outcome", {})
    is_stored = outcome.get("complete") and outcome.get("invoice_id")
    return not is_stored or any(entry.type == UserTagged.NAME for entry in events)


def _stored(row: Mapping[str, Any]) -> StoredRequest:
    timeline = sorted((EventRecord.model_validate(entry) for entry in row["timeline"]), key=lambda entry: entry.time)
    return StoredRequest(
        request_id=row["_id"],
        user_id=row["user_id"],
        schema_name=row["schema_name"],
        operation=row["operation"],
        price=row["price"],
        received_at=row["received_at"],
        stage=Stage(row["stage"]),
        conclusion=_conclusion(row),
        settled=row.get("settled"),
        released=row.get("released", False),
        timeline=tuple(timeline),
        retry=Retry.model_validate(row["retry"]) if "retry" in row else None,
        erased=row.get("erased", {}),
        given_up=row.get("given_up", False),
    )
