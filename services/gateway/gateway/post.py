"""Posts to addresses that users name, each exchange within its time; a slow host or user holds up no other."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from shared.addresses import ForbiddenUrl, SafeUrl, safe_url
from shared.errors import Unavailable
from shared.http_client import HttpFailed
from shared.safe_http import SafeFetcher, SafeRequest

_AT_ONCE = 16
"""Exchanges with one host at the same time."""
_EACH = 4
"""And of one owner's with it."""
_SLOW_SECONDS = 2.0
_LONGEST_WAIT = 10.0
"""Seconds for a place at a host; then the message goes back to the bus, so that it keeps no other host's waiting."""
_WEIGHT = 0.3
"""Of the last exchange in how long they took lately."""
_MOST_LANES = 2000
_GONE = 410


class Busy(Unavailable):
    """Enough messages are in hand for this host; nothing was tried."""


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. `kind`: delivered, gone, refused, or why no answer came (timeout, unreachable, …)."""

    kind: str
    status: int | None = None
    seconds: float = 0.0
    place: str = ""
    """Scheme, host and port: what may be logged of where it went."""

    @property
    def milliseconds(self) -> int:
        """As shown to the receiver's owner."""
        return round(self.seconds * 1000)

    @property
    def delivered(self) -> bool:
        """The receiver answered 2xx."""
        return self.kind == "delivered"

    @property
    def gone(self) -> bool:
        """The receiver answered 410: it wants no more."""
        return self.kind == "gone"

    @property
    def error(self) -> str | None:
        """What went wrong, in words for the webhook's owner."""
        if self.delivered:
            return None
        return f"El receptor respondió {self.status}" if self.status else _WORDS.get(self.kind, _WORDS["broken"])


_WORDS = {
    "timeout": "El receptor no respondió a tiempo",
    "unreachable": "No se pudo conectar con el receptor",
    "forbidden": "La dirección del receptor no es pública",
    "broken": "La conexión con el receptor se interrumpió",
}


class _Lane:
    """Exchanges that share places. A fast one may have a queue; for a slow one nobody waits."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._places = asyncio.Semaphore(most)
        self._seconds = 0.0
        self.count = 0
        """In hand, those that wait included."""

    @asynccontextmanager
    async def place(self) -> AsyncIterator[None]:
        """A place in this lane. Raises Busy."""
        if self.count >= self._most and self._seconds > _SLOW_SECONDS:
            raise Busy("this host is slow, and enough is in hand for it")
        self.count += 1
        try:
            async with self._places:
                yield
        finally:
            self.count -= 1

    def note(self, seconds: float) -> None:
        """Note how long an exchange took."""
        self._seconds += _WEIGHT * (seconds - self._seconds)


class _Hosts:
    """Keeps each host to its places, and each owner to a few of them."""

    def __init__(self) -> None:
        self._lanes: dict[str, _Lane] = {}

    @asynccontextmanager
    async def place(self, owner: str, host: str) -> AsyncIterator[None]:
        """A place of an owner's at a host. Raises Busy."""
        taken: list[_Lane] = []
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(_LONGEST_WAIT):
                    # First one of the owner's own: who waits for that takes none of the others' places.
                    for name, most in ((f"{host} {owner}", _EACH), (host, _AT_ONCE)):
                        lane = self._lane(name, most)
                        await stack.enter_async_context(lane.place())
                        taken.append(lane)
            except TimeoutError:
                raise Busy("too much waits for this host") from None
            started = time.perf_counter()
            try:
                yield
            finally:
                for lane in taken:
                    lane.note(time.perf_counter() - started)

    def _lane(self, name: str, most: int) -> _Lane:
        if len(self._lanes) >= _MOST_LANES:
            self._lanes = {known: lane for known, lane in self._lanes.items() if lane.count}
        return self._lanes.setdefault(name, _Lane(most))


class Post:
    """Posts, each within `seconds`."""

    def __init__(self, fetcher: SafeFetcher, *, seconds: float, insecure: bool, allow_private: bool) -> None:
        self._fetcher = fetcher
        self._seconds = seconds
        self._insecure = insecure
        self._allow_private = allow_private
        self._hosts = _Hosts()

    @property
    def seconds(self) -> float:
        """How long an exchange may take."""
        return self._seconds

    def check(self, url: str) -> SafeUrl:
        """A receiver's URL, taken apart. Raises ForbiddenUrl."""
        return safe_url(url, insecure=self._insecure, allow_private=self._allow_private)

    async def send(self, owner: str, url: str, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Post a body once, for the user that named the URL. Raises Busy: too much is in hand; nothing was tried."""
        try:
            where = self.check(url)
        except ForbiddenUrl:  # the rules became stricter after it was taken in
            return Outcome("forbidden")
        async with self._hosts.place(owner, where.host):
            started = time.perf_counter()
            kind, status = await self._exchange(where, body, headers)
            return Outcome(kind, status, time.perf_counter() - started, where.place)

    async def close(self) -> None:
        """Close every connection."""
        await self._fetcher.close()

    async def _exchange(self, where: SafeUrl, body: bytes, headers: Mapping[str, str]) -> tuple[str, int | None]:
        try:
            answer = await self._fetcher.send(SafeRequest("POST", where, body, headers), budget=self._seconds)
        except HttpFailed as error:
            return error.outcome, None
        if 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls a success
            return "delivered", answer.status
        return "gone" if answer.status == _GONE else "refused", answer.status
