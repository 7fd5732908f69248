"""Tokens (HS256) for users and administrators, where this machine knows the secret that signs them."""

import sys
import time

import click
import jwt

from lumis_operator.credits import grant_over
from lumis_operator.desk import Desk, operated
from lumis_operator.problem import Exit

LIFETIME_SECONDS = 7 * 24 * 3600


def make_token(secret: str, user: str, *, scope: str = "", lifetime: int = LIFETIME_SECONDS) -> str:
    """A token that the gateway takes: `sub` is the user, `scope` words with blanks between (RFC 8693)."""
    now = int(time.time())
    claims = {"sub": user, "iat": now, "exp": now + lifetime}
    return jwt.encode({**claims, "scope": scope} if scope else claims, secret, algorithm="HS256")


@click.command()
@click.argument("user")
@click.option("--scope", default="", metavar="WORDS", help="Words with blanks between, such as admin.")
@click.option("--hours", type=click.IntRange(1, 8760), default=LIFETIME_SECONDS // 3600, show_default=True)
@click.option("--lumis", type=click.IntRange(0), default=0, help="Grant the user so many Lümis first.")
@operated
async def token(desk: Desk, user: str, scope: str, hours: int, lumis: int) -> Exit | None:
    """Print a token of USER, signed with JWT_SECRET or the local run's secret."""
    made = make_token(desk.places.secret(), user, scope=scope, lifetime=hours * 3600)
    if lumis:
        async with desk.bus() as bus:
            balance = await grant_over(bus, user, lumis)
        sys.stderr.write(f"{user} has {balance.available} Lümis.\n")
    desk.screen.line({"user": user, "scope": scope, "hours": hours, "token": made}, made)
    return None
