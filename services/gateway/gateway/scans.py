"""A document without a price on its way: fetched where it has to be, read, and what came of it."""

import json
from datetime import UTC, datetime
from typing import Any

import structlog

from gateway.deps import Deps
from gateway.encoded import upload_of
from gateway.http import ErrorRow, Input, Problem
from gateway.intake import Submission, submit_and_wait
from gateway.lumis import rate_limited
from gateway.metrics import LIMITED
from gateway.remote import NotFetched
from gateway.results import Conclusion
from gateway.scan_requests import ScanRequest, beside
from gateway.store import UNPRICED
from gateway.uploads import Upload
from shared.contracts.documents import Unreadable
from shared.errors import LumisError
from shared.mongo import PyMongoError

_log = structlog.get_logger()

INVALID_URL = ErrorRow(400, "INVALID_URL", "'pdfUrl' must be a public http or https address")
FETCH_TOO_LARGE = ErrorRow(413, "DOCUMENT_TOO_LARGE", "The document at 'pdfUrl' is larger than 10 MB")
FETCH_FAILED = ErrorRow(422, "FETCH_FAILED", "The document at 'pdfUrl' could not be fetched")
UNREADABLE = ErrorRow(422, "UNREADABLE", "The document could not be read")
NO_INVOICE = ErrorRow(422, "NO_INVOICE", "No invoice was found in the document")
NO_RESULT = ErrorRow(500, "EXTRACTION_FAILED", "The document could not be read in time; please try again")

_FETCH_FAULTS = {"address": INVALID_URL, "size": FETCH_TOO_LARGE, "server": FETCH_FAILED}
_FAULTS = {
    Unreadable.DAMAGED: "it is damaged or empty",
    Unreadable.ENCRYPTED: "it asks for a password",
    Unreadable.TOO_LARGE: "it has too many pixels",
    Unreadable.TOO_COSTLY: "it is too complex",
    Unreadable.TOO_SMALL: "it is too small",
    Unreadable.TOO_MANY_PAGES: "it has too many pages",
}


async def document_of(given: Input[ScanRequest], deps: Deps) -> Upload | None:
    """The request's document, fetched where the request only says where it is; None where it does not say.

    Raises:
        Problem: 400, 413, 415, 422; 429 where a caller has too many documents fetched.
    """
    request = given.body
    if request.upload is not None or request.url is None:
        return request.upload
    # Counted by itself, since a document that cannot be fetched is never counted as one that is read.
    standing = await deps.rate_limits.take(f"fetch:{given.caller.user_id}")
    if not standing.accepted:
        LIMITED.inc()
        raise rate_limited(standing.retry_after)
    try:
        content = await deps.remote.fetch(request.url)
    except NotFetched as error:
        row = _FETCH_FAULTS[error.fault]
        raise Problem(row, message=None if row is FETCH_TOO_LARGE else f"{row.message}: {error.reason}") from None
    return await beside(lambda: upload_of(content, images=False, pdfs=True), len(content))


async def scan(given: Input[ScanRequest], upload: Upload, schema_name: str, deps: Deps) -> Conclusion:
    """Have a document read under a schema, and wait for the end.

    Raises:
        Problem: 422 where the document is at fault, 429 over the rate limit, 500 where nothing came in time.
        Unavailable, PyMongoError: a part of ours is away; nothing was published.
    """
    request = given.body
    submission = Submission(
        request_id=given.request_id,
        user_id=given.caller.user_id,
        schema_name=schema_name,
        operation=UNPRICED,
        upload=upload,
        received_at=given.received_at,
        model=request.model,
        filename=request.filename,
        options_id=await _keep_options(request, deps),
    )
    try:
        conclusion = (await submit_and_wait(submission, deps)).conclusion
    except (LumisError, PyMongoError):  # nothing was published, so nobody will take them
        await _drop_options(submission.options_id, deps)
        raise
    reason = conclusion.unreadable if conclusion else None
    if reason is not None and reason.documents_fault:
        raise Problem(UNREADABLE, message=f"{UNREADABLE.message}: {_FAULTS[reason]}")
    if conclusion is None or conclusion.outcome is None:
        raise Problem(NO_RESULT)
    return conclusion


async def _keep_options(request: ScanRequest, deps: Deps) -> str | None:
    """Plugins and annotations may be large: the bus carries where they are; unread they expire by themselves."""
    if request.options is None:
        return None
    expires_at = datetime.now(UTC) + deps.limits.file_lifetime
    return await deps.files.keep(request.options.take(), content_type="application/json", expires_at=expires_at)


async def _drop_options(options_id: str | None, deps: Deps) -> None:
    if options_id is None:
        return
    try:
        await deps.files.delete(options_id)
    except PyMongoError as error:
        _log.warning("options not deleted, they expire", error=type(error).__name__)


async def annotations_of(conclusion: Conclusion, deps: Deps) -> list[Any] | None:
    """What OpenRouter parsed of the PDF; it is given once. A nicety: without it the answer is as good."""
    if conclusion.annotations_id is None:
        return None
    try:
        content = await deps.files.read(conclusion.annotations_id)
        await deps.files.delete(conclusion.annotations_id)
    except PyMongoError as error:
        _log.warning("annotations not read", error=type(error).__name__)
        return None
    return list(json.loads(content)) if content else None
