"""The wiring: which hosted models are asked, and where their keys go."""

import pytest
from pydantic import ValidationError

from ocr_engine.app import SERVICE, hosted_models, limits_of
from ocr_engine.settings import OcrEngineSettings
from shared.contracts.documents import DocumentUploaded
from shared.contracts.erasure import ErasureRequested
from shared.contracts.extract import DocumentCorrected
from shared.contracts.topology import EVENTS
from tests.support import gemini_server, openrouter_server


def settings(**values: object) -> OcrEngineSettings:
    required = {"rabbitmq_url": "amqp://localhost", "mongodb_url": "mongodb://localhost", "ops_port": 0}
    return OcrEngineSettings.model_validate({**required, **values})


def test_without_keys_no_hosted_model_is_asked() -> None:
    assert hosted_models(settings()) == ((), ())
    assert hosted_models(settings(gemini_api_key="", openrouter_api_key=" \n")) == ((), ())


def test_gemini_comes_before_openrouter() -> None:
    rows, _ = hosted_models(settings(openrouter_api_key="o", gemini_api_key="g"))
    assert [(row.name, row.model.model, row.ceiling) for row in rows] == [
        ("gemini", "gemini-3.5-flash-lite", 12.0),
        ("openrouter", "qwen/qwen3-vl-30b-a3b-instruct", 9.0),
    ]


async def test_keys_go_into_headers_without_the_line_end_of_copying() -> None:
    async with gemini_server.gemini_server() as gemini, openrouter_server.openrouter_server() as openrouter:
        _, clients = hosted_models(
            settings(
                gemini_api_key=f" {gemini_server.KEY}\n",
                gemini_base_url=gemini.url,
                openrouter_api_key=openrouter_server.KEY,
                openrouter_base_url=openrouter.url,
            )
        )
        for client in clients:
            await client.send("POST", "/x", budget=2)
            await client.close()
        assert gemini.seen[0].headers["x-goog-api-key"] == gemini_server.KEY
        assert openrouter.seen[0].headers["authorization"] == f"Bearer {openrouter_server.KEY}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("gemini_api_key", "clé"),
        ("openrouter_api_key", "a\nb"),
        ("gemini_base_url", "ftp://x"),
        ("gemini_base_url", "https://x/?key=1"),
        ("gemini_model", "../../secrets"),
        ("gemini_seconds", 0),
    ],
)
def test_a_wrong_setting_is_named_and_its_value_is_not_shown(name: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        settings(**{name: value})
    assert name in str(caught.value)
    assert "clé" not in str(caught.value)


def test_keys_are_not_printed() -> None:
    assert "top-secret" not in repr(settings(gemini_api_key="top-secret"))


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in OcrEngineSettings.model_fields.values())


def test_the_time_limits_leave_the_local_engine_its_share() -> None:
    defaults = settings()
    shares = defaults.gemini_seconds + defaults.local_reserve_seconds + defaults.answer_margin_seconds
    assert shares + defaults.openrouter_seconds > 30 > shares
    assert limits_of(defaults).local_reserve == 8.0


def test_the_service_receives_what_the_topology_says() -> None:
    received = {row.event for row in EVENTS if SERVICE.name in row.receivers}
    assert (
        {subscription.event for subscription in SERVICE.subscriptions}
        == received
        == {DocumentUploaded, DocumentCorrected, ErasureRequested}
    )
