"""A ledger without a broker: its deps over a real database, a clock to move, crashes to order, messages to send."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from ledger.check import find_violations
from ledger.deps import Deps
from ledger.handlers import (
    adjust_credits,
    give_back_abandoned,
    grant_credits,
    hold_credits,
    release_hold,
    release_unreadable,
    settle_credits,
)
from ledger.holds import Terms
from ledger.store import Store
from shared.contracts.credits import AdjustCredits, GrantCredits, HoldCredits, Operation, ReleaseHold
from shared.contracts.documents import DocumentAbandoned, DocumentReconciled, DocumentUnreadable, Unreadable
from shared.contracts.lumis import ExtractedData, LumisOutcome
from shared.contracts.message import Event
from shared.mongo import Database

START = datetime(2026, 3, 2, 15, tzinfo=UTC)
HOLD_TIME = timedelta(seconds=600)
ORIGIN = "gateway-1"

Message = (
    HoldCredits
    | ReleaseHold
    | GrantCredits
    | AdjustCredits
    | DocumentReconciled
    | DocumentUnreadable
    | DocumentAbandoned
)


class Crashed(Exception):
    """The process ended here."""


class Clock:
    """A time that only moves when told."""

    def __init__(self) -> None:
        self.time = START

    def __call__(self) -> datetime:
        return self.time

    def advance(self, by: timedelta) -> None:
        self.time += by


@dataclass
class Fate:
    """Crashes at the n-th write or publish: before it took effect, or just after."""

    crash_at: int | None = None
    after_effect: bool = False
    writes: int = 0

    def before(self) -> None:
        self.writes += 1
        if self.crash_at == self.writes and not self.after_effect:
            raise Crashed

    def after(self) -> None:
        if self.crash_at == self.writes and self.after_effect:
            raise Crashed


class CrashingCollection:
    """A collection whose writes may be the process's last."""

    def __init__(self, collection: Any, fate: Fate) -> None:
        self._collection = collection
        self._fate = fate

    def __getattr__(self, name: str) -> Any:
        return getattr(self._collection, name)

    async def insert_one(self, *args: Any) -> Any:
        return await self._write("insert_one", *args)

    async def insert_many(self, *args: Any, **options: Any) -> Any:
        return await self._write("insert_many", *args, **options)

    async def update_many(self, *args: Any, **options: Any) -> Any:
        return await self._write("update_many", *args, **options)

    async def bulk_write(self, *args: Any, **options: Any) -> Any:
        return await self._write("bulk_write", *args, **options)

    async def update_one(self, *args: Any, **options: Any) -> Any:
        return await self._write("update_one", *args, **options)

    async def _write(self, name: str, *args: Any, **options: Any) -> Any:
        self._fate.before()
        result = await getattr(self._collection, name)(*args, **options)
        self._fate.after()
        return result


class CrashingDatabase:
    """A database whose collections crash as their fate says."""

    def __init__(self, database: Database, fate: Fate) -> None:
        self._database = database
        self._fate = fate

    def __getitem__(self, name: str) -> CrashingCollection:
        return CrashingCollection(self._database[name], self._fate)


@dataclass
class RecordingBus:
    """Keeps what was published, by the cause that makes an event's id."""

    fate: Fate = field(default_factory=Fate)
    connected: bool = True
    published: list[tuple[str | None, Event]] = field(default_factory=list)

    async def publish(self, *events: Event, cause: str | None = None) -> None:
        self.fate.before()
        self.published += [(cause, event) for event in events]
        self.fate.after()


def ledger(database: Database, clock: Clock, fate: Fate | None = None, hold_time: timedelta = HOLD_TIME) -> Deps:
    """The deps of one ledger process."""
    store = Store(cast("Database", CrashingDatabase(database, fate)) if fate else database)
    terms = Terms(prices={"upload": 15, "retry": 5, "extract": 0}, hold_time=hold_time, max_open=1000)
    return Deps(store=store, bus=RecordingBus(fate or Fate()), terms=terms, sweep_seconds=15, now=clock)


def grant(user: str, amount: int, request: str = "grant-1") -> GrantCredits:
    return GrantCredits(request_id=request, origin=ORIGIN, user_id=user, amount=amount, reason="welcome")


def adjust(user: str, amount: int, request: str = "adjust-1", reason: str = "counted twice") -> AdjustCredits:
    return AdjustCredits(
        request_id=request, origin=ORIGIN, user_id=user, amount=amount, reason=reason, administrator="boss"
    )


def hold(user: str, request: str, operation: Operation = "upload") -> HoldCredits:
    return HoldCredits(request_id=request, origin=ORIGIN, user_id=user, operation=operation)


def release(user: str, request: str) -> ReleaseHold:
    return ReleaseHold(request_id=request, origin=ORIGIN, user_id=user)


def reconciled(user: str, request: str) -> DocumentReconciled:
    return DocumentReconciled(
        request_id=request,
        origin=ORIGIN,
        user_id=user,
        schema_name="lumis",
        received_at=START,
        answer_by=START + timedelta(seconds=30),
        provider="local",
        outcome=LumisOutcome(complete=True, extracted=ExtractedData()),
    )


def unreadable(
    user: str, request: str, reason: Unreadable = Unreadable.DAMAGED, schema: str = "lumis"
) -> DocumentUnreadable:
    return DocumentUnreadable(request_id=request, origin=ORIGIN, user_id=user, schema_name=schema, reason=reason)


def abandoned(user: str, request: str, schema: str | None = None) -> DocumentAbandoned:
    return DocumentAbandoned(request_id=request, origin=ORIGIN, user_id=user, schema_name=schema)


async def deliver(message: Message, deps: Deps) -> list[Event]:
    """Give a message to its handler; the events that the bus would publish.

    Raises:
        Refused: what the handler raises.
    """
    match message:
        case HoldCredits():
            return [*(await hold_credits(message, deps)).events]
        case ReleaseHold():
            return [*(await release_hold(message, deps)).events]
        case GrantCredits():
            return [*(await grant_credits(message, deps)).events]
        case AdjustCredits():
            return [*(await adjust_credits(message, deps)).events]
        case DocumentReconciled():
            return await settle_credits(message, deps)
        case DocumentUnreadable():
            return await release_unreadable(message, deps)
        case DocumentAbandoned():
            return await give_back_abandoned(message, deps)


async def violated(database: Database, at: datetime) -> list[str]:
    """What is wrong with any account of the database, where nothing may wait 60 s too long."""
    _, found = await find_violations(Store(database), at, timedelta(seconds=60))
    return found


async def books(database: Database) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Every account document without its version, and every entry without its time and place: what must be the same
    whether or not something crashed in between."""
    hidden = {"version": 0, "open.placed_at": 0, "open.expires_at": 0}
    accounts = [document async for document in database["accounts"].find({}, hidden).sort("_id", 1)]
    entries = [each async for each in database["entries"].find({}, {"at": 0, "sequence": 0}).sort("_id", 1)]
    return accounts, entries
