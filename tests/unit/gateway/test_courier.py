"""The courier of webhooks: what it refuses, how it signs, and that one slow host costs no other."""

import asyncio
import hashlib
import hmac
from collections.abc import AsyncIterator
from functools import partial

import pytest
import pytest_asyncio

from gateway.courier import Courier, Message, signature
from shared.safe_http import SafeFetcher
from tests.support.receiver import Received, Receiver, receiving
from tests.support.waiting import until


@pytest_asyncio.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as started:
        yield started


async def test_http_and_private_hosts_are_refused_unless_they_are_allowed() -> None:
    fetcher = SafeFetcher("webhook")
    courier = Courier(fetcher, seconds=1, insecure=False, allow_private=False)
    for url in ("http://example.com/", "https://127.0.0.1/", "https://localhost/"):
        with pytest.raises(ValueError, match=r"scheme|private"):
            courier.check(url)
        # One that was registered while it was allowed gets nothing any more.
        assert (await courier.bring(url, "whsec_x", Message("d1", "ping", b"{}", "user-1"))).kind == "forbidden"
    await courier.close()


async def bring_from(courier: Courier, url: str, times: int, *, owners: int) -> list[str]:
    """So many messages at once, of so many owners in turn; how each went."""
    messages = [Message("d1", "ping", b"{}", f"user-{number % owners}") for number in range(times)]
    ways = await asyncio.gather(
        *(courier.bring(url, "whsec_x", message) for message in messages), return_exceptions=True
    )
    return [type(way).__name__ if isinstance(way, BaseException) else way.kind for way in ways]


async def test_an_owner_whose_path_is_slow_takes_no_place_of_others_at_the_same_host(receiver: Receiver) -> None:
    courier = Courier(SafeFetcher("webhook", allow_private=True), seconds=2.5, insecure=True, allow_private=True)

    async def be_slow(message: Received) -> None:
        if message.path == "/slow":
            await asyncio.Event().wait()

    receiver.look = be_slow
    slow = receiver.url.replace("/hook?key=abc", "/slow")
    theirs = asyncio.create_task(bring_from(courier, slow, 8, owners=1))
    await until(lambda: len(receiver.received) == 4)
    mine = Message("d2", "ping", b"{}", "another")
    assert (await courier.bring(receiver.url, "whsec_x", mine)).delivered
    assert not theirs.done()
    assert await theirs == ["timeout"] * 8
    # Now the path is known to be slow: what has no place at once goes back to the bus, of this owner alone.
    theirs = asyncio.create_task(bring_from(courier, slow, 20, owners=1))
    await until(lambda: len(receiver.received) == 13)
    assert (await courier.bring(receiver.url, "whsec_x", mine)).delivered
    assert sorted(await theirs) == ["Busy"] * 16 + ["timeout"] * 4
    await courier.close()


async def test_a_host_that_never_answers_takes_no_place_of_others(receiver: Receiver) -> None:
    courier = Courier(SafeFetcher("webhook", allow_private=True), seconds=2.5, insecure=True, allow_private=True)
    receiver.gate.clear()
    message = Message("d1", "ping", b"{}", "somebody")
    bring = partial(bring_from, courier, receiver.url, owners=5)

    # Nobody knows yet that it is slow, so all wait their turn; no more than 16 are with it at a time.
    first = asyncio.create_task(bring(20))
    await until(lambda: len(receiver.received) == 16)
    await asyncio.sleep(0.05)
    assert len(receiver.received) == 16
    async with receiving() as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        assert (await courier.bring(elsewhere, "whsec_x", message)).delivered
    assert await first == ["timeout"] * 20
    # Now it is known: what has no place at once goes back to the bus.
    second = await bring(20)
    assert (second.count("Busy"), second.count("timeout")) == (4, 16)
    receiver.gate.set()
    assert await bring(16) == ["delivered"] * 16
    await courier.close()


async def test_a_burst_for_a_fast_host_is_told_without_any_detour(receiver: Receiver) -> None:
    courier = Courier(SafeFetcher("webhook", allow_private=True), seconds=10, insecure=True, allow_private=True)
    outcomes = await asyncio.gather(
        *(
            courier.bring(receiver.url, "whsec_x", Message(f"d{number}", "ping", b"{}", "user-1"))
            for number in range(200)
        )
    )
    await courier.close()
    assert all(outcome.delivered for outcome in outcomes)
    assert len(receiver.received) == 200


def test_the_signature_is_the_one_that_the_documentation_describes() -> None:
    expected = hmac.new(b"whsec_abc", b'1764600000.{"a":1}', hashlib.sha256).hexdigest()
    assert signature("whsec_abc", b'{"a":1}', 1764600000) == f"t=1764600000,v1={expected}"
