"""Account tokens of the Extract API, for administrators: issue one for a user, see them, take one back."""

from datetime import datetime

from pydantic import BaseModel, Field

from gateway.deps import Deps
from gateway.http import NOT_FOUND, Answer, Input, Problem, Route
from gateway.lumis import Shown
from gateway.routes.accounts import (
    ADMIN_ERRORS,
    BODY_ERRORS,
    USER_PATH,
    audit_of,
    json_given,
    parse_given,
    target_user,
)

_PATH = f"{USER_PATH}/extract-tokens"
_LONGEST_NAME = 100


class TokenGiven(BaseModel):
    """What a token is for, in words that tell it from the account's others."""

    name: str = Field(default="", max_length=_LONGEST_NAME, description=f"un texto de hasta {_LONGEST_NAME} caracteres")


class TokenShown(Shown):
    """A token; the secret is never shown again."""

    id: str
    name: str
    created_at: datetime


class TokenIssued(TokenShown):
    """A new token with its secret, the `account_token` of the Extract API, shown this once."""

    token: str


class TokensShown(Shown):
    """A user's tokens, oldest first."""

    tokens: tuple[TokenShown, ...]


class TokenRevoked(Shown):
    """The token is gone."""

    revoked: bool


async def issue_extract_token(given: Input[bytes], deps: Deps) -> Answer:
    """Issue an `account_token` of the Extract API: what it hands in is paid with this user's Lümis."""
    user_id = target_user(given)
    asked = parse_given(TokenGiven, given.body or b"{}")
    issued, secret = await deps.extract.tokens.issue(user_id, asked.name)
    return Answer(TokenIssued(**vars(issued), token=secret), audit=audit_of(user_id))


async def list_extract_tokens(given: Input[None], deps: Deps) -> Answer:
    """A user's tokens, without their secrets."""
    user_id = target_user(given)
    tokens = await deps.extract.tokens.of(user_id)
    return Answer(TokensShown(tokens=tuple(TokenShown(**vars(each)) for each in tokens)), audit=audit_of(user_id))


async def revoke_extract_token(given: Input[None], deps: Deps) -> Answer:
    """Take a token back: from now on nobody hands anything in, or reads anything on `/2`, by it."""
    user_id = target_user(given)
    if not await deps.extract.tokens.revoke(user_id, given.path["token_id"]):
        raise Problem(NOT_FOUND)
    return Answer(TokenRevoked(revoked=True), audit=audit_of(user_id))


_ERRORS = (NOT_FOUND, *ADMIN_ERRORS)

ROUTES: tuple[Route, ...] = (
    Route(
        "POST",
        _PATH,
        issue_extract_token,
        "Issue a user's token of the Extract API",
        body=json_given(TokenGiven),
        answer=TokenIssued,
        errors=(*BODY_ERRORS, *_ERRORS),
    ),
    Route("GET", _PATH, list_extract_tokens, "A user's tokens of the Extract API", answer=TokensShown, errors=_ERRORS),
    Route(
        "DELETE",
        f"{_PATH}/{{token_id}}",
        revoke_extract_token,
        "Take a user's token of the Extract API back",
        answer=TokenRevoked,
        errors=_ERRORS,
    ),
)
