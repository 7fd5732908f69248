"""The audit for administrators: who did what, by pseudonym."""

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel, Field

from gateway.audit import Search
from gateway.deps import Deps
from gateway.http import INVALID_DATA, Answer, Input, Parameter, Problem, Route
from gateway.lumis import Shown
from gateway.routes.accounts import ADMIN_ERRORS, FORBIDDEN
from gateway.routes.credits import INVALID_CURSOR
from gateway.segmentation import from_query
from shared.errors import Refused


class AuditQuery(BaseModel):
    """What is looked for."""

    user: str | None = Field(default=None, min_length=1, max_length=128, description="un usuario")
    route: str | None = Field(default=None, max_length=200, description="una ruta como /api/v4/invoices/upload-ocr")
    since: datetime | None = Field(default=None, description="un momento como 2026-03-31T00:00:00Z")
    limit: int = Field(default=50, ge=1, le=200, description="un entero de 1 a 200")
    cursor: str | None = Field(default=None, max_length=500, description="un cursor de la página anterior")


class AuditRowShown(Shown):
    """One operation; users are pseudonyms."""

    request_id: str
    at: datetime
    user: str
    method: str
    route: str
    status: int
    code: str | None
    """The error's; null on success."""
    cost_lumis: int | None
    ms: int
    provider: str | None
    details: dict[str, Any]
    """What the operation adds: whose data (`target`, a pseudonym), which `document`, `decision`, how many `lumis`."""


class AuditShown(Shown):
    """A page, newest first; `next_cursor` is null on the last one."""

    rows: tuple[AuditRowShown, ...]
    next_cursor: str | None


async def read_audit(given: Input[None], deps: Deps) -> Answer:
    """What was done, newest first: of a `user` (given in clear), on a `route`, `since`; `limit`, `cursor`."""
    if not given.caller.is_admin:
        raise Problem(FORBIDDEN)
    query = from_query(AuditQuery, given.query)
    since = query.since.replace(tzinfo=UTC) if query.since and query.since.tzinfo is None else query.since
    search = Search(query.limit, user_id=query.user, route=query.route, since=since, cursor=query.cursor)
    try:
        rows, cursor = await deps.audit.page(search)
    except Refused:
        raise Problem(INVALID_CURSOR) from None
    return Answer(AuditShown(rows=tuple(map(_shown, rows)), next_cursor=cursor))


def _shown(row: dict[str, Any]) -> AuditRowShown:
    fields = {"code": None, "cost_lumis": None, "provider": None, "details": {}, **row}
    return AuditRowShown.model_validate({**fields, "request_id": fields.pop("_id")})


_PARAMETERS = (
    Parameter("user", "query", "A user's id, in clear; the server looks for its pseudonym"),
    Parameter("route", "query", "A route as it is written here, `{…}` and all"),
    Parameter("since", "query", "A time", {"type": "string", "format": "date-time"}),
    Parameter("limit", "query", "1 to 200, by default 50", {"type": "integer", "minimum": 1, "maximum": 200}),
    Parameter("cursor", "query", "`next_cursor` of the page before"),
)

ROUTES: tuple[Route, ...] = (
    Route(
        "GET",
        "/api/v4/admin/audit",
        read_audit,
        "What was done, by whom",
        answer=AuditShown,
        errors=(INVALID_CURSOR, INVALID_DATA, *ADMIN_ERRORS),
        parameters=_PARAMETERS,
    ),
)
