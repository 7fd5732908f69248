"""How bodies are read: an upload as multipart, a model as JSON."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from gateway.http import BODY_TOO_LARGE, INVALID_DATA, INVALID_JSON, Body, BrokenBody, Incoming, Problem
from gateway.uploads import Form, Upload, read_upload

ModelT = TypeVar("ModelT", bound=BaseModel)

_TEXT = {"type": "string"}


def multipart(form: Form) -> Body:
    """A file and texts; the route gets an Upload."""

    async def read(incoming: Incoming) -> Upload:
        return await read_upload(incoming.chunks, incoming.headers.get("content-type", ""), form)

    file = {"type": "string", "format": "binary", "description": "JPEG, PNG or PDF, told by its first bytes"}
    properties: dict[str, Any] = dict.fromkeys(form.file_parts, file)
    properties |= dict.fromkeys(form.text_parts, _TEXT)
    one_of_them = [{"required": [name]} for name in form.file_parts]
    return Body(read, "multipart/form-data", {"type": "object", "properties": properties, "anyOf": one_of_them})


def json_body(model: type[ModelT], limit: int = 1_048_576) -> Body:
    """A JSON body of at most `limit` bytes; the route gets the model."""

    async def read(incoming: Incoming) -> ModelT:
        return parse_json(model, await read_bytes(incoming, limit))

    return Body(read, "application/json", model)


async def read_bytes(incoming: Incoming, limit: int) -> bytes:
    """The whole body. Raises Problem: it is longer than `limit` bytes, or broken off."""
    content = bytearray()
    try:
        async for chunk in incoming.chunks:
            content += chunk
            if len(content) > limit:
                raise Problem(BODY_TOO_LARGE)
    except BrokenBody:
        raise Problem(INVALID_JSON) from None
    return bytes(content)


def parse_json(model: type[ModelT], content: bytes) -> ModelT:
    """A body as its model. Raises Problem: 400 for what is not JSON, 422 with the places that do not fit."""
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        problems = error.errors(include_input=False, include_url=False, include_context=False)
        if problems[0]["type"] == "json_invalid":
            raise Problem(INVALID_JSON) from None
        fields = {".".join(str(part) for part in problem["loc"]): problem["msg"] for problem in problems}
        raise Problem(INVALID_DATA, details={"fields": fields}) from None
