"""Review, erasure and audit through the whole stack: tags follow the reviewer, every service tells what it erased."""

import json
from pathlib import Path
from typing import Any

from shared.redaction import pseudonym
from tests.support.platform import Platform
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "demo.jpg"
INVOICES = "/api/v4/admin/invoices"
REVIEWER = "e2e-reviewer"
ADMIN = "e2e-auditor"
SERVICES = {"gateway", "reconciler", "tagger", "ocr-engine", "ledger"}


async def send(
    platform: Platform, method: str, path: str, user: str, scope: str = "", **options: Any
) -> tuple[int, dict[str, Any]]:
    async with platform.client.request(method, path, headers=platform.headers(user, scope), **options) as response:
        return response.status, await response.json()


async def uploaded(platform: Platform) -> tuple[str, str, dict[str, Any]]:
    """A user with one tagged invoice, its upload's request id, and what was read."""
    user = await platform.user(lumis=30)
    status, answer = await platform.upload(user, PAPER.read_bytes())
    assert status == 200, answer
    await platform.request_with(answer["request_id"], user, "user.tagged.v1", "credits.settled.v1")
    assert await tags(platform, user)
    return user, answer["request_id"], answer["data"]


async def leave(platform: Platform, user: str) -> None:
    """Other tests count the buyers of this issuer."""
    status, _ = await send(platform, "DELETE", "/api/v4/lumimatch/tags", user)
    assert status == 200


async def tags(platform: Platform, user: str) -> set[str]:
    status, answer = await platform.get("/api/v4/lumimatch/tags?limit=200", user)
    assert status == 200, answer
    return {row["tag"] for row in answer["data"]["tags"]}


async def test_the_tags_of_a_rejected_invoice_go(platform: Platform) -> None:
    user, request_id, _ = await uploaded(platform)
    path = f"{INVOICES}/{request_id}"
    status, answer = await send(platform, "POST", f"{path}/reject", user, json={"reason": "x"})
    assert (status, answer["error"]["code"]) == (403, "FORBIDDEN")
    status, answer = await send(platform, "GET", path, REVIEWER, "reviewer")
    assert (status, answer["data"]["status"], answer["data"]["user"]) == (200, "pending_validation", pseudonym(user))
    status, answer = await send(platform, "POST", f"{path}/reject", REVIEWER, "reviewer", json={"reason": "ilegible"})
    assert (status, answer["data"]["status"], answer["data"]["reason"]) == (200, "rejected", "ilegible")

    async def gone() -> bool:
        return not await tags(platform, user)

    await until(gone, 30)
    await platform.request_with(request_id, user, "invoice.rejected.v1")
    status, again = await send(platform, "POST", f"{path}/reject", REVIEWER, "reviewer", json={"reason": "ilegible"})
    assert (status, again["data"]) == (200, answer["data"])
    status, answer = await send(platform, "POST", f"{path}/approve", REVIEWER, "reviewer")
    assert (status, answer["error"]["code"]) == (409, "ALREADY_REVIEWED")


async def test_a_corrected_invoice_gives_the_tags_of_the_corrected_data(platform: Platform) -> None:
    user, request_id, data = await uploaded(platform)
    path = f"{INVOICES}/{request_id}/correct"
    given = {**data["extracted_data"], "dv": None}
    body = {"extracted_data": given, "reason": "mal leída"}
    status, answer = await send(platform, "POST", path, REVIEWER, "reviewer", json=body)
    assert (status, answer["error"]["code"]) == (422, "INCOMPLETE_CORRECTION")
    products = [{"name": "Coca Cola 500ml", "quantity": 1, "unit_price": 1.5, "total_price": 1.5}]
    body["extracted_data"] = {**data["extracted_data"], "products": products, "invoice_number": "777-1"}
    status, answer = await send(platform, "POST", path, REVIEWER, "reviewer", json=body)
    assert status == 200, answer
    assert answer["data"]["status"] == "approved"
    assert answer["data"]["extracted_data"]["products"] == products

    async def corrected() -> bool:
        brands = {tag for tag in await tags(platform, user) if tag.startswith("product_brand:")}
        return brands == {"product_brand:cocacola"}

    await until(corrected, 30)
    assert f"issuer_ruc:{data['issuer_ruc']}" in await tags(platform, user)
    rows = await platform.db["lumimatch"]["user_tags"].find({"user_id": user}).to_list()
    assert {row["count"] for row in rows} == {1}
    await platform.request_with(request_id, user, "invoice.corrected.v1")
    await leave(platform, user)


async def test_every_service_tells_what_it_erased_and_nothing_is_left(platform: Platform) -> None:
    user, request_id, _ = await uploaded(platform)
    status, answer = await send(platform, "DELETE", "/api/v4/users/me/data", user)
    assert status == 202, answer
    erasure = answer["request_id"]

    async def complete() -> bool:
        return bool((await platform.request(erasure, user))["state"] == "erased")

    await until(complete, 40)
    shown = await platform.request(erasure, user)
    told = {row["service"]: row for row in shown["erasure"]}
    assert set(told) == SERVICES
    assert told["reconciler"]["removed"] == {"invoices": 1}
    assert told["ocr-engine"]["removed"] == {"readings": 1, "corrections": 0, "layouts": 0}
    nothing_else = {"webhooks": 0, "callbacks": 0, "extract_documents": 0, "extract_tokens": 0}
    assert told["gateway"]["removed"] == {"requests": 1, **nothing_else}
    assert told["tagger"]["removed"]["tags"] > 0
    assert (told["ledger"]["removed"], set(told["ledger"]["kept"])) == ({}, {"movements"})
    status, _ = await platform.get(f"/api/v4/requests/{request_id}", user)
    assert status == 404
    for database, collection in (
        ("reconciler", "invoices"),
        ("ocr_engine", "readings"),
        ("lumimatch", "taggings"),
        ("lumimatch", "tag_events"),
        ("lumimatch", "user_tags"),
    ):
        assert await platform.db[database][collection].count_documents({"user_id": user}) == 0
    assert len(await platform.movements(user)) == 2
    status, answer = await platform.upload(user, PAPER.read_bytes())
    assert status == 200, answer
    await platform.request_with(answer["request_id"], user, "user.tagged.v1")
    assert await tags(platform, user)
    await leave(platform, user)


async def test_audit_rows_tell_every_operation_and_hold_no_personal_data(platform: Platform) -> None:
    user, request_id, data = await uploaded(platform)
    status, _ = await send(platform, "POST", f"{INVOICES}/{request_id}/approve", REVIEWER, "reviewer")
    assert status == 200
    status, _ = await send(platform, "GET", "/api/v4/admin/audit", user)
    assert status == 403
    query = f"/api/v4/admin/audit?user={user}&route=/api/v4/invoices/upload-ocr"
    rows: list[dict[str, Any]] = []

    async def written() -> bool:
        status, answer = await send(platform, "GET", query, ADMIN, "admin")
        assert status == 200, answer
        rows[:] = answer["data"]["rows"]
        return bool(rows)

    await until(written, 20)
    (row,) = rows
    assert (row["request_id"], row["user"], row["status"]) == (request_id, pseudonym(user), 200)
    assert (row["cost_lumis"], row["provider"], row["code"]) == (15, "local", None)
    found = platform.db["gateway"]["audit"].find({"user": pseudonym(REVIEWER), "details.document": request_id})
    assert [each["details"]["decision"] async for each in found] == ["approve"]
    raw = json.dumps([each async for each in platform.db["gateway"]["audit"].find({})], default=str)
    for secret in (user, REVIEWER, ADMIN, data["issuer_ruc"], data["issuer_name"], data["invoice_number"]):
        assert secret not in raw
    await leave(platform, user)
