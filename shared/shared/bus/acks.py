"""Acks of one channel: what is done at the same moment is acked in one frame as far as nothing before it is open."""

from collections.abc import Sequence

from aio_pika.abc import AbstractIncomingMessage

from shared.lanes import Lane


class Acks:
    """Knows which deliveries of a channel are open, in their order; made anew with each channel."""

    def __init__(self) -> None:
        self._open: dict[int, None] = {}
        self._lane: Lane[AbstractIncomingMessage, None] = Lane(self._ack)

    def opened(self, message: AbstractIncomingMessage) -> None:
        """A message was delivered; to be told in the order of deliveries."""
        self._open[_tag(message)] = None

    def closed(self, message: AbstractIncomingMessage) -> None:
        """A message was given back to the broker by other means than an ack."""
        self._open.pop(_tag(message), None)

    async def ack(self, message: AbstractIncomingMessage) -> None:
        """Ack a message, with others that are done by now.

        Raises:
            AMQPError, ChannelInvalidStateError, OSError: the channel is gone; the message is delivered again.
        """
        await self._lane.do(message)

    async def _ack(self, messages: Sequence[AbstractIncomingMessage]) -> Sequence[None]:
        due = {_tag(message): message for message in messages}
        together: AbstractIncomingMessage | None = None
        for tag in list(self._open):
            if tag not in due:
                break
            together = due.pop(tag)
            del self._open[tag]
        if together is not None:
            await together.ack(multiple=True)
        for tag, message in due.items():
            self._open.pop(tag, None)
            await message.ack()
        return [None] * len(messages)


def _tag(message: AbstractIncomingMessage) -> int:
    return message.delivery_tag or 0
