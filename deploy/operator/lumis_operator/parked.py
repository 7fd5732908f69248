"""`lumis parked`: messages that no retry could handle."""

import sys
from dataclasses import asdict

import click
from rich.table import Table
from rich.text import Text

from lumis_operator.desk import Desk, operated
from lumis_operator.problem import Exit, Problem
from lumis_operator.screen import Bar, cell, heading, moment, table
from shared.bus.parking import ParkedMessage, list_parked, take_parked


@click.group()
def parked() -> None:
    """Messages that no retry could handle: list, show, replay, drop."""


@parked.command("list")
@operated
async def list_all(desk: Desk) -> Exit | None:
    """Every parked message, oldest first; they stay parked."""
    with desk.visiting_broker():
        messages = await list_parked(desk.places.broker())
    document = {"count": len(messages), "parked": [asdict(each) for each in messages]}
    desk.screen.show(document, *(part for each in messages for part in _lines(each)), f"{len(messages)} parked")
    return None


def _lines(each: ParkedMessage) -> tuple[Text, Text]:
    """A message in two lines, which an 80-column terminal holds better than a table's row."""
    head = cell(each.id, "bold").append(cell(f"  {each.type}  request {each.request_id or '?'}"))
    when = f"    since {moment(each.parked_at)}, from {each.queue or '?'}, tries {each.tries}: "
    return head, cell(when).append(cell(each.error, "red"))


@parked.command()
@click.argument("id")
@operated
async def show(desk: Desk, id: str) -> Exit | None:  # noqa: A002 - the argument's name as the help shows it
    """One parked message: its error, where it comes from and whether it can be read; never its content."""
    with desk.visiting_broker():
        messages = await list_parked(desk.places.broker())
    for each in messages:
        if each.id == id:
            desk.screen.show(asdict(each), heading(f"parked message {each.id}"), _details(each))
            return None
    raise _no_such([id])


def _details(each: ParkedMessage) -> Table:
    rows = table("", "")
    rows.show_header = False
    readable = each.problem or "yes, by this version's contract"
    facts = {
        "error": each.error,
        "event": each.type,
        "request": each.request_id,
        "failed in": each.queue or "unknown: a replay cannot put it back",
        "tries": each.tries,
        "parked": moment(each.parked_at),
        "published": f"{moment(each.published_at)} by {each.source or '?'}",
        "readable": readable,
        "size": f"{each.size} bytes",
    }
    for name, value in facts.items():
        rows.add_row(cell(name, "dim"), cell(value, "red" if name == "error" else ""))
    return rows


@parked.command()
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option("--all", "everything", is_flag=True, help="Every parked message.")
@operated
async def replay(desk: Desk, ids: tuple[str, ...], everything: bool) -> Exit | None:  # noqa: FBT001 - an option
    """Put messages back into the queues that they failed in, with all their tries before them."""
    return await _take(desk, _chosen(ids, everything=everything), replay=True)


@parked.command()
@click.argument("ids", nargs=-1, metavar="ID...")
@click.option("--all", "everything", is_flag=True, help="Every parked message.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@operated
async def drop(desk: Desk, ids: tuple[str, ...], everything: bool, yes: bool) -> Exit | None:  # noqa: FBT001 - options
    """Delete messages for good. Each is named in the audit line that this leaves."""
    chosen = _chosen(ids, everything=everything)
    if not yes:
        if desk.screen.as_json or not sys.stdin.isatty():
            raise Problem(Exit.USAGE, "nobody is there to be asked: say --yes to delete them for good")
        what = "every parked message" if chosen is None else f"{len(chosen)} parked message(s)"
        if not click.confirm(f"Delete {what} for good?", err=True):
            raise Problem(Exit.INTERRUPTED, "nothing was dropped")
    return await _take(desk, chosen, replay=False)


def _chosen(ids: tuple[str, ...], *, everything: bool) -> frozenset[str] | None:
    if bool(ids) == everything:
        raise Problem(Exit.USAGE, "name the ids (see `lumis parked list`), or say --all")
    return None if everything else frozenset(ids)


async def _take(desk: Desk, ids: frozenset[str] | None, *, replay: bool) -> Exit | None:
    what = "replayed" if replay else "dropped"
    seen: set[str] = set()

    def tell(bar: Bar, message: ParkedMessage, taken: bool) -> None:  # noqa: FBT001 - as the bus tells it
        bar.advance()
        seen.add(message.id)
        if taken:
            facts = {"id": message.id, "type": message.type, "request_id": message.request_id}
            desk.audit(f"parked message {what}", **facts, queue=message.queue, error=message.error)

    with desk.visiting_broker(), desk.screen.progress("parked messages") as bar:
        taken = await take_parked(
            desk.places.broker(), ids, replay=replay, seen=lambda message, was_taken: tell(bar, message, was_taken)
        )
    gone = {each.id for each in taken}
    kept = sorted((seen if ids is None else seen & ids) - gone)
    missing = sorted((ids or frozenset()) - seen)
    document = {what: [asdict(each) for each in taken], "kept": kept, "missing": missing}
    said = [f"{len(taken)} {what}"]
    said += [f"{each} stays parked: the queue that it failed in is not known or not there" for each in kept]
    desk.screen.show(document, *said)
    if missing:
        if not desk.screen.as_json:
            raise _no_such(missing)
        return Exit.NOT_FOUND
    return Exit.WRONG if kept else None


def _no_such(ids: list[str]) -> Problem:
    return Problem(Exit.NOT_FOUND, f"not parked (any more): {', '.join(ids)}; see `lumis parked list`")
