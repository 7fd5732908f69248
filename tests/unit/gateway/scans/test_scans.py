"""The two ocr-structured families over HTTP: what they take, refuse and answer, with the other services played."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from gateway.deps import Deps
from shared.contracts.credits import HoldCredits
from shared.contracts.documents import (
    LARGEST_ANNOTATIONS,
    DocumentReconciled,
    DocumentUnreadable,
    DocumentUploaded,
    Unreadable,
)
from shared.contracts.india import IndiaGstOutcome, IndiaLegacyOutcome, LegacyDocument, V4Document
from shared.contracts.message import Event
from shared.mongo import Database
from tests.support.gateway import JPEG, PDF, PNG, Gateway, running
from tests.support.scans import (
    LEGACY,
    LEGACY_DOCUMENT,
    V4,
    V4_DOCUMENT,
    WEBP,
    encoded,
    post,
    read_everything,
    reconciled,
    uploaded,
    with_access,
)
from tests.support.scripted_server import Reply as Sent
from tests.support.scripted_server import ScriptedServer


@pytest.mark.parametrize(
    ("field", "given", "kind"),
    [
        ("imageBase64", encoded(PNG), "image/png"),
        ("imageBase64", "data:image/png;base64," + encoded(JPEG), "image/jpeg"),
        ("imageBase64", "data:image/png;charset=utf-8;base64," + encoded(WEBP), "image/webp"),
        (
            "imageBase64",
            "\n".join(encoded(PNG)[i : i + 76] for i in range(0, 400, 76)) + encoded(PNG)[456:],
            "image/png",
        ),
        ("imageBase64", base64.urlsafe_b64encode(PNG).decode().rstrip("="), "image/png"),
        ("imageBase64", encoded(PDF), "application/pdf"),
        ("pdfBase64", "DATA:application/pdf;BASE64," + encoded(PDF), "application/pdf"),
    ],
)
async def test_a_document_in_any_coding_is_taken_for_what_its_bytes_are(
    gateway: Gateway, field: str, given: str, kind: str
) -> None:
    reply = await post(gateway, V4, {field: given, "mimeType": "image/gif"})
    assert reply.status == 200, reply.text
    event = uploaded(gateway)
    assert (event.content_type, event.schema_name) == (kind, "india_gst_v4")
    assert await gateway.deps.files.read(event.file_id)


async def test_a_byte_order_mark_before_the_body_is_left_out(gateway: Gateway) -> None:
    body = json.dumps({"imageBase64": encoded(PNG)}).encode("utf-8-sig")
    assert (await post(gateway, V4, body)).status == 200


async def test_v4_answers_with_the_document_alone_and_the_request_id_in_a_header(gateway: Gateway) -> None:
    reply = await post(gateway, V4, {"imageBase64": encoded(PNG)})
    assert reply.json == V4_DOCUMENT.to_json()
    assert "annotations" not in reply.json
    assert reply.headers["X-Request-ID"] == uploaded(gateway).request_id
    assert int(reply.headers["X-RateLimit-Remaining"]) == 999


async def test_the_older_route_answers_with_texts(gateway: Gateway) -> None:
    reply = await post(gateway, LEGACY, {"imageBase64": encoded(PNG), "mimeType": "image/png"})
    assert (reply.status, reply.json) == (200, LEGACY_DOCUMENT.to_json())
    assert uploaded(gateway).schema_name == "india_legacy"


async def test_nothing_is_held_for_a_scan(gateway: Gateway) -> None:
    reply = await post(gateway, V4, {"imageBase64": encoded(PNG)}, user="ana")
    assert reply.status == 200
    assert gateway.bus.asked(HoldCredits) == []
    stored = await gateway.deps.requests.find(uploaded(gateway).request_id)
    assert stored is not None
    assert (stored.user_id, stored.operation, stored.price, stored.cost) == ("ana", "scan", 0, 0)


async def test_a_pdf_wins_over_a_picture(gateway: Gateway) -> None:
    await post(gateway, V4, {"imageBase64": encoded(PNG), "pdfBase64": encoded(PDF)})
    assert uploaded(gateway).content_type == "application/pdf"


async def test_a_pdf_is_fetched_through_redirects(gateway: Gateway) -> None:
    async with ScriptedServer(Sent(PDF, headers={"content-type": "text/plain"})) as server:
        server.script(Sent(b"", status=302, headers={"location": "/moved?x=1"}))
        reply = await post(gateway, V4, {"pdfUrl": f"{server.url}/invoice.pdf#page=2"})
        assert reply.status == 200, reply.text
        assert [(seen.path, seen.query) for seen in server.seen] == [("/invoice.pdf", ""), ("/moved", "x=1")]
    assert uploaded(gateway).content_type == "application/pdf"


@pytest.mark.parametrize(
    ("sent", "status", "said"),
    [
        (Sent(b"<html>", headers={"content-type": "application/pdf"}), 415, "not a PDF"),
        (Sent(b"no", status=404), 422, "its server answers 404"),
        (Sent(b"%PDF-" + bytes(10_485_760)), 413, "The document at 'pdfUrl' is larger than 10 MB."),
        (Sent(b"", status=301, headers={"location": "ftp://example.com/x"}), 400, "only http and https"),
        (Sent(b"", status=301, headers={"location": "/again"}), 422, "redirects too often"),
        (Sent(PDF, wait=5), 422, "no answer came in time"),
        (Sent(PDF, cut=True), 422, "broke off"),
    ],
)
async def test_a_pdf_that_cannot_be_had_is_told_with_its_reason(
    gateway: Gateway, sent: Sent, status: int, said: str
) -> None:
    async with ScriptedServer(sent) as server:
        reply = await post(gateway, V4, {"pdfUrl": server.url})
    assert reply.status == status, reply.text
    assert said in f"{reply.json['error']}."
    assert gateway.bus.published == []


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/x.pdf",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/",
        "https://localhost/x",
        "file:///etc/passwd",
        "http://2130706433/",
        "http://user:password@example.com/",
        "gopher://example.com",
        "no url",
    ],
)
async def test_an_address_that_is_not_public_is_never_asked(database: Database, url: str) -> None:
    async with running(database) as gateway:
        reply = await post(gateway, V4, {"pdfUrl": url}, user="ana")
    assert reply.status == 400
    assert reply.json["error"].startswith("'pdfUrl' must be a public http or https address")
    assert "passw" not in reply.text


MISSING = "Missing document: one of 'imageBase64', 'pdfUrl' or 'pdfBase64' is required"
NO_IMAGE = "Missing 'imageBase64' in request body"


@pytest.mark.parametrize(
    ("path", "body", "status", "said"),
    [
        (V4, {}, 400, MISSING),
        (V4, {"imageBase64": "", "pdfUrl": " ", "pdfBase64": None}, 400, MISSING),
        (LEGACY, {}, 400, NO_IMAGE),
        (LEGACY, {"imageBase64": None}, 400, NO_IMAGE),
        (LEGACY, {"pdfUrl": "https://example.com/x.pdf"}, 400, NO_IMAGE),
        (V4, b"{", 400, "The request body is not valid JSON"),
        (LEGACY, b"", 400, "The request body is not valid JSON"),
        (V4, [1], 400, "The request body must be a JSON object"),
        (V4, {"imageBase64": 5}, 400, "'imageBase64' must be a string"),
        (V4, {"imageBase64": encoded(PNG), "model": {}}, 400, "'model' must be a string"),
        (
            V4,
            {"imageBase64": encoded(PNG), "annotations": "x"},
            400,
            "'annotations' must be an object, or a list of objects",
        ),
        (V4, {"imageBase64": encoded(PNG), "plugins": [1]}, 400, "'plugins' must be a list of objects"),
        (V4, {"imageBase64": "https://example.com/a.png"}, 400, "'imageBase64' is an address, not base64"),
        (V4, {"imageBase64": "%%%"}, 400, "'imageBase64' is not valid base64"),
        (V4, {"imageBase64": "data:image/png,abc"}, 400, "'imageBase64' is a data URL without base64 data"),
        (V4, {"imageBase64": "data:image/png;base64,"}, 400, "'imageBase64' is empty"),
        (V4, {"pdfBase64": "A"}, 400, "'pdfBase64' is not valid base64"),
        (V4, {"imageBase64": encoded(b"GIF89a" + bytes(50))}, 415, "not a PNG, JPEG or WebP image, or a PDF"),
        (V4, {"pdfBase64": encoded(PNG)}, 415, "The document is not a PDF"),
        (LEGACY, {"imageBase64": encoded(PDF)}, 415, "PDFs go to /api/ocr-structured-v4"),
        (V4, {"imageBase64": encoded(PNG + bytes(10_485_760))}, 413, "larger than 10 MB"),
        (V4, {"imageBase64": "A" * 21_000_000}, 413, "The request body is too large"),
        (V4, {"imageBase64": encoded(PNG), "model": "two words"}, 400, "'model' must be named like `vendor/model`"),
        (V4, {"imageBase64": encoded(PNG), "plugins": [{}]}, 400, "'plugins' must be at most 10 objects"),
        (V4, {"imageBase64": encoded(PNG), "plugins": [{"id": "x", "n": float("inf")}]}, 400, "is not valid JSON"),
        (V4, {"imageBase64": encoded(PNG), "plugins": [{"id": "x" * 20_000}]}, 400, "'plugins' are too large"),
        (
            V4,
            {"pdfBase64": encoded(PDF), "annotations": [{"x": "y" * (LARGEST_ANNOTATIONS + 20_000)}]},
            400,
            "'annotations' are larger than 4 MB",
        ),
    ],
)
async def test_a_bad_request_is_told_in_one_sentence(
    gateway: Gateway, path: str, body: Any, status: int, said: str
) -> None:
    reply = await post(gateway, path, body)
    assert (reply.status, list(reply.json)) == (status, ["error"])
    assert said in reply.json["error"]
    assert gateway.bus.published == []
    if said in {MISSING, NO_IMAGE}:
        assert reply.json["error"] == said


@pytest.mark.parametrize(
    ("method", "path", "status", "said"),
    [
        ("GET", V4, 405, "Only POST is answered at this path"),
        ("PUT", LEGACY, 405, "Only POST is answered at this path"),
        ("POST", f"{V4}/", 404, "There is nothing at this path"),
        ("POST", f"{LEGACY}/status", 404, "There is nothing at this path"),
    ],
)
async def test_another_method_or_path_is_refused_in_the_same_shape(
    gateway: Gateway, method: str, path: str, status: int, said: str
) -> None:
    reply = await gateway.send(method, path)
    assert (reply.status, reply.json) == (status, {"error": said})
    assert reply.headers["X-Request-ID"]
    assert reply.headers.get("Allow") == ("POST" if status == 405 else None)
    assert "success" in (await gateway.send("GET", "/api/ocr-structured-v5")).json


@pytest.mark.parametrize("path", [V4, LEGACY])
async def test_a_document_at_fault_is_422_and_a_failure_of_ours_is_500(gateway: Gateway, path: str) -> None:
    def fail(reason: Unreadable) -> Any:
        def react(event: Event) -> Event | None:
            if not isinstance(event, DocumentUploaded):
                return None
            shared = event.model_dump(include={"request_id", "origin", "user_id", "schema_name"})
            return DocumentUnreadable(**shared, reason=reason)

        return react

    for reason, status in ((Unreadable.ENCRYPTED, 422), (Unreadable.DAMAGED, 422), (Unreadable.PROVIDERS_FAILED, 500)):
        gateway.bus.react = fail(reason)
        reply = await post(gateway, path, {"imageBase64": encoded(PNG)})
        assert (reply.status, list(reply.json)) == (status, ["error"])
        assert reply.headers["X-Request-ID"]


async def test_no_answer_in_time_is_500(database: Database) -> None:
    def hasty(deps: Deps) -> Deps:
        return replace(with_access(deps), limits=replace(deps.limits, answer_time=deps.limits.answer_time / 100))

    async with running(database, change=hasty) as gateway:
        reply = await post(gateway, V4, {"imageBase64": encoded(PNG)})
        assert (reply.status, list(reply.json)) == (500, ["error"])


async def test_a_paper_without_an_invoice_is_422(gateway: Gateway) -> None:
    def react(event: Event) -> Event | None:
        if not isinstance(event, DocumentUploaded):
            return None
        legacy = event.schema_name == "india_legacy"
        return reconciled(
            event,
            IndiaLegacyOutcome(document=LegacyDocument()) if legacy else IndiaGstOutcome(document=V4Document()),
        )

    gateway.bus.react = react
    for path in (V4, LEGACY):
        reply = await post(gateway, path, {"imageBase64": encoded(PNG)})
        assert (reply.status, reply.json["error"]) == (422, "No invoice was found in the document")


async def test_model_filename_plugins_and_annotations_go_with_the_document(gateway: Gateway) -> None:
    plugins = [{"id": "file-parser", "pdf": {"engine": "cloudflare-ai"}}]
    parsed = [{"type": "file", "file": {"hash": "ab", "content": [{"type": "text", "text": "ñ"}]}}]
    body = {
        "pdfBase64": encoded(PDF),
        "filename": "../../etc/bill\x00.pdf",
        "model": " openai/gpt-4o ",
        "plugins": plugins,
        "annotations": parsed,
    }
    assert (await post(gateway, V4, body)).status == 200
    event = uploaded(gateway)
    assert (event.model, event.filename) == ("openai/gpt-4o", "bill.pdf")
    assert len(event.model_dump_json()) < 2000
    kept = await gateway.deps.files.read(event.options_id or "")
    assert json.loads(kept or b"") == {"plugins": plugins, "annotations": parsed}


@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"annotations": rows}, lambda rows: rows[0]])
async def test_annotations_are_taken_however_they_are_wrapped(gateway: Gateway, wrap: Any) -> None:
    parsed = [{"type": "file", "file": {"hash": "ab"}}]
    assert (await post(gateway, V4, {"pdfBase64": encoded(PDF), "annotations": wrap(parsed)})).status == 200
    kept = await gateway.deps.files.read(uploaded(gateway).options_id or "")
    assert json.loads(kept or b"")["annotations"] == parsed


async def test_annotations_come_back_with_the_answer_and_are_gone_then(gateway: Gateway) -> None:
    parsed = [{"type": "file", "file": {"hash": "ab"}}]
    kept = await gateway.deps.files.keep(
        json.dumps(parsed).encode(), content_type="application/json", expires_at=datetime(2100, 1, 1, tzinfo=UTC)
    )

    def react(event: Event) -> Event | None:
        answer = read_everything(event)
        return answer.model_copy(update={"annotations_id": kept}) if answer else None

    gateway.bus.react = react
    reply = await post(gateway, V4, {"pdfBase64": encoded(PDF)})
    assert reply.json["annotations"] == parsed
    assert await gateway.deps.files.read(kept) is None


async def test_a_scans_timeline_is_shown_and_its_stream_ends(gateway: Gateway) -> None:
    await post(gateway, V4, {"imageBase64": encoded(PNG)}, user="ana")
    event = uploaded(gateway)
    await gateway.follow(event)
    answer = read_everything(event)
    assert answer is not None
    await gateway.follow(answer)
    shown = (await gateway.send("GET", f"/api/v4/requests/{event.request_id}", user="ana")).json["data"]
    assert (shown["state"], shown["operation"], shown["result"]) == ("reconciled", "scan", None)
    assert [entry["type"] for entry in shown["timeline"]] == [DocumentUploaded.NAME, DocumentReconciled.NAME]
    progress = await gateway.deps.requests.progress(event.request_id)
    assert progress is not None
    assert progress.ended
    conclusion = await gateway.deps.requests.conclusion(event.request_id)
    assert conclusion is not None
    assert conclusion.outcome == IndiaGstOutcome(document=V4_DOCUMENT)
