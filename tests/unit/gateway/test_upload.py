"""POST /api/v4/invoices/upload-ocr over real HTTP: every answer of the contract, to the letter."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from shared.contracts.credits import HoldCredits
from shared.contracts.documents import DocumentAbandoned, DocumentUploaded, Unreadable
from shared.errors import Refused
from tests.support.gateway import JPEG, PDF, PNG, Gateway
from tests.support.invoices import COMPLETE, INCOMPLETE, MISSING
from tests.support.upload_answers import PATTERN, answering, assert_error, envelope, nothing_left


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
