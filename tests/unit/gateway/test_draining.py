"""How the HTTP server ends: no request in hand is cut off, no client is held, and load balancers have their time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import aiohttp
import pytest

from gateway.routes import lumis_v4
from gateway.routes.families import FAMILIES
from gateway.server import serve
from shared.contracts.documents import DocumentUploaded
from shared.contracts.message import Event
from shared.mongo import Database
from tests.support.gateway import JPEG, deps_on, fake_bus, token
from tests.support.invoices import reconciled
from tests.support.waiting import until

UPLOAD = "/api/v4/invoices/upload-ocr"


@dataclass
class Ending:
    """A server that ends when told to, while its clients go on."""

    port: int
    _end: asyncio.Event
    _ended: asyncio.Event

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ended(self) -> bool:
        return self._ended.is_set()

    async def begin(self) -> None:
        """Begin the end, and let it go as far as it goes by itself."""
        self._end.set()
        await asyncio.sleep(0.1)

    async def until_ended(self) -> None:
        await self._ended.wait()


@asynccontextmanager
async def ending_server(database: Database, unready: float = 0, drain: float = 10) -> AsyncIterator[Ending]:
    def react(event: Event) -> Event | None:
        return reconciled(event) if isinstance(event, DocumentUploaded) else None

    bus = fake_bus()
    bus.react = react
    deps = deps_on(database, bus)
    deps = replace(deps, address=replace(deps.address, unready_seconds=unready, drain_seconds=drain))
    end, ended = asyncio.Event(), asyncio.Event()
    port: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def run() -> None:
        async with serve(FAMILIES, deps, lumis_v4.FAMILY) as runner:
            port.set_result(runner.addresses[0][1])
            await end.wait()
        ended.set()

    task = asyncio.create_task(run())
    try:
        async with asyncio.timeout(20):
            yield Ending(await port, end, ended)
    finally:
        end.set()
        await task


def request_of(body: bytes) -> bytes:
    """An upload's head, for a client that writes by hand."""
    head = f"POST {UPLOAD} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token()}\r\n"
    return f"{head}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n".encode()


BODY = b'--b\r\nContent-Disposition: form-data; name="image"; filename="x"\r\n\r\n' + JPEG + b"\r\n--b--\r\n"


async def test_an_upload_whose_body_still_comes_in_is_read_to_its_end_and_answered(database: Database) -> None:
    async with ending_server(database) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request_of(BODY) + BODY[:20])
        await asyncio.sleep(0.1)
        await server.begin()
        assert not server.ended
        writer.write(BODY[20:])
        answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200 ")
        assert b"\r\nConnection: close\r\n" in answer
        await server.until_ended()
        writer.close()


async def test_a_body_that_stops_coming_holds_the_end_only_for_the_time_of_a_drain(database: Database) -> None:
    async with ending_server(database, drain=0.2) as server:
        _, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(request_of(BODY) + BODY[:20])
        await asyncio.sleep(0.05)
        await server.begin()
        assert not server.ended
        await server.until_ended()
        writer.close()


async def test_while_load_balancers_learn_of_the_end_requests_are_taken_and_connections_not_kept(
    database: Database,
) -> None:
    async with ending_server(database, unready=0.5) as server, aiohttp.ClientSession(server.url) as session:
        async with session.get("/docs") as before:
            assert "Connection" not in before.headers
        await server.begin()
        async with session.get("/docs") as during:
            assert (during.status, during.headers["Connection"]) == (200, "close")
        await until(lambda: server.ended)
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get("/docs")
