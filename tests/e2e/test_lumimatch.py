"""Lumimatch over HTTP through gateway, broker and tagger: read, segment, grow the catalogue, erase."""

from pathlib import Path
from typing import Any

from tests.support.platform import Platform
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
ROOT = "/api/v4/lumimatch"
ADMIN = "e2e-administrator"


async def send(platform: Platform, method: str, path: str, user: str, **options: Any) -> tuple[int, dict[str, Any]]:
    headers = platform.headers(user, "admin" if user == ADMIN else "") | options.pop("headers", {})
    async with platform.client.request(method, ROOT + path, headers=headers, **options) as response:
        return response.status, await response.json()


async def buyer(platform: Platform) -> tuple[str, dict[str, Any]]:
    """A user whose paper was read and tagged, and the answer to the upload."""
    user = await platform.user(lumis=15)
    status, answer = await platform.upload(user, PAPER.read_bytes())
    assert status == 200, answer
    await platform.request_with(answer["request_id"], user, "user.tagged.v1")
    return user, answer["data"]


async def tags_of(platform: Platform, user: str) -> dict[str, dict[str, Any]]:
    status, answer = await send(platform, "GET", "/tags?limit=200", user)
    assert status == 200, answer
    return {row["tag"]: row for row in answer["data"]["tags"]}


async def test_a_buyer_reads_pages_of_tags_and_erases_them(platform: Platform) -> None:
    user, invoice = await buyer(platform)
    tags = await tags_of(platform, user)
    issuer = tags[f"issuer_ruc:{invoice['issuer_ruc']}"]
    assert (issuer["count"], issuer["last_seen"]) == (1, invoice["date"])
    seen: list[str] = []
    cursor = ""
    while True:
        status, answer = await send(platform, "GET", f"/tags?limit=1{cursor}", user)
        assert status == 200
        seen += [row["tag"] for row in answer["data"]["tags"]]
        if answer["data"]["next_cursor"] is None:
            break
        cursor = f"&cursor={answer['data']['next_cursor']}"
    assert seen == sorted(tags)
    status, answer = await send(platform, "GET", "/tags?cursor=broken", user)
    assert (status, answer["error"]["code"]) == (400, "INVALID_CURSOR")
    status, answer = await send(platform, "DELETE", "/tags", user)
    assert (status, answer["data"]) == (200, {"tags": len(tags), "events": len(tags)})
    assert await tags_of(platform, user) == {}
    for collection in ("taggings", "tag_events", "user_tags"):
        assert await platform.db["lumimatch"][collection].count_documents({"user_id": user}) == 0


async def test_a_segment_shows_its_few_users_for_a_reason_only(platform: Platform) -> None:
    user, invoice = await buyer(platform)
    tag = f"issuer_ruc:{invoice['issuer_ruc']}"
    status, answer = await send(platform, "GET", f"/tags/{tag}/users", user)
    assert (status, answer["error"]["code"]) == (403, "FORBIDDEN")
    body = {"name": f"Compradores de {user}", "rule": {"all": [tag], "none": ["product_l2:hoteles"]}}
    status, answer = await send(platform, "POST", "/segments", ADMIN, json=body)
    assert status == 200, answer
    path = f"/segments/{answer['data']['id']}"
    status, answer = await send(platform, "POST", "/segments", ADMIN, json=body)
    assert (status, answer["error"]["code"]) == (409, "SEGMENT_NAME_TAKEN")
    _, hidden = await send(platform, "GET", f"{path}/users", ADMIN)
    assert (hidden["data"]["small"], hidden["data"]["user_ids"]) == (True, [])
    assert hidden["data"]["total"] >= 1
    _, shown = await send(platform, "GET", f"{path}/users?reason=prueba", ADMIN)
    assert user in shown["data"]["user_ids"]
    _, preview = await send(platform, "POST", "/segments/preview?reason=prueba", ADMIN, json={"all": [tag]})
    assert user in preview["data"]["user_ids"]
    status, _ = await send(platform, "DELETE", path, ADMIN)
    assert status == 200
    status, answer = await send(platform, "GET", path, ADMIN)
    assert (status, answer["error"]["code"]) == (404, "SEGMENT_NOT_FOUND")


async def test_what_is_imported_tags_earlier_purchases_anew(platform: Platform) -> None:
    user, invoice = await buyer(platform)
    name = invoice["products"][0]["name"]
    text = f"code,name,aliases\nE2E-PRODUCTO,Producto de prueba,{name.replace(',', ' ')}\nmal codigo,x,\n"
    headers = {"Content-Type": "text/csv"}
    status, answer = await send(platform, "POST", "/catalog/products", ADMIN, data=text.encode(), headers=headers)
    assert (status, answer["data"]["stored"]) == (200, 1)
    assert [(row["number"], row["key"]) for row in answer["data"]["bad_rows"]] == [(2, "mal codigo")]

    async def tagged() -> bool:
        return "product_code:E2E-PRODUCTO" in await tags_of(platform, user)

    await until(tagged, 60)
    status, answer = await send(platform, "GET", "/catalog/products?limit=1", ADMIN)
    assert (status, len(answer["data"]["rows"])) == (200, 1)
    status, answer = await send(platform, "GET", "/unresolved", ADMIN)
    assert status == 200
