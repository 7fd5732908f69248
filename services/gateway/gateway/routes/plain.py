"""Families whose answers stand in no envelope, and whose errors are `{"error": text}`, in English."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from gateway.http import (
    BODY_TOO_LARGE,
    INTERNAL_ERROR,
    INVALID_JSON,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    ErrorRow,
    Exchange,
    Problem,
)
from gateway.lumis import RATE_LIMITED

REQUEST_HEADER = "X-Request-ID"

TOO_LARGE = ErrorRow(413, BODY_TOO_LARGE.code, "The request body is too large (at most 10 MB of document)")
LIMITED = ErrorRow(429, RATE_LIMITED.code, "Too many documents; try again after the seconds in Retry-After")
FAULT = ErrorRow(500, INTERNAL_ERROR.code, "Internal server error; please try again")
_BUSY = ErrorRow(503, "SERVER_BUSY", "The server is busy; try again after the seconds in Retry-After")
_BROKEN = ErrorRow(400, INVALID_JSON.code, "The request body is not valid JSON")
_UNKNOWN = ErrorRow(404, NOT_FOUND.code, "There is nothing at this path")
_METHOD = ErrorRow(405, METHOD_NOT_ALLOWED.code, "Only POST is answered at this path")

_TEXTS: Mapping[str, str] = {
    row.code: row.message for row in (TOO_LARGE, LIMITED, FAULT, _BUSY, _BROKEN, _UNKNOWN, _METHOD)
}
"""What is raised for every family, in these families' language."""


class PlainError(BaseModel):
    """A failure."""

    error: str


def answer(value: Any, exchange: Exchange) -> Mapping[str, Any]:
    """The value alone."""
    del exchange
    return dict(value)


def error(problem: Problem, exchange: Exchange) -> PlainError:
    """A failure: its text alone."""
    del exchange
    return PlainError(error=_TEXTS.get(problem.code, problem.message))
