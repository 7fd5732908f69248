"""A gateway on loopback with a bus that a test plays, and its callers' tokens."""

import asyncio
import io
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from inspect import isawaitable
from typing import Any, cast
from uuid import uuid4

import aiohttp
import jwt

from gateway.access import Access
from gateway.audit import AuditLog
from gateway.auth import StaticKey, TokenVerifier
from gateway.courier import Courier
from gateway.deps import Address, Deps, Limits
from gateway.extract.callbacks import Callbacks
from gateway.extract.deps import Extract
from gateway.extract.documents import Documents
from gateway.extract.tokens import AccountTokens
from gateway.handlers import follow_event
from gateway.hooks import Hooks
from gateway.http import Family
from gateway.idempotency import IdempotencyKeys
from gateway.limits import Rate, RateLimits
from gateway.post import Post
from gateway.remote import RemoteDocuments
from gateway.results import Waiters
from gateway.room import Room
from gateway.routes import lumis_v4
from gateway.routes.families import FAMILIES
from gateway.server import serve
from gateway.store import Requests
from gateway.userdata import UserData
from shared.bus import Delivery, event_id
from shared.contracts.credits import (
    Balance,
    HoldCredits,
    HoldPlaced,
    HoldReleased,
    Prices,
    ReadBalance,
    ReadPrices,
    ReleaseHold,
)
from shared.contracts.message import AnswerT, Call, Event
from shared.errors import Unavailable
from shared.files import FileStore
from shared.mongo import Database, ensure_indexes
from shared.safe_http import SafeFetcher

SECRET = "a-secret-for-tests-of-32-characters-or-more"
JPEG = b"\xff\xd8\xff\xe0" + b"picture" * 100
PNG = b"\x89PNG\r\n\x1a\n" + b"picture" * 100
PDF = b"%PDF-1.7\n" + b"paper" * 100


def token(user: str = "user-1", **claims: Any) -> str:
    """A token that holds for ten minutes; a claim of None is left out."""
    said = {"sub": user, "exp": int(time.time()) + 600, **claims}
    return jwt.encode({key: value for key, value in said.items() if value is not None}, SECRET, algorithm="HS256")


@dataclass
class FakeBus:
    """Keeps what is published, answers calls out of a table, and reacts to events as the other services would."""

    answers: dict[type[Call[Any]], Any] = field(default_factory=dict)
    """A contract to answer, an exception to raise, or a function of the call that gives either, also awaited."""
    react: Callable[[Event], Event | None] | None = None
    """What comes back for a published event."""
    published: list[Event] = field(default_factory=list)
    calls: list[Call[Any]] = field(default_factory=list)
    down: bool = False
    waiters: Waiters | None = None

    async def publish(self, *events: Event, cause: str | None = None) -> None:
        del cause
        if self.down:
            raise Unavailable("no connection")
        for event in events:
            self.published.append(event)
            answer = self.react(event) if self.react else None
            if answer is not None and self.waiters is not None:
                asyncio.get_running_loop().call_later(0.01, self.waiters.resolve, answer)

    async def call(self, call: Call[AnswerT], timeout: float = 5.0) -> AnswerT:
        del timeout
        self.calls.append(call)
        answer = self.answers[type(call)]
        answer = answer(call) if callable(answer) else answer
        answer = await answer if isawaitable(answer) else answer
        if isinstance(answer, Exception):
            raise answer
        return cast("AnswerT", answer)

    def of(self, kind: type[Event]) -> list[Any]:
        """Published events of a kind."""
        return [event for event in self.published if isinstance(event, kind)]

    def asked(self, kind: type[Call[Any]]) -> list[Any]:
        """Calls of a kind."""
        return [call for call in self.calls if isinstance(call, kind)]


BALANCE = Balance(user_id="user-1", balance=100, held=15, available=85)


def fake_bus() -> FakeBus:
    """A bus whose ledger holds 15 Lümis for everybody."""
    return FakeBus(
        answers={
            HoldCredits: HoldPlaced(price=15, balance=BALANCE),
            ReleaseHold: HoldReleased(released=15),
            ReadBalance: BALANCE,
            ReadPrices: Prices(upload=15, retry=5),
        }
    )


def extract_on(database: Database) -> Extract:
    """The Extract API's parts over a database."""
    rates = RateLimits(database, Rate(limit=1000, window_seconds=3600))
    return Extract(
        documents=Documents(database),
        tokens=AccountTokens(database),
        rates=rates,
        strangers=rates,
        patience=timedelta(minutes=10),
        kept_for=timedelta(days=30),
    )


def deps_on(database: Database, bus: FakeBus, **limits: Any) -> Deps:
    """The gateway's parts over a database and a fake bus."""
    waiters = Waiters()
    bus.waiters = waiters
    times = Limits(
        answer_time=timedelta(seconds=30),
        file_lifetime=timedelta(hours=1),
        request_lifetime=timedelta(days=90),
        republish_after=timedelta(seconds=60),
        body_seconds=30,
    )
    return Deps(
        origin="gateway-test",
        bus=bus,
        requests=Requests(database),
        files=FileStore(database),
        waiters=waiters,
        tokens=TokenVerifier("HS256", StaticKey(SECRET)),
        limits=replace(times, **limits),
        rate_limits=RateLimits(database, Rate(limit=1000, window_seconds=3600)),
        keys=IdempotencyKeys(database),
        audit=AuditLog(database, kept_for=timedelta(days=90)),
        user_data=UserData(database),
        hooks=Hooks(database),
        courier=Courier(SafeFetcher("webhook", allow_private=True), seconds=2, insecure=True, allow_private=True),
        extract=extract_on(database),
        callbacks=Callbacks(
            database,
            Post(SafeFetcher("callback", allow_private=True), seconds=2, insecure=True, allow_private=True),
            kept_for=timedelta(days=30),
        ),
        access=Access(),
        remote=RemoteDocuments(SafeFetcher("pdf_url", allow_private=True), seconds=2, largest=10_485_760),
        address=Address("127.0.0.1", 0, 10),
        openapi=b"{}",
        room=Room(1_000_000_000),
    )


@dataclass
class Reply:
    """A whole answer."""

    status: int
    headers: Any
    text: str

    @property
    def json(self) -> Any:
        """The body."""
        return json.loads(self.text)


@dataclass
class Gateway:
    """A running gateway and its parts."""

    port: int
    bus: FakeBus
    deps: Deps
    database: Database
    session: aiohttp.ClientSession

    async def send(self, method: str, path: str, *, user: str | None = "user-1", **options: Any) -> Reply:
        """A request with a user's token, or without one."""
        headers = {"Authorization": f"Bearer {token(user)}"} if user else {}
        headers |= options.pop("headers", {})
        url = f"http://127.0.0.1:{self.port}{path}"
        async with self.session.request(method, url, headers=headers, **options) as response:
            return Reply(response.status, response.headers, await response.text())

    async def upload(self, *parts: tuple[str, bytes | str], **options: Any) -> Reply:
        """An upload of these parts in this order."""
        form = aiohttp.FormData(default_to_multipart=True)
        for name, value in parts:
            if isinstance(value, bytes):
                form.add_field(name, io.BytesIO(value), filename="x")
            else:
                form.add_field(name, value)
        return await self.send("POST", "/api/v4/invoices/upload-ocr", data=form, **options)

    async def follow(self, event: Event, *, at: datetime | None = None, source: str = "test") -> Delivery:
        """Deliver an event as the durable queue does."""
        delivery = delivery_of(event, at=at, source=source)
        await follow_event(delivery, self.deps)
        return delivery


def delivery_of(event: Event, *, at: datetime | None = None, source: str = "test") -> Delivery:
    """An event in its envelope."""
    return Delivery(
        id=event_id(event.request_id, event.NAME),
        type=event.NAME,
        source=source,
        time=at or datetime.now(UTC),
        request_id=event.request_id,
        origin=event.origin,
        data=event.model_dump(mode="json"),
    )


@asynccontextmanager
async def running(
    database: Database, families: tuple[Family, ...] = FAMILIES, change: Callable[[Deps], Deps] | None = None
) -> AsyncIterator[Gateway]:
    """A gateway that listens on a free port."""
    await ensure_indexes(database, Requests.INDEXES + RateLimits.INDEXES + IdempotencyKeys.INDEXES)
    await ensure_indexes(database, Documents.INDEXES + AccountTokens.INDEXES)
    bus = fake_bus()
    deps = deps_on(database, bus)
    deps = change(deps) if change else deps
    async with serve(families, deps, lumis_v4.FAMILY) as runner, aiohttp.ClientSession() as session:
        yield Gateway(runner.addresses[0][1], bus, deps, database, session)


def new_id() -> str:
    """A request id."""
    return str(uuid4())
