"""Documents at addresses that clients name: each redirect is checked like the first address."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
import pytest_asyncio

from gateway.remote import NotFetched, RemoteDocuments
from shared.safe_http import SafeFetcher
from tests.support.scripted_server import Reply, ScriptedServer


@dataclass
class Names:
    """A name server: every name leads here."""

    asked: list[str]

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked.append(host)
        return ["127.0.0.1"]


@pytest_asyncio.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with ScriptedServer(Reply(b"%PDF-1.7")) as running:
        yield running


@pytest_asyncio.fixture
async def remote() -> AsyncIterator[RemoteDocuments]:
    """Connects to this machine, as if it were a public host; addresses in URLs are judged as always."""
    fetcher = SafeFetcher("test", allow_private=True, resolve=Names([]))
    yield RemoteDocuments(fetcher, seconds=1, largest=1000)
    await fetcher.close()


def at(server: ScriptedServer, path: str = "/", host: str = "files.example.com") -> str:
    return f"http://{host}:{server.url.rpartition(':')[2]}{path}"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_followed_with_the_host_that_they_name(
    server: ScriptedServer, remote: RemoteDocuments, status: int
) -> None:
    server.script(Reply(b"", status=status, headers={"location": at(server, "/b?c", "other.example.com")}))
    assert await remote.fetch(at(server, "/a")) == b"%PDF-1.7"
    assert [(seen.headers["host"].partition(":")[0], seen.path) for seen in server.seen] == [
        ("files.example.com", "/a"),
        ("other.example.com", "/b"),
    ]
    assert "authorization" not in server.seen[1].headers
    assert "cookie" not in server.seen[1].headers


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "//127.0.0.1/x",
        "http://[::ffff:127.0.0.1]/",
        "http://localhost/",
        "file:///etc/passwd",
        "http://0x7f.1/",
        "https://user@example.com/",
        "http://exa mple.com/",
        "http://[broken/",
    ],
)
async def test_a_redirect_leads_nowhere_that_a_client_may_not_name(
    server: ScriptedServer, remote: RemoteDocuments, location: str
) -> None:
    server.script(Reply(b"", status=302, headers={"location": location}))
    with pytest.raises(NotFetched) as caught:
        await remote.fetch(at(server))
    assert caught.value.fault == "address"
    assert len(server.seen) == 1


async def test_endless_redirects_end(server: ScriptedServer, remote: RemoteDocuments) -> None:
    server.otherwise = Reply(b"", status=302, headers={"location": "/again"})
    with pytest.raises(NotFetched, match="redirects too often"):
        await remote.fetch(at(server))
    assert len(server.seen) == 6


async def test_the_time_is_for_all_hops_together(server: ScriptedServer, remote: RemoteDocuments) -> None:
    server.otherwise = Reply(b"", status=302, headers={"location": "/again"}, wait=0.4)
    with pytest.raises(NotFetched, match="no answer came in time"):
        await remote.fetch(at(server))
    assert len(server.seen) < 6


async def test_a_document_larger_than_allowed_is_not_read_to_its_end(
    server: ScriptedServer, remote: RemoteDocuments
) -> None:
    server.otherwise = Reply(b"%PDF-" + bytes(1000))
    with pytest.raises(NotFetched) as caught:
        await remote.fetch(at(server))
    assert caught.value.fault == "size"


async def test_a_redirect_that_says_not_where_to_is_a_failure(server: ScriptedServer, remote: RemoteDocuments) -> None:
    server.otherwise = Reply(b"", status=302)
    with pytest.raises(NotFetched, match="answers 302"):
        await remote.fetch(at(server))
