"""Brings a signed message to a webhook."""

import hashlib
import hmac
import time
from dataclasses import dataclass

import structlog

from gateway.metrics import WEBHOOK_SECONDS
from gateway.post import Outcome, Post
from shared.addresses import SafeUrl
from shared.safe_http import SafeFetcher

_log = structlog.get_logger()


@dataclass(frozen=True)
class Message:
    """What a webhook is told."""

    delivery_id: str
    """The same on every attempt."""
    event: str
    body: bytes
    owner: str
    """Whose webhook it is."""


def signature(secret: str, body: bytes, at: int) -> str:
    """The header `Lumis-Signature`: HMAC-SHA256 of `<at>.<body>` under the secret as shown; `at` in Unix seconds."""
    code = hmac.new(secret.encode(), b"%d.%s" % (at, body), hashlib.sha256).hexdigest()
    return f"t={at},v1={code}"


class Courier:
    """Signs messages and posts them, each within `seconds`."""

    def __init__(self, fetcher: SafeFetcher, *, seconds: float, insecure: bool, allow_private: bool) -> None:
        self._post = Post(fetcher, seconds=seconds, insecure=insecure, allow_private=allow_private)

    def check(self, url: str) -> SafeUrl:
        """A webhook's URL, taken apart. Raises ForbiddenUrl."""
        return self._post.check(url)

    async def bring(self, url: str, secret: str, message: Message) -> Outcome:
        """Post a message once. Raises Busy: too much is in hand for its owner or host; nothing was tried."""
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "lumis-webhooks/1",
            "Lumis-Event": message.event,
            "Lumis-Delivery": message.delivery_id,
            "Lumis-Signature": signature(secret, message.body, int(time.time())),
        }
        outcome = await self._post.send(message.owner, url, message.body, headers)
        WEBHOOK_SECONDS.labels(outcome.kind).observe(outcome.seconds)
        _log.info(
            "webhook sent",
            place=outcome.place,
            type=message.event,
            delivery=message.delivery_id,
            outcome=outcome.kind,
            status=outcome.status,
            ms=outcome.milliseconds,
        )
        return outcome

    async def close(self) -> None:
        """Close every connection."""
        await self._post.close()
