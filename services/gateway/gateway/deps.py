"""What routes, handlers and background work are given."""

from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from gateway.access import Access
from gateway.audit import AuditLog
from gateway.auth import Caller, TokenVerifier
from gateway.courier import Courier
from gateway.extract.callbacks import Callbacks
from gateway.extract.deps import Extract
from gateway.hooks import Hooks
from gateway.idempotency import IdempotencyKeys
from gateway.limits import RateLimits
from gateway.listeners import Listeners
from gateway.remote import RemoteDocuments
from gateway.results import Waiters
from gateway.room import Room
from gateway.store import Requests
from gateway.sunat import Sunat
from gateway.userdata import UserData
from shared.contracts.message import AnswerT, Call, Event
from shared.files import FileStore

__all__ = ["Address", "Bus", "Caller", "Deps", "Limits"]


class Bus(Protocol):
    """The part of the bus that the gateway uses."""

    def publish(self, *events: Event, cause: str | None = None) -> Awaitable[Any]:
        """Publish with confirm. Raises Unavailable."""

    def call(self, call: Call[AnswerT], timeout: float = 5.0) -> Awaitable[AnswerT]:
        """Ask a service. Raises Refused, CallTimedOut, Unavailable."""


@dataclass(frozen=True)
class Limits:
    """The gateway's times and sizes."""

    answer_time: timedelta
    """From the whole request to its answer."""
    file_lifetime: timedelta
    request_lifetime: timedelta
    republish_after: timedelta
    """A request that nobody marked as published is published again after this."""
    body_seconds: float
    """How long a client may take to send its body."""


@dataclass(frozen=True)
class Address:
    """Where HTTP is served; port 0 takes a free one."""

    host: str
    port: int
    drain_seconds: float
    unready_seconds: float = 0
    """At the end: how long requests are still taken while load balancers learn that this process is not ready."""


@dataclass(frozen=True)
class Deps:
    """The gateway's parts."""

    origin: str
    """This process, in the routing key of its events."""
    bus: Bus
    requests: Requests
    files: FileStore
    waiters: Waiters
    tokens: TokenVerifier
    limits: Limits
    rate_limits: RateLimits
    keys: IdempotencyKeys
    audit: AuditLog
    user_data: UserData
    hooks: Hooks
    courier: Courier
    callbacks: Callbacks
    access: Access
    extract: Extract
    remote: RemoteDocuments
    address: Address
    openapi: bytes
    room: Room
    listeners: Listeners = field(default_factory=Listeners)
    sunat: Sunat = field(default_factory=Sunat)
