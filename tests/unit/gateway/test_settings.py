"""Settings: exactly one way to check tokens, and no short secret."""

from typing import Any

import pytest
from pydantic import ValidationError

from gateway.app import SERVICE, access_of
from gateway.settings import GatewaySettings
from tests.support.gateway import SECRET

NEEDED: dict[str, Any] = {"rabbitmq_url": "amqp://x", "mongodb_url": "mongodb://x", "ops_port": 0}
PEM = "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----"


@pytest.mark.parametrize(
    ("key", "algorithm"),
    [({"jwt_secret": SECRET}, "HS256"), ({"jwt_public_key": PEM}, "RS256"), ({"jwks_url": "https://x"}, "RS256")],
)
def test_the_key_that_is_set_decides_the_algorithm(key: dict[str, Any], algorithm: str) -> None:
    assert GatewaySettings(**NEEDED, **key).jwt_algorithm == algorithm


@pytest.mark.parametrize(
    "keys",
    [{}, {"jwt_secret": SECRET, "jwks_url": "https://x"}, {"jwt_secret": "short"}, {"jwt_public_key": "no key"}],
)
def test_no_key_two_keys_or_a_weak_one_stop_the_start(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as raised:
        GatewaySettings(**NEEDED, **keys)
    assert "short" not in str(raised.value).replace("too_short", "").replace("string_too_short", "")


def test_api_keys_are_named_hashes() -> None:
    text = f"shop:{'A' * 64}, other-shop:{'b' * 64},"
    settings = GatewaySettings(**NEEDED, jwt_secret=SECRET, api_keys=text)
    assert settings.named_api_keys == {"a" * 64: "shop", "b" * 64: "other-shop"}
    assert GatewaySettings(**NEEDED, jwt_secret=SECRET).named_api_keys == {}


@pytest.mark.parametrize("text", ["shop", "shop:abc", f":{'a' * 64}", f"a b:{'a' * 64}", "a" * 64])
def test_a_key_in_clear_or_without_a_name_stops_the_start(text: str) -> None:
    with pytest.raises(ValidationError, match="SHA-256"):
        GatewaySettings(**NEEDED, jwt_secret=SECRET, api_keys=text)


def test_nobody_can_look_up_an_address_by_what_is_public() -> None:
    def caller(**keys: Any) -> str:
        return access_of(GatewaySettings(**NEEDED, **keys)).caller_at("1.2.3.4").user_id

    assert caller(jwt_secret=SECRET) == caller(jwt_secret=SECRET)
    public = {"jwks_url": "https://x"}
    assert caller(**public) != caller(**public)
    assert caller(**public, file_link_key=SECRET) == caller(**public, file_link_key=SECRET)


def test_the_service_follows_every_event_and_wakes_its_own() -> None:
    assert SERVICE.settings is GatewaySettings
    assert len(SERVICE.followers) == 1
    assert SERVICE.own_events is not None
