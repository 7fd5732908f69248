"""E-mail over SMTP: a comprobante's message put together, and handed to the mail server."""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Literal

import aiosmtplib

from shared.errors import LumisError, Unavailable
from sunat_emitter.store.correos import Correos

Security = Literal["starttls", "tls", "none"]
_PERMANENT = range(500, 600)
_LEASE_MARGIN = 30.0
"""Beside the time that the mail server may take: printing, reading files."""


class MailRefused(LumisError):
    """The mail server will never take this message; the text says why and may hold the address."""


class MailPutOff(Unavailable):
    """Not now. `motivo` says to the user what the text says to operators."""

    def __init__(self, text: str, motivo: str) -> None:
        super().__init__(text)
        self.motivo = motivo


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Letter:
    """What a message says."""

    id: str
    """Makes its Message-ID, so that a repeat is known for one."""
    to: str = field(repr=False)
    asunto: str = field(repr=False)
    mensaje: str = field(repr=False)
    from_name: str
    reply_to: str
    """Empty: answers go to the sending address."""
    moment: datetime
    attachments: Sequence[Attachment]


@dataclass(frozen=True)
class Server:
    """A mail server and how it is spoken to. Its certificate is verified."""

    host: str
    port: int
    sender: str
    security: Security = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    seconds: float = 30.0
    tls: ssl.SSLContext | None = None
    """The certificates that are trusted; by default those of the system."""


def compose(letter: Letter, sender: str) -> EmailMessage:
    """The message. Raises MailRefused: an address or the subject cannot stand in a header."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(letter.from_name, addr_spec=sender)
        message["To"] = Address(addr_spec=letter.to)
        if letter.reply_to:
            message["Reply-To"] = Address(letter.from_name, addr_spec=letter.reply_to)
        message["Subject"] = letter.asunto
    except (ValueError, LookupError) as error:
        raise MailRefused("La dirección o el asunto no son válidos") from error
    message["Date"] = format_datetime(letter.moment)
    message["Message-ID"] = f"<{letter.id}@{sender.rpartition('@')[2]}>"
    message.set_content(letter.mensaje)
    for each in letter.attachments:
        maintype, _, subtype = each.media_type.partition("/")
        message.add_attachment(each.content, maintype=maintype, subtype=subtype, filename=each.name)
    return message


class Mailer:
    """Hands messages over, each on a connection of its own."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def send(self, letter: Letter) -> None:
        """Hand a message over.

        Raises:
            MailRefused: the mail server says no for good (5xx to this message or its recipient).
            MailPutOff: not now: it cannot be reached, its TLS or our login does not work, or it says 4xx.
        """
        message = compose(letter, self.server.sender)
        try:
            # The client's own limit is for each step.
            async with asyncio.timeout(self.server.seconds):
                await self._hand_over(message, letter.to)
        except (aiosmtplib.SMTPException, OSError) as error:
            # Their texts hold addresses, and errors are logged: none of them is kept as a cause.
            raise _told(error) from None

    async def _hand_over(self, message: EmailMessage, recipient: str) -> None:
        server = self.server
        await aiosmtplib.send(
            message,
            sender=server.sender,
            recipients=[recipient],
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.security == "tls",
            start_tls=server.security == "starttls",
            tls_context=server.tls,
            timeout=server.seconds,
        )


def _told(error: Exception) -> MailRefused | MailPutOff:
    """What an error of the client means. Only a 5xx to this message or its recipient is for good."""
    match error:
        case aiosmtplib.SMTPRecipientsRefused():
            return _told(error.recipients[0])
        case aiosmtplib.SMTPAuthenticationError():
            text = f"the mail server does not know our user ({error.code})"
            return MailPutOff(text, "El servidor de correo no acepta nuestra cuenta")
        case aiosmtplib.SMTPSenderRefused() | aiosmtplib.SMTPDataError() | aiosmtplib.SMTPRecipientRefused() if (
            error.code in _PERMANENT
        ):
            return MailRefused(f"{error.code} {' '.join(error.message.split())}"[:500])
        case aiosmtplib.SMTPResponseException():
            text = f"the mail server put the message off ({error.code})"
            return MailPutOff(text, f"El servidor de correo pidió esperar ({error.code})")
        case _:
            text = f"the mail server cannot be used ({type(error).__name__})"
            return MailPutOff(text, "El servidor de correo no responde")


@dataclass(frozen=True)
class Correspondencia:
    """What sending e-mails needs."""

    correos: Correos
    mailer: Mailer | None = None
    """None where no mail server is set up."""
    kept: timedelta = field(default=timedelta(days=90))

    @property
    def lease(self) -> timedelta:
        """How long a worker has an e-mail."""
        seconds = self.mailer.server.seconds if self.mailer else 0.0
        return timedelta(seconds=seconds + _LEASE_MARGIN)
