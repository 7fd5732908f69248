"""The second look over HTTP: the printed clients' state machine until an invoice is whole."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.multipart_bodies import ENCODERS
from tests.support.ocr_service import RETRY, OcrService
from tests.support.papers import Paper, draw, make_invoice
from tests.support.platform import Platform

PAPERS = Path(__file__).parents[1] / "data" / "papers"
FIRST = (PAPERS / "fiscal-missing.jpg").read_bytes()
DETAIL = (PAPERS / "fiscal-detail.jpg").read_bytes()
TRUTH = make_invoice(Paper("fiscal", 27))
WHOLE = json.loads((PAPERS / "fiscal-detail.json").read_text(encoding="utf-8"))


def heading() -> bytes:
    """The same invoice's upper end: RUC and DV, no products."""
    return draw(Paper("fiscal", 27, "good", omitted=("invoice_number", "date", "total", "products"))).content


def service(platform: Platform, user: str, encoder: str = "httpx") -> OcrService:
    async def send(path: str, image: bytes, texts: Mapping[str, str]) -> dict[str, Any]:
        body, content_type = ENCODERS[encoder](image, texts)
        headers = {**platform.headers(user), "Content-Type": content_type}
        async with platform.client.post(path, data=body, headers=headers) as response:
            answer = dict(await response.json())
        return {**answer, "http_status": response.status}

    return OcrService(send)


def keys(result: dict[str, Any]) -> list[str]:
    return [field["field_key"] for field in result["missing"]]


@pytest.mark.parametrize("encoder", list(ENCODERS))
async def test_two_retries_make_an_incomplete_invoice_whole(platform: Platform, encoder: str) -> None:
    user = await platform.user(lumis=25)
    ocr = service(platform, user, encoder)
    missing = await ocr.upload_invoice(FIRST)
    assert keys(missing) == ["dv", "products"]
    still = await ocr.retry_missing_fields(heading(), keys(missing))
    details = ocr.answers[1]["error"]["details"]
    assert (ocr.answers[1]["http_status"], keys(still)) == (422, ["products"])
    assert (details["retry_mode"], details["searched_fields"], details["cost_lumis"]) == (True, ["dv", "products"], 5)
    assert still["extracted"]["dv"] == TRUTH.till.dv
    assert still["extracted"]["invoice_number"] == TRUTH.number
    data = await ocr.retry_missing_fields(DETAIL, keys(still))
    assert (ocr.answers[2]["http_status"], data["status"], data["cost_lumis"]) == (200, "pending_validation", 5)
    assert (data["issuer_ruc"], data["issuer_dv"], data["invoice_number"]) == (
        TRUTH.till.ruc,
        TRUTH.till.dv,
        TRUTH.number,
    )
    assert data["total"] == float(TRUTH.total)
    assert [p["total_price"] for p in data["products"]] == [p["total_price"] for p in WHOLE["products"]]
    assert (len(data["cufe"]), data["cufe_source"]) == (40, "generated")
    assert ocr.extracted_data is None
    request = await platform.request_with(ocr.answers[2]["request_id"], user, "credits.settled.v1", "user.tagged.v1")
    assert request["operation"] == "retry"
    assert request["result"]["data"] == data
    for answer in ocr.answers[:2]:
        await platform.request_with(answer["request_id"], user, "credits.settled.v1")
    assert [m.amount for m in await platform.movements(user)] == [-5, -5, -15, 25]
    balance = await platform.balance(user)
    assert (balance.balance, balance.held) == (0, 0)
    tags = [row["tag"] async for row in platform.db["lumimatch"]["user_tags"].find({"user_id": user})]
    assert f"issuer_ruc:{TRUTH.till.ruc}" in tags


async def test_one_picture_of_the_whole_invoice_is_enough_and_a_later_upload_of_it_is_a_duplicate(
    platform: Platform,
) -> None:
    user = await platform.user(lumis=35)
    ocr = service(platform, user)
    missing = await ocr.upload_invoice(FIRST)
    whole = draw(Paper("fiscal", 27, "good")).content
    data = await ocr.retry_missing_fields(whole, keys(missing))
    assert (data["success"], data["retry_mode"], data["issuer_dv"]) == (True, True, TRUTH.till.dv)
    stored = await platform.db["reconciler"]["invoices"].find_one({"_id": ocr.answers[1]["request_id"]})
    assert stored is not None
    assert (stored["status"], stored["user_id"]) == ("pending_validation", user)
    again = await ocr.upload_invoice(whole)
    assert again["duplicate_of"] == ocr.answers[1]["request_id"]


async def test_a_retry_that_failed_is_shown_to_its_owner_in_its_own_words(platform: Platform) -> None:
    user = await platform.user(lumis=20)
    ocr = service(platform, user)
    missing = await ocr.upload_invoice(FIRST)
    await ocr.retry_missing_fields(heading(), keys(missing))
    answer = ocr.answers[1]
    request = await platform.request_with(answer["request_id"], user, "credits.settled.v1")
    assert request["result"]["error"] == answer["error"]
    assert await platform.db["lumimatch"]["user_tags"].count_documents({"user_id": user}) == 0


async def test_without_five_lumis_nothing_is_searched_or_taken(platform: Platform) -> None:
    user = await platform.user(lumis=19)
    ocr = service(platform, user)
    missing = await ocr.upload_invoice(FIRST)
    await platform.request_with(ocr.answers[0]["request_id"], user, "credits.settled.v1")
    result = await ocr.retry_missing_fields(DETAIL, keys(missing))
    error = ocr.answers[1]["error"]
    assert (ocr.answers[1]["http_status"], error["code"]) == (402, "OCR_PROCESSING_FAILED")
    assert error["details"]["message"] == "Saldo insuficiente de Lümis. Necesitas 5 Lümis."
    assert (error["details"]["cost_lumis"], error["details"]["charged_lumis"]) == (5, 0)
    assert (result["missing"], result["extracted"]) == ([], missing["extracted"])
    assert (await platform.balance(user)).available == 4


async def test_a_picture_that_cannot_be_read_costs_nothing_and_gives_the_clients_data_back(platform: Platform) -> None:
    user = await platform.user(lumis=20)
    ocr = service(platform, user)
    missing = await ocr.upload_invoice(FIRST)
    result = await ocr.retry_missing_fields(b"\xff\xd8\xff" + bytes(100), keys(missing))
    assert result["extracted"] == missing["extracted"]
    assert (ocr.answers[1]["http_status"], ocr.answers[1]["error"]["details"]["reason"]) == (422, "DAMAGED")
    await platform.request_with(ocr.answers[1]["request_id"], user, "credits.released.v1")
    assert (await platform.balance(user)).available == 5


async def test_a_client_that_merges_by_itself_gets_what_it_searched(platform: Platform) -> None:
    user = await platform.user(lumis=5)
    body, content_type = ENCODERS["curl"](DETAIL, {"missing_fields": '["products"]'})
    headers = {**platform.headers(user), "Content-Type": content_type}
    async with platform.client.post(RETRY, data=body, headers=headers) as response:
        answer = await response.json()
    data = answer["data"]
    assert (response.status, data["status"], data["cufe"]) == (200, "fields_extracted", None)
    assert data["products_count"] == len(WHOLE["products"])
