"""Credits over HTTP through the running platform: what was given, charged and set, and failures that cost nothing."""

import asyncio
import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support import badfiles
from tests.support.platform import Platform, running
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "page-text.pdf"
PRICES = "/api/v4/admin/prices"


async def admin(platform: Platform, method: str, path: str, key: str = "", **body: Any) -> tuple[int, dict[str, Any]]:
    headers = platform.headers("boss", "admin") | ({"Idempotency-Key": key} if key else {})
    async with platform.client.request(method, path, headers=headers, json=body or None) as response:
        return response.status, await response.json()


async def give(platform: Platform, user: str, what: str, amount: int, key: str = "") -> tuple[int, dict[str, Any]]:
    path = f"/api/v4/admin/users/{user}/{what}"
    return await admin(platform, "POST", path, key, amount=amount, reason="prueba")


def new_user() -> str:
    return f"user-{uuid4().hex[:10]}"


async def test_what_an_administrator_gives_is_charged_and_stands_in_the_statement(platform: Platform) -> None:
    user = new_user()
    status, answer = await give(platform, user, "grant", 100, "welcome")
    assert (status, answer["data"]["available"]) == (200, 100)
    assert (await give(platform, user, "grant", 100, "welcome"))[1]["data"]["balance"] == 100
    assert (await give(platform, user, "grant", 50, "welcome"))[0] == 409
    status, uploaded = await platform.upload(user, PAPER.read_bytes())
    assert status == 200
    await platform.request_with(uploaded["request_id"], user, "credits.settled.v1")
    assert (await give(platform, user, "adjust", -86))[1]["error"]["details"]["available"] == 85
    assert (await give(platform, user, "adjust", -80))[1]["data"]["balance"] == 5
    _, page = await platform.get("/api/v4/lumis/movements?limit=2", user)
    _, rest = await platform.get(f"/api/v4/lumis/movements?cursor={page['data']['next_cursor']}", user)
    movements = page["data"]["movements"] + rest["data"]["movements"]
    assert [(each["kind"], each["amount"], each["balance_after"]) for each in movements] == [
        ("adjust", -80, 5),
        ("charge", -15, 85),
        ("grant", 100, 100),
    ]
    assert movements[1]["request_id"] == uploaded["request_id"]
    month = datetime.now(UTC).strftime("%Y-%m")
    async with platform.client.get(f"/api/v4/lumis/statements/{month}", headers=platform.headers(user)) as response:
        assert response.content_type == "text/csv"
        rows = list(csv.DictReader(io.StringIO(await response.text(), newline="")))
    assert [(row["kind"], row["amount"], row["balance_after"]) for row in rows] == [
        ("opening_balance", "", "0"),
        ("grant", "100", "100"),
        ("charge", "-15", "85"),
        ("adjust", "-80", "5"),
        ("closing_balance", "", "5"),
    ]
    _, seen = await admin(platform, "GET", f"/api/v4/admin/users/{user}/movements")
    assert [bool(each["administrator"]) for each in seen["data"]["movements"]] == [True, False, True]
    assert (await platform.get(f"/api/v4/admin/users/{user}/balance", user))[0] == 403


async def test_the_same_key_many_times_at_once_gives_once(platform: Platform) -> None:
    user = new_user()
    answers = await asyncio.gather(*(give(platform, user, "grant", 10, "once") for _ in range(20)))
    assert {(status, answer["data"]["balance"]) for status, answer in answers} == {(200, 10)}


async def test_new_prices_are_charged_and_survive_a_kill_of_the_ledger(platform: Platform) -> None:
    user = await platform.user(lumis=20)
    _, before = await admin(platform, "GET", PRICES)
    assert before["data"] == {"upload": 15, "retry": 5, "extract": 1}
    try:
        assert (await admin(platform, "PUT", PRICES, upload=21, retry=5))[0] == 200
        status, answer = await platform.upload(user, PAPER.read_bytes())
        assert (status, answer["error"]["message"]) == (402, "OCR processing failed")
        assert answer["error"]["details"]["cost_lumis"] == 21
        platform.stack.kill("ledger")
        platform.stack.start_again("ledger")
        await platform.stack.until_ready("ledger")
        assert (await admin(platform, "GET", PRICES))[1]["data"] == {"upload": 21, "retry": 5, "extract": 1}
        await give(platform, user, "grant", 1)
        status, answer = await platform.upload(user, PAPER.read_bytes())
        assert (status, answer["data"]["cost_lumis"]) == (200, 21)
    finally:
        assert (await admin(platform, "PUT", PRICES, upload=15, retry=5))[0] == 200


async def test_a_request_that_failed_costs_nothing_and_a_late_reading_is_free(tmp_path: Path) -> None:
    """Timeout: nobody reads; then the reader is back and reads what had waited."""
    async with running(tmp_path / "timeout", {"ANSWER_SECONDS": "4"}) as platform:
        user = await platform.user(lumis=15)
        platform.stack.kill("ocr-engine")
        status, answer = await platform.upload(user, PAPER.read_bytes())
        assert (status, answer["error"]["code"]) == (500, "OCR_PROCESSING_FAILED")
        assert answer["error"]["details"]["cost_lumis"] == 0
        await until(lambda: _is_whole(platform, user, 15), seconds=20)
        platform.stack.start_again("ocr-engine")
        await platform.stack.until_ready("ocr-engine")
        request_id = answer["request_id"]
        await until(lambda: _has_ended(platform, request_id, user), seconds=40)
        assert await _is_whole(platform, user, 15)
        assert [each.kind for each in await platform.movements(user)] == ["grant"]


async def test_what_cannot_be_read_costs_nothing(platform: Platform) -> None:
    user = await platform.user(lumis=15)
    for content in (badfiles.truncated_jpeg(), badfiles.zero_pixel_png()):
        status, answer = await platform.upload(user, content)
        assert (status, answer["error"]["details"]["cost_lumis"]) == (422, 0)
        await until(lambda: _is_whole(platform, user, 15), seconds=20)


async def _is_whole(platform: Platform, user: str, lumis: int) -> bool:
    balance = await platform.balance(user)
    return (balance.balance, balance.held) == (lumis, 0)


async def _has_ended(platform: Platform, request_id: str, user: str) -> bool:
    timeline = (await platform.request(request_id, user))["timeline"]
    return bool({each["type"] for each in timeline} & {"document.reconciled.v1", "document.unreadable.v1"})
