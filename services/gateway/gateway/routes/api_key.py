"""Families whose callers show an API key or a bearer token, or neither where the settings let everybody in."""

from gateway.auth import Caller, InvalidToken
from gateway.deps import Deps
from gateway.http import ErrorRow, Incoming, Problem

NO_ACCESS = ErrorRow(401, "UNAUTHORIZED", "A valid API key or bearer token is required")
SECURITY = ("bearer", "api_key", "")
_HEADER = "x-api-key"


async def authenticate(incoming: Incoming, deps: Deps) -> Caller:
    """Who asks.

    Raises:
        Problem: 401, a token or key that does not hold, or none where one is needed.
        Unavailable: the keys of tokens cannot be had.
    """
    headers, access = incoming.headers, deps.access
    scheme, _, credentials = headers.get("authorization", "").strip().partition(" ")
    shown = headers.get(_HEADER, "").strip() or (credentials.strip() if scheme.lower() == "bearer" else "")
    if caller := access.caller_of_key(shown):
        return caller
    if access.is_open and not scheme and _HEADER not in headers:
        return access.caller_at(access.address_of(incoming.peer, headers.get("x-forwarded-for", "")))
    try:
        return await deps.tokens.verify(headers.get("authorization"))
    except InvalidToken:
        raise Problem(NO_ACCESS, headers={"WWW-Authenticate": "Bearer"}) from None
