"""Credits of the Lumis API: movements page by page and the statement of a month (CSV), for whoever may see them."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal

from gateway import statement
from gateway.deps import Deps
from gateway.http import (
    INTERNAL_ERROR,
    INVALID_DATA,
    NOT_FOUND,
    UNAUTHORIZED,
    Answer,
    ErrorRow,
    Input,
    Parameter,
    Problem,
    Raw,
    Route,
)
from gateway.lumis import Shown
from shared.contracts.credits import ListMovements, Movements, ReadStatement
from shared.contracts.message import AnswerT, Call
from shared.errors import Refused

_DEFAULT_LIMIT, _LARGEST_LIMIT = 50, 200
PAGE_PARAMETERS = (
    Parameter(
        "limit",
        "query",
        "Movements of a page",
        {"type": "integer", "minimum": 1, "maximum": _LARGEST_LIMIT, "default": _DEFAULT_LIMIT},
    ),
    Parameter("cursor", "query", "`next_cursor` of the page before"),
)
INVALID_CURSOR = ErrorRow(400, "INVALID_CURSOR", "El cursor no es válido")

_FIRST_YEAR = 2020
_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")


class MovementShown(Shown):
    """One change of one's balance, in Lümis; a charge is negative."""

    id: str
    request_id: str
    kind: Literal["grant", "charge", "refund", "adjust"]
    amount: int
    balance_after: int
    at: datetime
    reason: str


class MovementsShown(Shown):
    """A page, newest first; `next_cursor` is null on the last one."""

    movements: tuple[MovementShown, ...]
    next_cursor: str | None


async def list_own_movements(given: Input[None], deps: Deps) -> Answer:
    """The caller's movements, newest first: `limit` (1 to 200, by default 50) of them, from `cursor` on."""
    return Answer(MovementsShown.model_validate(await movements_of(given.caller.user_id, given.query, deps)))


async def read_own_statement(given: Input[None], deps: Deps) -> Raw:
    """The caller's statement of a calendar month (UTC) as CSV."""
    return await statement_of(given.caller.user_id, given.path["month"], deps)


async def movements_of(user_id: str, query: Mapping[str, str], deps: Deps) -> Movements:
    """A page of a user's movements, as the query asks for it.

    Raises:
        Problem: 422 for the limit, 400 for the cursor.
    """
    limit = query.get("limit", str(_DEFAULT_LIMIT))
    is_number = limit.isascii() and limit.isdecimal() and len(limit) <= len(str(_LARGEST_LIMIT))
    if not (is_number and 1 <= int(limit) <= _LARGEST_LIMIT):
        raise invalid({"limit": f"un entero de 1 a {_LARGEST_LIMIT}"})
    return await _ask(ListMovements(user_id=user_id, limit=int(limit), cursor=query.get("cursor")), deps)


async def statement_of(user_id: str, month: str, deps: Deps) -> Raw:
    """A user's statement; page by page, so that nothing big goes over the bus and others are served in between.

    Raises:
        Problem: 422 for what is no month, 404 for one that has no statement.
    """
    year, number = _year_and_month(month)
    content, cursor = bytearray(), None
    while True:
        page = await _ask(ReadStatement(user_id=user_id, year=year, month=number, cursor=cursor), deps)
        if cursor is None:
            content += statement.lines([statement.COLUMNS, statement.opening(month, page.opening_balance)])
        content += statement.lines(statement.movement(each) for each in page.movements)
        cursor = page.next_cursor
        if cursor is None:
            break
    content += statement.lines([statement.closing(month, page.closing_balance)])
    headers = {
        "Content-Disposition": f'attachment; filename="lumis-{month}.csv"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Raw(bytes(content), "text/csv; charset=utf-8", headers=headers)


def invalid(fields: Mapping[str, str]) -> Problem:
    """The 422 that says what each of these fields must be."""
    said = {name: f"Debe ser {what}" for name, what in fields.items()}
    return Problem(INVALID_DATA, message=f"{INVALID_DATA.message}: {', '.join(said)}", details={"fields": said})


async def _ask(call: Call[AnswerT], deps: Deps) -> AnswerT:
    try:
        return await deps.bus.call(call)
    except Refused as refusal:
        if refusal.code != INVALID_CURSOR.code:
            raise
        raise Problem(INVALID_CURSOR) from None


def _year_and_month(text: str) -> tuple[int, int]:
    found = _MONTH.fullmatch(text)
    if found is None:
        raise invalid({"month": "un mes como 2026-03"})
    year, month = int(found[1]), int(found[2])
    now = datetime.now(UTC)
    if (year, month) > (now.year, now.month):
        raise Problem(NOT_FOUND, message="Ese mes aún no ha comenzado")
    if year < _FIRST_YEAR:
        raise Problem(NOT_FOUND, message=f"No hay estados de cuenta anteriores a {_FIRST_YEAR}")
    return year, month


ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/v4/lumis/movements",
        list_own_movements,
        "One's movements",
        answer=MovementsShown,
        errors=(INVALID_CURSOR, INVALID_DATA, UNAUTHORIZED, INTERNAL_ERROR),
        parameters=PAGE_PARAMETERS,
    ),
    Route("GET", "/api/v4/lumis/statements/{month}", read_own_statement, "One's statement of a month (CSV)"),
)
