"""A mail server on loopback, in its own thread: keeps what it is sent, and refuses what a test wants refused."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from deploy.local.ports import LOOPBACK, free_ports

USER, PASSWORD = "lumis", "una clave de correo"


@dataclass
class MailServer:
    """What came, and what is answered to the next recipients and messages."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    """To `RCPT TO`, one each; then all are taken."""
    data_answers: list[str] = field(default_factory=list)
    """To the end of `DATA`, one each; the message counts as taken where it begins with 2."""

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse a recipient."""
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take or refuse a message."""
        answer = self.data_answers.pop(0) if self.data_answers else "250 OK"
        if answer.startswith("2") and isinstance(envelope.content, bytes):
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.messages.append(message)
            self.recipients += envelope.rcpt_tos
        return answer


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, *, login: bool = False) -> Iterator[MailServer]:
    """Listen until the end of the block; with `tls`, only after STARTTLS."""
    port = free_ports(1)[0]
    handler = MailServer(port)
    controller = Controller(
        handler,
        hostname=LOOPBACK,
        port=port,
        tls_context=tls,
        require_starttls=tls is not None,
        authenticator=_login if login else None,
        auth_required=login,
    )
    controller.start()
    try:
        yield handler
    finally:
        controller.stop()
