"""Brings a signed message to a webhook; a host that is slow never holds up the others."""

import asyncio
import hashlib
import hmac
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import structlog

from gateway.metrics import WEBHOOK_SECONDS
from shared.addresses import ForbiddenUrl, SafeUrl, safe_url
from shared.errors import Unavailable
from shared.http_client import HttpFailed
from shared.safe_http import SafeFetcher, SafeRequest

_log = structlog.get_logger()

_AT_ONCE = 16
"""Exchanges with one host at the same time."""
_SLOW_SECONDS = 2.0
_LONGEST_WAIT = 10.0
"""Seconds for a place at a host; then the message goes back to the bus, so that it keeps no other host's waiting."""
_WEIGHT = 0.3
"""Of the last exchange in how long they took lately."""
_MOST_HOSTS = 1000
_GONE = 410


class Busy(Unavailable):
    """Enough messages are in hand for this host; nothing was tried."""


@dataclass(frozen=True)
class Message:
    """What a webhook is told."""

    delivery_id: str
    """The same on every attempt."""
    event: str
    body: bytes


@dataclass(frozen=True)
class Outcome:
    """How an attempt ended. `kind`: delivered, gone, refused, or why no answer came (timeout, unreachable, …)."""

    kind: str
    status: int | None = None
    milliseconds: int = 0

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


def signature(secret: str, body: bytes, at: int) -> str:
    """The header `Lumis-Signature`: HMAC-SHA256 of `<at>.<body>` under the secret as shown; `at` in Unix seconds."""
    code = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


@dataclass
class _Host:
    """The exchanges with one host."""

    places: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))
    count: int = 0
    """In hand, those that wait included."""
    seconds: float = 0.0
    """How long its exchanges took lately."""


class _Hosts:
    """Keeps each host to its places. A fast one may have a queue; for a slow one nobody waits."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}

    @asynccontextmanager
    async def place(self, name: str) -> AsyncIterator[None]:
        """A place at a host. Raises Busy."""
        host = self._host(name)
        if host.count >= _AT_ONCE and host.seconds > _SLOW_SECONDS:
            raise Busy("this host is slow, and enough is in hand for it")
        host.count += 1
        try:
            try:
                async with asyncio.timeout(_LONGEST_WAIT):
                    await host.places.acquire()
            except TimeoutError:
                raise Busy("too much waits for this host") from None
            started = time.perf_counter()
            try:
                yield
            finally:
                host.places.release()
                host.seconds += _WEIGHT * (time.perf_counter() - started - host.seconds)
        finally:
            host.count -= 1

    def _host(self, name: str) -> _Host:
        if len(self._hosts) >= _MOST_HOSTS:
            self._hosts = {known: host for known, host in self._hosts.items() if host.count}
        return self._hosts.setdefault(name, _Host())


class Courier:
    """Signs messages and posts them, each within `seconds`."""

    def __init__(self, fetcher: SafeFetcher, *, seconds: float, insecure: bool, allow_private: bool) -> None:
        self._fetcher = fetcher
        self._seconds = seconds
        self._insecure = insecure
        self._allow_private = allow_private
        self._hosts = _Hosts()

    def check(self, url: str) -> SafeUrl:
        """A webhook's URL, taken apart. Raises ForbiddenUrl."""
        return safe_url(url, insecure=self._insecure, allow_private=self._allow_private)

    async def bring(self, url: str, secret: str, message: Message) -> Outcome:
        """Post a message once. Raises Busy: too much is in hand for its host; nothing was tried."""
        try:
            where = self.check(url)
        except ForbiddenUrl:  # the rules became stricter after it was registered
            return Outcome("forbidden")
        async with self._hosts.place(where.host):
            started = time.perf_counter()
            outcome = await self._post(where, secret, message)
            seconds = time.perf_counter() - started
        WEBHOOK_SECONDS.labels(outcome.kind).observe(seconds)
        ms = round(seconds * 1000)
        facts: dict[str, Any] = {"outcome": outcome.kind, "status": outcome.status, "ms": ms}
        _log.info("webhook sent", place=where.place, type=message.event, delivery=message.delivery_id, **facts)
        return Outcome(outcome.kind, outcome.status, ms)

    async def close(self) -> None:
        """Close every connection."""
        await self._fetcher.close()

    async def _post(self, where: SafeUrl, secret: str, message: Message) -> Outcome:
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "lumis-webhooks/1",
            "Lumis-Event": message.event,
            "Lumis-Delivery": message.delivery_id,
            "Lumis-Signature": signature(secret, message.body, int(time.time())),
        }
        try:
            answer = await self._fetcher.send(SafeRequest("POST", where, message.body, headers), budget=self._seconds)
        except HttpFailed as error:
            return Outcome(error.outcome)
        if 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls a success
            return Outcome("delivered", answer.status)
        return Outcome("gone" if answer.status == _GONE else "refused", answer.status)
