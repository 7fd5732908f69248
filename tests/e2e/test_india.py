"""Both ocr-structured routes through all services, with Gemini and OpenRouter played on the wire."""

import base64
import hashlib
import io
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from PIL import Image

from tests.support import badfiles
from tests.support import gemini_server as gemini
from tests.support import openrouter_server as openrouter
from tests.support.gst_values import LEGACY_VALUES, V4_VALUES
from tests.support.platform import Platform, running
from tests.support.scripted_server import Reply, ScriptedServer

V4, LEGACY = "/api/ocr-structured-v4", "/api/ocr-structured"
KEY = "a-key-of-a-shop"
PAPERS = Path(__file__).parents[1] / "data" / "papers"
JPEG, PDF = (PAPERS / "demo.jpg").read_bytes(), (PAPERS / "page-text.pdf").read_bytes()
PARSED = [{"type": "file", "file": {"hash": "ab", "content": [{"type": "text", "text": "₹ 10,679.00"}]}}]


@dataclass
class India:
    """The platform, with both models and a server that has PDFs."""

    platform: Platform
    gemini: ScriptedServer
    openrouter: ScriptedServer
    files: ScriptedServer

    async def post(self, path: str, body: dict[str, Any], **headers: str) -> tuple[int, dict[str, Any], str]:
        """POST without a key unless a header says otherwise: the status, the body and the request's id."""
        content = io.BytesIO(json.dumps(body).encode())
        async with self.platform.client.post(path, data=content, headers=headers) as response:
            return response.status, await response.json(), response.headers["X-Request-ID"]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def india(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[India]:
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(gemini.gemini_server(V4_VALUES))
        two = await stack.enter_async_context(openrouter.openrouter_server(V4_VALUES))
        files = await stack.enter_async_context(ScriptedServer(Reply(PDF)))
        settings = {
            "GEMINI_API_KEY": gemini.KEY,
            "GEMINI_BASE_URL": one.url,
            "OPENROUTER_API_KEY": openrouter.KEY,
            "OPENROUTER_BASE_URL": two.url,
            "PDF_URL_ALLOW_PRIVATE": "true",
            "API_KEYS": f"shop:{hashlib.sha256(KEY.encode()).hexdigest()}",
        }
        platform = await stack.enter_async_context(running(tmp_path_factory.mktemp("india"), settings))
        yield India(platform, one, two, files)


@pytest_asyncio.fixture(autouse=True)
async def _fresh(india: India) -> None:
    for server in (india.gemini, india.openrouter, india.files):
        server.replies.clear()
        server.seen.clear()
    india.gemini.otherwise = gemini.answer(V4_VALUES)
    india.openrouter.otherwise = openrouter.answer(V4_VALUES)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def webp() -> bytes:
    target = io.BytesIO()
    Image.open(io.BytesIO(JPEG)).save(target, "WEBP")
    return target.getvalue()


async def test_a_picture_becomes_a_reconciled_invoice(india: India) -> None:
    status, answer, request_id = await india.post(V4, {"imageBase64": f"data:image/png;base64,{encoded(JPEG)}"})
    assert status == 200, answer
    assert list(answer) == [
        "doc_level",
        "items",
        "header_discounts",
        "charges",
        "tcs",
        "round_off",
        "totals",
        "printed",
        "reconciliation",
        "meta",
    ]
    assert answer["doc_level"]["supplier_gstin"] == "27AABCT1234C1ZW"
    (item,) = answer["items"]
    assert (item["discount"]["effective_pct"], item["totals"]["line_ex_tax"], item["gst"]["amount"]) == (
        14.5,
        8550,
        1539,
    )
    assert answer["totals"] == {
        "items_ex_tax": 8550,
        "header_discounts_ex_tax": 0,
        "charges_ex_tax": 500,
        "taxable_ex_tax": 9050,
        "gst_total": 1629,
        "grand_total": 10679,
    }
    assert (answer["reconciliation"]["error_absolute"], answer["reconciliation"]["warnings"]) == (0, [])
    assert answer["meta"]["pages_processed"] == 1
    assert answer["meta"]["overall_confidence"] > 0.7
    sent = india.gemini.seen[0].body
    assert sent["contents"][0]["parts"][0]["inlineData"]["mimeType"] == "image/jpeg"
    assert set(sent["generationConfig"]["responseSchema"]["properties"]) == set(V4_VALUES)
    row = await india.platform.db["gateway"]["requests"].find_one({"_id": request_id})
    assert row is not None
    types = [entry["type"] for entry in row["timeline"]]
    assert {"document.uploaded.v1", "document.recognized.v1", "document.reconciled.v1"} >= set(types)


async def test_the_older_route_says_that_the_printed_example_does_not_add_up(india: India) -> None:
    india.gemini.otherwise = gemini.answer(LEGACY_VALUES)
    status, answer, _ = await india.post(LEGACY, {"imageBase64": encoded(webp()), "mimeType": "image/webp"})
    assert status == 200, answer
    reconciliation = answer["voucher"]["reconciliation"]
    assert reconciliation["status"] == "unmatched"
    assert (reconciliation["computed_grand_total"], reconciliation["difference"]) == ("12390.00", "590.00")
    assert answer["voucher"]["invoice_date"] == "15-01-2024"
    assert answer["items"][0]["price"] == "1000.00"
    assert answer["party"]["party_pan_number"] == "AABCU9603R"
    assert india.gemini.seen[0].body["contents"][0]["parts"][0]["inlineData"]["mimeType"] == "image/jpeg"


async def test_a_pdf_is_fetched_and_all_of_its_pages_are_read(india: India) -> None:
    india.files.otherwise = Reply(badfiles.many_pages_pdf(12))
    status, answer, _ = await india.post(V4, {"pdfUrl": f"{india.files.url}/invoice.pdf"})
    assert status == 200, answer
    assert answer["meta"]["pages_processed"] == 12
    assert india.gemini.seen[0].body["contents"][0]["parts"][0]["inlineData"]["mimeType"] == "application/pdf"


async def test_a_model_of_ones_choice_and_plugins_go_to_openrouter_and_annotations_come_back(india: India) -> None:
    message = {"role": "assistant", "content": openrouter.answer(V4_VALUES).body["choices"][0]["message"]["content"]}
    whole = {"index": 0, "finish_reason": "stop", "message": {**message, "annotations": PARSED}}
    india.openrouter.script(openrouter.completion([whole]))
    plugins = [{"id": "file-parser", "pdf": {"engine": "pdf-text"}}]
    body = {"pdfBase64": encoded(PDF), "filename": "bill.pdf", "model": "openai/gpt-4o", "plugins": plugins}
    status, answer, _ = await india.post(V4, body)
    assert (status, answer["annotations"]) == (200, PARSED), answer
    first = india.openrouter.seen[0].body
    assert (first["model"], first["plugins"]) == ("openai/gpt-4o", plugins)
    assert first["messages"][1]["content"][1]["file"]["filename"] == "bill.pdf"
    status, again, _ = await india.post(V4, {"pdfBase64": encoded(PDF), "annotations": answer["annotations"]})
    assert status == 200
    assert "annotations" not in again
    second = india.openrouter.seen[1].body
    assert [each["role"] for each in second["messages"]] == ["system", "user", "assistant", "user"]
    assert second["messages"][2]["annotations"] == PARSED
    assert india.gemini.seen == []
    assert await india.platform.db["documents"]["files"].count_documents({}) == 0


async def test_a_model_that_is_gone_falls_back_to_the_usual_ones(india: India) -> None:
    body = {"imageBase64": encoded(JPEG), "model": "google/gemini-2.0-flash"}
    gone = openrouter.error(404, "No endpoints found for google/gemini-2.0-flash.")
    india.openrouter.script(gone, gone)
    status, answer, _ = await india.post(V4, body)
    assert status == 200, answer
    assert [seen.path.rpartition("/")[2] for seen in india.gemini.seen] == [
        "gemini-2.0-flash:generateContent",
        "gemini-3.5-flash-lite:generateContent",
    ]


@pytest.mark.parametrize("path", [V4, LEGACY])
async def test_a_damaged_picture_is_422_and_costs_nobody_anything(india: India, path: str) -> None:
    user = await india.platform.user(lumis=20)
    headers = india.platform.headers(user)
    status, answer, request_id = await india.post(path, {"imageBase64": encoded(badfiles.truncated_jpeg())}, **headers)
    assert (status, list(answer)) == (422, ["error"])
    request = await india.platform.request_with(request_id, user, "document.uploaded.v1", "document.unreadable.v1")
    assert (request["state"], request["operation"], request["result"]) == ("unreadable", "scan", None)
    assert (await india.platform.balance(user)).available == 20
    assert [movement.kind for movement in await india.platform.movements(user)] == ["grant"]


async def test_an_api_key_lets_in_and_a_wrong_one_does_not(india: India) -> None:
    body = {"imageBase64": encoded(JPEG)}
    status, _, request_id = await india.post(V4, body, **{"X-API-Key": KEY})
    assert status == 200
    row = await india.platform.db["gateway"]["requests"].find_one({"_id": request_id})
    assert row is not None
    assert row["user_id"] == "key:shop"
    status, answer, _ = await india.post(V4, body, **{"X-API-Key": "another"})
    assert (status, list(answer)) == (401, ["error"])


async def test_a_paper_that_is_no_invoice_is_422(india: India) -> None:
    empty: dict[str, Any] = {key: [] if isinstance(value, list) else None for key, value in V4_VALUES.items()}
    india.gemini.otherwise, india.openrouter.otherwise = gemini.answer(empty), openrouter.answer(empty)
    status, answer, _ = await india.post(V4, {"imageBase64": encoded(badfiles.plain_jpeg())})
    assert (status, list(answer)) == (422, ["error"])


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        (V4, {}, (400, "Missing document: one of 'imageBase64', 'pdfUrl' or 'pdfBase64' is required")),
        (LEGACY, {}, (400, "Missing 'imageBase64' in request body")),
        (LEGACY, {"imageBase64": encoded(PDF)}, (415, None)),
        (V4, {"imageBase64": encoded(badfiles.gif())}, (415, None)),
        (V4, {"imageBase64": encoded(badfiles.plain_jpeg() + bytes(10_485_760))}, (413, None)),
        (V4, {"pdfUrl": "file:///etc/passwd"}, (400, None)),
        (V4, {"pdfBase64": encoded(badfiles.encrypted_pdf("secret"))}, (422, None)),
    ],
)
async def test_a_bad_request_is_told_in_one_sentence(
    india: India, path: str, body: dict[str, Any], expected: tuple[int, str | None]
) -> None:
    status, answer, _ = await india.post(path, body)
    assert (status, list(answer)) == (expected[0], ["error"])
    assert expected[1] in {None, answer["error"]}
