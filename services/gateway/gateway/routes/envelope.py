"""The envelope of the Lumis API (section 2), also the default where no family is meant."""

from datetime import UTC, datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from gateway.http import Exchange, Problem

DataT = TypeVar("DataT")


class Envelope(BaseModel, Generic[DataT]):
    """A success."""

    success: Literal[True] = True
    data: DataT
    error: None = None
    request_id: str
    timestamp: str
    """UTC, to the second."""
    execution_time_ms: int
    cached: Literal[False] = False


class ErrorShown(BaseModel):
    """An error; `details` is always an object, because clients look into it without a check."""

    code: str
    message: str
    details: dict[str, Any]


class ErrorEnvelope(BaseModel):
    """A failure."""

    success: Literal[False] = False
    data: None = None
    error: ErrorShown
    request_id: str
    timestamp: str
    execution_time_ms: int
    cached: Literal[False] = False


def timestamp(moment: datetime | None = None) -> str:
    """A moment, by default now, as `2024-12-15T10:30:00Z`."""
    return (moment or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def answer(value: Any, exchange: Exchange) -> BaseModel:
    """A value in its envelope."""
    return Envelope[Any](
        data=value,
        request_id=exchange.request_id,
        timestamp=timestamp(),
        execution_time_ms=exchange.milliseconds,
    )


def error_shown(problem: Problem) -> ErrorShown:
    """An error with the three keys that every `details` has."""
    details = {"success": False, "cost_lumis": 0, "message": problem.message, **problem.details}
    return ErrorShown(code=problem.code, message=problem.message, details=details)


def error(problem: Problem, exchange: Exchange) -> BaseModel:
    """A failure in its envelope."""
    return ErrorEnvelope(
        error=error_shown(problem),
        request_id=exchange.request_id,
        timestamp=timestamp(),
        execution_time_ms=exchange.milliseconds,
    )


def answer_model(value: Any) -> Any:
    """The envelope around a value's type."""
    return Envelope[value]
