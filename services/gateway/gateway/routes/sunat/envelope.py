"""The envelope of the SUNAT family: `{success, data, message}`, `{success: false, error, message}`."""

from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from gateway.http import Exchange, Problem

DataT = TypeVar("DataT")


class Success(BaseModel, Generic[DataT]):
    """A success."""

    success: Literal[True] = True
    data: DataT


class Failure(BaseModel):
    """A failure; `error` is its code. `details`, where there are any, name what to correct."""

    success: Literal[False] = False
    error: str
    message: str


def answer(value: Any, exchange: Exchange) -> BaseModel:
    """A value in its envelope."""
    del exchange
    return Success[Any](data=value)


def error(problem: Problem, exchange: Exchange) -> BaseModel:
    """A failure in its envelope."""
    del exchange
    return Failure(error=problem.code, message=problem.message)


def answer_model(value: Any) -> Any:
    """The envelope around a value's type."""
    return Success[value]
