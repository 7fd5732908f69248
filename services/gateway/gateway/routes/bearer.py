"""Families whose callers show a bearer token."""

from collections.abc import Mapping

from gateway.auth import Caller, InvalidToken
from gateway.deps import Deps
from gateway.http import UNAUTHORIZED, Problem


async def authenticate(headers: Mapping[str, str], deps: Deps) -> Caller:
    """The token's user.

    Raises:
        Problem: 401, with the header that names the scheme.
        Unavailable: the keys cannot be had.
    """
    try:
        return await deps.tokens.verify(headers.get("authorization"))
    except InvalidToken:
        raise Problem(UNAUTHORIZED, headers={"WWW-Authenticate": "Bearer"}) from None
