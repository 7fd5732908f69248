"""A circuit breaker: a provider that keeps failing is left alone for a while, then tried by one request."""

import time
from enum import StrEnum

from ocr_engine.budget import Clock


class State(StrEnum):
    """Where a breaker stands."""

    CLOSED = "closed"
    HALF_OPEN = "half_open"
    OPEN = "open"
    OFF = "off"


class Breaker:
    """Opens after `failures` failures in a row, for `rest` seconds; then one probe decides.

    `switch_off` is for what no waiting mends (a refused key, a model that is gone): off until the process starts again.
    """

    def __init__(self, *, failures: int, rest: float, clock: Clock = time.monotonic) -> None:
        self._most_failures = failures
        self._rest = rest
        self._clock = clock
        self._failures = 0
        self._open_until: float | None = None
        self._probing = False
        self.off_reason: str | None = None

    @property
    def state(self) -> State:
        """Where it stands now."""
        if self.off_reason is not None:
            return State.OFF
        if self._open_until is None:
            return State.CLOSED
        return State.OPEN if self._clock() < self._open_until else State.HALF_OPEN

    @property
    def refusal(self) -> str | None:
        """Why a request would not be let through now: `off` or `breaker_open`; None where it would."""
        state = self.state
        if state is State.CLOSED or (state is State.HALF_OPEN and not self._probing):
            return None
        return "off" if state is State.OFF else "breaker_open"

    def enter(self) -> bool:
        """Ask to make a request. True must be followed by `succeeded`, `failed`, `switch_off` or `leave`."""
        if self.refusal is not None:
            return False
        self._probing = self.state is State.HALF_OPEN
        return True

    def leave(self) -> None:
        """The request told nothing about the provider; where it was the probe, the next request is one."""
        self._probing = False

    def succeeded(self) -> None:
        """The provider works: close; but a late answer does not end the rest that another request was told to keep."""
        if self.state is State.OPEN:
            return
        self._failures = 0
        self._probing = False
        self._open_until = None

    def failed(self, rest: float | None = None) -> None:
        """The provider failed. With `rest` it asked for that many seconds of peace: open at once."""
        probe, self._probing = self._probing, False
        self._failures += 1
        if rest is not None or probe or self._failures >= self._most_failures:
            until = self._clock() + (self._rest if rest is None else rest)
            self._open_until = max(until, self._open_until or until)

    def switch_off(self, reason: str) -> None:
        """Stop asking the provider."""
        self._probing = False
        self.off_reason = reason
