"""Erasure of a user's data on request: one event to all, and what each service removed."""

from datetime import datetime
from typing import ClassVar

from shared.contracts.message import Event


class ErasureRequested(Event):
    """gateway → every service with data of users: erase this user's; `request_id` is the erasure's own."""

    NAME: ClassVar[str] = "erasure.requested.v1"

    user_id: str
    requested_at: datetime
    """What was handed in until then is erased; what came later stays, however late this event is handled."""


class ErasureCompleted(Event):
    """A service has erased a user's data."""

    NAME: ClassVar[str] = "erasure.completed.v1"

    service: str
    removed: dict[str, int]
    """How many of what, for the user to be told."""
    kept: dict[str, str]
    """What had to be kept, and why (bookkeeping)."""
