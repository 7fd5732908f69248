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
from typing import Literal, NoReturn

import aiosmtplib

from shared.errors import LumisError, Unavailable
from sunat_emitter.store.correos import Correos

Security = Literal["starttls", "tls", "none"]
_PERMANENT = range(500, 600)
_LEASE_MARGIN = 30.0
"""Beside the time that the mail server may take: printing, reading files."""


class MailRefused(LumisError):
    """The mail server will never take this message; the text says why and may hold the address."""


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
            Unavailable: not now: it cannot be reached, its TLS or our login does not work, or it says 4xx.
        """
        server = self.server
        message = compose(letter, server.sender)
        try:
            # Its own limit is for each step.
            async with asyncio.timeout(server.seconds):
                await aiosmtplib.send(
                    message,
                    sender=server.sender,
                    recipients=[letter.to],
                    hostname=server.host,
                    port=server.port,
                    username=server.user,
                    password=server.password,
                    use_tls=server.security == "tls",
                    start_tls=server.security == "starttls",
                    tls_context=server.tls,
                    timeout=server.seconds,
                )
        # Their texts hold addresses, and errors are logged: none of them is kept as a cause.
        except aiosmtplib.SMTPRecipientsRefused as error:
            refusal = error.recipients[0]
            _raise(refusal.code, refusal.message)
        except aiosmtplib.SMTPAuthenticationError as error:
            raise Unavailable(f"the mail server does not know our user ({error.code})") from None
        except (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPDataError, aiosmtplib.SMTPRecipientRefused) as error:
            _raise(error.code, error.message)
        except aiosmtplib.SMTPResponseException as error:
            raise Unavailable(f"the mail server answered {error.code}") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise Unavailable(f"the mail server cannot be used ({type(error).__name__})") from None


def _raise(code: int, text: str) -> NoReturn:
    if code in _PERMANENT:
        raise MailRefused(f"{code} {' '.join(text.split())}"[:500]) from None
    raise Unavailable(f"the mail server put the message off ({code})") from None


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
