"""A document that a client hands in as JSON: what it may ask, the document itself, and what came of it."""

import asyncio
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Self, TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.bodies import read_bytes
from gateway.deps import Deps
from gateway.encoded import NOT_BASE64, decode, upload_of
from gateway.http import Body, ErrorRow, Incoming, Input, Problem
from gateway.intake import Submission, submit_and_wait
from gateway.remote import NotFetched
from gateway.results import Conclusion
from gateway.store import UNPRICED
from gateway.uploads import Upload
from shared.contracts.documents import LARGEST_ANNOTATIONS, Unreadable
from shared.mongo import PyMongoError

_log = structlog.get_logger()

INVALID_JSON = ErrorRow(400, "INVALID_JSON", "The request body is not valid JSON")
INVALID_REQUEST = ErrorRow(400, "INVALID_REQUEST", "A field of the request body is not valid")
INVALID_URL = ErrorRow(400, "INVALID_URL", "'pdfUrl' must be a public http or https address")
FETCH_TOO_LARGE = ErrorRow(413, "DOCUMENT_TOO_LARGE", "The document at 'pdfUrl' is larger than 10 MB")
FETCH_FAILED = ErrorRow(422, "FETCH_FAILED", "The document at 'pdfUrl' could not be fetched")
UNREADABLE = ErrorRow(422, "UNREADABLE", "The document could not be read")
NO_RESULT = ErrorRow(500, "EXTRACTION_FAILED", "The document could not be read in time; please try again")

BODY_LIMIT = 20 * 1024 * 1024
"""Bytes: a document of 10 MB as base64 with line breaks, annotations, and room for the rest."""

_LARGE = 262_144
"""Bytes of a body that is taken apart beside the event loop."""
_MOST_PLUGINS = 10
_LARGEST_PLUGINS = 16_384
_MODEL = re.compile(r"(?:[A-Za-z0-9._~-]{1,64}/)?[A-Za-z0-9][A-Za-z0-9._:~-]{0,79}")
_LONGEST_NAME = 120
_JSON = "application/json"
_FETCH_FAULTS = {"address": INVALID_URL, "size": FETCH_TOO_LARGE, "server": FETCH_FAILED}
_FAULTS = {
    Unreadable.DAMAGED: "it is damaged or empty",
    Unreadable.ENCRYPTED: "it asks for a password",
    Unreadable.TOO_LARGE: "it has too many pixels",
    Unreadable.TOO_COSTLY: "it is too complex",
}

Given = Annotated[str | None, Field(default=None)]


class ImageRequest(BaseModel):
    """A picture and the model that is to read it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, protected_namespaces=())

    imageBase64: str | None = Field(  # noqa: N815 - the name on the wire
        default=None, description="The picture as base64, bare or as a data URL"
    )
    mimeType: str | None = Field(  # noqa: N815 - the name on the wire
        default="image/png", description="Taken for a hint alone: PNG, JPEG and WebP are told by their bytes"
    )
    model: str | None = Field(
        default=None,
        description="A model to ask first, as OpenRouter names it (`vendor/model`); the usual ones follow if it fails",
    )

    @model_validator(mode="after")
    def _is_sound(self) -> Self:
        if self.model and not _MODEL.fullmatch(self.model.strip()):
            raise ValueError("'model' must be named like `vendor/model`")
        return self


class DocumentRequest(ImageRequest):
    """A picture or a PDF, the model that is to read it, and what OpenRouter is to be told."""

    pdfUrl: str | None = Field(  # noqa: N815 - the name on the wire
        default=None, description="A public http or https address of a PDF"
    )
    pdfBase64: str | None = Field(  # noqa: N815 - the name on the wire
        default=None, description="A PDF as base64, bare or as a data URL"
    )
    filename: str | None = Field(default="invoice.pdf", description="What the model is told that the PDF is called")
    annotations: dict[str, Any] | list[dict[str, Any]] | None = Field(
        default=None, description="The `annotations` of an earlier answer to the same PDF: it is not parsed again"
    )
    plugins: list[dict[str, Any]] | None = Field(
        default=None, description="OpenRouter's plugins, for example another PDF engine; passed on as given"
    )

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        plugins = self.plugins or []
        if len(plugins) > _MOST_PLUGINS or not all(isinstance(each.get("id"), str) for each in plugins):
            raise ValueError(f"'plugins' must be at most {_MOST_PLUGINS} objects with an `id`")
        if len(json.dumps(plugins)) > _LARGEST_PLUGINS:
            raise ValueError("'plugins' are too large")
        return self

    @property
    def parsed(self) -> list[dict[str, Any]]:
        """The annotations as a list, however they were wrapped."""
        given = self.annotations or []
        if isinstance(given, list):
            return given
        inner = given.get("annotations")
        return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else [given]


RequestT = TypeVar("RequestT", bound=ImageRequest)


def scan_body(model: type[RequestT]) -> Body:
    """A JSON body with a document in it; the route gets the model."""

    async def read(incoming: Incoming) -> RequestT:
        content = await read_bytes(incoming, BODY_LIMIT)
        return await _beside(lambda: _parse(model, content), len(content))

    return Body(read, _JSON, model)


def _parse(model: type[RequestT], content: bytes) -> RequestT:
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
    if problem["type"] == "json_invalid":
        raise Problem(INVALID_JSON)
    if problem["type"] == "value_error":
        raise Problem(INVALID_REQUEST, message=str(problem["ctx"]["error"]))
    if not problem["loc"]:
        raise Problem(INVALID_REQUEST, message="The request body must be a JSON object")
    raise Problem(INVALID_REQUEST, message=f"'{problem['loc'][0]}': {problem['msg']}")


ResultT = TypeVar("ResultT")


async def _beside(work: Callable[[], ResultT], size: int) -> ResultT:
    """What takes long runs in a thread, so that nobody else waits."""
    return await asyncio.to_thread(work) if size > _LARGE else work()


async def image_of(request: ImageRequest) -> Upload:
    """The picture of a request that has one.

    Raises:
        Problem: 400, 413 or 415.
    """
    return await _decoded(request.imageBase64 or "", "imageBase64", images=True, pdfs=False)


async def document_of(request: DocumentRequest, deps: Deps) -> Upload | None:
    """The document of a request, None where it has none; a PDF wins over a picture.

    Raises:
        Problem: 400, 413, 415; 422 where a `pdfUrl` could not be fetched.
    """
    if _is_given(request.pdfBase64):
        return await _decoded(request.pdfBase64 or "", "pdfBase64", images=False, pdfs=True)
    if _is_given(request.pdfUrl):
        content = await _fetched(request.pdfUrl or "", deps)
        return await _beside(lambda: upload_of(content, images=False, pdfs=True), len(content))
    if _is_given(request.imageBase64):
        return await _decoded(request.imageBase64 or "", "imageBase64", images=True, pdfs=True)
    return None


def _is_given(text: str | None) -> bool:
    return bool(text and text.strip())


async def _decoded(text: str, field: str, *, images: bool, pdfs: bool) -> Upload:
    return await _beside(lambda: upload_of(decode(text, field), images=images, pdfs=pdfs), len(text))


async def _fetched(url: str, deps: Deps) -> bytes:
    try:
        return await deps.remote.fetch(url)
    except NotFetched as error:
        row = _FETCH_FAULTS[error.fault]
        raise Problem(row, message=f"{row.message}: {error.reason}") from None


async def scan(given: Input[Any], upload: Upload, schema_name: str, deps: Deps) -> Conclusion:
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
        model=(request.model or "").strip() or None,
        filename=_filename(request),
        options_id=await _keep_options(request, deps),
    )
    conclusion = (await submit_and_wait(submission, deps)).conclusion
    reason = conclusion.unreadable if conclusion else None
    if reason is not None and reason.documents_fault:
        raise Problem(UNREADABLE, message=f"{UNREADABLE.message}: {_FAULTS[reason]}")
    if conclusion is None or conclusion.outcome is None:
        raise Problem(NO_RESULT)
    return conclusion


def _filename(request: ImageRequest) -> str | None:
    """The name's last part, without what no file name holds."""
    if not isinstance(request, DocumentRequest) or not request.filename:
        return None
    name = re.split(r"[/\\]", request.filename)[-1]
    return "".join(char for char in name if char.isprintable()).strip()[:_LONGEST_NAME] or None


async def _keep_options(request: ImageRequest, deps: Deps) -> str | None:
    """Plugins and annotations may be large: the bus carries where they are; unread they expire by themselves."""
    if not isinstance(request, DocumentRequest) or not (request.plugins or request.annotations):
        return None
    options = {"plugins": request.plugins or [], "annotations": request.parsed}
    content = json.dumps(options, ensure_ascii=False).encode("utf-8", "replace")
    if len(content) > LARGEST_ANNOTATIONS + _LARGEST_PLUGINS:
        raise Problem(INVALID_REQUEST, message="'annotations' are larger than 4 MB")
    expires_at = datetime.now(UTC) + deps.limits.file_lifetime
    return await deps.files.keep(content, content_type=_JSON, expires_at=expires_at)


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


SCAN_ERRORS = (INVALID_JSON, INVALID_REQUEST, NOT_BASE64, UNREADABLE, NO_RESULT)
