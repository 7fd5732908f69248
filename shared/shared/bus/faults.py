"""What the client library raises when the broker is gone, refuses, or does not answer in time."""

from aio_pika.exceptions import AMQPError, ChannelInvalidStateError

BROKER_GONE = (AMQPError, ChannelInvalidStateError, OSError, TimeoutError)
"""ChannelInvalidStateError is no AMQPError: publish, ack and nack raise it on a channel that has just closed."""
