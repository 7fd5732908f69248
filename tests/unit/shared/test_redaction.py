"""Nothing personal and no secret reaches a log line."""

import json
import logging
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from shared.redaction import REDACTED, pseudonym, redact, redact_text
from shared.settings import ServiceSettings
from shared.telemetry import configure_logging

SECRETS = [
    "amqp://lumis:s3cret@broker:5672/",
    "mongodb+srv://root:hunter2@db.example/",
    "Authorization: Bearer abc.def-ghi",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MSJ9.c2lnbmF0dXJl",
    "AIzaSyA1234567890abcdefghijklmnop",
    "sk-or-v1-0123456789abcdef",
    "https://host/path?key=AAAABBBB&x=1",
    "ana.perez@example.com",
    "FE0120000267937" + "2-1-844914-7300002025051500311570140020317481978892",
    "155751938-2-2024",
    "8-769-1080",
    "PE-842-3681",
    "8-NT-1-13656",
]
HIDDEN = [
    "s3cret",
    "hunter2",
    "abc.def",
    "eyJ",
    "AIza",
    "sk-or",
    "AAAABBBB",
    "ana.perez",
    "FE012",
    "155751938",
    "769",
    "842",
    "13656",
]


@pytest.mark.parametrize(("secret", "hidden"), list(zip(SECRETS, HIDDEN, strict=True)))
def test_secrets_and_personal_data_inside_text_are_replaced(secret: str, hidden: str) -> None:
    text = redact_text(f"it failed with {secret} at last")
    assert hidden not in text
    assert REDACTED in text
    assert text.startswith("it failed with ")
    assert text.endswith(" at last")


@pytest.mark.parametrize(
    "key", ["token", "access_token", "sol_clave", "api_key", "issuer_name", "ruc", "user_id", "text", "emails"]
)
def test_a_value_is_hidden_by_its_key_at_any_depth(key: str) -> None:
    assert redact({"outer": [{key: "x"}]}) == {"outer": [{key: REDACTED}]}


def test_what_an_operator_needs_stays() -> None:
    line = {"queue": "ledger.document.abandoned.v1", "ms": 1.5, "outcome": "done", "file_id": "65f0", "retries": None}
    assert redact(line) == line


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_redaction_never_fails_and_doing_it_twice_changes_nothing(value: Any) -> None:
    once = redact(value)
    assert redact(once) == once


def test_a_pseudonym_is_stable_and_does_not_show_the_user() -> None:
    assert pseudonym("ana") == pseudonym("ana") != pseudonym("eva")
    assert "ana" not in pseudonym("ana")


def test_log_lines_of_both_kinds_are_json_redacted_and_carry_the_request(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = ServiceSettings(rabbitmq_url="amqp://h/", mongodb_url="mongodb://h/", ops_port=0)
    root = logging.getLogger()
    before = root.handlers[:], root.level
    try:
        configure_logging(settings, "ledger", "ledger-1")
        with structlog.contextvars.bound_contextvars(request_id="r-1"):
            try:
                int("Juan Perez, ana@example.com")
            except ValueError:
                structlog.get_logger().exception("failed", user_id="ana", amount=3)
            logging.getLogger("library").warning("url amqp://a:b@h/")
        first, second = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    finally:
        root.handlers[:], root.level = before
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()
    assert (first["request_id"], first["service"], first["user_id"], first["amount"]) == ("r-1", "ledger", REDACTED, 3)
    assert "ValueError" in first["exception"]
    assert "int(" in first["exception"], "the frames are there"
    assert "ana@example.com" not in json.dumps(first)
    assert "invalid literal" not in json.dumps(first), "an exception's own text may hold anything"
    assert second["event"] == f"url amqp://{REDACTED}@h/"
