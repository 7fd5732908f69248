"""Erasure of a user's data, by the user or an administrator; followed as a request."""

from typing import Any, Literal

from gateway.deps import Deps
from gateway.erasure import erased_by, is_complete, request_erasure
from gateway.http import INTERNAL_ERROR, NOT_FOUND, UNAUTHORIZED, Answer, Input, Route
from gateway.lumis import Shown
from gateway.routes.accounts import ADMIN_ERRORS, target_user
from gateway.store import StoredRequest
from shared.redaction import pseudonym

_ACCEPTED = 202


class ErasureShown(Shown):
    """202: the data will be erased; `GET /api/v4/requests/{request_id}` tells what each service removed."""

    request_id: str
    state: Literal["erasing"]


class ErasedByShown(Shown):
    """What a service removed of a user, and what it had to keep, and why."""

    service: str
    removed: dict[str, int]
    kept: dict[str, str]


async def erase_own_data(given: Input[None], deps: Deps) -> Answer:
    """Erase what the caller has handed in until now: requests, readings, invoices, tags. Lümis stay on the books."""
    return await _erase(given, given.caller.user_id, deps)


async def erase_user_data(given: Input[None], deps: Deps) -> Answer:
    """Erase what a user has handed in until now."""
    return await _erase(given, target_user(given), deps)


def progress(request: StoredRequest) -> dict[str, Any]:
    """What `GET /api/v4/requests/{request_id}` shows of an erasure beside what it shows of any request."""
    told = tuple(ErasedByShown(service=name, **facts) for name, facts in erased_by(request).items())
    return {"state": "erased" if is_complete(request) else "erasing", "erasure": told}


async def _erase(given: Input[Any], user_id: str, deps: Deps) -> Answer:
    await request_erasure(given.request_id, user_id, given.received_at, deps)
    shown = ErasureShown(request_id=given.request_id, state="erasing")
    headers = {"Location": f"/api/v4/requests/{given.request_id}"}
    return Answer(shown, _ACCEPTED, headers, audit={"target": pseudonym(user_id)})


ROUTES: tuple[Route, ...] = (
    Route(
        "DELETE",
        "/api/v4/users/me/data",
        erase_own_data,
        "Erase one's data",
        answer=ErasureShown,
        accepted=ErasureShown,
        errors=(UNAUTHORIZED, INTERNAL_ERROR),
    ),
    Route(
        "DELETE",
        "/api/v4/admin/users/{id}/data",
        erase_user_data,
        "Erase a user's data",
        answer=ErasureShown,
        accepted=ErasureShown,
        errors=(NOT_FOUND, *ADMIN_ERRORS),
    ),
)
