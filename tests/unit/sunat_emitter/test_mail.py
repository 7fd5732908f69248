"""The mail server's settings, and how a message is put together."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sunat_emitter.mail import Attachment, Letter, MailRefused, compose
from sunat_emitter.mail_settings import MailSettings

GIVEN: dict[str, Any] = {"smtp_host": "mail.example.com", "smtp_from": "facturas@example.com"}
SENDER = "facturas@example.com"


def letter(**fields: Any) -> Letter:
    values: dict[str, Any] = {
        "id": "abc",
        "to": "cliente@example.com",
        "asunto": "Comprobante Electrónico F001-88",
        "mensaje": "Adjuntamos.",
        "from_name": "PEÑA & HIJOS S.A.C.",
        "reply_to": "ventas@example.org",
        "moment": datetime(2026, 3, 12, 20, 0, tzinfo=UTC),
        "attachments": [Attachment("F001-88.pdf", "application/pdf", b"%PDF")],
    }
    return Letter(**{**values, **fields})


def test_without_a_host_there_is_no_mail_server() -> None:
    assert MailSettings().mail_server is None


def test_a_mail_server_is_spoken_to_with_tls_unless_said_otherwise() -> None:
    server = MailSettings(**GIVEN, smtp_user="lumis", smtp_password="secreta").mail_server
    assert server is not None
    assert (server.host, server.port, server.security, server.sender) == ("mail.example.com", 587, "starttls", SENDER)
    assert (server.user, server.password) == ("lumis", "secreta")
    assert "secreta" not in repr(server)


@pytest.mark.parametrize(
    "wrong",
    [
        {"smtp_from": None},
        {"smtp_from": "no address"},
        {"smtp_user": "lumis"},
        {"smtp_password": "secreta"},
        {"smtp_user": "lumis", "smtp_password": "secreta", "smtp_security": "none"},
        {"smtp_security": "ssl"},
    ],
)
def test_half_a_mail_server_stops_the_start(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as error:
        MailSettings(**{**GIVEN, **wrong})
    assert "secreta" not in str(error.value)


def test_a_message_names_its_issuer_and_is_known_again() -> None:
    first, again = compose(letter(), SENDER), compose(letter(), SENDER)
    assert first["From"] == '"PEÑA & HIJOS S.A.C." <facturas@example.com>'
    assert first["Reply-To"].addresses[0].addr_spec == "ventas@example.org"
    assert first["Message-ID"] == again["Message-ID"] == "<abc@example.com>"
    assert first["Date"].datetime == datetime(2026, 3, 12, 20, 0, tzinfo=UTC)
    assert "Reply-To" not in compose(letter(reply_to=""), SENDER)
    assert all(each < 128 for each in first.as_bytes())


@given(asunto=st.text(max_size=200), mensaje=st.text(max_size=200), from_name=st.text(max_size=100))
def test_words_never_become_headers(asunto: str, mensaje: str, from_name: str) -> None:
    try:
        message = compose(letter(asunto=asunto, mensaje=mensaje, from_name=from_name), SENDER)
    except MailRefused:
        return
    head = message.as_bytes().partition(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if line and line[0] not in " \t"]
    assert set(names) <= {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}
    assert message["To"] == "cliente@example.com"
