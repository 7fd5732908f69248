"""What a client says about a document that it hands in as JSON, read so that no text of it is kept while it waits."""

import asyncio
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from gateway.bodies import read_bytes
from gateway.encoded import decode, upload_of
from gateway.http import Body, ErrorRow, Incoming, Problem
from gateway.uploads import Content, Upload
from shared.contracts.documents import LARGEST_ANNOTATIONS

INVALID_JSON = ErrorRow(400, "INVALID_JSON", "The request body is not valid JSON")
INVALID_REQUEST = ErrorRow(400, "INVALID_REQUEST", "A field of the request body is not valid")

BODY_LIMIT = 20 * 1024 * 1024
"""Bytes: a document of 10 MB as base64 with line breaks, annotations, and room for the rest."""

_LARGE = 262_144
"""Bytes that are taken apart beside the event loop."""
_MOST_PLUGINS = 10
_LARGEST_PLUGINS = 16_384
_MODEL = re.compile(r"(?:[A-Za-z0-9._~-]{1,64}/)?[A-Za-z0-9][A-Za-z0-9._:~-]{0,79}")
_LONGEST_NAME = 120
_BOM = b"\xef\xbb\xbf"
_WANTED = {"annotations": "must be an object, or a list of objects", "plugins": "must be a list of objects"}
"""What a field that is no text must be."""


@dataclass(frozen=True)
class ScanRequest:
    """A document to be read, or where it is, and what the hosted models are told."""

    upload: Upload | None
    url: str | None = None
    """Of a PDF, where no document came along."""
    model: str | None = None
    filename: str | None = None
    options: Content | None = None
    """Plugins and annotations for OpenRouter, JSON."""


class ImageRequest(BaseModel):
    """A picture and the model that is to read it."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    image: str | None = Field(
        default=None, alias="imageBase64", description="The picture as base64, bare or as a data URL"
    )
    mime_type: str | None = Field(
        default="image/png",
        alias="mimeType",
        description="Taken for a hint alone: PNG, JPEG and WebP are told by their bytes",
    )
    model: str | None = Field(
        default=None,
        description="A model to ask first, as OpenRouter names it (`vendor/model`); the usual ones follow if it fails",
    )

    @model_validator(mode="after")
    def _names_a_model(self) -> Self:
        if self.model and not _MODEL.fullmatch(self.model.strip()):
            raise ValueError("'model' must be named like `vendor/model`")
        return self

    def scan(self) -> ScanRequest:
        """The request with its document decoded.

        Raises:
            Problem: 400, 413, 415.
        """
        upload = _upload(self.image, "imageBase64", images=True, pdfs=False)
        return ScanRequest(upload, model=_stripped(self.model))


class DocumentRequest(ImageRequest):
    """A picture or a PDF, the model that is to read it, and what OpenRouter is to be told."""

    pdf_url: str | None = Field(default=None, alias="pdfUrl", description="A public http or https address of a PDF")
    pdf: str | None = Field(default=None, alias="pdfBase64", description="A PDF as base64, bare or as a data URL")
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

    def scan(self) -> ScanRequest:
        """The request with its document decoded; a PDF wins over a picture.

        Raises:
            Problem: 400, 413, 415.
        """
        url = _stripped(self.pdf_url)
        upload = _upload(self.pdf, "pdfBase64", images=False, pdfs=True)
        if upload is None and url is None:
            upload = _upload(self.image, "imageBase64", images=True, pdfs=True)
        return ScanRequest(
            upload,
            url=url if upload is None else None,
            model=_stripped(self.model),
            filename=_file_name(self.filename or ""),
            options=self._options(),
        )

    def _options(self) -> Content | None:
        if not (self.plugins or self.annotations):
            return None
        options = {"plugins": self.plugins or [], "annotations": _rows(self.annotations)}
        try:
            content = json.dumps(options, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
        except ValueError:  # NaN and Infinity get through parsers, and are no JSON
            raise Problem(INVALID_JSON) from None
        if len(content) > LARGEST_ANNOTATIONS + _LARGEST_PLUGINS:
            raise Problem(INVALID_REQUEST, message="'annotations' are larger than 4 MB")
        return Content(content)


RequestT = TypeVar("RequestT", bound=ImageRequest)
ResultT = TypeVar("ResultT")


def scan_body(model: type[RequestT]) -> Body:
    """A JSON body with a document in it; the route gets a ScanRequest."""

    async def read(incoming: Incoming) -> ScanRequest:
        content = await read_bytes(incoming, BODY_LIMIT)
        return await beside(lambda: _parsed(model, content).scan(), len(content))

    return Body(read, "application/json", model)


async def beside(work: Callable[[], ResultT], size: int) -> ResultT:
    """Work on so many bytes; in a thread where they are many, so that nobody else waits."""
    return await asyncio.to_thread(work) if size > _LARGE else work()


def _parsed(model: type[RequestT], content: bytes) -> RequestT:
    try:
        return model.model_validate_json(content.removeprefix(_BOM))
    except ValidationError as error:
        problem = error.errors(include_input=False, include_url=False)[0]
    if problem["type"] == "json_invalid":
        raise Problem(INVALID_JSON)
    if problem["type"] == "value_error":
        raise Problem(INVALID_REQUEST, message=str(problem["ctx"]["error"]))
    if not problem["loc"]:
        raise Problem(INVALID_REQUEST, message="The request body must be a JSON object")
    field = str(problem["loc"][0])
    raise Problem(INVALID_REQUEST, message=f"'{field}' {_WANTED.get(field, 'must be a string')}")


def _upload(text: str | None, field: str, *, images: bool, pdfs: bool) -> Upload | None:
    """What a text holds; None where it is not given."""
    return upload_of(decode(text, field), images=images, pdfs=pdfs) if text and text.strip() else None


def _stripped(text: str | None) -> str | None:
    return (text or "").strip() or None


def _file_name(text: str) -> str | None:
    """The last part of a name, without what no file name holds."""
    name = re.split(r"[/\\]", text)[-1]
    return "".join(char for char in name if char.isprintable()).strip()[:_LONGEST_NAME] or None


def _rows(given: dict[str, Any] | list[dict[str, Any]] | None) -> list[dict[str, Any]]:
    """Annotations as a list, however they were wrapped."""
    if not isinstance(given, dict):
        return given or []
    inner = given.get("annotations")
    return [each for each in inner if isinstance(each, dict)] if isinstance(inner, list) else [given]
