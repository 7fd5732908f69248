"""Families whose callers show a bearer token."""

from gateway.auth import Caller, InvalidToken
from gateway.deps import Deps
from gateway.http import UNAUTHORIZED, Incoming, Problem


async def authenticate(incoming: Incoming, deps: Deps) -> Caller:
    """The token's user.

    Raises:
        Problem: 401, with the header that names the scheme.
        Unavailable: the keys cannot be had.
    """
    try:
        return await deps.tokens.verify(incoming.headers.get("authorization"))
    except InvalidToken:
        raise Problem(UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}) from None
