"""The HTTP server: the only module that touches aiohttp. Turns requests into inputs and answers into responses."""

import asyncio
import contextlib
import json
import time
import traceback
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import structlog
from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Middleware
from opentelemetry.trace import SpanKind
from pydantic import BaseModel

from gateway.deps import Deps
from gateway.http import (
    INTERNAL_ERROR,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    Answer,
    BrokenBody,
    Exchange,
    Family,
    Incoming,
    Input,
    Problem,
    Raw,
    Route,
)
from gateway.metrics import HTTP_IN_FLIGHT, HTTP_SECONDS
from shared.errors import Refused, Unavailable
from shared.redaction import pseudonym
from shared.telemetry import span

_log = structlog.get_logger()

_LINGER_SECONDS = 5.0
_KEEP_ALIVE_SECONDS = 75.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_TOO_LARGE = 413
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass(frozen=True)
class _Reply:
    """A response to be written, and what the log line says of it."""

    status: int
    content: bytes
    content_type: str
    headers: Mapping[str, str]
    audit: Mapping[str, Any]


def make_app(families: Iterable[Family], deps: Deps, default: Family) -> web.Application:
    """The routes of all families as an application; `default` writes the errors of paths that no route has."""
    app = web.Application(middlewares=[_unrouted(default)])
    for family in families:
        for route in family.routes:
            handler = _handler(family, route, deps)
            app.router.add_route(route.method, route.path, handler, expect_handler=_continue)
    return app


@contextlib.asynccontextmanager
async def serve(families: Iterable[Family], deps: Deps, default: Family) -> AsyncIterator[web.AppRunner]:
    """Serve until the block ends; then take no more requests and let those in hand finish."""
    runner = web.AppRunner(
        make_app(families, deps, default),
        access_log=None,
        lingering_time=_LINGER_SECONDS,
        keepalive_timeout=_KEEP_ALIVE_SECONDS,
        shutdown_timeout=deps.address.drain_seconds,
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, deps.address.host, deps.address.port, backlog=512).start()
        _log.info("serving http", host=deps.address.host, port=runner.addresses[0][1])
        yield runner
    finally:
        await runner.cleanup()


async def _continue(request: web.Request) -> None:
    """Ask a client that waits for it to send its body; other expectations are ignored."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def _unrouted(default: Family) -> Middleware:
    @web.middleware
    async def answer_unrouted(request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Answer an unknown path or a wrong method in an envelope."""
        refusal = request.match_info.http_exception
        if refusal is None:
            return await handler(request)
        if isinstance(refusal, web.HTTPMethodNotAllowed):
            problem = Problem(METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(sorted(refusal.allowed_methods))})
        else:
            problem = Problem(NOT_FOUND)

        async def refuse(exchange: Exchange) -> _Reply:
            return _failed(default, problem, exchange)

        return await _observed(request, default.name, "unrouted", refuse)

    return answer_unrouted


def _handler(family: Family, route: Route, deps: Deps) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        async def answer(exchange: Exchange) -> _Reply:
            return await _answer(family, route, deps, _incoming(request, exchange, deps), exchange)

        return await _observed(request, family.name, route.path, answer)

    return handle


async def _observed(
    request: web.Request, family: str, route: str, answer: Callable[[Exchange], Awaitable[_Reply]]
) -> web.Response:
    """Run one request inside its log context, span and metrics."""
    exchange = Exchange(request_id=str(uuid.uuid4()))
    method = request.method if request.method in _METHODS else "other"
    attributes = {"http.request.method": method, "http.route": route, "lumis.request_id": exchange.request_id}
    with (
        structlog.contextvars.bound_contextvars(request_id=exchange.request_id),
        HTTP_IN_FLIGHT.track_inprogress(),
        span(f"{method} {route}", attributes, parent=request.headers, kind=SpanKind.SERVER) as current,
    ):
        reply = await answer(exchange)
        current.set_attribute("http.response.status_code", reply.status)
        seconds = time.perf_counter() - exchange.started
        HTTP_SECONDS.labels(family, method, route, str(reply.status)).observe(seconds)
        _log.info("answered", method=method, route=route, status=reply.status, ms=round(seconds * 1000), **reply.audit)
    response = web.Response(
        status=reply.status, body=reply.content, headers={**reply.headers, "Content-Type": reply.content_type}
    )
    if reply.status == _TOO_LARGE:
        response.force_close()  # the rest of the body is drained for a moment, so that the client sees the answer
    return response


def _incoming(request: web.Request, exchange: Exchange, deps: Deps) -> Incoming:
    return Incoming(
        request_id=exchange.request_id,
        received_at=datetime.now(UTC),
        headers={name.lower(): value for name, value in request.headers.items()},
        path=dict(request.match_info),
        query=dict(request.query),
        chunks=_chunks(request, deps.limits.body_seconds),
    )


async def _chunks(request: web.Request, seconds: float) -> AsyncIterator[bytes]:
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            async with asyncio.timeout_at(deadline):
                chunk = await request.content.readany()
        except (TimeoutError, OSError, ClientError, HttpProcessingError, web.RequestPayloadError) as error:
            raise BrokenBody(type(error).__name__) from None
        if not chunk:
            return
        yield chunk


async def _answer(family: Family, route: Route, deps: Deps, incoming: Incoming, exchange: Exchange) -> _Reply:
    """Authenticate, read, call, write; every error becomes one of the family's answers."""
    audit: dict[str, Any] = {}
    try:
        caller = None
        if family.authenticate is not None:
            caller = await family.authenticate(incoming.headers, deps)
            audit["user"] = pseudonym(caller.user_id)
        body = await route.body.read(incoming) if route.body else None
        exchange = replace(exchange, body=body)
        given = Input(
            request_id=incoming.request_id,
            received_at=datetime.now(UTC),
            body=body,
            path=incoming.path,
            query=incoming.query,
            headers=incoming.headers,
            known=caller,
        )
        result = await route.function(given, deps)
        return _succeeded(family, result, exchange, audit)
    except Problem as problem:
        return _failed(family, problem, exchange, audit)
    except Refused as refusal:
        return _failed(family, family.refused(refusal), exchange, audit)
    except Unavailable as error:
        _log.warning("a part is unavailable", error=type(error).__name__, detail=str(error))
        return _failed(family, Problem(INTERNAL_ERROR), exchange, audit)
    except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an envelope and we get the stack
        # The stack alone: an exception's own text may hold a client's data.
        stack = "".join(traceback.format_tb(error.__traceback__))
        _log.error("unexpected error", error=type(error).__qualname__, stack=stack)
        return _failed(family, Problem(INTERNAL_ERROR), exchange, audit)


def _succeeded(family: Family, result: Answer | Raw, exchange: Exchange, audit: Mapping[str, Any]) -> _Reply:
    if isinstance(result, Raw):
        return _Reply(result.status, result.content, result.content_type, result.headers, audit)
    content = _json(family.answer(result.value, exchange))
    return _Reply(result.status, content, "application/json", result.headers, {**audit, **result.audit})


def _failed(family: Family, problem: Problem, exchange: Exchange, audit: Mapping[str, Any] | None = None) -> _Reply:
    said = {**(audit or {}), "code": problem.code, "cost_lumis": problem.details.get("cost_lumis", 0)}
    content = _json(family.error(problem, exchange))
    return _Reply(family.error_status(problem), content, "application/json", problem.headers, said)


def _json(body: BaseModel | Mapping[str, Any]) -> bytes:
    if isinstance(body, BaseModel):
        return body.model_dump_json().encode()
    return json.dumps(body, ensure_ascii=False).encode()
