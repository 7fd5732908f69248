"""The calls of the Extract API and their answers, with examples, for OpenAPI: the routes read JSON themselves."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_TOKEN = "6f1c0de2a94b4c3d8e7f5a6b7c8d9e0f"  # noqa: S105 - an example
_UUID = "0d6f2f0a-6c57-4a6c-9d0e-0c4f8a1b2c3d"
_JsonId = str | int | float | None


def _example(params: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [{"jsonrpc": "2.0", "method": "call", "params": params, "id": 0}]})


def _answered(result: dict[str, Any]) -> ConfigDict:
    return ConfigDict(json_schema_extra={"examples": [{"jsonrpc": "2.0", "id": 0, "result": result}]})


_DONE = {"status": "success", "status_msg": "Success", "status_code": 0}
_WAIT = {"status": "processing", "status_msg": "Not ready", "status_code": 1}
_UNKNOWN = {"status": "error_document_not_found", "status_msg": "The document could not be found", "status_code": 4}
_BAD = {"status": "error_validation_format", "status_msg": "Validation format is incorrect", "status_code": 12}
_TOTAL = {"content": 121.0, "coords": [0.7, 0.56, 0.08, 0.02, 0.0], "page": 0}
_RESULTS = [
    {
        "full_text_annotation": "INVOICE TEST-0001 …",
        "total": {"selected_value": _TOTAL, "candidates": [_TOTAL]},
        "type": "invoice",
        "invoice_lines": [],
    }
]


class RpcCall(BaseModel):
    """A call: JSON-RPC 2."""

    jsonrpc: str = Field(default="2.0", description="Not looked at")
    method: str = Field(default="call", description="Not looked at: the route says what is wanted")
    id: _JsonId = Field(default=None, description="Comes back in the answer")


class ParseParams(BaseModel):
    """What /parse takes."""

    account_token: str = Field(description="Of the account that pays; `integration_token` is the free test mode")
    documents: list[str] = Field(description="Base64 of a PDF, PNG, JPEG or BMP; of several the first PDF is read")
    version: int | None = Field(default=None, description="How results look: 120 to 123, 130 to 132, 100 to 102")
    dbuuid: str | None = Field(default=None, description="Not looked at")
    webhook_url: str | None = Field(
        default=None, description="Gets an empty POST at `<url>/<id>` when the result is ready"
    )
    user_infos: dict[str, Any] | None = Field(default=None, description="What the sender says of themselves")


class ParseCall(RpcCall):
    """A document that is handed in."""

    model_config = _example({"account_token": _TOKEN, "version": 122, "documents": ["JVBERi0xLjcK…"]})

    params: ParseParams


class OneParams(BaseModel):
    """A document by one of its names."""

    version: int | None = Field(default=None, description="How results look; by default as at /parse")
    document_uuid: str | None = None
    document_id: int | str | None = Field(default=None, description="The integer of older clients, or the uuid")
    document_token: str | None = Field(default=None, description="On `/2`")
    account_token: str | None = Field(default=None, description="On `/2`")


class ResultCall(RpcCall):
    """A question for one document."""

    model_config = _example({"version": 122, "document_uuid": _UUID})

    params: OneParams


class SeveralParams(BaseModel):
    """Documents by their names; `document_ids` and `documents_ids` of older clients are taken too."""

    version: int | None = None
    document_uuids: list[str | int] | None = None
    documents_uuids: list[str | int] | None = None
    account_token: str | None = Field(default=None, description="On `/2`")


class ResultsCall(RpcCall):
    """A question for several documents."""

    model_config = _example({"version": 122, "document_uuids": [_UUID]})

    params: SeveralParams


class ValidateParams(OneParams):
    """What a document really holds."""

    values: dict[str, Any] = Field(description="By feature `{content, box?}`; `invoice_lines` `{lines: [...]}`")


class ValidateCall(RpcCall):
    """A validation."""

    model_config = _example({"document_uuid": _UUID, "values": {"total": {"content": 121.0}, "merged_lines": False}})

    params: ValidateParams


class ValidateBatchParams(BaseModel):
    """What several documents hold, by their uuids."""

    documents: dict[str, dict[str, Any]]
    account_token: str | None = Field(default=None, description="On `/2`")


class ValidateBatchCall(RpcCall):
    """Several validations."""

    model_config = _example({"documents": {_UUID: {"total": {"content": 121.0}}}})

    params: ValidateBatchParams


class RpcAnswer(BaseModel):
    """HTTP 200, whatever the status."""

    jsonrpc: str
    id: _JsonId


class Stand(BaseModel):
    """How a call or a document stands."""

    status: str
    status_msg: str
    status_code: int | None = Field(default=None, description="Not on `/2`")


class TakenShown(Stand):
    """Ids are there on success alone."""

    document_uuid: str | None = None
    document_id: int | None = None
    document_token: str | None = Field(default=None, description="On `/2`, instead of the others")


class ParseAnswer(RpcAnswer):
    """A document that was taken in."""

    model_config = _answered({**_DONE, "document_uuid": _UUID, "document_id": 1204117823})

    result: TakenShown


class ResultShown(Stand):
    """`results` is there on success alone, with one object."""

    results: list[dict[str, Any]] | None = None


class ResultAnswer(RpcAnswer):
    """How a document stands."""

    model_config = _answered({**_DONE, "results": _RESULTS})

    result: ResultShown


class ResultsAnswer(RpcAnswer):
    """How documents stand, by their ids as text."""

    model_config = _answered({_UUID: {**_DONE, "results": _RESULTS}, "1204117823": _WAIT, "7": _UNKNOWN})

    result: dict[str, ResultShown]


class ValidateAnswer(RpcAnswer):
    """Whether a validation was kept."""

    model_config = _answered(_DONE)

    result: Stand


class ValidateBatchAnswer(RpcAnswer):
    """Whether validations were kept, by the documents' ids, and how the call went."""

    model_config = _answered({_UUID: _DONE, "7": _BAD, **_DONE})

    result: dict[str, Any]


class RpcFault(BaseModel):
    """An error of the protocol."""

    code: int
    message: str
    data: dict[str, Any]


class RpcError(BaseModel):
    """A body that is no call, or a path that is no route."""

    jsonrpc: str
    id: _JsonId
    error: RpcFault
