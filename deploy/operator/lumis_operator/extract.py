"""`lumis extract-token`: an account token of the Extract API, issued by the gateway."""

from typing import Any
from urllib.parse import quote

import click
import httpx

from lumis_operator.desk import ORIGIN, Desk, away, operated, who
from lumis_operator.problem import Exit, Problem
from lumis_operator.tokens import make_token
from shared.redaction import pseudonym

_SECONDS = 20.0
_OK = 200
_UNAUTHORIZED = (401, 403)
_BRIEF = 300
"""Seconds for which a token that this command makes for itself holds."""


@click.command("extract-token")
@click.argument("user")
@click.option("--name", default="", help="What it is for, in words that tell it from the user's others.")
@operated
async def extract_token(desk: Desk, user: str, name: str) -> Exit | None:
    """Issue an account token of the Extract API: what is handed in with it is paid with USER's Lümis."""
    path = f"/api/v4/admin/users/{quote(user, safe='')}/extract-tokens"
    issued = await _posted(desk, path, {"name": name})
    desk.audit("extract token issued", user=pseudonym(user), id=issued["id"], name=name)
    desk.screen.line({"user": user, **issued}, str(issued["token"]))
    return None


async def _posted(desk: Desk, path: str, body: dict[str, Any]) -> dict[str, Any]:
    url = desk.places.gateway()
    headers = {"Authorization": f"Bearer {_token(desk)}"}
    try:
        async with httpx.AsyncClient(timeout=_SECONDS, trust_env=False) as client:
            answer = await client.post(f"{url}{path}", json=body, headers=headers)
        document = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise away("the gateway", url, type(error).__name__) from None
    except ValueError:
        raise away("the gateway", url, "it answered, but not with JSON") from None
    if answer.status_code in _UNAUTHORIZED:
        message = (
            "the gateway refuses the token: LUMIS_TOKEN must be one with the scope `admin`, JWT_SECRET the gateway's"
        )
        raise Problem(Exit.REFUSED, message)
    if answer.status_code != _OK:
        raise Problem(Exit.REFUSED, f"the gateway says {answer.status_code}: {document.get('error')}")
    return dict(document["data"])


def _token(desk: Desk) -> str:
    """The administrator's token that was given, else one made for this moment."""
    given = desk.places.settings.lumis_token
    if given is not None:
        return given.get_secret_value()
    return make_token(desk.places.secret(), f"{ORIGIN}:{who()}", scope="admin", lifetime=_BRIEF)
