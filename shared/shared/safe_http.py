"""HTTP to addresses that users name: no private address is ever connected to, whatever a name resolves to and when.

A name is resolved once per connection, every answer is checked, and the connection goes to a checked address itself, so
that a name which changes its answer in between (DNS rebinding) gains nothing. TLS and the Host header keep the name.
"""

import asyncio
import socket
import ssl
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import httpcore
from httpcore import AnyIOBackend, AsyncConnectionPool, AsyncNetworkBackend, AsyncNetworkStream

from shared.addresses import SafeUrl, is_public
from shared.http_client import (
    EXCHANGE_SECONDS,
    HttpAnswer,
    HttpBroken,
    HttpFailed,
    HttpTimedOut,
    HttpTooLarge,
    HttpUnreachable,
)

Resolve = Callable[[str], Awaitable[Sequence[str]]]
"""A name's addresses, IPv4 and IPv6. Raises OSError: it has none."""

_CONNECTIONS = 256
_RESOLVER_THREADS = 32
_TRIED_ADDRESSES = 3


class HttpForbidden(HttpFailed):
    """The name resolves to an address that is not public; nothing was sent."""

    outcome = "forbidden"


@dataclass(frozen=True)
class SafeRequest:
    """What is sent to a host that somebody else named."""

    method: str
    url: SafeUrl
    content: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Besides Host, Connection, Accept-Encoding and Content-Length."""
    largest_answer: int | None = None
    """Bytes of the answer's body; None drops the body unread."""

    def target(self) -> httpcore.URL:
        """The URL as the connection pool takes it, from the parts that were checked."""
        url = self.url
        return httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=url.target)

    def all_headers(self) -> list[tuple[str, str]]:
        """The headers as they are sent."""
        return [
            ("Host", self.url.authority),
            ("Connection", "close"),
            ("Accept-Encoding", "identity"),
            ("Content-Length", str(len(self.content))),
            *self.headers.items(),
        ]


class SystemResolver:
    """The system's resolver, in threads of its own: a name server that never answers keeps nobody else waiting."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolve")

    async def __call__(self, host: str) -> Sequence[str]:
        """The addresses of a name. Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.run_in_executor(self._threads, _look_up, host)
        return list(dict.fromkeys(found))

    def close(self) -> None:
        """Let the threads go, without waiting for name servers."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str) -> list[str]:
    return [str(row[4][0]) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


class _CheckedBackend(AsyncNetworkBackend):
    """Connects to addresses that were checked, and to nothing else."""

    def __init__(self, resolve: Resolve, *, allow_private: bool) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._inner = AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> AsyncNetworkStream:
        try:
            addresses = await self._resolve(host)
        except OSError as error:
            raise httpcore.ConnectError("the name does not resolve") from error
        # One bad answer among good ones is an attack or a mistake; neither is worth a guess.
        if not self._allow_private and not all(map(is_public, addresses)):
            raise HttpForbidden("the address is not public")
        failure: Exception = httpcore.ConnectError("the name has no address")
        for address in addresses[:_TRIED_ADDRESSES]:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class SafeFetcher:
    """Requests to hosts of others' choosing (`peer` names the purpose in metrics). Redirects are not followed."""

    def __init__(
        self,
        peer: str,
        *,
        allow_private: bool = False,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.peer = peer
        self._resolver = SystemResolver()
        self._pool = AsyncConnectionPool(
            ssl_context=tls,
            max_connections=_CONNECTIONS,
            max_keepalive_connections=0,
            network_backend=_CheckedBackend(resolve or self._resolver, allow_private=allow_private),
        )

    async def send(self, request: SafeRequest, *, budget: float) -> HttpAnswer:
        """Send a request and take its answer within `budget` seconds, name resolution and connecting included.

        Raises:
            HttpForbidden: the host is not public.
            HttpFailed: another of its kinds; no answer came.
        """
        started, outcome = time.monotonic(), "cancelled"
        try:
            answer = await self._exchange(request, budget)
        except HttpFailed as error:
            outcome = error.outcome
            raise
        else:
            outcome = f"http_{answer.status}"
            return answer
        finally:
            EXCHANGE_SECONDS.labels(self.peer, outcome).observe(time.monotonic() - started)

    async def close(self) -> None:
        """Close every connection."""
        await self._pool.aclose()
        self._resolver.close()

    async def _exchange(self, request: SafeRequest, budget: float) -> HttpAnswer:
        # Messages name the kind of error alone: the libraries put URLs and server text into theirs.
        largest = request.largest_answer
        try:
            async with asyncio.timeout(budget):
                limits = {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), budget)}
                async with self._pool.stream(
                    request.method,
                    request.target(),
                    headers=request.all_headers(),
                    content=request.content,
                    extensions=limits,
                ) as response:
                    body = b"" if largest is None else await self._read(response, largest)
        except (TimeoutError, httpcore.TimeoutException) as error:
            raise HttpTimedOut(f"{self.peer}: no answer within {budget:.1f} s") from error
        except (httpcore.ConnectError, ssl.SSLError) as error:
            raise HttpUnreachable(f"{self.peer}: no connection") from error
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            raise HttpBroken(f"{self.peer}: the exchange broke off ({type(error).__name__})") from error
        found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        return HttpAnswer(response.status, found, body)

    async def _read(self, response: httpcore.Response, largest: int) -> bytes:
        body = bytearray()
        async for chunk in response.aiter_stream():
            body += chunk
            if len(body) > largest:
                raise HttpTooLarge(f"{self.peer}: the answer has more than {largest} bytes")
        return bytes(body)
