"""Scans of GST invoices at the gateway: documents, callers, and the rest of the platform played."""

import base64
import hashlib
import io
import json
from dataclasses import replace
from typing import Any

from gateway.access import Access
from gateway.deps import Deps
from gateway.remote import RemoteDocuments
from shared.contracts.documents import DocumentReconciled, DocumentUploaded
from shared.contracts.india import IndiaGstOutcome, IndiaLegacyOutcome, LegacyDocument, V4Document
from shared.contracts.message import Event
from shared.safe_http import SafeFetcher
from tests.support.gateway import Gateway, Reply

V4, LEGACY = "/api/ocr-structured-v4", "/api/ocr-structured"
KEY = "a-key-for-tests"
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8 " + b"picture" * 10
V4_DOCUMENT = V4Document.model_validate(
    {"doc_level": {"invoice_number": "A-1"}, "items": [{"name": "Ink", "qty": "2"}], "round_off": "0.40"}
)
LEGACY_DOCUMENT = LegacyDocument.model_validate(
    {"voucher": {"invoice_number": "A-1", "total_invoice_amount": "118.00"}, "items": [{"name": "Ink"}]}
)


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def reconciled(event: DocumentUploaded, outcome: IndiaGstOutcome | IndiaLegacyOutcome) -> DocumentReconciled:
    shared = event.model_dump(include={"request_id", "origin", "user_id", "schema_name", "received_at", "answer_by"})
    return DocumentReconciled(**shared, provider="gemini", outcome=outcome)


def read_everything(event: Event) -> Event | None:
    """The rest of the platform, at its best."""
    if not isinstance(event, DocumentUploaded):
        return None
    if event.schema_name == "india_legacy":
        return reconciled(event, IndiaLegacyOutcome(document=LEGACY_DOCUMENT))
    return reconciled(event, IndiaGstOutcome(document=V4_DOCUMENT))


def with_access(deps: Deps) -> Deps:
    keys = {hashlib.sha256(KEY.encode()).hexdigest(): "shop"}
    remote = RemoteDocuments(SafeFetcher("test", allow_private=True), seconds=2, largest=10_485_760, allow_private=True)
    return replace(deps, access=Access(keys=keys, is_open=True, proxies=0, secret=b"secret"), remote=remote)


async def post(gateway: Gateway, path: str, body: Any, **options: Any) -> Reply:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return await gateway.send("POST", path, data=io.BytesIO(content), user=options.pop("user", None), **options)


def uploaded(gateway: Gateway) -> DocumentUploaded:
    (event,) = gateway.bus.of(DocumentUploaded)
    assert isinstance(event, DocumentUploaded)
    return event
