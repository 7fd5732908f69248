"""POST /api/v4/invoices/upload-ocr when something goes wrong on the way: bodies cut off, parts away, time over."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gateway.deps import Deps
from gateway.handlers import follow_event
from gateway.limits import Rate, RateLimits
from gateway.results import Conclusion, Waiters
from gateway.store import Requests
from shared.contracts.credits import HoldCredits, ReadBalance, ReleaseHold
from shared.contracts.documents import DocumentAbandoned, DocumentUploaded
from shared.contracts.message import Event
from shared.errors import CallTimedOut, Refused, Unavailable
from shared.files import FileStore
from shared.mongo import Database
from tests.support.gateway import BALANCE, JPEG, Gateway, delivery_of, running, token
from tests.support.invoices import COMPLETE, EXTRACTED, reconciled
from tests.support.upload_answers import answering, assert_error, nothing_left


async def raw_upload(gateway: Gateway, head: str, body: Iterator[bytes]) -> tuple[bytes, int]:
    """Sends bytes as they are, until an answer is there; returns it and how many bytes of the body were taken."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    start = f"POST /api/v4/invoices/upload-ocr HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token()}\r\n{head}\r\n\r\n"
    writer.write(start.encode())
    sent = 0
    answer = asyncio.create_task(reader.readuntil(b"\r\n\r\n"))
    try:
        for chunk in body:
            if answer.done():
                break
            writer.write(chunk)
            await writer.drain()
            sent += len(chunk)
            await asyncio.sleep(0)
        async with asyncio.timeout(20):
            head_bytes = await answer
            length = int(re.search(rb"(?i)content-length: (\d+)", head_bytes)[1])  # type: ignore[index]
            return head_bytes + await reader.readexactly(length), sent
    finally:
        answer.cancel()
        writer.close()


MULTIPART = "Content-Type: multipart/form-data; boundary=b"
START = b'--b\r\nContent-Disposition: form-data; name="image"\r\n\r\n'


async def test_a_file_that_is_too_large_is_refused_while_it_still_comes(gateway: Gateway) -> None:
    def endless() -> Iterator[bytes]:
        yield START + JPEG
        while True:
            yield b"x" * 65_536

    head = f"{MULTIPART}\r\nContent-Length: 1000000000"
    answer, sent = await raw_upload(gateway, head, endless())
    assert b"413" in answer.split(b"\r\n")[0]
    assert b"connection: close" in answer.lower()
    assert b"FILE_TOO_LARGE" in answer
    assert sent < 200_000_000


async def test_a_client_that_expects_to_be_asked_is_asked(gateway: Gateway) -> None:
    gateway.bus.react = answering(COMPLETE)
    body = START + JPEG + b"\r\n--b--\r\n"
    head = f"{MULTIPART}\r\nContent-Length: {len(body)}\r\nExpect: 100-continue"
    asked, _ = await raw_upload_expecting(gateway, head, body)
    assert asked == b"HTTP/1.1 100 Continue\r\n\r\n"


async def raw_upload_expecting(gateway: Gateway, head: str, body: bytes) -> tuple[bytes, bytes]:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    start = f"POST /api/v4/invoices/upload-ocr HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token()}\r\n{head}\r\n\r\n"
    writer.write(start.encode())
    asked = await reader.readuntil(b"\r\n\r\n")
    writer.write(body)
    answer = await reader.readuntil(b"\r\n")
    writer.close()
    assert b" 200 " in answer
    return asked, answer


async def test_a_form_that_breaks_off_is_refused(gateway: Gateway) -> None:
    body = START + JPEG
    answer, _ = await raw_upload(gateway, f"{MULTIPART}\r\nContent-Length: {len(body)}", iter([body]))
    assert b"INVALID_MULTIPART" in answer


def hurried(deps: Deps) -> Deps:
    return replace(deps, limits=replace(deps.limits, answer_time=timedelta(milliseconds=300)))


async def test_a_result_that_does_not_come_in_time_is_abandoned(database: Database) -> None:
    async with running(database, change=hurried) as gateway:
        reply = await gateway.upload(("image", JPEG))
        assert_error(reply, "OCR_PROCESSING_FAILED")
        (abandoned,) = gateway.bus.of(DocumentAbandoned)
        assert (abandoned.request_id, abandoned.user_id) == (reply.json["request_id"], "user-1")
        assert abandoned.schema_name == "lumis"
        assert len(gateway.deps.waiters) == 0


async def test_an_abandonment_that_cannot_be_told_is_told_later(database: Database) -> None:
    async with running(database, change=hurried) as gateway:

        def lose_the_broker(event: Event) -> None:
            gateway.bus.down = True

        gateway.bus.react = lose_the_broker
        reply = await gateway.upload(("image", JPEG))
        assert_error(reply, "OCR_PROCESSING_FAILED")
        row = await gateway.database["requests"].find_one({"_id": reply.json["request_id"]})
        assert row is not None
        assert (row["published"], row["outgoing"]["type"]) == (False, DocumentAbandoned.NAME)


async def test_a_result_that_only_the_store_knows_is_found_before_giving_up(database: Database) -> None:
    async with running(database, change=hurried) as gateway:
        stored = asyncio.Event()

        async def keep_only(event: DocumentUploaded) -> None:
            elsewhere = replace(gateway.deps, waiters=Waiters())
            await follow_event(delivery_of(reconciled(event)), elsewhere)
            stored.set()

        tasks: list[asyncio.Task[None]] = []

        def react(event: Event) -> None:
            if isinstance(event, DocumentUploaded):
                tasks.append(asyncio.get_running_loop().create_task(keep_only(event)))

        gateway.bus.react = react
        reply = await gateway.upload(("image", JPEG))
        assert stored.is_set()
        assert reply.status == 200
        assert not gateway.bus.of(DocumentAbandoned)


async def test_a_broker_that_is_away_costs_nothing_and_leaves_nothing(gateway: Gateway) -> None:
    gateway.bus.down = True
    reply = await gateway.upload(("image", JPEG))
    assert_error(reply, "INTERNAL_ERROR")
    assert await nothing_left(gateway)
    (release,) = gateway.bus.asked(ReleaseHold)
    assert release.request_id == gateway.bus.asked(HoldCredits)[0].request_id
    row = await gateway.database["requests"].find_one({})
    assert row is not None
    assert row["outgoing"]["type"] == DocumentAbandoned.NAME  # so that no sweep publishes the upload


@pytest.mark.parametrize("error", [Unavailable("away"), CallTimedOut("late")])
async def test_a_ledger_that_is_away_costs_nothing_and_leaves_nothing(gateway: Gateway, error: Exception) -> None:
    gateway.bus.answers[HoldCredits] = error
    gateway.bus.answers[ReleaseHold] = error
    assert_error(await gateway.upload(("image", JPEG)), "INTERNAL_ERROR")
    assert await nothing_left(gateway)
    assert gateway.bus.asked(ReleaseHold)


async def test_a_hold_whose_answer_was_lost_is_asked_for_once_more_and_the_upload_goes_on(gateway: Gateway) -> None:
    answers = iter([CallTimedOut("lost"), gateway.bus.answers[HoldCredits]])
    gateway.bus.answers[HoldCredits] = lambda _call: next(answers)
    gateway.bus.react = lambda event: reconciled(event) if isinstance(event, DocumentUploaded) else None
    reply = await gateway.upload(("image", JPEG))
    assert reply.status == 200
    first, second = gateway.bus.asked(HoldCredits)
    assert first == second
    assert not gateway.bus.asked(ReleaseHold)


async def test_an_unforeseen_error_shows_nothing_of_itself(
    gateway: Gateway, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway.bus.answers[HoldCredits] = ZeroDivisionError("Juana Pérez")
    reply = await gateway.upload(("image", JPEG))
    assert_error(reply, "INTERNAL_ERROR")
    written = capsys.readouterr()
    assert "ZeroDivisionError" in written.out + written.err
    assert "Juana" not in reply.text + written.out + written.err


async def test_a_client_that_leaves_does_not_stop_its_request(gateway: Gateway) -> None:
    published = asyncio.Event()

    def react(event: Event) -> None:
        if isinstance(event, DocumentUploaded):
            published.set()

    gateway.bus.react = react
    body = START + JPEG + b"\r\n--b--\r\n"
    _, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    head = f"Authorization: Bearer {token()}\r\n{MULTIPART}\r\nContent-Length: {len(body)}"
    writer.write(f"POST /api/v4/invoices/upload-ocr HTTP/1.1\r\nHost: x\r\n{head}\r\n\r\n".encode() + body)
    async with asyncio.timeout(10):
        await published.wait()
        writer.close()
        (uploaded,) = gateway.bus.of(DocumentUploaded)
        await gateway.follow(reconciled(uploaded))
        while len(gateway.deps.waiters):  # noqa: ASYNC110 - the server ends the request in its own time
            await asyncio.sleep(0.01)
    reply = await gateway.send("GET", f"/api/v4/requests/{uploaded.request_id}")
    assert reply.json["data"]["state"] == "reconciled"


async def test_unknown_paths_and_wrong_methods_are_told_in_the_envelope(gateway: Gateway) -> None:
    for path in ("/api/v4/nothing", "/", "/api/nada"):
        assert_error(await gateway.send("GET", path, user=None), "NOT_FOUND")
    reply = await gateway.send("GET", "/api/v4/invoices/upload-ocr")
    assert_error(reply, "METHOD_NOT_ALLOWED")
    assert reply.headers["Allow"] == "POST"


async def test_uploads_at_the_same_time_get_each_their_own_answer(gateway: Gateway) -> None:
    def react(event: Event) -> Event | None:
        if not isinstance(event, DocumentUploaded):
            return None
        named = EXTRACTED.model_copy(update={"issuer_name": event.user_id})
        return reconciled(event, COMPLETE.model_copy(update={"extracted": named}))

    gateway.bus.react = react
    users = [f"user-{number}" for number in range(20)]
    replies = await asyncio.gather(*(gateway.upload(("image", JPEG), user=user) for user in users))
    assert [reply.json["data"]["issuer_name"] for reply in replies] == users


async def test_a_database_that_hangs_does_not_delay_the_answer_past_its_time(database: Database) -> None:
    class Hanging(Requests):
        async def conclusion(self, request_id: str) -> Conclusion | None:
            await asyncio.sleep(3600)
            return None

    def hanging(deps: Deps) -> Deps:
        return replace(hurried(deps), requests=Hanging(database))

    async with running(database, change=hanging) as gateway, asyncio.timeout(20):
        assert_error(await gateway.upload(("image", JPEG)), "OCR_PROCESSING_FAILED")
        assert len(gateway.bus.of(DocumentAbandoned)) == 1


@pytest.mark.parametrize("refusal", ["balance", "rate"])
async def test_who_is_refused_costs_no_file(database: Database, refusal: str) -> None:
    class Counting(FileStore):
        kept = 0

        async def keep(self, content: bytes, *, content_type: str, expires_at: datetime) -> str:
            self.kept += 1
            return await super().keep(content, content_type=content_type, expires_at=expires_at)

    files = Counting(database)

    def change(deps: Deps) -> Deps:
        return replace(deps, files=files, rate_limits=RateLimits(database, Rate(1, 3600)))

    async with running(database, change=change) as gateway:
        gateway.bus.react = answering(COMPLETE)
        assert (await gateway.upload(("image", JPEG))).status == 200
        if refusal == "balance":
            no = Refused("INSUFFICIENT_LUMIS", "no", {"price": 15, "available": 0})
            poor = BALANCE.model_copy(update={"available": 0})
            gateway.bus.answers |= {HoldCredits: no, ReadBalance: poor}
        reply = await gateway.upload(("image", JPEG))
        assert reply.status == (402 if refusal == "balance" else 429)
        assert files.kept == 1
        assert not gateway.bus.asked(ReleaseHold)
