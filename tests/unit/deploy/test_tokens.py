"""Development tokens."""

import time

import jwt
import pytest

from gateway.auth import InvalidToken, StaticKey, TokenVerifier
from lumis_operator.tokens import make_token

_SECRET = "s" * 64


async def test_the_gateway_takes_a_token_and_sees_its_user_and_scope() -> None:
    token = make_token(_SECRET, "ana", scope="admin")
    caller = await TokenVerifier("HS256", StaticKey(_SECRET)).verify(f"Bearer {token}")
    assert (caller.user_id, caller.is_admin) == ("ana", True)


async def test_a_token_without_a_scope_is_no_admins() -> None:
    caller = await TokenVerifier("HS256", StaticKey(_SECRET)).verify(f"Bearer {make_token(_SECRET, 'ana')}")
    assert not caller.is_admin


async def test_a_token_of_another_secret_is_refused() -> None:
    with pytest.raises(InvalidToken):
        await TokenVerifier("HS256", StaticKey("t" * 64)).verify(f"Bearer {make_token(_SECRET, 'ana')}")


def test_a_token_ends_after_its_lifetime() -> None:
    claims = jwt.decode(make_token(_SECRET, "ana", lifetime=60), _SECRET, algorithms=["HS256"])
    assert 0 < claims["exp"] - time.time() <= 60
    assert claims["exp"] - claims["iat"] == 60
