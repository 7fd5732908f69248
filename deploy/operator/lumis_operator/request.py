"""`lumis request show`: what happened to a request, step by step."""

from datetime import datetime
from itertools import pairwise

import click
from rich.console import RenderableType
from rich.text import Text

from lumis_operator.desk import Desk, operated
from lumis_operator.problem import Exit, Problem
from lumis_operator.screen import cell, heading, moment, table
from lumis_operator.views import RequestView, find_request

_BAR = 20
"""Columns of the drawing."""


@click.group()
def request() -> None:
    """One request of a client."""


@request.command()
@click.argument("request_id", metavar="ID")
@operated
async def show(desk: Desk, request_id: str) -> Exit | None:
    """The request's state and cost, its events with the time between them, and the tries at its document."""
    async with desk.database() as client:
        found = await find_request(client, request_id)
    if found is None:
        message = f"no request {request_id}: it was never accepted, or is older than REQUEST_LIFETIME_DAYS"
        raise Problem(Exit.NOT_FOUND, message)
    desk.screen.show(document(found), *_drawn(found))
    return None


def document(found: RequestView) -> dict[str, object]:
    """A request as JSON; times in milliseconds."""
    offsets = _offsets(found)
    steps = [later - earlier for earlier, later in pairwise([0, *offsets])]
    timeline = [
        {**each.model_dump(), "offset_ms": offset, "step_ms": step}
        for each, offset, step in zip(found.events, offsets, steps, strict=True)
    ]
    hidden = {"events", "attempts"}
    return {
        **{name: value for name, value in vars(found).items() if name not in hidden},
        "timeline": timeline,
        "attempts": [each.model_dump() for each in found.attempts],
    }


def _offsets(found: RequestView) -> list[int]:
    return [_milliseconds(found.received_at, each.time) for each in found.events]


def _milliseconds(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() * 1000)


def _drawn(found: RequestView) -> list[RenderableType]:
    state = "given up before it was published" if found.given_up else found.state
    what = f"{found.operation} ({found.schema_name}) of user {found.user}, received {moment(found.received_at)}"
    shown: list[RenderableType] = [
        heading(f"request {found.request_id}: {state}, {found.cost}"),
        what if found.published else f"{what}; its event still waits to be published",
        Text(),
        _timeline(found),
    ]
    return [*shown, Text(), _attempts(found)] if found.attempts else shown


def _timeline(found: RequestView) -> RenderableType:
    rows = table("ms", "step", "event", "by", "", right=("ms", "step"))
    offsets = _offsets(found)
    end = max([1, *offsets])
    for each, offset, before in zip(found.events, offsets, [0, *offsets], strict=False):
        drawn = Text(_drawn_step(before, offset, end), "cyan")
        rows.add_row(cell(offset), cell(f"{offset - before:+}", "dim"), cell(each.type), cell(each.source), drawn)
    return rows


def _drawn_step(start: int, end: int, whole: int) -> str:
    """When a step began and ended within the whole time."""
    first, last = (min(_BAR - 1, max(0, at * _BAR // whole)) for at in (start, end))
    return " " * min(first, last) + "─" * abs(last - first) + "●"


def _attempts(found: RequestView) -> RenderableType:
    rows = table(
        "provider", "model", "outcome", "ms", "tokens in", "tokens out", right=("ms", "tokens in", "tokens out")
    )
    for each in found.attempts:
        tokens = cell(each.tokens_in), cell(each.tokens_out)
        style = "green" if each.outcome == "ok" else "red"
        outcome = cell(each.outcome, style)
        rows.add_row(cell(each.provider), cell(each.model), outcome, cell(each.milliseconds), *tokens)
    return rows
