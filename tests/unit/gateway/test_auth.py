"""Bearer tokens: the configured algorithm and key decide, never the token."""

import base64
import hmac
import json
import time
from hashlib import sha256
from typing import Any

import jwt
import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from structlog.testing import capture_logs

from gateway.auth import Caller, InvalidToken, JwksKeys, StaticKey, TokenVerifier
from shared.errors import Unavailable
from shared.http_client import HttpClient
from tests.support.gateway import SECRET, token
from tests.support.waiting import until

PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_PEM = (
    PRIVATE_KEY.public_key()
    .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    .decode()
)
HS = TokenVerifier("HS256", StaticKey(SECRET))
RS = TokenVerifier("RS256", StaticKey(PUBLIC_PEM))
LATER = int(time.time()) + 86_400


def encoded(value: bytes | dict[str, Any]) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def forged(header: dict[str, Any], key: bytes | None) -> str:
    """A token of a liar: the library itself refuses to make such ones."""
    body = f"{encoded(header)}.{encoded({'sub': 'user-1', 'exp': LATER})}"
    signature = hmac.new(key, body.encode(), sha256).digest() if key else b""
    return f"{body}.{encoded(signature)}"


def signed(claims: dict[str, Any] | None = None, **headers: Any) -> str:
    said = {"sub": "user-1", "exp": LATER, **(claims or {})}
    return jwt.encode(said, PRIVATE_KEY, algorithm="RS256", headers=headers)


async def test_a_good_token_names_its_user_and_scopes() -> None:
    assert await HS.verify(f"Bearer {token()}") == Caller("user-1")
    assert (await HS.verify(f"bearer  {token(scope='read admin')}")).is_admin
    assert (await HS.verify(f"Bearer {token(scope=['admin'])}")).is_admin
    assert not (await HS.verify(f"Bearer {token(scope='administrator')}")).is_admin
    assert await RS.verify(f"Bearer {signed()}") == Caller("user-1")


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        token(),
        "Bearer not.a.token",
        "Bearer " + "x" * 5_000,
        f"Bearer {token()}x",
        f"Bearer {token()} {token()}",
        f"Bearer {token(exp=int(time.time()) - 60)}",
        f"Bearer {token(exp=None)}",
        f"Bearer {token(exp='soon')}",
        f"Bearer {token(nbf=LATER)}",
        f"Bearer {token(sub=None)}",
        f"Bearer {token(sub='')}",
        f"Bearer {token(sub='a' * 129)}",
        f"Bearer {token(sub='line' + chr(10))}",
        "Bearer " + jwt.encode({"sub": "u", "exp": LATER}, SECRET * 2, algorithm="HS256"),
        "Bearer " + jwt.encode({"sub": "u", "exp": LATER}, SECRET * 2, algorithm="HS512"),
        "Bearer " + forged({"alg": "none"}, None),
        "Bearer " + forged({"alg": "None", "typ": "JWT"}, None),
        "Bearer " + forged({"alg": ["HS256"]}, SECRET.encode()),
        "Bearer " + forged({"alg": "HS256", "kid": {"a": 1}}, SECRET.encode()),
    ],
    ids=lambda header: None if header is None or len(header) < 40 else f"{len(header)} characters",
)
async def test_a_token_that_does_not_hold_is_refused(header: str | None) -> None:
    with pytest.raises(InvalidToken):
        await HS.verify(header)


async def test_a_secret_made_of_the_public_key_signs_nothing() -> None:
    with pytest.raises(InvalidToken):
        await RS.verify("Bearer " + forged({"alg": "HS256", "typ": "JWT"}, PUBLIC_PEM.encode()))
    with pytest.raises(InvalidToken):
        await RS.verify(f"Bearer {token()}")


async def test_audience_and_issuer_are_checked_where_they_are_set() -> None:
    strict = TokenVerifier("HS256", StaticKey(SECRET), audience="lumis", issuer="https://id.example")
    assert (await strict.verify(f"Bearer {token(aud='lumis', iss='https://id.example')}")).user_id
    for claims in ({}, {"aud": "lumis"}, {"aud": "x", "iss": "https://id.example"}, {"aud": "lumis", "iss": "x"}):
        with pytest.raises(InvalidToken):
            await strict.verify(f"Bearer {token(**claims)}")
    assert (await HS.verify(f"Bearer {token(aud='anything')}")).user_id


class KeyServer:
    """Serves a JWKS on loopback and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.key_ids = ["one"]
        self.status = 200

    async def answer(self, _request: web.Request) -> web.Response:
        self.asked += 1
        keys = [
            {**jwt.algorithms.RSAAlgorithm.to_jwk(PRIVATE_KEY.public_key(), as_dict=True), "kid": key_id, "use": "sig"}
            for key_id in self.key_ids
        ]
        return web.json_response({"keys": keys}, status=self.status)

    async def start(self) -> tuple[web.AppRunner, str]:
        app = web.Application()
        app.router.add_get("/keys", self.answer)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/keys"


async def test_keys_of_a_key_server_are_kept_and_an_unknown_id_does_not_hammer_it() -> None:
    server = KeyServer()
    runner, url = await server.start()
    client = HttpClient("jwks")
    verifier = TokenVerifier("RS256", JwksKeys(url, client))
    try:
        for _ in range(3):
            assert (await verifier.verify(f"Bearer {signed(kid='one')}")).user_id
        assert (await verifier.verify(f"Bearer {signed()}")).user_id
        for _ in range(5):
            with pytest.raises(InvalidToken):
                await verifier.verify(f"Bearer {signed(kid='two')}")
        assert server.asked == 1
    finally:
        await client.close()
        await runner.cleanup()


async def test_without_any_key_the_keys_are_unavailable_and_not_the_token_wrong() -> None:
    server = KeyServer()
    server.status = 503
    runner, url = await server.start()
    client = HttpClient("jwks")
    verifier = TokenVerifier("RS256", JwksKeys(url, client))
    try:
        with capture_logs() as logs:
            for _ in range(5):  # nobody waits for a key server that was down a moment ago
                with pytest.raises(Unavailable):
                    await verifier.verify(f"Bearer {signed(kid='one')}")
        assert server.asked == 1
        assert [(line["url"], line["error"]) for line in logs] == [(url, "the key server gave no RSA signing key")]
        server.status = 200

        async def verifies() -> bool:
            try:
                return bool(await verifier.verify(f"Bearer {signed(kid='one')}"))
            except Unavailable:
                return False

        await until(verifies, seconds=5)
    finally:
        await client.close()
        await runner.cleanup()
