"""Fetching from hosts that others name, over real connections on loopback."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.addresses import SafeUrl, safe_url
from shared.http_client import HttpBroken, HttpTimedOut, HttpTooLarge, HttpUnreachable
from shared.safe_http import HttpForbidden, SafeFetcher, SafeRequest
from tests.support.receiver import Receiver, receiving
from tests.support.scripted_server import Reply, ScriptedServer


class Names:
    """A name server whose answers a test sets; each question takes the next one, the last stays."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked = 0

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if not answer:
            raise socket.gaierror(-2, "no such name")
        return answer


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


def at(receiver: Receiver, host: str = "hooks.example.com") -> SafeUrl:
    return safe_url(receiver.url.replace("127.0.0.1", host), insecure=True)


async def test_a_name_is_connected_to_by_its_checked_address_and_keeps_its_name_in_the_request(
    receiver: Receiver,
) -> None:
    fetcher = SafeFetcher("test", allow_private=True, resolve=Names(["127.0.0.1"]))
    answer = await fetcher.send(SafeRequest("POST", at(receiver), b"{}", {"X-Own": "1"}), budget=5)
    await fetcher.close()
    assert (answer.status, answer.body) == (204, b"")
    (came,) = receiver.received
    assert (came.path, came.body, came.headers["x-own"]) == ("/hook?key=abc", b"{}", "1")
    assert came.headers["host"] == at(receiver).authority
    assert came.headers["host"].startswith("hooks.example.com:")


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.215.14", "127.0.0.1"],
        ["127.0.0.1", "93.184.215.14"],
        ["2606:4700:4700::1111", "::1"],
        ["::ffff:127.0.0.1"],
        ["169.254.169.254"],
        ["fe80::1%lo"],
    ],
)
async def test_a_name_with_any_private_address_is_refused_and_nothing_is_sent(
    receiver: Receiver, addresses: list[str]
) -> None:
    fetcher = SafeFetcher("test", resolve=Names(addresses))
    with pytest.raises(HttpForbidden):
        await fetcher.send(SafeRequest("POST", at(receiver)), budget=5)
    await fetcher.close()
    assert receiver.received == []


async def test_a_name_that_changes_its_answer_after_the_check_gains_nothing(receiver: Receiver) -> None:
    # The first address is public, and nobody answers there within the budget.
    names = Names(["203.0.114.1"], ["127.0.0.1"])
    fetcher = SafeFetcher("test", resolve=names)
    with pytest.raises((HttpTimedOut, HttpUnreachable)):
        await fetcher.send(SafeRequest("POST", at(receiver)), budget=0.3)
    assert names.asked == 1
    with pytest.raises(HttpForbidden):
        await fetcher.send(SafeRequest("POST", at(receiver)), budget=5)
    await fetcher.close()
    assert receiver.received == []


async def test_every_connection_is_checked_anew(receiver: Receiver) -> None:
    names = Names(["127.0.0.1"])
    fetcher = SafeFetcher("test", allow_private=True, resolve=names)
    for _ in range(2):
        await fetcher.send(SafeRequest("POST", at(receiver)), budget=5)
    await fetcher.close()
    assert names.asked == 2


async def test_the_next_address_is_tried_where_one_does_not_answer(receiver: Receiver) -> None:
    fetcher = SafeFetcher("test", allow_private=True, resolve=Names(["127.0.0.2", "127.0.0.1"]))
    answer = await fetcher.send(SafeRequest("POST", at(receiver)), budget=5)
    await fetcher.close()
    assert answer.status == 204


async def test_a_name_that_does_not_resolve_is_unreachable(receiver: Receiver) -> None:
    fetcher = SafeFetcher("test", resolve=Names([]))
    with pytest.raises(HttpUnreachable):
        await fetcher.send(SafeRequest("GET", at(receiver)), budget=5)
    await fetcher.close()


async def test_the_systems_resolver_sees_through_names_of_this_machine(receiver: Receiver) -> None:
    fetcher = SafeFetcher("test")
    url = safe_url(receiver.url.replace("127.0.0.1", "localhost"), insecure=True, allow_private=True)
    with pytest.raises(HttpForbidden):
        await fetcher.send(SafeRequest("GET", url), budget=5)
    await fetcher.close()
    assert receiver.received == []


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "::ffff:127.0.0.1", "::1"])
async def test_a_number_that_means_this_machine_is_refused_even_past_the_urls_check(
    receiver: Receiver, host: str
) -> None:
    fetcher = SafeFetcher("test")
    with pytest.raises(HttpForbidden):
        await fetcher.send(SafeRequest("GET", SafeUrl("http", host, at(receiver).port, "/")), budget=5)
    await fetcher.close()
    assert receiver.received == []


async def test_a_redirect_is_an_answer_and_is_not_followed(receiver: Receiver) -> None:
    receiver.statuses.append(302)
    receiver.headers["Location"] = "http://127.0.0.1:1/"
    fetcher = SafeFetcher("test", allow_private=True, resolve=Names(["127.0.0.1"]))
    assert (await fetcher.send(SafeRequest("POST", at(receiver)), budget=5)).status == 302
    await fetcher.close()
    assert len(receiver.received) == 1


async def test_the_budget_covers_the_resolver_the_head_and_the_body() -> None:
    async def never(_host: str) -> Sequence[str]:
        await asyncio.sleep(60)
        return []

    fetcher = SafeFetcher("test", resolve=never)
    with pytest.raises(HttpTimedOut):
        await fetcher.send(SafeRequest("GET", safe_url("https://example.com/")), budget=0.05)
    await fetcher.close()
    async with ScriptedServer(Reply(b"x" * 1000, slowly=0.05)) as server:
        fetcher = SafeFetcher("test", allow_private=True)
        url = safe_url(server.url, insecure=True, allow_private=True)
        with pytest.raises(HttpTimedOut):
            await fetcher.send(SafeRequest("GET", url, largest_answer=1000), budget=0.3)
        # Where nobody asks for the body, the head is enough.
        assert (await fetcher.send(SafeRequest("GET", url), budget=5)).body == b""
        await fetcher.close()


async def test_an_answer_is_read_up_to_the_limit_and_no_further() -> None:
    async with ScriptedServer(Reply(b"x" * 1000)) as server:
        fetcher = SafeFetcher("test", allow_private=True)
        url = safe_url(server.url, insecure=True, allow_private=True)
        assert (await fetcher.send(SafeRequest("GET", url, largest_answer=1000), budget=5)).body == b"x" * 1000
        with pytest.raises(HttpTooLarge):
            await fetcher.send(SafeRequest("GET", url, largest_answer=999), budget=5)
        server.script(Reply(b"x" * 1000, cut=True))
        with pytest.raises(HttpBroken):
            await fetcher.send(SafeRequest("GET", url, largest_answer=1000), budget=5)
        await fetcher.close()


def certificate(name: str, folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for a name, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


async def test_tls_asks_for_the_name_and_checks_the_certificate_by_it(tmp_path: Path) -> None:
    chain, key = certificate("hooks.example.com", tmp_path)
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    server.load_cert_chain(chain, key)
    names: list[str | None] = []
    server.sni_callback = lambda _socket, name, _context: names.append(name)
    trusting = ssl.create_default_context(cafile=str(chain))

    async def ok(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/", ok)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=server).start()
    port = runner.addresses[0][1]
    fetcher = SafeFetcher("test", allow_private=True, resolve=Names(["127.0.0.1"]), tls=trusting)
    try:
        good = SafeRequest("GET", safe_url(f"https://hooks.example.com:{port}/"))
        assert (await fetcher.send(good, budget=5)).status == 200
        assert names == ["hooks.example.com"]
        with pytest.raises(HttpUnreachable):
            await fetcher.send(SafeRequest("GET", safe_url(f"https://other.example.com:{port}/")), budget=5)
    finally:
        await fetcher.close()
        await runner.cleanup()
