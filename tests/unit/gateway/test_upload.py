"""POST /api/v4/invoices/upload-ocr over real HTTP: every answer of the contract, to the letter."""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.deps import Deps
from gateway.handlers import follow_event
from gateway.results import Waiters
from shared.contracts.credits import HoldCredits, ReleaseHold
from shared.contracts.documents import DocumentAbandoned, DocumentUploaded, Unreadable
from shared.contracts.lumis import LumisOutcome
from shared.contracts.message import Event
from shared.errors import CallTimedOut, Refused, Unavailable
from shared.mongo import Database
from tests.support.gateway import JPEG, PDF, PNG, Gateway, Reply, delivery_of, running, token
from tests.support.invoices import COMPLETE, EXTRACTED, INCOMPLETE, MISSING, reconciled, unreadable

ERRORS = {
    "NO_IMAGE_FILE": (400, "No image file provided. Use 'image' or 'file' field name."),
    "NO_IMAGE_DATA": (400, "The image file is empty."),
    "INVALID_MULTIPART": (400, "The request body is not valid multipart/form-data."),
    "INVALID_MODE": (400, "mode must be 1 or 2"),
    "UNAUTHORIZED": (401, "Token JWT inválido o faltante"),
    "FILE_TOO_LARGE": (413, "Image file too large (max 10MB)"),
    "INVALID_FORMAT": (415, "Invalid image format. Supported: JPEG, PNG, PDF"),
    "OCR_PROCESSING_FAILED": (500, "OCR processing failed"),
    "INTERNAL_ERROR": (500, "Error interno del servidor"),
    "NOT_FOUND": (404, "Recurso no encontrado"),
    "METHOD_NOT_ALLOWED": (405, "Método no permitido"),
}
PATTERN = (
    "No se pudieron detectar todos los campos obligatorios. Campos faltantes: {}. Por favor, sube una nueva imagen "
    "donde estos campos sean claramente visibles, o usa el endpoint /api/v4/invoices/upload-ocr-retry para reintentar "
    "con una imagen adicional."
)


def answering(outcome: LumisOutcome | Unreadable) -> Any:
    def react(event: Event) -> Event | None:
        if not isinstance(event, DocumentUploaded):
            return None
        return reconciled(event, outcome) if isinstance(outcome, LumisOutcome) else unreadable(event, outcome)

    return react


def envelope(reply: Reply) -> dict[str, Any]:
    """The body after its ids and times were checked."""
    body = reply.json
    assert reply.headers["Content-Type"].startswith("application/json")
    assert list(body) == ["success", "data", "error", "request_id", "timestamp", "execution_time_ms", "cached"]
    assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", body["request_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", body["timestamp"])
    assert isinstance(body["execution_time_ms"], int)
    assert body["cached"] is False
    return dict(body)


def assert_error(reply: Reply, code: str) -> None:
    status, message = ERRORS[code]
    body = envelope(reply)
    assert (reply.status, body["success"], body["data"]) == (status, False, None)
    wanted = {
        "code": code,
        "message": message,
        "details": {"success": False, "cost_lumis": 0, "message": message},
    }
    assert json.dumps(body["error"]) == json.dumps(wanted)


async def nothing_left(gateway: Gateway) -> bool:
    """No file is kept and nothing was published."""
    return not gateway.bus.published and await gateway.database["files"].count_documents({}) == 0


async def test_a_complete_invoice_is_answered_as_printed(gateway: Gateway) -> None:
    gateway.bus.react = answering(COMPLETE)
    reply = await gateway.upload(("image", JPEG), ("mode", "1"))
    body = envelope(reply)
    products = [
        {"name": "Coca Cola 500ml", "quantity": 2, "unit_price": 1.5, "total_price": 3},
        {"name": "Pan Integral", "quantity": 1.5, "unit_price": 2.25, "total_price": 2.25},
    ]
    wanted = {
        "success": True,
        "cufe": "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0",
        "invoice_number": "001-002-123456",
        "issuer_name": "Super Xtra Centro",
        "issuer_ruc": "155751938-2-2024",
        "issuer_dv": "66",
        "date": "2024-12-15",
        "total": 125.5,
        "products": products,
        "products_count": 2,
        "cost_lumis": 15,
        "status": "pending_validation",
        "message": "Factura procesada exitosamente",
        "missing_fields": None,
        "extracted_data": {
            "ruc": "155751938-2-2024",
            "dv": "66",
            "invoice_number": "001-002-123456",
            "total": 125.5,
            "products": products,
            "issuer_name": "Super Xtra Centro",
            "issuer_address": "Plaza Central, Local 5",
            "date": "2024-12-15",
            "tot_itbms": 8.93,
        },
        "cufe_source": "generated",
        "duplicate_of": None,
        "warnings": ["DV_MISMATCH"],
    }
    assert (reply.status, body["success"], body["error"]) == (200, True, None)
    assert json.dumps(body["data"]) == json.dumps(wanted)


async def test_what_is_published_describes_the_file_that_is_kept(gateway: Gateway) -> None:
    gateway.bus.react = answering(COMPLETE)
    before = datetime.now(UTC)
    reply = await gateway.upload(("mode", "2"), ("file", PDF), user="user-7")
    (uploaded,) = gateway.bus.of(DocumentUploaded)
    assert uploaded.request_id == reply.json["request_id"]
    assert (uploaded.user_id, uploaded.schema_name, uploaded.mode) == ("user-7", "lumis", 2)
    assert (uploaded.content_type, uploaded.size, uploaded.origin) == ("application/pdf", len(PDF), "gateway-test")
    assert uploaded.answer_by - uploaded.received_at == timedelta(seconds=30)
    assert before <= uploaded.received_at <= datetime.now(UTC)
    assert await gateway.deps.files.read(uploaded.file_id) == PDF
    (hold,) = gateway.bus.asked(HoldCredits)
    assert (hold.request_id, hold.user_id, hold.operation) == (uploaded.request_id, "user-7", "upload")
    assert len(gateway.deps.waiters) == 0


async def test_missing_fields_are_answered_as_printed_and_cost_15(gateway: Gateway) -> None:
    gateway.bus.react = answering(INCOMPLETE)
    reply = await gateway.upload(("image", PNG))
    body = envelope(reply)
    message = PATTERN.format("Dígito Verificador (DV), Detalle de Productos")
    wanted = {
        "code": "VALIDATION_FAILED",
        "message": message,
        "details": {
            "success": False,
            "cost_lumis": 15,
            "message": message,
            "cufe": None,
            "invoice_number": "001-002-123456",
            "issuer_name": "Super Xtra Centro",
            "issuer_ruc": "155751938-2-2024",
            "issuer_dv": None,
            "date": "2024-12-15",
            "total": 125.5,
            "products": [],
            "products_count": 0,
            "missing_fields": [
                {"field_name": field.field_name, "field_key": field.field_key, "description": field.description}
                for field in MISSING
            ],
            "extracted_data": {
                "ruc": "155751938-2-2024",
                "dv": None,
                "invoice_number": "001-002-123456",
                "total": 125.5,
                "products": [],
                "issuer_name": "Super Xtra Centro",
                "issuer_address": "Plaza Central, Local 5",
                "date": "2024-12-15",
                "tot_itbms": None,
            },
            "partial_data": {
                "invoice_number": "001-002-123456",
                "issuer_name": "Super Xtra Centro",
                "total": 125.5,
                "products_count": 0,
            },
        },
    }
    assert (reply.status, body["success"], body["data"]) == (422, False, None)
    assert json.dumps(body["error"]) == json.dumps(wanted)


@pytest.mark.parametrize("reason", [reason for reason in Unreadable if reason.documents_fault])
async def test_a_document_at_fault_misses_everything_and_costs_nothing(gateway: Gateway, reason: Unreadable) -> None:
    gateway.bus.react = answering(reason)
    reply = await gateway.upload(("image", JPEG))
    error = envelope(reply)["error"]
    names = "RUC del comercio, Dígito Verificador (DV), Número de Factura, Monto Total, Detalle de Productos"
    assert (reply.status, error["code"], error["message"]) == (422, "VALIDATION_FAILED", PATTERN.format(names))
    details = error["details"]
    assert (details["cost_lumis"], details["reason"]) == (0, reason.name)
    keys = [field["field_key"] for field in details["missing_fields"]]
    assert keys == ["ruc", "dv", "invoice_number", "total", "products"]
    assert all(field["description"] for field in details["missing_fields"])
    nulls = dict.fromkeys(("ruc", "dv", "invoice_number", "total"))
    rest = dict.fromkeys(("issuer_name", "issuer_address", "date", "tot_itbms"))
    assert json.dumps(details["extracted_data"]) == json.dumps({**nulls, "products": [], **rest})


@pytest.mark.parametrize("reason", [reason for reason in Unreadable if not reason.documents_fault])
async def test_a_failure_of_ours_is_a_500_that_costs_nothing(gateway: Gateway, reason: Unreadable) -> None:
    gateway.bus.react = answering(reason)
    assert_error(await gateway.upload(("image", JPEG)), "OCR_PROCESSING_FAILED")
    assert not gateway.bus.of(DocumentAbandoned)


async def test_an_empty_account_gets_the_402_as_printed_and_its_file_is_gone(gateway: Gateway) -> None:
    gateway.bus.answers[HoldCredits] = Refused("INSUFFICIENT_LUMIS", "no", {"price": 15, "available": 3})
    reply = await gateway.upload(("image", JPEG))
    wanted = {
        "code": "OCR_PROCESSING_FAILED",
        "message": "OCR processing failed",
        "details": {
            "success": False,
            "cost_lumis": 15,
            "message": "Saldo insuficiente de Lümis. Necesitas 15 Lümis.",
            "cufe": None,
            "extracted_data": None,
            "partial_data": {"invoice_number": None, "issuer_name": None, "total": None, "products_count": None},
            "reason": "INSUFFICIENT_LUMIS",
            "charged_lumis": 0,
        },
    }
    assert reply.status == 402
    assert json.dumps(envelope(reply)["error"]) == json.dumps(wanted)
    assert await nothing_left(gateway)
    assert await gateway.database["requests"].count_documents({}) == 0


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "NO_IMAGE_FILE"),
        ([("mode", "1")], "NO_IMAGE_FILE"),
        ([("picture", JPEG)], "NO_IMAGE_FILE"),
        ([("image", b"")], "NO_IMAGE_DATA"),
        ([("image", b""), ("file", JPEG)], "NO_IMAGE_DATA"),
        ([("image", b"GIF89a...")], "INVALID_FORMAT"),
        ([("image", "plain text")], "INVALID_FORMAT"),
        ([("image", JPEG), ("mode", "3")], "INVALID_MODE"),
        ([("mode", "0"), ("image", JPEG)], "INVALID_MODE"),
        ([("image", JPEG), ("mode", "")], "INVALID_MODE"),
        ([("image", JPEG), ("mode", "uno")], "INVALID_MODE"),
        ([("image", b"\xff\xd8\xff".ljust(10_485_761, b"x"))], "FILE_TOO_LARGE"),
    ],
)
async def test_a_bad_upload_gets_its_error_and_costs_nothing(
    gateway: Gateway, parts: list[tuple[str, bytes | str]], code: str
) -> None:
    form = parts or [("nothing", "")]
    assert_error(await gateway.upload(*form), code)
    assert await nothing_left(gateway)
    assert not gateway.bus.calls


@pytest.mark.parametrize("content_type", [None, "application/json", "multipart/form-data"])
async def test_a_body_that_is_no_form_is_refused(gateway: Gateway, content_type: str | None) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    reply = await gateway.send("POST", "/api/v4/invoices/upload-ocr", data=b"{}", headers=headers)
    assert_error(reply, "INVALID_MULTIPART")


async def test_a_bad_token_is_told_before_anything_else(gateway: Gateway) -> None:
    for headers in ({}, {"Authorization": "Bearer a.b.c"}):
        reply = await gateway.send("POST", "/api/v4/invoices/upload-ocr", user=None, data=b"junk", headers=headers)
        assert_error(reply, "UNAUTHORIZED")
        assert reply.headers["WWW-Authenticate"] == "Bearer"


async def test_the_longest_file_is_taken(gateway: Gateway) -> None:
    gateway.bus.react = answering(COMPLETE)
    longest = JPEG.ljust(10_485_760, b"\0")
    assert (await gateway.upload(("image", longest))).status == 200
    (uploaded,) = gateway.bus.of(DocumentUploaded)
    assert uploaded.size == 10_485_760
    assert await gateway.deps.files.read(uploaded.file_id) == longest


async def test_image_wins_over_file_and_other_parts_are_ignored(gateway: Gateway) -> None:
    gateway.bus.react = answering(COMPLETE)
    await gateway.upload(("file", PDF), ("note", "x"), ("image", PNG), ("mode", " 2 "))
    await gateway.upload(("image", PNG), ("file", PDF))
    assert [event.content_type for event in gateway.bus.of(DocumentUploaded)] == ["image/png", "image/png"]


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
    assert row["published"] is True  # so that no sweep publishes it
    assert "outgoing" not in row


@pytest.mark.parametrize("error", [Unavailable("away"), CallTimedOut("late")])
async def test_a_ledger_that_is_away_costs_nothing_and_leaves_nothing(gateway: Gateway, error: Exception) -> None:
    gateway.bus.answers[HoldCredits] = error
    gateway.bus.answers[ReleaseHold] = error
    assert_error(await gateway.upload(("image", JPEG)), "INTERNAL_ERROR")
    assert await nothing_left(gateway)
    assert gateway.bus.asked(ReleaseHold)


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
    for path in ("/api/v4/nothing", "/", "/api/facturacion/nada"):
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
