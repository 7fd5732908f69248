"""`POST /api/ocr-structured-v4`: a GST invoice of India as a picture or a PDF, read and reconciled."""

from typing import Any

from pydantic import ConfigDict, Field

from gateway.deps import Deps
from gateway.encoded import DOCUMENT_TOO_LARGE, NO_PDF, NOT_BASE64, UNSUPPORTED
from gateway.http import Answer, ErrorRow, Family, Input, Problem, Route
from gateway.routes import api_key, limits, plain
from gateway.routes.examples import V4_ANSWER, V4_REQUESTS
from gateway.scan_requests import INVALID_JSON, INVALID_REQUEST, DocumentRequest, ScanRequest, scan_body
from gateway.scans import (
    FETCH_FAILED,
    INVALID_URL,
    NO_INVOICE,
    NO_RESULT,
    UNREADABLE,
    annotations_of,
    document_of,
    scan,
)
from shared.contracts.india import INDIA_GST_V4, IndiaGstOutcome, V4Document

MISSING = ErrorRow(
    400, "MISSING_DOCUMENT", "Missing document: one of 'imageBase64', 'pdfUrl' or 'pdfBase64' is required"
)


class V4Request(DocumentRequest):
    """One of `imageBase64`, `pdfUrl` and `pdfBase64` is required; a PDF wins over a picture."""

    model_config = ConfigDict(json_schema_extra={"examples": [*V4_REQUESTS]})


class V4Answer(V4Document):
    """A reconciled invoice; amounts in rupees, percents as percents, what is not known is null."""

    model_config = ConfigDict(json_schema_extra={"examples": [V4_ANSWER]})

    annotations: list[dict[str, Any]] | None = Field(
        default=None, description="Only where OpenRouter parsed a PDF: send it with the same PDF again"
    )


async def read_gst_invoice(given: Input[ScanRequest], deps: Deps) -> Answer:
    """Read a GST invoice, all pages of it, and work out which reading of its figures agrees with its own totals."""
    upload = await document_of(given, deps)
    if upload is None:
        raise Problem(MISSING)
    conclusion = await scan(given, upload, INDIA_GST_V4, deps)
    if not isinstance(conclusion.outcome, IndiaGstOutcome):
        raise TypeError("another schema's outcome")
    if not _says_anything(conclusion.outcome.document):
        raise Problem(NO_INVOICE)
    shown = conclusion.outcome.document.to_json()
    annotations = await annotations_of(conclusion, deps)
    return Answer({**shown, "annotations": annotations} if annotations else shown, audit=_audit(conclusion.provider))


def _says_anything(document: V4Document) -> bool:
    head, printed = document.doc_level, document.printed
    told = (head.supplier_gstin, head.supplier_name, head.invoice_number, head.buyer_gstin, printed.grand_total)
    return bool(document.items) or any(value is not None for value in told)


def _audit(provider: str | None) -> dict[str, Any]:
    return {"cost_lumis": 0, "provider": provider}


FAMILY = Family(
    name="ocr-structured-v4",
    routes=(
        Route(
            "POST",
            "/api/ocr-structured-v4",
            read_gst_invoice,
            "Read a GST invoice of India (picture or PDF)",
            body=scan_body(V4Request),
            answer=V4Answer,
            errors=(
                MISSING,
                INVALID_JSON,
                INVALID_REQUEST,
                NOT_BASE64,
                INVALID_URL,
                FETCH_FAILED,
                UNREADABLE,
                NO_INVOICE,
                DOCUMENT_TOO_LARGE,
                plain.TOO_LARGE,
                UNSUPPORTED,
                NO_PDF,
                api_key.NO_ACCESS,
                plain.LIMITED,
                NO_RESULT,
                plain.FAULT,
            ),
        ),
    ),
    authenticate=api_key.authenticate,
    security=api_key.SECURITY,
    answer=plain.answer,
    error=plain.error,
    error_model=plain.PlainError,
    headers=limits.headers,
    header_rows=limits.HEADER_ROWS,
    request_header=plain.REQUEST_HEADER,
    paths=("/api/ocr-structured-v4",),
)
