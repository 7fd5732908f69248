"""The Lumis API v4: uploads, one's balance, one's requests."""

from datetime import datetime
from typing import Any, Literal

from gateway import lumis, lumis_retry
from gateway.bodies import multipart
from gateway.deps import Deps
from gateway.http import INTERNAL_ERROR, NOT_FOUND, UNAUTHORIZED, Answer, ErrorRow, Family, Input, Problem, Route
from gateway.intake import Submission
from gateway.repeats import REPEAT_ERRORS
from gateway.results import Conclusion
from gateway.routes import accounts, audit, bearer, envelope, erasures, extract_tokens, limits, requests, reviews
from gateway.routes.credits import ROUTES as CREDIT_ROUTES
from gateway.routes.lumis_retry import ROUTES as RETRY_ROUTES
from gateway.routes.webhooks import ROUTES as WEBHOOK_ROUTES
from gateway.store import Stage, StoredRequest
from gateway.uploads import UPLOAD_ERRORS, Form, Upload
from gateway.userdata import ERASURE
from shared.contracts.credits import ReadBalance
from shared.contracts.documents import Unreadable
from shared.contracts.lumis import LUMIS

INVALID_MODE = ErrorRow(400, "INVALID_MODE", "mode must be 1 or 2")
_FORM = Form(text_parts=("mode",))
_ALWAYS = (UNAUTHORIZED, INTERNAL_ERROR)


async def upload_ocr(given: Input[Upload], deps: Deps) -> Answer:
    """Read one picture or PDF of an invoice, for 15 Lümis."""
    submission = Submission(
        request_id=given.request_id,
        user_id=given.caller.user_id,
        schema_name=LUMIS,
        operation="upload",
        upload=given.body,
        received_at=given.received_at,
        mode=_mode(given.body.texts.get("mode")),
    )
    return await requests.read_priced(submission, given.headers, deps, _answer)


def answer_again(request: StoredRequest) -> Answer:
    """The upload's answer out of what is stored, for a repeat of one that nobody could wait for."""
    return _answer(request.conclusion, request.cost)


def _answer(conclusion: Conclusion | None, cost: int) -> Answer:
    return requests.invoice_answer(lumis.show(conclusion, cost), conclusion)


def _mode(text: str | None) -> int:
    if text is None:
        return 1
    if text.strip() not in {"1", "2"}:
        raise Problem(INVALID_MODE)
    return int(text)


class BalanceShown(lumis.Shown):
    """Lümis: `available` = `balance` - `held`."""

    balance: int
    held: int
    available: int


async def read_balance(given: Input[None], deps: Deps) -> Answer:
    """Lümis of the caller."""
    balance = await deps.bus.call(ReadBalance(user_id=given.caller.user_id))
    return Answer(BalanceShown.model_validate(balance))


class ResultShown(lumis.Shown):
    """The body of the upload's answer, as far as it tells of the result."""

    success: bool
    data: lumis.InvoiceRead | lumis_retry.InvoiceRetried | None = None
    error: envelope.ErrorShown | None = None


class RequestShown(lumis.Shown):
    """A request as it stands."""

    request_id: str
    state: Literal["uploaded", "recognized", "abandoned", "unreadable", "reconciled", "erasing", "erased"]
    operation: str
    received_at: datetime
    result: ResultShown | None
    """None until the request has ended."""
    timeline: tuple[requests.EventShown, ...]
    """By time."""


class ErasureRequestShown(RequestShown):
    """A request to erase a user's data, as it stands."""

    erasure: tuple[erasures.ErasedByShown, ...]
    """What each service has removed so far, and what it had to keep."""


async def read_request(given: Input[None], deps: Deps) -> Answer:
    """A request's state, its result once it has ended, and everything that happened to it."""
    request = await deps.requests.find(given.path["request_id"])
    if request is None or not (request.user_id == given.caller.user_id or given.caller.is_admin):
        raise Problem(NOT_FOUND)
    shown: dict[str, Any] = {
        "request_id": request.request_id,
        "state": request.stage.name.lower(),
        "operation": request.operation,
        "received_at": request.received_at,
        "result": result_of(request),
        "timeline": tuple(requests.event_shown(entry, request.received_at) for entry in request.timeline),
    }
    if request.operation == ERASURE:
        return Answer(ErasureRequestShown.model_validate({**shown, **erasures.progress(request)}))
    return Answer(RequestShown.model_validate(shown))


def result_of(request: StoredRequest) -> ResultShown | None:
    """A request's result as its owner sees it; None until it has ended, and for one of another family."""
    if request.schema_name != LUMIS:
        return None
    if request.conclusion is None and request.stage is not Stage.ABANDONED:
        return None
    try:
        return ResultShown(success=True, data=lumis_retry.show_request(request))
    except Problem as problem:
        return ResultShown(success=False, error=envelope.error_shown(problem))


FAMILY = Family(
    name="lumis",
    routes=(
        Route(
            "POST",
            "/api/v4/invoices/upload-ocr",
            upload_ocr,
            "Read an invoice (15 Lümis)",
            body=multipart(_FORM),
            answer=lumis.InvoiceRead,
            errors=(
                *UPLOAD_ERRORS,
                INVALID_MODE,
                *REPEAT_ERRORS,
                lumis.NOT_ENOUGH_LUMIS,
                lumis.VALIDATION_FAILED,
                lumis.RATE_LIMITED,
                lumis.OCR_PROCESSING_FAILED,
                *_ALWAYS,
            ),
            examples=(lumis.not_enough_lumis(15), lumis.unreadable(Unreadable.DAMAGED), lumis.rate_limited(60)),
            details={
                402: lumis.NotEnoughDetails,
                422: lumis.MissingDetails | lumis.UnreadableDetails | lumis.ErrorDetails,
                429: lumis.RateLimitedDetails,
            },
            parameters=requests.UPLOAD_PARAMETERS,
            accepted=requests.AcceptedShown,
            rebuild=answer_again,
        ),
        Route("GET", "/api/v4/lumis/balance", read_balance, "One's Lümis", answer=BalanceShown, errors=_ALWAYS),
        Route(
            "GET",
            "/api/v4/requests/{request_id}",
            read_request,
            "A request's state, result and timeline",
            answer=RequestShown | ErasureRequestShown,
            errors=(NOT_FOUND, *_ALWAYS),
        ),
        *RETRY_ROUTES,
        *CREDIT_ROUTES,
        *accounts.ROUTES,
        *reviews.ROUTES,
        *audit.ROUTES,
        *erasures.ROUTES,
        *limits.ROUTES,
        *extract_tokens.ROUTES,
        *requests.ROUTES,
        *WEBHOOK_ROUTES,
    ),
    authenticate=bearer.authenticate,
    headers=limits.headers,
    header_rows=limits.HEADER_ROWS,
    answer=envelope.answer,
    error=envelope.error,
    answer_model=envelope.answer_model,
    error_model=envelope.ErrorEnvelope,
)
