"""JSON-RPC 2 as the Extract API has it: how a call is read, and how results and errors are written."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NoReturn

from gateway.extract.papers import UnsupportedFormat
from gateway.extract.protocol import INTERNAL, MAINTENANCE, OVER_LIMIT, Status, Where
from gateway.http import (
    BODY_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_JSON,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    SERVER_BUSY,
    ErrorRow,
    Exchange,
    Problem,
)
from gateway.lumis import RATE_LIMITED
from gateway.metrics import EXTRACT_CALLS
from gateway.uploads import Upload

BROKEN = ErrorRow(400, INVALID_JSON.code, "The body is no JSON")
NO_CALL = ErrorRow(400, "INVALID_REQUEST", 'The body must be one JSON object: {"jsonrpc", "method", "params", "id"}')
NO_PARAMS = ErrorRow(400, "INVALID_PARAMS", "`params` must be an object")
TOO_LARGE = ErrorRow(413, BODY_TOO_LARGE.code, "The body is too large")

_TEXTS: Mapping[str, str] = {
    NOT_FOUND.code: "The Extract API has no such route",
    METHOD_NOT_ALLOWED.code: "Only POST is answered here",
    **{row.code: row.message for row in (BROKEN, NO_CALL, NO_PARAMS, TOO_LARGE)},
}
_CODES: Mapping[str, int] = {INVALID_JSON.code: -32700, NOT_FOUND.code: -32601, NO_PARAMS.code: -32602}
_INVALID_REQUEST = -32600
_NAME = "UserError"
"""Odoo's client knows three names and shows this one's message to its user; it fails where there is none."""

_STATUSES: Mapping[str, Status] = {
    INTERNAL_ERROR.code: INTERNAL,
    SERVER_BUSY.code: MAINTENANCE,
    RATE_LIMITED.code: OVER_LIMIT,
}
"""Our own trouble goes into `result`, where clients look, and lets them try again later."""


@dataclass(frozen=True)
class Call:
    """A call as it came."""

    where: Where
    id: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    fault: ErrorRow | None = None
    """Why it is none; the route refuses it, so that the error still has the call's id."""
    document: Upload | UnsupportedFormat | None = None
    """What a call of /parse brings along, or why it brings nothing."""
    is_unread: bool = False
    """Its body was too large to be read, so that nothing else is known of it."""


def call_of(content: bytes, where: Where) -> Call:
    """A body as a call; one that is none says why in `fault`."""
    try:
        body = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        return Call(where, fault=BROKEN)
    if not isinstance(body, dict):
        return Call(where, fault=NO_CALL)
    identity = _echoed(body.get("id"))
    params = body.get("params")
    if params is None:
        params = {}
    if not isinstance(params, dict):
        return Call(where, identity, fault=NO_PARAMS)
    return Call(where, identity, params)


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)  # NaN and Infinity get through Python's parser, and are no JSON


def _echoed(identity: Any) -> Any:
    """The call's id as it may be answered: what is no id of JSON-RPC 2, or cannot be written, is null."""
    if isinstance(identity, str):
        return identity.encode("utf-8", "replace").decode()
    if isinstance(identity, float):
        return identity if math.isfinite(identity) else None
    return identity if isinstance(identity, int) else None


def answer(value: Any, exchange: Exchange) -> Mapping[str, Any]:
    """A result under the id of its call; null where the call had none."""
    return {"jsonrpc": "2.0", "id": _id_of(exchange), "result": value}


def error(problem: Problem, exchange: Exchange) -> Mapping[str, Any]:
    """A call that cannot be served: our trouble as a status, the caller's as a JSON-RPC error."""
    if status := _STATUSES.get(problem.code):
        if exchange.body is None:  # it did not get as far as its route, which counts all that do
            EXTRACT_CALLS.labels("unknown", "unknown", "unknown", status.metric).inc()
        return answer(status.shown(_where_of(exchange)), exchange)
    message = _TEXTS.get(problem.code, problem.message)
    data = {"name": _NAME, "message": message, "debug": "", "arguments": [message]}
    code = _CODES.get(problem.code, _INVALID_REQUEST)
    return {"jsonrpc": "2.0", "id": _id_of(exchange), "error": {"code": code, "message": message, "data": data}}


def error_status(problem: Problem) -> int:
    """HTTP 200 for what stands in `result`; clients take any other status for a broken connection."""
    return 200 if problem.code in _STATUSES else problem.status


def _id_of(exchange: Exchange) -> Any:
    return exchange.body.id if isinstance(exchange.body, Call) else None


def _where_of(exchange: Exchange) -> Where | None:
    return exchange.body.where if isinstance(exchange.body, Call) else None
