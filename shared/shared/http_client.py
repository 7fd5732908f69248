"""HTTP to outside services: one time limit over the whole exchange, a size limit on the answer, traces and metrics.

Errors, all of them `Unavailable`; a status such as 404 or 503 is an answer, not an error:

HttpFailed
├── HttpTimedOut       the time limit passed before the whole answer was there
├── HttpUnreachable    no connection: name, address or TLS
├── HttpBroken         the exchange broke off, or what came is not HTTP
└── HttpTooLarge       the answer has more bytes than the caller is ready to take
"""

import asyncio
import json
import time
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NoReturn

import httpx
from opentelemetry.trace import SpanKind
from prometheus_client import Histogram

from shared import telemetry
from shared.errors import Unavailable

EXCHANGE_SECONDS = Histogram(
    "lumis_http_client_seconds",
    "Time of an exchange with an outside service, by peer and outcome (http_200, timeout, unreachable, broken, …)",
    ["peer", "outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 8, 12, 20, 30, 60),
)

_GZIP_OR_ZLIB = 47
"""zlib's window bits that take both."""


class HttpFailed(Unavailable):
    """The exchange gave no answer; `outcome` is the metric's label and the short code for a log."""

    outcome = "failed"


class HttpTimedOut(HttpFailed):
    """The time limit passed first; the request may have been carried out."""

    outcome = "timeout"


class HttpUnreachable(HttpFailed):
    """No connection could be made; nothing was sent."""

    outcome = "unreachable"


class HttpBroken(HttpFailed):
    """The exchange broke off; the request may have been carried out."""

    outcome = "broken"


class HttpTooLarge(HttpFailed):
    """The answer is larger than the limit; it was not read to its end."""

    outcome = "too_large"


@dataclass(frozen=True)
class HttpAnswer:
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)

    def json(self) -> Any:
        """The body as JSON with exact numbers (Decimal, never float).

        Raises:
            ValueError: it is not JSON, is nested absurdly deep, or holds NaN, Infinity or a number beyond Decimal.
        """
        try:
            return json.loads(self.body, parse_float=Decimal, parse_constant=_refuse_constant)
        except (ArithmeticError, RecursionError) as error:
            raise ValueError(f"not a usable JSON ({type(error).__name__})") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


@dataclass(frozen=True)
class Budget:
    """Seconds for a whole exchange, and for connecting alone.

    With `connect`, a connection that is not there in time is `HttpUnreachable`: nothing was sent, that is certain.
    """

    whole: float
    connect: float | None = None

    @property
    def phases(self) -> httpx.Timeout:
        """The limits of each phase."""
        whole = max(self.whole, 0.001)
        reach = whole if self.connect is None else min(whole, max(self.connect, 0.001))
        return httpx.Timeout(whole, connect=reach, pool=reach)


class HttpClient:
    """A connection pool to one outside service (`peer` names it in metrics and spans).

    Redirects are not followed: a 3xx is an answer. Answers over `largest_answer` bytes, unpacked, are refused.
    """

    def __init__(
        self,
        peer: str,
        base_url: str = "",
        *,
        headers: Mapping[str, str] | None = None,
        largest_answer: int = 4 * 1024 * 1024,
        connections: int = 32,
    ) -> None:
        self.peer = peer
        self._largest_answer = largest_answer
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers={"accept-encoding": "gzip", "user-agent": "lumis", **(headers or {})},
            follow_redirects=False,
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    async def send(
        self,
        method: str,
        path: str,
        *,
        budget: float | Budget,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> HttpAnswer:
        """Send a request and read its whole answer within `budget` (seconds, connecting included).

        `path` is put after the base URL; an absolute URL stands for itself.

        Raises:
            HttpFailed: one of its kinds; no answer came.
        """
        budget = budget if isinstance(budget, Budget) else Budget(budget)
        attributes = {"http.request.method": method, "peer.service": self.peer}
        started, outcome = time.monotonic(), "cancelled"
        try:
            with telemetry.span(f"{method} {self.peer}", attributes, kind=SpanKind.CLIENT) as span:
                request = self._client.build_request(
                    method,
                    path,
                    content=content,
                    headers={**(headers or {}), **telemetry.inject_context()},
                    timeout=budget.phases,
                )
                answer = await self._exchange(request, budget)
                span.set_attribute("http.response.status_code", answer.status)
                outcome = f"http_{answer.status}"
                return answer
        except HttpFailed as error:
            outcome = error.outcome
            raise
        finally:
            EXCHANGE_SECONDS.labels(self.peer, outcome).observe(time.monotonic() - started)

    async def close(self) -> None:
        """Close every connection."""
        await self._client.aclose()

    async def _exchange(self, request: httpx.Request, budget: Budget) -> HttpAnswer:
        # Messages name the kind of error alone: httpx puts URLs and server text into its own.
        try:
            async with asyncio.timeout(budget.whole):
                response = await self._client.send(request, stream=True)
                try:
                    body = await self._read(response)
                finally:
                    await response.aclose()
        except (TimeoutError, httpx.TimeoutException) as error:
            if budget.connect is not None and isinstance(error, (httpx.ConnectTimeout, httpx.PoolTimeout)):
                raise HttpUnreachable(f"{self.peer} cannot be reached within {budget.connect:.1f} s") from error
            raise HttpTimedOut(f"{self.peer} did not answer within {budget.whole:.1f} s") from error
        except httpx.ConnectError as error:
            raise HttpUnreachable(f"{self.peer} cannot be reached") from error
        except (httpx.HTTPError, httpx.StreamError, zlib.error) as error:
            raise HttpBroken(f"the exchange with {self.peer} broke off ({type(error).__name__})") from error
        return HttpAnswer(response.status_code, dict(response.headers), body)

    async def _read(self, response: httpx.Response) -> bytes:
        # The raw bytes are unpacked here, because httpx unpacks a whole chunk before its size can be checked.
        unpack = self._unpacker(response.headers.get("content-encoding", "identity").strip().lower())
        body = bytearray()
        async for chunk in response.aiter_raw():
            body += unpack.decompress(chunk, self._largest_answer + 1 - len(body)) if unpack else chunk
            if len(body) > self._largest_answer:
                raise HttpTooLarge(f"the answer of {self.peer} has more than {self._largest_answer} bytes")
        if unpack and not unpack.eof and body:
            raise HttpBroken(f"the packed answer of {self.peer} is cut")
        return bytes(body)

    def _unpacker(self, encoding: str) -> "zlib._Decompress | None":
        if encoding in {"", "identity"}:
            return None
        if encoding in {"gzip", "deflate"}:
            return zlib.decompressobj(_GZIP_OR_ZLIB)
        raise HttpBroken(f"{self.peer} packed its answer in a way that was not asked for")
