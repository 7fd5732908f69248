"""Development tokens (HS256), and Lümis for their users."""

import asyncio
import time
import uuid

import jwt

from shared.bus import Bus
from shared.contracts.credits import Balance, GrantCredits

LIFETIME_SECONDS = 7 * 24 * 3600
_ORIGIN = "local-runner"


def make_token(secret: str, user: str, *, scope: str = "", lifetime: int = LIFETIME_SECONDS) -> str:
    """A token that the local gateway takes: `sub` is the user, `scope` words with blanks between (RFC 8693)."""
    now = int(time.time())
    claims = {"sub": user, "iat": now, "exp": now + lifetime}
    return jwt.encode({**claims, "scope": scope} if scope else claims, secret, algorithm="HS256")


def grant(rabbitmq_url: str, user: str, lumis: int) -> Balance:
    """Add Lümis to a user's account through the ledger; the account afterwards.

    Raises:
        Unavailable: no connection to the broker, or the ledger failed.
        CallTimedOut: no answer in time.
    """
    return asyncio.run(_grant(rabbitmq_url, user, lumis))


async def _grant(rabbitmq_url: str, user: str, lumis: int) -> Balance:
    bus = Bus(rabbitmq_url, service=_ORIGIN, origin=f"{_ORIGIN}-{uuid.uuid4().hex[:8]}")
    await bus.start()
    try:
        return await grant_over(bus, user, lumis)
    finally:
        await bus.close(drain_seconds=1)


async def grant_over(bus: Bus, user: str, lumis: int) -> Balance:
    """Add Lümis over a bus that is at hand."""
    call = GrantCredits(
        request_id=str(uuid.uuid4()), origin=_ORIGIN, user_id=user, amount=lumis, reason="development grant"
    )
    return await bus.call(call, timeout=20)
