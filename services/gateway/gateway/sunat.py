"""What the SUNAT routes need of this process: links to files that hold for a while, and how long an answer may wait."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import quote, urlencode

from gateway.limits import RateLimits

_EXPIRES, _SIGNATURE, DOCUMENT = "vence", "firma", "documento"


@dataclass(frozen=True)
class Links:
    """Makes and checks links. Without a key they are not signed, and ask for a token."""

    public_url: str | None = None
    """Where clients reach the gateway; by default as the request itself did."""
    key: bytes | None = field(default=None, repr=False)
    lifetime: timedelta = timedelta(hours=24)

    def signed(self, path: str, headers: Mapping[str, str], now: datetime, document: str = "") -> str:
        """A link to a file that holds for its lifetime; `document` says which, where the path means one per tenant."""
        link = self.plain(path, headers)
        if self.key is None:
            return link
        expires = int((now + self.lifetime).timestamp())
        named = {DOCUMENT: document} if document else {}
        signature = self._signature(path, document, expires, self.key)
        return f"{link}?{urlencode({**named, _EXPIRES: expires, _SIGNATURE: signature})}"

    def plain(self, path: str, headers: Mapping[str, str]) -> str:
        """A link without a signature."""
        root = self.public_url or f"http://{headers.get('host', 'localhost')}"
        return f"{root.rstrip('/')}{quote(path)}"

    def hold(self, path: str, query: Mapping[str, str], now: datetime) -> bool:
        """Whether a request for this path shows a signature of ours that has not expired."""
        expires, shown = query.get(_EXPIRES, ""), query.get(_SIGNATURE, "")
        if self.key is None or not (expires.isascii() and expires.isdecimal() and len(expires) <= 12):  # noqa: PLR2004 - far beyond any year
            return False
        wanted = self._signature(path, query.get(DOCUMENT, ""), int(expires), self.key)
        return hmac.compare_digest(wanted.encode(), shown.encode()) and now.timestamp() < int(expires)

    def _signature(self, path: str, document: str, expires: int, key: bytes) -> str:
        return hmac.new(key, json.dumps([expires, path, document]).encode(), hashlib.sha256).hexdigest()


@dataclass(frozen=True)
class Sunat:
    """The SUNAT routes' part of the gateway."""

    links: Links = field(default_factory=Links)
    wait: timedelta = timedelta(seconds=8)
    """How long the answer of an emission waits for SUNAT's."""
    limits: RateLimits | None = None
    """On emissions, per tenant."""
