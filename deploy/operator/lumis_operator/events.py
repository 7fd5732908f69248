"""`lumis events tail`: every event as it passes, by a queue that takes nothing from any service."""

import asyncio
from contextlib import suppress

import click
from rich.text import Text

from lumis_operator.desk import Desk, operated
from lumis_operator.problem import Exit
from lumis_operator.screen import cell
from shared.bus import Delivery
from shared.bus.tail import passing
from shared.redaction import redact

_COLOURS = {"document": "cyan", "credits": "yellow", "user": "magenta", "comprobante": "green", "resumen": "green"}


@click.group()
def events() -> None:
    """Events on the bus."""


@events.command()
@click.option("--request", "request_id", default=None, metavar="ID", help="Of this request alone.")
@click.option("--type", "types", multiple=True, metavar="WORDS", help="Whose type begins so: document, credits.held.")
@click.option("--data", "with_data", is_flag=True, help="With their data, redacted as in logs.")
@click.option("--count", type=click.IntRange(1), default=None, help="End after so many.")
@operated
async def tail(
    desk: Desk,
    request_id: str | None,
    types: tuple[str, ...],
    with_data: bool,  # noqa: FBT001 - an option
    count: int | None,
) -> Exit | None:
    """Show events as they happen, until Ctrl-C. With --json one document a line."""
    shown = 0
    with desk.visiting_broker(), suppress(asyncio.CancelledError):  # Ctrl-C is the way to end it
        async with passing(desk.places.broker(), types) as deliveries:
            desk.screen.say("listening; Ctrl-C ends it")
            async for delivery in deliveries:
                if request_id is not None and delivery.request_id != request_id:
                    continue
                desk.screen.line(_document(delivery, with_data=with_data), _line(delivery, with_data=with_data))
                shown += 1
                if shown == count:
                    break
    return None


def _document(delivery: Delivery, *, with_data: bool) -> dict[str, object]:
    head: dict[str, object] = {
        "id": delivery.id,
        "type": delivery.type,
        "source": delivery.source,
        "time": delivery.time,
        "request_id": delivery.request_id,
        "origin": delivery.origin,
    }
    return {**head, "data": redact(delivery.data)} if with_data else head


def _line(delivery: Delivery, *, with_data: bool) -> Text:
    line = cell(f"{delivery.time:%H:%M:%S.%f}"[:-3], "dim")
    line.append("  ")
    line.append(cell(f"{delivery.type:<26}", _COLOURS.get(delivery.type.partition(".")[0], "")))
    line.append(cell(f"  {delivery.source:<14}  {delivery.request_id}"))
    if with_data:
        line.append(cell(f"  {redact(delivery.data)}", "dim"))
    return line
