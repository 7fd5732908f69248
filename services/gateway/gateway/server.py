"""The HTTP server, with `streams`, `draining` and `malformed` all that touches aiohttp: requests in, answers out."""

import asyncio
import contextlib
import json
import time
import traceback
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog
from aiohttp import ClientError, web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Middleware
from opentelemetry.trace import SpanKind
from pydantic import BaseModel

from gateway import repeats
from gateway.deps import Caller, Deps
from gateway.draining import Drain
from gateway.http import (
    INTERNAL_ERROR,
    MALFORMED,
    METHOD_NOT_ALLOWED,
    NOT_FOUND,
    SERVER_BUSY,
    Answer,
    BrokenBody,
    Exchange,
    Family,
    Incoming,
    Input,
    Problem,
    Raw,
    Reply,
    Route,
    Stream,
)
from gateway.malformed import JsonRunner
from gateway.metrics import HTTP_IN_FLIGHT, HTTP_SECONDS
from gateway.room import NoRoom
from gateway.store import StoredRequest
from gateway.streams import Streams
from shared.errors import Refused, Unavailable
from shared.redaction import pseudonym
from shared.telemetry import span

_log = structlog.get_logger()

_LINGER_SECONDS = 5.0
_KEEP_ALIVE_SECONDS = 75.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_BEFORE_THE_END = frozenset({413, 503})
"""Statuses of answers that may go out before the body came in."""
_BUSY_SECONDS = "2"
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def make_app(families: Iterable[Family], deps: Deps, default: Family, drain: Drain) -> web.Application:
    """The routes of all families as an application; `default` writes the errors of paths that no route has."""
    families = tuple(families)
    app = web.Application()
    app.middlewares.extend((drain.attach(app), _unrouted(families, default)))
    streams = Streams()
    app.on_shutdown.append(streams.end)
    for family in families:
        for route in family.routes:
            handler = _handler(family, route, deps, streams)
            app.router.add_route(route.method, route.path, handler, expect_handler=_continue)
    return app


@contextlib.asynccontextmanager
async def serve(families: Iterable[Family], deps: Deps, default: Family) -> AsyncIterator[web.AppRunner]:
    """Serve until the block ends; then send clients elsewhere, take no more, and let what is in hand finish."""
    drain = Drain()
    runner = JsonRunner(
        make_app(families, deps, default, drain),
        lambda: _json(default.error(Problem(MALFORMED), Exchange(str(uuid.uuid4())))),
        access_log=None,
        lingering_time=_LINGER_SECONDS,
        keepalive_timeout=_KEEP_ALIVE_SECONDS,
        shutdown_timeout=_LINGER_SECONDS,
    )
    await runner.setup()
    site = web.TCPSite(runner, deps.address.host, deps.address.port, backlog=512)
    try:
        await site.start()
        _log.info("serving http", host=deps.address.host, port=runner.addresses[0][1])
        yield runner
        drain.begin()
        await asyncio.sleep(deps.address.unready_seconds)
        await site.stop()
        await runner.shutdown()  # ends the streams, which would not end by themselves
        # Before `cleanup`: once that has begun, aiohttp drops what still comes in of a body.
        await drain.until_empty(deps.address.drain_seconds)
    finally:
        await runner.cleanup()


async def _continue(request: web.Request) -> None:
    """Ask a client that waits for it to send its body; other expectations are ignored."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def _unrouted(families: Iterable[Family], default: Family) -> Middleware:
    own = {path: family for family in families for path in family.paths}

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

        family = next((own[path] for path in own if f"{request.path}/".startswith(f"{path}/")), default)

        async def refuse(exchange: Exchange) -> Reply:
            return _named(family, _failed(family, problem, exchange), exchange)

        return _response(await _observed(request, family.name, "unrouted", refuse))

    return answer_unrouted


def _handler(family: Family, route: Route, deps: Deps, streams: Streams) -> _Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        async def answer(exchange: Exchange) -> Reply:
            return await _answer(family, route, deps, _incoming(request, exchange, deps), exchange)

        reply = await _observed(request, family.name, route.path, answer, deps.audit.note)
        if isinstance(reply.content, bytes):
            return _response(reply)
        return await streams.write(request, reply, reply.content)

    return handle


async def _observed(
    request: web.Request,
    family: str,
    route: str,
    answer: Callable[[Exchange], Awaitable[Reply]],
    note: Callable[[str, Mapping[str, Any]], None] | None = None,
) -> Reply:
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
        facts = {"method": method, "route": route, "status": reply.status, "ms": round(seconds * 1000), **reply.audit}
        _log.info("answered", **facts)
        if note is not None:
            note(exchange.request_id, facts)
    return reply


def _response(reply: Reply) -> web.Response:
    headers = {**reply.headers, "Content-Type": reply.content_type}
    response = web.Response(status=reply.status, body=reply.content, headers=headers)
    if reply.status in _BEFORE_THE_END:
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
        peer=request.remote or "",
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


def _named(family: Family, reply: Reply, exchange: Exchange) -> Reply:
    """With the request's id in a header, where the family has one."""
    if family.request_header is None:
        return reply
    return replace(reply, headers={family.request_header: exchange.request_id, **reply.headers})


async def _answer(family: Family, route: Route, deps: Deps, incoming: Incoming, exchange: Exchange) -> Reply:
    """Authenticate, read, call, write; every error becomes one of the family's answers."""
    writer = _Writer(family, route, deps, exchange)
    reply = _named(family, await writer.guarded(lambda: writer.answer(incoming)), exchange)
    if family.headers is None or writer.caller is None:
        return reply
    return replace(reply, headers={**await family.headers(writer.caller, deps), **reply.headers})


class _Writer:
    """One request on its way through a route."""

    def __init__(self, family: Family, route: Route, deps: Deps, exchange: Exchange) -> None:
        self.caller: Caller | None = None
        self._family = family
        self._route = route
        self._deps = deps
        self._exchange = exchange
        self._audit: dict[str, Any] = {}

    async def answer(self, incoming: Incoming) -> Reply:
        if self._family.authenticate is not None:
            self.caller = await self._family.authenticate(incoming, self._deps)
            self._audit["user"] = pseudonym(self.caller.user_id)
        if self._route.body is None:
            return await self._take(incoming, None)
        try:
            place = self._deps.room.take(_announced(incoming.headers))
        except NoRoom:
            raise Problem(SERVER_BUSY, headers={"Retry-After": _BUSY_SECONDS}) from None
        with place:
            return await self._take(incoming, await self._route.body.read(incoming))

    async def _take(self, incoming: Incoming, body: Any) -> Reply:
        self._exchange = replace(self._exchange, body=body)
        given = Input(
            request_id=incoming.request_id,
            received_at=datetime.now(UTC),
            body=body,
            path=incoming.path,
            query=incoming.query,
            headers=incoming.headers,
            known=self.caller,
        )
        if self._route.rebuild is None or repeats.HEADER not in given.headers:
            return await self._call(given)
        first = partial(self.guarded, partial(self._call, given))
        reply = await repeats.answer_once(repeats.Attempt(given, self._route.path, first, self._rebuild), self._deps)
        return replace(reply, audit={**self._audit, **reply.audit})

    async def guarded(self, work: Callable[[], Awaitable[Reply]]) -> Reply:
        try:
            return await work()
        except Problem as problem:
            return self._failed(problem)
        except Refused as refusal:
            return self._failed(self._family.refused(refusal))
        except Unavailable as error:
            _log.warning("a part is unavailable", error=type(error).__name__, detail=str(error))
            return self._failed(Problem(INTERNAL_ERROR))
        except Exception as error:  # noqa: BLE001 - whatever it is, the client gets an envelope and we get the stack
            # The stack alone: an exception's own text may hold a client's data.
            stack = "".join(traceback.format_tb(error.__traceback__))
            _log.error("unexpected error", error=type(error).__qualname__, stack=stack)
            return self._failed(Problem(INTERNAL_ERROR))

    async def _call(self, given: Input[Any]) -> Reply:
        result = await self._route.function(given, self._deps)
        match result:
            case Raw():
                return Reply(result.status, result.content, result.content_type, result.headers, self._audit)
            case Stream():
                return Reply(result.status, result.chunks, result.content_type, result.headers, self._audit)
        return self._written(result)

    async def _rebuild(self, request: StoredRequest) -> Reply:
        self._exchange = replace(self._exchange, request_id=request.request_id)

        async def work() -> Reply:
            rebuild = self._route.rebuild
            return self._failed(Problem(NOT_FOUND)) if rebuild is None else self._written(rebuild(request))

        return await self.guarded(work)

    def _written(self, answer: Answer) -> Reply:
        content = _json(self._family.answer(answer.value, self._exchange))
        return Reply(answer.status, content, "application/json", answer.headers, {**self._audit, **answer.audit})

    def _failed(self, problem: Problem) -> Reply:
        return _failed(self._family, problem, self._exchange, self._audit)


def _announced(headers: Mapping[str, str]) -> int | None:
    length = headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() else None


def _failed(family: Family, problem: Problem, exchange: Exchange, audit: Mapping[str, Any] | None = None) -> Reply:
    # A 402 shows the price as its cost; what was charged stands beside it.
    cost = problem.details.get("charged_lumis", problem.details.get("cost_lumis", 0))
    said = {**(audit or {}), "code": problem.code, "cost_lumis": cost}
    content = _json(family.error(problem, exchange))
    return Reply(family.error_status(problem), content, "application/json", problem.headers, said, problem.code)


def _json(body: BaseModel | Mapping[str, Any]) -> bytes:
    if isinstance(body, BaseModel):
        return body.model_dump_json().encode()
    return json.dumps(body, ensure_ascii=False).encode()
