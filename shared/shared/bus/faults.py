"""What the client library raises when the broker is gone, refuses, or does not answer in time; how that is told."""

import re

from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

from shared.redaction import redact_text

BROKER_GONE = (AMQPError, ChannelInvalidStateError, OSError, TimeoutError)
"""ChannelInvalidStateError is no AMQPError: publish, ack and nack raise it on a channel that has just closed."""


def told(fault: BaseException) -> str:
    """The kind of one of these, and what it says, without credentials."""
    return f"{type(fault).__name__}: {redact_text(str(fault)) or 'no answer in time'}"


def place(url: str) -> str:
    """Host and port of a broker's URL, never its user and password, not even of a URL that is none."""
    return re.split(r"[/?#]", url.rpartition("@")[2].rpartition("://")[2], maxsplit=1)[0]
