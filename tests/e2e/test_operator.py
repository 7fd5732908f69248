"""The operator's command beside the whole platform."""

from pathlib import Path

from tests.support.operating import Ran, lumis
from tests.support.platform import Platform
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "demo.jpg"


def settings_for(platform: Platform) -> dict[str, str]:
    where = platform.stack.where
    return {
        "RABBITMQ_URL": where.rabbitmq_url,
        "MONGODB_URL": where.mongodb_url,
        "GATEWAY_URL": where.url,
        "OPS_URLS": ",".join(f"{name}=http://127.0.0.1:{port}" for name, port in where.ops_ports.items()),
        "JWT_SECRET": platform.secret,
    }


async def test_a_requests_story_is_the_gateways_with_the_tries_at_its_document(platform: Platform) -> None:
    user, here = await platform.user(lumis=20), settings_for(platform)
    _, answer = await platform.upload(user, PAPER.read_bytes())
    request_id = answer["request_id"]
    told = await platform.request_with(request_id, user, "credits.settled.v1", "user.tagged.v1")
    ran = await lumis(here, "request", "show", request_id, "--json")
    found = ran.document()
    assert ran.code == 0
    assert (found["state"], found["settled"], found["published"]) == (told["state"], 15, True)
    assert [(each["type"], each["offset_ms"]) for each in found["timeline"]] == [
        (each["type"], each["offset_ms"]) for each in told["timeline"]
    ]
    assert sum(each["step_ms"] for each in found["timeline"]) == found["timeline"][-1]["offset_ms"]
    assert [(each["provider"], each["outcome"]) for each in found["attempts"]] == [("local", "ok")]
    text = (await lumis(here, "request", "show", request_id)).out
    assert f"request {request_id}: reconciled, 15 Lümis" in text
    assert user not in text


async def test_a_whole_platform_is_well_and_its_ledger_in_balance(platform: Platform) -> None:
    here = settings_for(platform)
    seen: list[Ran] = []

    async def is_well() -> bool:  # another test may have killed a service, which is just coming back
        seen.append(await lumis(here, "status", "--json"))
        return seen[-1].code == 0

    await until(is_well, seconds=60)
    found = seen[-1].document()
    assert {each["state"] for each in found["services"]} == {"ready"}
    assert all(each["version"] for service in found["services"] for each in service["instances"])
    assert found["open_holds"] is not None
    assert found["sunat"]["tickets_open"] >= 0
    checked = await lumis(here, "ledger", "check", "--json")
    assert (checked.code, checked.document()["violations"]) == (0, [])


async def test_tokens_that_the_command_makes_are_taken_by_the_gateway(platform: Platform) -> None:
    user, here = await platform.user(lumis=7), settings_for(platform)
    token = (await lumis(here, "token", user)).out.strip()
    async with platform.client.get("/api/v4/lumis/balance", headers={"Authorization": f"Bearer {token}"}) as response:
        assert (await response.json())["data"]["available"] == 7
    issued = await lumis(here, "extract-token", user, "--name", "shop", "--json")
    assert issued.code == 0, issued.error
    _, listed = await platform.get(f"/api/v4/admin/users/{user}/extract-tokens", "boss", "admin")
    assert [each["name"] for each in listed["data"]["tokens"]] == ["shop"]
    refused = await lumis({**here, "LUMIS_TOKEN": token}, "extract-token", user)
    assert (refused.code, "scope `admin`" in refused.error) == (5, True)
