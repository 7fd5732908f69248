"""The environment of each service."""

from dataclasses import replace

from deploy.local.rows import SERVICES, Addresses, environment_of

_WHERE = Addresses(
    "mongodb://h/", "amqp://h/", 8080, {row.name: number for number, row in enumerate(SERVICES, start=9000)}
)
_ROWS = {row.name: row for row in SERVICES}


def test_every_service_learns_the_servers_and_a_port_of_its_own() -> None:
    given = [environment_of(row, _WHERE, "secret", {}) for row in SERVICES]
    assert {each["MONGODB_URL"] for each in given} == {"mongodb://h/"}
    assert {each["RABBITMQ_URL"] for each in given} == {"amqp://h/"}
    assert len({each["OPS_PORT"] for each in given}) == 6


def test_only_the_gateway_gets_the_secret() -> None:
    holders = [row.name for row in SERVICES if "JWT_SECRET" in environment_of(row, _WHERE, "x", {"JWT_SECRET": "y"})]
    assert holders == ["gateway"]


def test_a_key_that_the_caller_has_set_wins() -> None:
    given = environment_of(_ROWS["gateway"], _WHERE, "ours", {"JWKS_URL": "https://keys/"})
    assert "JWT_SECRET" not in given
    assert given["JWKS_URL"] == "https://keys/"


def test_the_keys_of_model_providers_reach_the_ocr_engine() -> None:
    given = environment_of(_ROWS["ocr-engine"], _WHERE, "ours", {"GEMINI_API_KEY": "g", "OPENROUTER_API_KEY": "o"})
    assert (given["GEMINI_API_KEY"], given["OPENROUTER_API_KEY"]) == ("g", "o")


def test_webhooks_of_this_machine_are_allowed_here_unless_the_caller_says_otherwise() -> None:
    given = environment_of(_ROWS["gateway"], _WHERE, "ours", {})
    assert (given["WEBHOOK_INSECURE"], given["WEBHOOK_ALLOW_PRIVATE"]) == ("true", "true")
    assert (
        environment_of(_ROWS["gateway"], _WHERE, "ours", {"WEBHOOK_INSECURE": "false"})["WEBHOOK_INSECURE"] == "false"
    )
    assert "WEBHOOK_INSECURE" not in environment_of(_ROWS["ledger"], _WHERE, "ours", {})


def test_sunat_is_its_simulator_unless_the_caller_says_where_it_is() -> None:
    simulated = replace(_WHERE, simulator_port=9400)
    emitter = _ROWS["sunat-emitter"]
    assert environment_of(emitter, simulated, "x", {})["SUNAT_BASE_URL"] == "http://127.0.0.1:9400"
    real = {"SUNAT_BASE_URL": "https://e-beta.sunat.gob.pe"}
    assert environment_of(emitter, _WHERE, "x", real)["SUNAT_BASE_URL"] == real["SUNAT_BASE_URL"]
    assert "SUNAT_BASE_URL" not in environment_of(_ROWS["gateway"], simulated, "x", {})
