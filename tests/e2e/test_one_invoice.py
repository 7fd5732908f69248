"""The main job over HTTP: a paper in, a checked invoice out, through six services, with the local engine alone."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import badfiles
from tests.support.platform import UPLOAD, Platform

PAPERS = Path(__file__).parents[1] / "data" / "papers"
WHOLE_STORY = (
    "credits.held.v1",
    "document.uploaded.v1",
    "document.recognized.v1",
    "document.reconciled.v1",
    "credits.settled.v1",
    "user.tagged.v1",
)


def paper(name: str) -> tuple[bytes, dict[str, Any]]:
    path = PAPERS / name
    return path.read_bytes(), json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


async def test_a_drawn_invoice_is_read_charged_and_tagged(platform: Platform) -> None:
    user = await platform.user(lumis=100)
    content, truth = paper("demo.jpg")
    status, answer = await platform.upload(user, content, mode="1")
    assert status == 200, answer
    data = answer["data"]
    assert (data["issuer_ruc"], data["issuer_dv"], data["invoice_number"]) == (
        truth["ruc"],
        truth["dv"],
        truth["invoice_number"],
    )
    assert (data["date"], data["total"], data["cost_lumis"]) == (truth["date"], truth["total"], 15)
    assert [product["total_price"] for product in data["products"]] == [
        product["total_price"] for product in truth["products"]
    ]
    assert (answer["success"], answer["error"], data["status"]) == (True, None, "pending_validation")
    request = await platform.request_with(answer["request_id"], user, *WHOLE_STORY)
    assert request["result"]["data"]["invoice_number"] == truth["invoice_number"]
    assert len(request["timeline"]) == len(WHOLE_STORY)
    balance = await platform.balance(user)
    assert (balance.balance, balance.held) == (85, 0)
    assert [(m.kind, m.amount) for m in await platform.movements(user)] == [("charge", -15), ("grant", 100)]
    tags = [row["tag"] async for row in platform.db["lumimatch"]["user_tags"].find({"user_id": user})]
    assert f"issuer_ruc:{truth['ruc']}" in tags
    assert any(tag.startswith("product_") for tag in tags)


async def test_the_same_paper_again_is_told_as_a_duplicate_and_changes_no_tag_count(platform: Platform) -> None:
    user = await platform.user(lumis=30)
    content, _ = paper("demo.jpg")
    _, first = await platform.upload(user, content)
    _, second = await platform.upload(user, content)
    assert second["data"]["duplicate_of"] == first["request_id"]
    await platform.request_with(second["request_id"], user, "user.tagged.v1")
    counts = [row["count"] async for row in platform.db["lumimatch"]["user_tags"].find({"user_id": user})]
    assert counts
    assert set(counts) == {1}


async def test_missing_mandatory_fields_are_told_and_charged_and_nothing_is_tagged(platform: Platform) -> None:
    user = await platform.user(lumis=15)
    content, truth = paper("fiscal-missing.jpg")
    status, answer = await platform.upload(user, content)
    details = answer["error"]["details"]
    assert (status, answer["error"]["code"], details["cost_lumis"]) == (422, "VALIDATION_FAILED", 15)
    assert [field["field_key"] for field in details["missing_fields"]] == truth["omitted"]
    assert details["extracted_data"]["ruc"] == truth["ruc"]
    await platform.request_with(answer["request_id"], user, "credits.settled.v1")
    assert (await platform.balance(user)).balance == 0
    assert await platform.db["lumimatch"]["user_tags"].count_documents({"user_id": user}) == 0


async def test_without_enough_lumis_nothing_is_read_or_taken(platform: Platform) -> None:
    user = await platform.user(lumis=14)
    status, answer = await platform.upload(user, paper("demo.jpg")[0])
    assert (status, answer["error"]["details"]["reason"]) == (402, "INSUFFICIENT_LUMIS")
    assert (await platform.balance(user)).available == 14


BAD_FILES: list[tuple[str, Callable[[], bytes], int]] = [
    ("an empty file", badfiles.empty, 400),
    ("a zip", badfiles.zip_archive, 415),
    ("a GIF", badfiles.gif, 415),
    ("plain text", badfiles.plain_text, 415),
    ("a file over 10 MiB", lambda: badfiles.plain_jpeg() + bytes(10_485_760), 413),
    ("a picture without pixels", badfiles.zero_pixel_png, 422),
    ("a picture of 30,000 x 30,000 pixels", badfiles.png_bomb, 422),
    ("a picture of 14,000 x 14,000 pixels", badfiles.wide_png, 422),
    ("a JPEG that was cut off", badfiles.truncated_jpeg, 422),
    ("a PDF that asks for a password", lambda: badfiles.encrypted_pdf("secret"), 422),
    ("a PDF of 200,000 pages", badfiles.many_pages_pdf, 422),
    ("a JPEG that is a PDF too", badfiles.jpeg_and_pdf, 422),
    ("a page of five metres", badfiles.huge_page_pdf, 422),
    ("a picture with nothing on it", badfiles.plain_jpeg, 422),
]


@pytest.mark.parametrize(("make", "expected"), [row[1:] for row in BAD_FILES], ids=[row[0] for row in BAD_FILES])
async def test_a_bad_file_is_refused_in_time_and_the_next_request_is_served(
    platform: Platform, make: Callable[[], bytes], expected: int
) -> None:
    user = await platform.user(lumis=45)
    status, answer = await platform.upload(user, make())
    assert status == expected, answer
    assert answer["success"] is False
    assert isinstance(answer["error"]["details"], dict)
    assert answer["execution_time_ms"] < 30_000
    status, _ = await platform.upload(user, paper("page-text.pdf")[0])
    assert status == 200


async def test_a_file_that_cannot_be_decoded_costs_nothing(platform: Platform) -> None:
    user = await platform.user(lumis=15)
    status, answer = await platform.upload(user, badfiles.truncated_jpeg())
    details = answer["error"]["details"]
    assert (status, details["cost_lumis"], details["reason"]) == (422, 0, "DAMAGED")
    assert len(details["missing_fields"]) == 5
    await platform.request_with(answer["request_id"], user, "credits.released.v1")
    assert (await platform.balance(user)).available == 15


async def test_the_picture_is_gone_after_processing(platform: Platform) -> None:
    user = await platform.user(lumis=15)
    _, answer = await platform.upload(user, paper("page-text.pdf")[0])
    await platform.request_with(answer["request_id"], user, *WHOLE_STORY)
    assert await platform.db["documents"]["files"].count_documents({}) == 0


async def test_sunat_catalogues_come_through_the_gateway(platform: Platform) -> None:
    status, answer = await platform.get("/api/facturacion/catalogos/tipo-precio", "anyone")
    assert (status, answer["success"]) == (200, True)
    assert [entry["codigo"] for entry in answer["data"]] == ["01", "02"]
    status, answer = await platform.get("/api/facturacion/catalogos/no-such", "anyone")
    assert (status, answer["success"]) == (404, False)


async def test_another_user_does_not_see_a_request_and_an_unknown_path_is_json(platform: Platform) -> None:
    user = await platform.user(lumis=15)
    _, answer = await platform.upload(user, paper("page-text.pdf")[0])
    status, _ = await platform.get(f"/api/v4/requests/{answer['request_id']}", "somebody-else")
    assert status == 404
    status, answer = await platform.get("/api/v4/nothing", user)
    assert (status, answer["success"]) == (404, False)
    async with platform.client.get(UPLOAD) as response:
        assert response.status == 405
        assert (await response.json())["success"] is False
