"""HTTP to outside services: limits of time and size, and what a failure is called."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio
from prometheus_client import REGISTRY

from shared import telemetry
from shared.errors import Unavailable
from shared.http_client import (
    Budget,
    HttpAnswer,
    HttpBroken,
    HttpClient,
    HttpFailed,
    HttpTimedOut,
    HttpTooLarge,
    HttpUnreachable,
)
from tests.support.scripted_server import Reply, ScriptedServer
from tests.support.waiting import until


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(Reply({"ok": True})) as running:
        yield running


@pytest_asyncio.fixture
async def client(server: ScriptedServer) -> AsyncIterator[HttpClient]:
    http = HttpClient("peer", server.url, headers={"x-key": "k"}, largest_answer=1000)
    yield http
    await http.close()


def count(outcome: str) -> float:
    labels = {"peer": "peer", "outcome": outcome}
    return REGISTRY.get_sample_value("lumis_http_client_seconds_count", labels) or 0.0


async def test_a_request_is_sent_as_given_and_the_answer_comes_whole(
    server: ScriptedServer, client: HttpClient
) -> None:
    before = count("http_201")
    server.script(Reply({"total": 12.50}, status=201, headers={"X-Thing": "yes"}))
    answer = await client.send("POST", "/a/b?c=1", budget=2, content=b"hello", headers={"content-type": "text/xml"})
    seen = server.seen[0]
    assert (seen.method, seen.path, seen.query, seen.body) == ("POST", "/a/b", "c=1", b"hello")
    assert (seen.headers["x-key"], seen.headers["content-type"]) == ("k", "text/xml")
    assert (answer.status, answer.headers["x-thing"], answer.json()) == (201, "yes", {"total": Decimal("12.5")})
    assert count("http_201") == before + 1


@pytest.mark.parametrize("status", [204, 301, 404, 503])
async def test_every_status_is_an_answer_and_no_redirect_is_followed(
    server: ScriptedServer, client: HttpClient, status: int
) -> None:
    server.script(Reply(b"", status=status, headers={"location": "/elsewhere"}))
    assert (await client.send("GET", "/", budget=2)).status == status
    assert len(server.seen) == 1


@pytest.mark.parametrize("reply", [Reply({}, wait=9), Reply(b"x" * 900, slowly=0.01)])
async def test_the_time_limit_holds_for_the_whole_exchange(
    server: ScriptedServer, client: HttpClient, reply: Reply
) -> None:
    before = count("timeout")
    server.script(reply)
    with pytest.raises(HttpTimedOut):
        await client.send("GET", "/", budget=0.2)
    assert count("timeout") == before + 1


async def test_no_time_at_all_is_a_timeout(client: HttpClient) -> None:
    with pytest.raises(HttpTimedOut):
        await client.send("GET", "/", budget=0)


@pytest.mark.parametrize("size", [999, 1000])
async def test_an_answer_up_to_the_limit_is_taken(server: ScriptedServer, client: HttpClient, size: int) -> None:
    server.script(Reply(b"x" * size))
    assert len((await client.send("GET", "/", budget=2)).body) == size


async def test_a_larger_answer_is_refused(server: ScriptedServer, client: HttpClient) -> None:
    server.script(Reply(b"x" * 1001))
    with pytest.raises(HttpTooLarge):
        await client.send("GET", "/", budget=2)


@pytest.mark.parametrize(
    ("pack", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate"), (bytes, "identity")]
)
async def test_a_packed_answer_is_unpacked(
    server: ScriptedServer, client: HttpClient, pack: object, encoding: str
) -> None:
    server.script(Reply(pack(b"hello " * 100), headers={"content-encoding": encoding}))  # type: ignore[operator]
    assert (await client.send("GET", "/", budget=2)).body == b"hello " * 100


async def test_a_packed_bomb_is_refused_before_it_is_unpacked(server: ScriptedServer, client: HttpClient) -> None:
    server.script(Reply(gzip.compress(bytes(50_000_000)), headers={"content-encoding": "gzip"}))
    with pytest.raises(HttpTooLarge):
        await client.send("GET", "/", budget=2)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"x" * 500, cut=True),
        Reply(b"not gzip", headers={"content-encoding": "gzip"}),
        Reply(gzip.compress(b"hello" * 100)[:-9], headers={"content-encoding": "gzip"}),
        Reply(b"?", headers={"content-encoding": "br"}),
    ],
)
async def test_an_exchange_that_breaks_off_says_so(server: ScriptedServer, client: HttpClient, reply: Reply) -> None:
    before = count("broken")
    server.script(reply)
    with pytest.raises(HttpBroken):
        await client.send("GET", "/", budget=2)
    assert count("broken") == before + 1


async def test_nobody_listening_is_unreachable_and_unavailable() -> None:
    client = HttpClient("peer", "http://127.0.0.1:9")
    with pytest.raises(HttpUnreachable) as caught:
        await client.send("GET", "/secret-path", budget=2)
    assert isinstance(caught.value, Unavailable)
    assert isinstance(caught.value, HttpFailed)
    assert "secret-path" not in str(caught.value)
    await client.close()


async def test_the_trace_goes_along(server: ScriptedServer, client: HttpClient) -> None:
    with telemetry.span("outer"):
        trace_id = telemetry.inject_context()["traceparent"].split("-")[1]
        await client.send("GET", "/", budget=2)
    assert server.seen[0].headers["traceparent"].split("-")[1] == trace_id


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b'{"a": -Infinity}', b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_raises_value_error(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - JSONDecodeError and UnicodeDecodeError are kinds of it
        HttpAnswer(200, {}, body).json()


def test_an_answer_does_not_print_its_body() -> None:
    assert "secret" not in repr(HttpAnswer(200, {}, b"secret"))


async def test_what_waits_too_long_for_a_connection_was_surely_not_sent(server: ScriptedServer) -> None:
    server.script(Reply({"ok": True}, wait=0.4))
    http = HttpClient("peer", server.url, connections=1)
    try:
        first = asyncio.create_task(http.send("GET", "/slow", budget=2))
        await until(lambda: len(server.seen) == 1)
        with pytest.raises(HttpUnreachable):
            await http.send("GET", "/second", budget=Budget(2, connect=0.05))
        assert (await first).status == 200
    finally:
        await http.close()
    assert [seen.path for seen in server.seen] == ["/slow"]
