"""The envelope of the SUNAT family: `{success, data, message}`, `{success: false, error, message}`."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel, Field

from gateway.http import Exchange, Problem
from gateway.routes.envelope import timestamp
from shared.money import json_number

DataT = TypeVar("DataT")
_CODE = "codigo_sunat"


class Whole(BaseModel):
    """An answer with its envelope."""

    success: Literal[True] = True


class Success(Whole, Generic[DataT]):
    """A success."""

    data: DataT


class Done(Whole):
    """A success that has nothing to show."""

    message: str


class Told(Whole, Generic[DataT]):
    """A success with words for the user."""

    message: str
    data: DataT


class Pagination(BaseModel):
    """Where a page stands. `from` and `to` count from 1; null on an empty page."""

    current_page: int
    per_page: int
    total: int
    total_pages: int
    first: int | None = Field(serialization_alias="from")
    to: int | None


class Page(Whole, Generic[DataT]):
    """A page of a list, newest first."""

    data: tuple[DataT, ...]
    pagination: Pagination


def page(rows: Sequence[DataT], number: int, per_page: int, total: int) -> Page[DataT]:
    """Rows as the page of this number."""
    before = (number - 1) * per_page
    pagination = Pagination(
        current_page=number,
        per_page=per_page,
        total=total,
        total_pages=-(-total // per_page),
        first=before + 1 if rows else None,
        to=before + len(rows) if rows else None,
    )
    return Page(data=tuple(rows), pagination=pagination)


class Failure(BaseModel):
    """A failure; `error` is its code."""

    success: Literal[False] = False
    error: str
    message: str
    codigo_sunat: str | None = None
    """SUNAT's code; only where SUNAT, or a rule of SUNAT's, says no."""
    detalles: dict[str, Any] | None = None
    """What to correct; only where there is something to say."""


def answer(value: Any, exchange: Exchange) -> Mapping[str, Any]:
    """A value in its envelope."""
    del exchange
    whole = value if isinstance(value, Whole) else Success[Any](data=value)
    return {str(key): each for key, each in plain(whole).items()}


def error(problem: Problem, exchange: Exchange) -> Mapping[str, Any]:
    """A failure in its envelope."""
    del exchange
    details = dict(problem.details)
    body: dict[str, Any] = {"success": False, "error": problem.code, "message": problem.message}
    if code := details.pop(_CODE, None):
        body[_CODE] = code
    if details:
        body["detalles"] = plain(details)
    return body


def answer_model(value: Any) -> Any:
    """The envelope around a value's type."""
    is_whole = isinstance(value, type) and issubclass(value, Whole)
    return value if is_whole else Success[value]


def plain(value: Any) -> Any:
    """A value as JSON shows it: amounts as numbers, moments in UTC, days and times of Lima as they are."""
    match value:
        case BaseModel():
            fields = type(value).model_fields.items()
            return {field.serialization_alias or name: plain(getattr(value, name)) for name, field in fields}
        case Mapping():
            return {key: plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case Decimal():
            return json_number(value)
        case datetime():
            return timestamp(value)
        case date():
            return value.isoformat()
        case time():
            return value.isoformat(timespec="seconds")
        case _:
            return value
