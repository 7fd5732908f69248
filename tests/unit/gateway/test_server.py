"""The server itself: families, pages, traces, metrics, an orderly end; and the room for other families."""

import asyncio
import json
from dataclasses import replace
from typing import Any

import aiohttp
import prometheus_client
import pytest
from pydantic import BaseModel

from gateway.bodies import json_body
from gateway.deps import Deps
from gateway.http import Answer, Exchange, Family, Input, Problem, Route
from gateway.routes import bearer, lumis_v4
from gateway.routes.families import FAMILIES
from gateway.server import serve
from shared.contracts.documents import DocumentUploaded
from shared.contracts.message import Event
from shared.contracts.sunat.catalogos import CatalogEntries, ReadCatalog
from shared.errors import Refused
from shared.mongo import Database
from shared.telemetry import inject_context
from tests.support.gateway import JPEG, Gateway, deps_on, fake_bus, running, token
from tests.support.invoices import reconciled


async def test_a_catalogue_is_shown_in_the_words_of_its_family(gateway: Gateway) -> None:
    entries = ({"codigo": "1", "descripcion": "DNI", "abreviatura": "DNI", "longitud": 8},)
    gateway.bus.answers[ReadCatalog] = CatalogEntries(entries=entries)
    reply = await gateway.send("GET", "/api/facturacion/catalogos/tipo-documento-identidad")
    assert (reply.status, reply.json) == (200, {"success": True, "data": list(entries)})
    assert gateway.bus.calls == [ReadCatalog(tipo="tipo-documento-identidad")]


async def test_a_catalogue_that_is_not_there_is_a_404_in_the_words_of_its_family(gateway: Gateway) -> None:
    gateway.bus.answers[ReadCatalog] = Refused("CATALOGO_NO_ENCONTRADO", "No existe el catálogo nada")
    reply = await gateway.send("GET", "/api/facturacion/catalogos/nada")
    wanted = {"success": False, "error": "CATALOGO_NO_ENCONTRADO", "message": "No existe el catálogo nada"}
    assert (reply.status, reply.json) == (404, wanted)
    reply = await gateway.send("GET", "/api/facturacion/catalogos/" + "x" * 65)
    assert reply.status == 404
    reply = await gateway.send("GET", "/api/facturacion/catalogos/moneda", user=None)
    assert (reply.status, reply.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert reply.json == {"success": False, "error": "UNAUTHORIZED", "message": "Token JWT inválido o faltante"}


@pytest.mark.parametrize("path", ["/docs", "/docs/docs.js", "/docs/docs.css"])
async def test_the_page_to_try_it_needs_nothing_from_outside(gateway: Gateway, path: str) -> None:
    reply = await gateway.send("GET", path, user=None)
    assert reply.status == 200
    assert "http://" not in reply.text
    assert "https://" not in reply.text
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]


async def test_the_description_needs_no_token(gateway: Gateway) -> None:
    reply = await gateway.send("GET", "/openapi.json", user=None)
    assert (reply.status, reply.text) == (200, "{}")


class Question(BaseModel):
    """A JSON body of a family that a later file could add."""

    id: int | str | None = None
    number: int


class Doubled(BaseModel):
    double: int


async def double(given: Input[Question], deps: Deps) -> Answer:
    del deps
    if given.body.number == 13:
        raise Refused("UNLUCKY", "Not that one", {"number": 13})
    return Answer(Doubled(double=2 * given.body.number))


def rpc_answer(value: Any, exchange: Exchange) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": exchange.body.id, "result": value.model_dump()}


def rpc_error(problem: Problem, exchange: Exchange) -> dict[str, Any]:
    identity = exchange.body.id if exchange.body else None
    return {"jsonrpc": "2.0", "id": identity, "result": {"status": problem.code.lower(), "status_msg": problem.message}}


RPC = Family(
    name="rpc",
    routes=(Route("POST", "/rpc/double", double, "Doubles", body=json_body(Question, limit=100), answer=Doubled),),
    answer=rpc_answer,
    error=rpc_error,
    error_status=lambda problem: 200 if problem.code == "UNLUCKY" else problem.status,
)
PLAIN = Family(
    name="plain",
    routes=(Route("POST", "/plain/double", double, "Doubles", body=json_body(Question), answer=Doubled),),
    authenticate=bearer.authenticate,
    answer=lambda value, exchange: value,
    error=lambda problem, exchange: {"error": problem.message},
    refusals={"UNLUCKY": 409},
)


async def test_a_family_of_another_shape_is_one_row(database: Database) -> None:
    async with running(database, families=(RPC, PLAIN)) as gateway:

        async def ask(path: str, body: Any, **options: Any) -> tuple[int, Any]:
            reply = await gateway.send("POST", path, data=body, **options)
            return reply.status, reply.json

        assert await ask("/rpc/double", b'{"id": "a", "number": 4}', user=None) == (
            200,
            {"jsonrpc": "2.0", "id": "a", "result": {"double": 8}},
        )
        refused = {"status": "unlucky", "status_msg": "Not that one"}
        assert await ask("/rpc/double", b'{"id": 0, "number": 13}', user=None) == (
            200,
            {"jsonrpc": "2.0", "id": 0, "result": refused},
        )
        assert (await ask("/rpc/double", b"{", user=None))[0] == 400
        assert (await ask("/rpc/double", b'{"number": "x"}', user=None))[0] == 422
        assert (await ask("/rpc/double", b" " * 101, user=None))[0] == 413
        assert await ask("/plain/double", b'{"number": 4}') == (200, {"double": 8})
        assert await ask("/plain/double", b'{"number": 13}') == (409, {"error": "Not that one"})
        assert await ask("/plain/double", b'{"number": 4}', user=None) == (
            401,
            {"error": "Token JWT inválido o faltante"},
        )


def samples(name: str, **labels: str) -> float:
    return prometheus_client.REGISTRY.get_sample_value(name, labels) or 0.0


async def test_every_answer_is_counted_by_route_and_never_by_path(gateway: Gateway) -> None:
    known = {"family": "lumis", "method": "GET", "route": "/api/v4/lumis/balance", "status": "200"}
    unknown = {"family": "lumis", "method": "GET", "route": "unrouted", "status": "404"}
    before = samples("lumis_http_seconds_count", **known), samples("lumis_http_seconds_count", **unknown)
    await gateway.send("GET", "/api/v4/lumis/balance")
    await gateway.send("GET", "/somewhere/else")
    after = samples("lumis_http_seconds_count", **known), samples("lumis_http_seconds_count", **unknown)
    assert (after[0] - before[0], after[1] - before[1]) == (1, 1)
    assert samples("lumis_http_in_flight") == 0


async def test_the_callers_trace_goes_on(gateway: Gateway) -> None:
    seen: list[str] = []

    def react(event: Event) -> Event | None:
        seen.append(inject_context()["traceparent"].split("-")[1])
        return reconciled(event) if isinstance(event, DocumentUploaded) else None

    gateway.bus.react = react
    trace_id = "4bf92f3577b34da6a3ce929d0e0e4736"
    await gateway.upload(("image", JPEG), headers={"traceparent": f"00-{trace_id}-00f067aa0ba902b7-01"})
    assert seen == [trace_id]


async def test_an_end_lets_waiting_uploads_have_their_answer(database: Database) -> None:
    bus = fake_bus()
    deps = deps_on(database, bus)
    published = asyncio.Event()
    bus.react = lambda event: published.set()
    server = serve(FAMILIES, deps, lumis_v4.FAMILY)
    runner = await server.__aenter__()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    form = aiohttp.FormData()
    form.add_field("image", JPEG, filename="invoice.jpg")
    headers = {"Authorization": f"Bearer {token()}"}
    async with aiohttp.ClientSession() as session, asyncio.timeout(20):
        waiting = asyncio.create_task(session.post(f"{url}/api/v4/invoices/upload-ocr", data=form, headers=headers))
        await published.wait()
        ending = asyncio.create_task(server.__aexit__(None, None, None))
        await asyncio.sleep(0.1)
        with pytest.raises(aiohttp.ClientConnectionError):
            await session.get(f"{url}/docs")
        assert not ending.done()
        (event,) = bus.of(DocumentUploaded)
        deps.waiters.resolve(reconciled(event))
        async with await waiting as response:
            assert response.status == 200
        await ending


async def test_a_client_that_sends_its_body_too_slowly_is_refused(database: Database) -> None:
    def hurried(deps: Deps) -> Deps:
        return replace(deps, limits=replace(deps.limits, body_seconds=0.2))

    async with running(database, change=hurried) as gateway, asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
        head = f"Authorization: Bearer {token()}\r\nContent-Type: multipart/form-data; boundary=b\r\n"
        start = f"POST /api/v4/invoices/upload-ocr HTTP/1.1\r\nHost: x\r\n{head}Content-Length: 1000\r\n\r\n--b\r\n"
        writer.write(start.encode())
        answer = await reader.readuntil(b"\r\n\r\n")
        assert b" 400 " in answer.split(b"\r\n")[0]
        writer.close()


@pytest.mark.parametrize(
    "head",
    [b"GARBAGE\r\n\r\n", b"GET /" + b"x" * 9000 + b" HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nA: Juan\x00Perez\r\n\r\n"],
)
async def test_what_is_no_http_gets_json_too_and_is_not_logged(
    gateway: Gateway, head: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    writer.write(head)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    status, _, body = answer.partition(b"\r\n\r\n")
    assert status.startswith((b"HTTP/1.1 400 ", b"HTTP/1.0 400 "))
    assert b"application/json" in status
    error = json.loads(body)["error"]
    assert error["code"] == "MALFORMED_REQUEST"
    assert error["details"]["cost_lumis"] == 0
    assert "Juan" not in caplog.text
    assert b"Juan" not in answer
