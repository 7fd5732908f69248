"""The API's description and a page to try it, made of local files alone."""

import asyncio
import json
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from gateway.asyncapi import asyncapi_text
from gateway.deps import Deps
from gateway.http import Family, Input, Raw, Route
from gateway.reference import events_page
from gateway.routes import envelope

_HEADERS = MappingProxyType(
    {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
    }
)


async def openapi(given: Input[None], deps: Deps) -> Raw:
    """The OpenAPI document."""
    del given
    return Raw(deps.openapi, "application/json", headers={"Cache-Control": "no-cache"})


async def asyncapi(given: Input[None], deps: Deps) -> Raw:
    """The AsyncAPI document."""
    del given, deps
    text = await asyncio.to_thread(_events)
    return Raw(text.encode(), "application/json", headers={"Cache-Control": "no-cache"})


async def events(given: Input[None], deps: Deps) -> Raw:
    """The page of events."""
    del given, deps
    return Raw(await asyncio.to_thread(_events_page), "text/html; charset=utf-8", headers=_HEADERS)


@cache
def _events() -> str:
    return asyncapi_text()


@cache
def _events_page() -> bytes:
    return events_page(json.loads(_events()), '<link rel="stylesheet" href="/docs/docs.css">').encode()


def _page(path: str, name: str, content_type: str) -> Route:
    async def page(given: Input[None], deps: Deps) -> Raw:
        del given, deps
        return Raw(content, content_type, headers=_HEADERS)

    content = files("gateway").joinpath("page", name).read_bytes()
    return Route("GET", path, page, f"The file {name}")


FAMILY = Family(
    name="pages",
    routes=(
        Route("GET", "/openapi.json", openapi, "The OpenAPI document"),
        Route("GET", "/asyncapi.json", asyncapi, "The AsyncAPI document"),
        Route("GET", "/docs/events", events, "The page of events"),
        _page("/docs", "docs.html", "text/html; charset=utf-8"),
        _page("/docs/docs.js", "docs.js", "text/javascript; charset=utf-8"),
        _page("/docs/docs.css", "docs.css", "text/css; charset=utf-8"),
    ),
    answer=envelope.answer,
    error=envelope.error,
)
