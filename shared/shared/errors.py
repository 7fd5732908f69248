"""Errors that handlers and routes raise, and what the bus and the gateway make of them.

LumisError
├── Refused        an answer to the caller: a business rule says no (code, message, details)
├── Rejected       this message can never work: parked at once, without the retry ladder
└── Unavailable    an outside part is down or slow: tried again later
    └── CallTimedOut   a call over the bus had no answer in time
"""

from typing import Any


class LumisError(Exception):
    """The root of what Lumis raises on purpose."""


class Refused(LumisError):
    """A business rule says no. Crosses the bus as the answer of a call; a repeat would get the same answer."""

    def __init__(self, code: str, message: str, details: dict[str, Any] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.details = details or {}


class Rejected(LumisError):
    """This message can never be handled, however often it is tried."""


class Unavailable(LumisError):
    """A part outside this process is down or slow."""


class CallTimedOut(Unavailable):
    """A call had no answer in time; it may still have been carried out."""
