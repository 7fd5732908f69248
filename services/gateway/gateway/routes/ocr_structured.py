"""`POST /api/ocr-structured`: a picture of a GST invoice of India in the older, plainer schema."""

from pydantic import ConfigDict

from gateway.deps import Deps
from gateway.encoded import DOCUMENT_TOO_LARGE, NO_IMAGE, NOT_BASE64
from gateway.http import Answer, ErrorRow, Family, Input, Problem, Route
from gateway.routes import api_key, limits, plain
from gateway.routes.examples import LEGACY_ANSWER, LEGACY_REQUEST
from gateway.scan_requests import INVALID_JSON, INVALID_REQUEST, ImageRequest, ScanRequest, scan_body
from gateway.scans import NO_INVOICE, NO_RESULT, UNREADABLE, scan
from shared.contracts.india import INDIA_LEGACY, IndiaLegacyOutcome, LegacyDocument

MISSING = ErrorRow(400, "MISSING_DOCUMENT", "Missing 'imageBase64' in request body")


class LegacyRequest(ImageRequest):
    """`imageBase64` is required."""

    model_config = ConfigDict(json_schema_extra={"examples": [LEGACY_REQUEST], "required": ["imageBase64"]})


class LegacyAnswer(LegacyDocument):
    """A reconciled invoice: everything is a text, what is not known is the empty one."""

    model_config = ConfigDict(json_schema_extra={"examples": [LEGACY_ANSWER]})


async def read_plain_invoice(given: Input[ScanRequest], deps: Deps) -> Answer:
    """Read a picture of a GST invoice and tell whether its total follows from its lines."""
    if given.body.upload is None:
        raise Problem(MISSING)
    conclusion = await scan(given, given.body.upload, INDIA_LEGACY, deps)
    if not isinstance(conclusion.outcome, IndiaLegacyOutcome):
        raise TypeError("another schema's outcome")
    if not _says_anything(conclusion.outcome.document):
        raise Problem(NO_INVOICE)
    shown = conclusion.outcome.document.to_json()
    return Answer(shown, audit={"cost_lumis": 0, "provider": conclusion.provider})


def _says_anything(document: LegacyDocument) -> bool:
    voucher, party = document.voucher, document.party
    told = (voucher.invoice_number, voucher.total_invoice_amount, party.party_name, party.party_gstin_number)
    return bool(document.items) or any(told)


FAMILY = Family(
    name="ocr-structured",
    routes=(
        Route(
            "POST",
            "/api/ocr-structured",
            read_plain_invoice,
            "Read a picture of a GST invoice of India (older schema)",
            body=scan_body(LegacyRequest),
            answer=LegacyAnswer,
            errors=(
                MISSING,
                INVALID_JSON,
                INVALID_REQUEST,
                NOT_BASE64,
                UNREADABLE,
                NO_INVOICE,
                DOCUMENT_TOO_LARGE,
                plain.TOO_LARGE,
                NO_IMAGE,
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
    paths=("/api/ocr-structured",),
)
