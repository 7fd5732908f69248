"""Who may have GST invoices scanned, and how often."""

import pytest

from gateway.limits import Rate
from shared.mongo import Database
from tests.support.gateway import PDF, PNG, Gateway, running
from tests.support.scans import KEY, LEGACY, V4, encoded, post, read_everything, uploaded
from tests.support.scripted_server import Reply as Sent
from tests.support.scripted_server import ScriptedServer


async def exhausted(gateway: Gateway, caller: str) -> None:
    """Leave a caller nothing for an hour; at the usual rate a call would be free again within milliseconds."""
    await gateway.deps.rate_limits.set(caller, Rate(1, 3600))
    while (await gateway.deps.rate_limits.take(caller)).accepted:
        pass


@pytest.mark.parametrize(
    ("headers", "user"),
    [
        ({"X-API-Key": KEY}, "key:shop"),
        ({"Authorization": f"Bearer {KEY}"}, "key:shop"),
    ],
)
async def test_a_key_is_a_caller_of_its_own(gateway: Gateway, headers: dict[str, str], user: str) -> None:
    reply = await post(gateway, V4, {"imageBase64": encoded(PNG)}, headers=headers)
    assert reply.status == 200
    assert uploaded(gateway).user_id == user


@pytest.mark.parametrize("headers", [{"X-API-Key": "no"}, {"Authorization": "Bearer no"}, {"Authorization": "Basic x"}])
async def test_a_wrong_key_is_refused_even_where_none_is_needed(gateway: Gateway, headers: dict[str, str]) -> None:
    reply = await post(gateway, V4, {"imageBase64": encoded(PNG)}, headers=headers)
    assert (reply.status, reply.json) == (401, {"error": "A valid API key or bearer token is required"})
    assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert reply.headers["X-Request-ID"]


async def test_without_a_key_nobody_is_let_in_unless_the_settings_allow_it(database: Database) -> None:
    async with running(database) as gateway:
        for path in (V4, LEGACY):
            assert (await post(gateway, path, {"imageBase64": encoded(PNG)})).status == 401
        gateway.bus.react = read_everything
        assert (await post(gateway, V4, {"imageBase64": encoded(PNG)}, user="ana")).status == 200


async def test_whoever_comes_without_a_key_is_limited_by_address(gateway: Gateway) -> None:
    body = {"imageBase64": encoded(PNG)}
    assert (await post(gateway, V4, body)).status == 200
    caller = uploaded(gateway).user_id
    assert caller.startswith("open:")
    assert "127.0.0.1" not in caller
    await exhausted(gateway, caller)
    for path, given in ((LEGACY, body), (V4, {**body, "plugins": [{"id": "web"}]})):
        reply = await post(gateway, path, given)
        assert (reply.status, list(reply.json)) == (429, ["error"])
        assert int(reply.headers["Retry-After"]) > 0
    assert await gateway.database["files"].count_documents({"content_type": "application/json"}) == 0
    assert (await post(gateway, LEGACY, body, user="ana")).status == 200


async def test_fetching_is_limited_too_whether_it_succeeds_or_not(gateway: Gateway) -> None:
    await exhausted(gateway, "fetch:ana")
    async with ScriptedServer(Sent(PDF)) as server:
        reply = await post(gateway, V4, {"pdfUrl": server.url}, user="ana")
        assert (reply.status, list(reply.json), server.seen) == (429, ["error"], [])
    assert (await post(gateway, V4, {"pdfBase64": encoded(PDF)}, user="ana")).status == 200
