"""POST /api/v4/invoices/upload-ocr-retry over real HTTP: every answer of the contract, to the letter."""

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.http import Problem
from gateway.retry_form import read_retry
from shared.contracts.credits import HoldCredits, HoldPlaced
from shared.contracts.documents import DocumentUploaded, Unreadable
from shared.contracts.lumis import ExtractedData, LumisOutcome, Product
from shared.contracts.message import Event
from shared.errors import Refused
from tests.support.gateway import BALANCE, JPEG, Gateway, Reply
from tests.support.invoices import COMPLETE, EXTRACTED, MISSING, reconciled, unreadable
from tests.support.multipart_bodies import ENCODERS
from tests.support.ocr_service import RETRY

PREVIOUS: dict[str, Any] = {
    "ruc": "155751938-2-2024",
    "dv": None,
    "invoice_number": "001-002-123456",
    "total": 125.50,
    "products": [],
    "issuer_name": "Super Xtra Centro",
    "date": "2024-12-15",
}
"""The seed's own, with keys left out."""
KNOWN = ExtractedData(
    ruc="155751938-2-2024",
    invoice_number="001-002-123456",
    total=Decimal("125.50"),
    issuer_name="Super Xtra Centro",
    date="2024-12-15",
)
ASKED = {"missing_fields": '["dv", "products"]', "previous_data": json.dumps(PREVIOUS)}
RETRIED = {"searched_fields": ("dv", "products"), "found_all_searched": True}
WHOLE = COMPLETE.model_copy(update=RETRIED)
PARTIAL = LumisOutcome(
    complete=False,
    extracted=KNOWN.model_copy(update={"dv": "66"}),
    missing_fields=MISSING[1:],
    searched_fields=("dv", "products"),
    found_all_searched=False,
)
POOR = Refused("INSUFFICIENT_LUMIS", "poor", {"price": 5, "available": 4})
PRODUCTS = [
    {"name": "Coca Cola 500ml", "quantity": 2, "unit_price": 1.5, "total_price": 3},
    {"name": "Pan Integral", "quantity": 1.5, "unit_price": 2.25, "total_price": 2.25},
]
ERRORS = [
    ({}, "MISSING_FIELDS_REQUIRED", "No se envió missing_fields."),
    ({"missing_fields": " "}, "MISSING_FIELDS_REQUIRED", "No se envió missing_fields."),
    ({"missing_fields": "[]"}, "EMPTY_MISSING_FIELDS", "El array missing_fields está vacío."),
    (
        {"missing_fields": '["dv", "cufe"]'},
        "INVALID_FIELD_KEY",
        "field_key inválido: 'cufe'. Válidos: ruc, dv, invoice_number, total, products.",
    ),
]
ERRORS += [
    ({"missing_fields": text}, "INVALID_MISSING_FIELDS_FORMAT", "missing_fields no es un array JSON válido.")
    for text in ("dv", '"dv"', "null", "{}", "[1]", '[{"field_key": "dv"}]', '["dv"', "[" * 4000, '["dv"]' + " " * 5000)
]
ERRORS += [
    (
        {"missing_fields": '["dv"]', "previous_data": text},
        "INVALID_PREVIOUS_DATA_FORMAT",
        "previous_data no es un objeto JSON válido.",
    )
    for text in (
        "",
        "null",
        "[]",
        "{'ruc': 1}",
        '{"ruc": 12}',
        '{"dv": ["66"]}',
        '{"total": "125.50"}',
        '{"total": true}',
        '{"total": NaN}',
        '{"total": 1e12}',
        '{"total": 1e9999999999999999999}',
        '{"products": {}}',
        '{"products": [null]}',
        '{"products": [{"name": 7}]}',
        '{"date": "15/12/2024"}',
        '{"date": "2024-02-31"}',
        '{"ruc": "' + "1" * 4097 + '"}',
        '{"products": [' + ",".join(["{}"] * 1001) + "]}",
        "{" + " " * 262_144 + "}",
        "[" * 100_000,
    )
]


def answering(outcome: LumisOutcome | Unreadable) -> Callable[[Event], Event | None]:
    def react(event: Event) -> Event | None:
        if not isinstance(event, DocumentUploaded):
            return None
        return reconciled(event, outcome) if isinstance(outcome, LumisOutcome) else unreadable(event, outcome)

    return react


async def retry(
    gateway: Gateway, texts: dict[str, str] | None = None, image: bytes = JPEG, encoder: str = "curl", **options: Any
) -> Reply:
    gateway.bus.answers[HoldCredits] = options.pop("hold", HoldPlaced(price=5, balance=BALANCE))
    body, content_type = ENCODERS[encoder](image, ASKED if texts is None else texts)
    headers = {"Content-Type": content_type}
    return await gateway.send("POST", RETRY, data=io.BytesIO(body), headers=headers, **options)


@pytest.mark.parametrize("encoder", list(ENCODERS))
async def test_every_clients_body_is_understood_and_goes_to_the_reader(gateway: Gateway, encoder: str) -> None:
    gateway.bus.react = answering(WHOLE)
    reply = await retry(gateway, encoder=encoder)
    assert reply.status == 200, reply.text
    (event,) = gateway.bus.of(DocumentUploaded)
    assert event.retry.searched == ("dv", "products")
    assert event.retry.previous == KNOWN
    (hold,) = gateway.bus.asked(HoldCredits)
    assert hold.operation == "retry"


async def test_a_complete_merge_is_answered_as_printed(gateway: Gateway) -> None:
    gateway.bus.react = answering(WHOLE)
    data = (await retry(gateway)).json["data"]
    wanted = {
        "success": True,
        "retry_mode": True,
        "searched_fields": ["dv", "products"],
        "cufe": "a1b2c3d4e5f6a7b8c9d0a1b2c3d4e5f6a7b8c9d0",
        "invoice_number": "001-002-123456",
        "issuer_name": "Super Xtra Centro",
        "issuer_ruc": "155751938-2-2024",
        "issuer_dv": "66",
        "date": "2024-12-15",
        "total": 125.5,
        "products": PRODUCTS,
        "products_count": 2,
        "cost_lumis": 5,
        "status": "pending_validation",
        "message": "¡Factura completa! Todos los campos obligatorios fueron extraídos.",
        "missing_fields": None,
        "extracted_data": {
            "ruc": "155751938-2-2024",
            "dv": "66",
            "invoice_number": "001-002-123456",
            "total": 125.5,
            "products": PRODUCTS,
            "issuer_name": "Super Xtra Centro",
            "issuer_address": "Plaza Central, Local 5",
            "date": "2024-12-15",
            "tot_itbms": 8.93,
        },
        "cufe_source": "generated",
        "duplicate_of": None,
        "warnings": ["DV_MISMATCH"],
    }
    assert json.dumps(data) == json.dumps(wanted)


async def test_an_incomplete_merge_is_answered_as_printed(gateway: Gateway) -> None:
    gateway.bus.react = answering(PARTIAL)
    reply = await retry(gateway)
    message = "Aún no se pudieron detectar todos los campos requeridos. Faltan: Detalle de Productos"
    wanted = {
        "code": "RETRY_EXTRACTION_INCOMPLETE",
        "message": message,
        "details": {
            "success": False,
            "retry_mode": True,
            "searched_fields": ["dv", "products"],
            "cost_lumis": 5,
            "message": message,
            "cufe": None,
            "invoice_number": "001-002-123456",
            "issuer_name": "Super Xtra Centro",
            "issuer_ruc": "155751938-2-2024",
            "issuer_dv": "66",
            "date": "2024-12-15",
            "total": 125.5,
            "products": [],
            "products_count": 0,
            "missing_fields": [
                {
                    "field_name": "Detalle de Productos",
                    "field_key": "products",
                    "description": "Al menos un producto con descripción y monto (ej: 'Coca Cola 500ml - $1.50')",
                }
            ],
            "extracted_data": {
                "ruc": "155751938-2-2024",
                "dv": "66",
                "invoice_number": "001-002-123456",
                "total": 125.5,
                "products": [],
                "issuer_name": "Super Xtra Centro",
                "issuer_address": None,
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
    assert (reply.status, reply.json["success"], reply.json["data"]) == (422, False, None)
    assert reply.json["error"] == wanted


async def test_without_previous_data_what_was_searched_is_enough(gateway: Gateway) -> None:
    alone = PARTIAL.model_copy(update={"searched_fields": ("dv",), "found_all_searched": True})
    gateway.bus.react = answering(alone)
    data = (await retry(gateway, {"missing_fields": '["dv"]'})).json["data"]
    assert (data["status"], data["cufe"], data["issuer_dv"], data["missing_fields"]) == (
        "fields_extracted",
        None,
        "66",
        None,
    )


async def test_without_previous_data_a_searched_field_that_was_not_found_is_missing(gateway: Gateway) -> None:
    gateway.bus.react = answering(PARTIAL)
    reply = await retry(gateway, {"missing_fields": '["dv", "products"]'})
    assert (reply.status, reply.json["error"]["code"]) == (422, "RETRY_EXTRACTION_INCOMPLETE")


@pytest.mark.parametrize(("texts", "code", "message"), ERRORS)
async def test_bad_text_parts_are_told_to_the_letter_and_cost_nothing(
    gateway: Gateway, texts: dict[str, str], code: str, message: str
) -> None:
    reply = await retry(gateway, texts)
    details = {"success": False, "cost_lumis": 0, "message": message}
    assert reply.status == 400
    assert json.dumps(reply.json["error"]) == json.dumps({"code": code, "message": message, "details": details})
    assert (gateway.bus.calls, gateway.bus.published) == ([], [])


@pytest.mark.parametrize(
    ("user", "image", "texts", "wanted"),
    [
        (None, b"GIF89a", {}, (401, "UNAUTHORIZED")),
        ("user-1", b"", {}, (400, "NO_IMAGE_DATA")),
        ("user-1", b"GIF89a", {}, (415, "INVALID_FORMAT")),
        ("user-1", JPEG + bytes(10_485_760), {}, (413, "FILE_TOO_LARGE")),
        ("user-1", JPEG, {"missing_fields": "x", "previous_data": "x"}, (400, "INVALID_MISSING_FIELDS_FORMAT")),
        ("user-1", JPEG, {"missing_fields": '["dv"]', "previous_data": "x"}, (400, "INVALID_PREVIOUS_DATA_FORMAT")),
        ("user-1", JPEG, ASKED, (402, "OCR_PROCESSING_FAILED")),
    ],
)
async def test_checks_come_in_the_order_of_the_contract(
    gateway: Gateway, user: str | None, image: bytes, texts: dict[str, str], wanted: tuple[int, str]
) -> None:
    reply = await retry(gateway, texts, image, user=user, hold=POOR)
    assert (reply.status, reply.json["error"]["code"]) == wanted


async def test_without_five_lumis_the_price_is_told(gateway: Gateway) -> None:
    details = (await retry(gateway, hold=POOR)).json["error"]["details"]
    assert details["message"] == "Saldo insuficiente de Lümis. Necesitas 5 Lümis."
    assert (details["cost_lumis"], details["charged_lumis"], details["extracted_data"]) == (5, 0, None)


async def test_an_unreadable_picture_gives_the_clients_data_back(gateway: Gateway) -> None:
    gateway.bus.react = answering(Unreadable.DAMAGED)
    error = (await retry(gateway)).json["error"]
    details = error["details"]
    assert error["code"] == "RETRY_EXTRACTION_INCOMPLETE"
    assert [field["field_key"] for field in details["missing_fields"]] == ["dv", "products"]
    assert (details["extracted_data"]["total"], details["cost_lumis"], details["reason"]) == (125.5, 0, "DAMAGED")


async def test_an_unreadable_picture_of_a_known_invoice_still_names_what_was_searched(gateway: Gateway) -> None:
    gateway.bus.react = answering(Unreadable.DAMAGED)
    whole = {**PREVIOUS, "dv": "66", "products": [{"name": "Pan", "quantity": 2, "unit_price": 1.5}]}
    texts = {"missing_fields": '["total"]', "previous_data": json.dumps(whole)}
    details = (await retry(gateway, texts)).json["error"]["details"]
    assert [field["field_key"] for field in details["missing_fields"]] == ["total"]


async def test_a_failure_of_all_providers_is_a_500(gateway: Gateway) -> None:
    gateway.bus.react = answering(Unreadable.PROVIDERS_FAILED)
    reply = await retry(gateway)
    assert (reply.status, reply.json["error"]["code"]) == (500, "OCR_PROCESSING_FAILED")


@pytest.mark.parametrize("outcome", [WHOLE, PARTIAL, Unreadable.DAMAGED])
async def test_the_request_shows_the_retrys_own_result(gateway: Gateway, outcome: LumisOutcome | Unreadable) -> None:
    gateway.bus.react = answering(outcome)
    answer = (await retry(gateway)).json
    (event,) = gateway.bus.of(DocumentUploaded)
    end = reconciled(event, outcome) if isinstance(outcome, LumisOutcome) else unreadable(event, outcome)
    await gateway.follow(end)
    shown = (await gateway.send("GET", f"/api/v4/requests/{answer['request_id']}")).json["data"]
    assert shown["operation"] == "retry"
    assert shown["result"] == {key: answer[key] for key in ("success", "data", "error")}


async def test_a_retry_that_nobody_waits_for_is_accepted(gateway: Gateway) -> None:
    body, content_type = ENCODERS["httpx"](JPEG, ASKED)
    headers = {"Content-Type": content_type, "Prefer": "respond-async"}
    reply = await gateway.send("POST", RETRY, data=body, headers=headers)
    assert (reply.status, reply.json["data"]["state"]) == (202, "uploaded")


async def test_a_repeat_with_the_same_idempotency_key_is_charged_once(gateway: Gateway) -> None:
    gateway.bus.react = answering(PARTIAL)
    body, content_type = ENCODERS["httpx"](JPEG, ASKED)
    headers = {"Content-Type": content_type, "Idempotency-Key": "retry-1"}
    first, second = [await gateway.send("POST", RETRY, data=body, headers=headers) for _ in range(2)]
    assert first.status == second.status == 422
    assert first.text == second.text
    assert len(gateway.bus.asked(HoldCredits)) == len(gateway.bus.of(DocumentUploaded)) == 1


def test_keys_are_searched_once_in_the_clients_order() -> None:
    assert read_retry({"missing_fields": '["total", "dv", "total"]'}).searched == ("total", "dv")


def test_texts_are_one_line_amounts_exact_and_unknown_keys_ignored() -> None:
    text = (
        '{"ruc": " 1-2-3 ", "issuer_name": "A\\u0000\\nB\\ud800", "total": 0.1, "tot_itbms": 1.005, "zzz": [],'
        ' "products": [{"name": null, "quantity": 1e2, "unit_price": 0.91851, "note": 1}], "dv": "  ", "date": null}'
    )
    previous = read_retry({"missing_fields": '["dv"]', "previous_data": text}).previous
    assert previous == ExtractedData(
        ruc="1-2-3",
        issuer_name="A B",
        total=Decimal("0.10"),
        tot_itbms=Decimal("1.01"),
        products=(Product(name="", quantity=Decimal(100), unit_price=Decimal("0.91851")),),
    )
    assert str(previous.products[0].quantity) == "100"


def test_the_extracted_data_of_an_answer_is_always_accepted() -> None:
    shown = json.dumps(
        {**EXTRACTED.model_dump(mode="json"), "total": 125.5, "tot_itbms": 8.93, "products": PRODUCTS, "x": 1}
    )
    assert read_retry({"missing_fields": '["dv"]', "previous_data": shown}).previous == EXTRACTED


@given(st.text(), st.text())
def test_any_text_is_read_or_refused_with_a_400(missing_fields: str, previous_data: str) -> None:
    try:
        read_retry({"missing_fields": missing_fields, "previous_data": previous_data})
    except Problem as problem:
        assert problem.status == 400  # noqa: PT017 - a text may as well be fine
