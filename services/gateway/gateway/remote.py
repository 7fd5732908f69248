"""A document at an address that a client names: fetched safely, redirects included, or not, with the reason."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urljoin

from shared.addresses import ForbiddenUrl, SafeUrl, safe_url
from shared.errors import LumisError
from shared.http_client import HttpAnswer, HttpFailed, HttpTimedOut, HttpTooLarge
from shared.safe_http import HttpForbidden, SafeFetcher, SafeRequest

_MOST_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OK = 200
_REASONS = {
    "too_long": "it is too long",
    "malformed": "it is malformed",
    "scheme": "only http and https are fetched",
    "credentials": "it holds credentials",
    "fragment": "it holds a fragment",
    "host": "its host is not valid",
    "port": "its port is not valid",
    "private": "its host is not public",
}
_HEADERS: Mapping[str, str] = {"Accept": "application/pdf, */*;q=0.5", "User-Agent": "lumis"}


class NotFetched(LumisError):
    """Nothing was fetched: the address is not one to fetch from, the document too large, or the other side failed."""

    def __init__(self, fault: Literal["address", "size", "server"], reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
        self.reason = reason
        """For people; holds nothing of the address."""


@dataclass(frozen=True)
class RemoteDocuments:
    """Fetches what clients name, within `seconds` and `largest` bytes."""

    fetcher: SafeFetcher
    seconds: float
    largest: int
    allow_private: bool = False

    async def fetch(self, url: str) -> bytes:
        """The bytes at an address, after at most five redirects, each of them checked like the first.

        Raises:
            NotFetched: with the reason.
        """
        ends = time.monotonic() + self.seconds
        try:
            async with asyncio.timeout(self.seconds):
                for _ in range(_MOST_REDIRECTS + 1):
                    answer = await self._get(self._checked(url), ends - time.monotonic())
                    if answer.status not in _REDIRECTS or "location" not in answer.headers:
                        return _content(answer)
                    url = _joined(url, answer.headers["location"])
        except TimeoutError:
            raise NotFetched("server", "no answer came in time") from None
        raise NotFetched("server", "it redirects too often")

    def _checked(self, url: str) -> SafeUrl:
        try:
            return safe_url(url.strip().partition("#")[0], insecure=True, allow_private=self.allow_private)
        except (ForbiddenUrl, ValueError) as error:
            reason = error.reason if isinstance(error, ForbiddenUrl) else "malformed"
            raise NotFetched("address", _REASONS[reason]) from None

    async def _get(self, url: SafeUrl, budget: float) -> HttpAnswer:
        request = SafeRequest("GET", url, headers=_HEADERS, largest_answer=self.largest)
        try:
            return await self.fetcher.send(request, budget=max(budget, 0.001))
        except HttpForbidden:
            raise NotFetched("address", _REASONS["private"]) from None
        except HttpTooLarge:
            raise NotFetched("size", "it is too large") from None
        except HttpTimedOut:
            raise NotFetched("server", "no answer came in time") from None
        except HttpFailed:
            raise NotFetched("server", "no connection, or it broke off") from None


def _joined(base: str, location: str) -> str:
    try:
        return urljoin(base, location)
    except ValueError:  # brackets that do not match
        raise NotFetched("address", _REASONS["malformed"]) from None


def _content(answer: HttpAnswer) -> bytes:
    if answer.status != _OK:
        raise NotFetched("server", f"its server answers {answer.status}")
    return answer.body
