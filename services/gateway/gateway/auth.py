"""Who asks: JWT bearer tokens, with the algorithm and the keys set by configuration and never by the token."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import jwt
import structlog
from jwt.algorithms import AllowedPublicKeys

from shared.errors import LumisError, Unavailable
from shared.http_client import HttpAnswer, HttpClient
from shared.redaction import redact_text

_log = structlog.get_logger()

ADMIN = "admin"
_LONGEST_SUBJECT = 128
_LEEWAY_SECONDS = 10
_JWKS_SECONDS = 600.0
_JWKS_PAUSE = 15.0
_JWKS_FIRST_PAUSE = 1.0
_JWKS_BUDGET = 5.0
_HTTP_OK = 200


class InvalidToken(LumisError):
    """No token, or one that does not hold."""


@dataclass(frozen=True)
class Caller:
    """Who asks, out of the token and nothing else."""

    user_id: str
    scopes: frozenset[str] = frozenset()
    company_claim: str | None = None
    """The claim `company`."""

    @property
    def company(self) -> str:
        """The tenant in whose name the caller acts: the token's claim `company`, else the user alone.

        A user is never taken for the company of the same name.
        """
        return f"user:{self.user_id}" if self.company_claim is None else f"company:{self.company_claim}"

    @property
    def is_admin(self) -> bool:
        """Whether the token's scope holds `admin`."""
        return ADMIN in self.scopes


Key = str | AllowedPublicKeys


class Keys(Protocol):
    """Where keys come from."""

    async def find(self, key_id: str | None) -> Key | None:
        """The key of that id, None where there is none. Raises Unavailable."""


@dataclass(frozen=True)
class StaticKey:
    """The one key that the settings name."""

    key: str

    async def find(self, key_id: str | None) -> Key | None:
        """The key, whatever id the token shows."""
        del key_id
        return self.key


class JwksKeys:
    """RSA keys of a JWKS address: kept for ten minutes, fetched early (not too often) for an id that is new."""

    def __init__(self, url: str, client: HttpClient) -> None:
        self._url = url
        self._client = client
        self._keys: dict[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._lock = asyncio.Lock()

    async def find(self, key_id: str | None) -> Key | None:
        """The key of that id; without an id the only key. A set that cannot be fetched again is used on.

        Raises:
            Unavailable: no set of keys was ever there.
        """
        if self._is_due(key_id):
            async with self._lock:
                if self._is_due(key_id):
                    await self._fetch()
        if not self._keys:  # tried a moment ago: nobody waits for a key server that is down
            raise Unavailable("no key of the key server is known")
        if key_id is not None:
            return self._keys.get(key_id)
        return next(iter(self._keys.values())) if len(self._keys) == 1 else None

    def _is_due(self, key_id: str | None) -> bool:
        now = time.monotonic()
        stale = not self._keys or now - self._fetched > _JWKS_SECONDS
        wanted = stale or (key_id is not None and key_id not in self._keys)
        return wanted and now - self._tried > (_JWKS_PAUSE if self._keys else _JWKS_FIRST_PAUSE)

    async def _fetch(self) -> None:
        self._tried = time.monotonic()
        try:
            self._keys = _signing_keys(await self._client.send("GET", self._url, budget=_JWKS_BUDGET))
            self._fetched = self._tried
        except Unavailable as error:
            _log.warning("no new set of keys", url=redact_text(self._url), error=str(error), have=len(self._keys))


def _signing_keys(answer: HttpAnswer) -> dict[str, Key]:
    try:
        found = jwt.PyJWKSet.from_dict(answer.json()) if answer.status == _HTTP_OK else None
    except (ValueError, TypeError, AttributeError, jwt.PyJWTError):
        found = None
    keys = {
        key.key_id or "": key.key
        for key in (found.keys if found else ())
        if key.key_type == "RSA" and key.public_key_use in {None, "sig"}
    }
    if not keys:
        raise Unavailable("the key server gave no RSA signing key")
    return keys


@dataclass(frozen=True)
class TokenVerifier:
    """Checks `Authorization: Bearer …`: signature, `exp` (required), `sub` (required), and the two optional claims."""

    algorithm: Literal["HS256", "RS256"]
    keys: Keys
    audience: str | None = None
    issuer: str | None = None

    async def verify(self, authorization: str | None) -> Caller:
        """The caller whom the header names.

        Raises:
            InvalidToken: the token is missing or does not hold.
            Unavailable: the keys cannot be had.
        """
        scheme, _, token = (authorization or "").strip().partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise InvalidToken("no bearer token")
        try:
            return await self._verify(token.strip())
        except (jwt.PyJWTError, ValueError, TypeError) as error:
            raise InvalidToken(type(error).__name__) from None

    async def _verify(self, token: str) -> Caller:
        header = jwt.get_unverified_header(token)
        key = await self.keys.find(header.get("kid"))
        if key is None:
            raise InvalidToken("unknown key")
        claims = jwt.decode(
            token,
            key,
            algorithms=[self.algorithm],
            audience=self.audience,
            issuer=self.issuer,
            leeway=_LEEWAY_SECONDS,
            options={"require": ["exp", "sub"], "verify_aud": self.audience is not None},
        )
        subject = claims["sub"]
        if not 0 < len(subject) <= _LONGEST_SUBJECT or not subject.isprintable():
            raise InvalidToken("bad subject")
        return Caller(subject, _scopes(claims.get("scope")), _company(claims.get("company")))


def _company(claim: Any) -> str | None:
    """The claim `company`; one that is there must hold, because falling back to the user would mix tenants up."""
    if claim is None:
        return None
    if not isinstance(claim, str) or not 0 < len(claim) <= _LONGEST_SUBJECT or not claim.isprintable():
        raise InvalidToken("bad company")
    return claim


def _scopes(claim: Any) -> frozenset[str]:
    """Words of a `scope` claim: a text with blanks between (RFC 8693) or a list."""
    words = claim.split() if isinstance(claim, str) else claim
    return frozenset(word for word in words if isinstance(word, str)) if isinstance(words, list) else frozenset()
