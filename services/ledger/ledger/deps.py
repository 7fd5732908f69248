"""What the ledger's handlers need."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from ledger.holds import Terms
from ledger.store import Store
from shared.contracts.message import Event


class Publisher(Protocol):
    """The part of the bus that the sweep needs."""

    @property
    def connected(self) -> bool:
        """True while the broker is there."""

    def publish(self, *events: Event, cause: str | None = None) -> Awaitable[None]:
        """Publish and wait for the confirm; a cause makes the same ids each time."""


def now() -> datetime:
    """The time in UTC, in the milliseconds that MongoDB keeps."""
    moment = datetime.now(UTC)
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@dataclass(frozen=True)
class Deps:
    """Built in `app.py`, or by a test."""

    store: Store
    bus: Publisher
    terms: Terms
    sweep_seconds: float
    check_seconds: float = 3600.0
    """Time between two checks of the whole ledger."""
    now: Callable[[], datetime] = now
