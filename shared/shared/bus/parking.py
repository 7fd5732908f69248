"""Parked messages: list them, put them back, drop them. `lumis-parked list | replay | drop`."""

import argparse
import asyncio
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage

from shared.bus.ladder import ATTEMPT, ERROR, QUEUE, copy_of
from shared.bus.topology import PARKED_QUEUE, declare


@dataclass(frozen=True)
class ParkedMessage:
    """A parked message as an operator sees it; never its content."""

    id: str
    type: str
    request_id: str
    queue: str
    error: str
    size: int


def _origin_queue(message: AbstractIncomingMessage) -> str:
    """The queue that a message came from: our header, or the broker's own record of a crash loop."""
    if isinstance(own := message.headers.get(QUEUE), str):
        return own
    deaths = message.headers.get("x-death")
    if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict):
        return str(deaths[0].get("queue", ""))
    return ""


def _describe(message: AbstractIncomingMessage) -> ParkedMessage:
    return ParkedMessage(
        id=message.message_id or "",
        type=message.type or "",
        request_id=message.correlation_id or "",
        queue=_origin_queue(message),
        error=str(message.headers.get(ERROR) or "delivered too often without an answer (a crash loop)"),
        size=len(message.body),
    )


async def _each(channel: AbstractChannel) -> AsyncIterator[AbstractIncomingMessage]:
    """Every message parked at the start, once; what is not acked returns when the channel closes."""
    queue = await channel.declare_queue(PARKED_QUEUE, passive=True)
    for _ in range(queue.declaration_result.message_count or 0):
        message = await queue.get(fail=False)
        if message is None:
            return
        yield message


async def list_parked(url: str) -> list[ParkedMessage]:
    """All parked messages; they stay parked."""
    async with await aio_pika.connect(url, timeout=10) as connection, connection.channel() as channel:
        await declare(channel)
        return [_describe(message) async for message in _each(channel)]


async def take_parked(url: str, ids: Sequence[str] | None, *, replay: bool) -> list[ParkedMessage]:
    """Put parked messages back into their queues with a fresh count of attempts, or drop them.

    Args:
        url: the broker's URL.
        ids: message ids to take; None takes all.
        replay: True puts them back, False drops them.

    Returns:
        What was taken. A message whose queue is unknown stays parked.
    """
    taken = []
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        await declare(channel)
        async for message in _each(channel):
            parked = _describe(message)
            if (ids is not None and parked.id not in ids) or (replay and not parked.queue):
                continue
            if replay:
                await channel.default_exchange.publish(copy_of(message, {ATTEMPT: 0}), routing_key=parked.queue)
            await message.ack()
            taken.append(parked)
    return taken


def _show(messages: Sequence[ParkedMessage]) -> None:
    for parked in messages:
        sys.stdout.write(
            f"{parked.id}  {parked.type}  request {parked.request_id}  from {parked.queue or '?'}  "
            f"{parked.size} bytes\n    {parked.error}\n"
        )


def main(arguments: Sequence[str] | None = None) -> None:
    """The command `lumis-parked`; reads RABBITMQ_URL."""
    parser = argparse.ArgumentParser(prog="lumis-parked", description="Messages that no retry could handle.")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="show them, oldest first")
    for name, text in (("replay", "put them back into their queues"), ("drop", "delete them for good")):
        command = commands.add_parser(name, help=text)
        which = command.add_mutually_exclusive_group(required=True)
        which.add_argument("ids", nargs="*", default=[], metavar="ID", help="ids as `list` shows them")
        which.add_argument("--all", action="store_true", help="every parked message")
    options = parser.parse_args(arguments)
    url = os.environ.get("RABBITMQ_URL")
    if not url:
        parser.error("set RABBITMQ_URL to the broker's address")
    if options.command == "list":
        messages = asyncio.run(list_parked(url))
        _show(messages)
        sys.stdout.write(f"{len(messages)} parked\n")
        return
    ids = None if options.all else options.ids
    taken = asyncio.run(take_parked(url, ids, replay=options.command == "replay"))
    _show(taken)
    sys.stdout.write(f"{len(taken)} {'put back' if options.command == 'replay' else 'dropped'}\n")
