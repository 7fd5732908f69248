"""The Lumis API's second look: a new picture for the fields that the first one did not show (section 4)."""

from dataclasses import replace
from functools import partial
from typing import Any

from gateway import lumis, lumis_retry
from gateway.bodies import multipart
from gateway.deps import Deps
from gateway.http import INTERNAL_ERROR, UNAUTHORIZED, Answer, Body, Input, Problem, Route
from gateway.intake import Submission
from gateway.repeats import REPEAT_ERRORS
from gateway.results import Conclusion
from gateway.retry_form import FIELD_KEYS, RETRY_ERRORS, read_retry
from gateway.routes import requests
from gateway.store import StoredRequest
from gateway.uploads import UPLOAD_ERRORS, Form, Upload
from shared.contracts.documents import Unreadable
from shared.contracts.lumis import LUMIS, Retry

_FORM = Form(text_parts=("missing_fields", "previous_data"), text_limit=1_048_576)
_TEXTS: dict[str, Any] = {
    "missing_fields": {
        "type": "string",
        "contentMediaType": "application/json",
        "description": f"JSON array of the fields to look for: {', '.join(FIELD_KEYS)}",
        "example": '["dv", "products"]',
    },
    "previous_data": {
        "type": "string",
        "contentMediaType": "application/json",
        "description": "JSON object: the `extracted_data` of the last answer",
    },
}


async def upload_ocr_retry(given: Input[Upload], deps: Deps) -> Answer:
    """Look for the missing fields of an invoice in another picture and merge them with what is known, for 5 Lümis."""
    retry = read_retry(given.body.texts)
    submission = Submission(
        request_id=given.request_id,
        user_id=given.caller.user_id,
        schema_name=LUMIS,
        operation="retry",
        upload=given.body,
        received_at=given.received_at,
        retry=retry,
    )
    return await requests.read_priced(submission, given.headers, deps, partial(_answer, retry))


def answer_again(request: StoredRequest) -> Answer:
    """The retry's answer out of what is stored, for a repeat of one that nobody could wait for."""
    if request.retry is None:
        raise Problem(lumis.OCR_PROCESSING_FAILED)
    return _answer(request.retry, request.conclusion, request.cost)


def _answer(retry: Retry, conclusion: Conclusion | None, cost: int) -> Answer:
    return requests.invoice_answer(lumis_retry.show_retry(conclusion, cost, retry), conclusion)


def _body() -> Body:
    body = multipart(_FORM)
    given = dict(body.schema) if not isinstance(body.schema, type) else {}
    return replace(body, schema=given | {"properties": given["properties"] | _TEXTS, "required": ["missing_fields"]})


ROUTES = (
    Route(
        "POST",
        "/api/v4/invoices/upload-ocr-retry",
        upload_ocr_retry,
        "Look for an invoice's missing fields in another picture (5 Lümis)",
        body=_body(),
        answer=lumis_retry.InvoiceRetried,
        errors=(
            *UPLOAD_ERRORS,
            *RETRY_ERRORS,
            *REPEAT_ERRORS,
            lumis.NOT_ENOUGH_LUMIS,
            lumis.RATE_LIMITED,
            lumis_retry.RETRY_EXTRACTION_INCOMPLETE,
            lumis.OCR_PROCESSING_FAILED,
            UNAUTHORIZED,
            INTERNAL_ERROR,
        ),
        examples=(
            lumis.not_enough_lumis(5),
            lumis_retry.unreadable(Unreadable.DAMAGED, Retry(searched=("dv", "products"))),
            lumis.rate_limited(60),
        ),
        details={
            402: lumis.NotEnoughDetails,
            422: lumis_retry.RetryMissingDetails | lumis_retry.RetryUnreadableDetails | lumis.ErrorDetails,
            429: lumis.RateLimitedDetails,
        },
        parameters=requests.UPLOAD_PARAMETERS,
        accepted=requests.AcceptedShown,
        rebuild=answer_again,
    ),
)
