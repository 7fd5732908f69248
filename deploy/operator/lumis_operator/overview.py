"""How `lumis status` shows what it found."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import click
from rich.console import RenderableType
from rich.text import Text

from lumis_operator.desk import Desk, operated
from lumis_operator.problem import Exit
from lumis_operator.screen import age, cell, heading, table
from lumis_operator.status import Standing, Status, find_status
from shared.redaction import redact_text

_GOOD = {"ready": "green", "consuming": "green", "unknown": "yellow"}


@click.command()
@click.option("--all", "everything", is_flag=True, help="Also the queues in which nothing stands and all is well.")
@operated
async def status(desk: Desk, everything: bool) -> Exit | None:  # noqa: FBT001 - an option
    """What runs, what waits, what is held; exit code 1 where something is not as it should be."""
    found = await find_status(desk)
    where = {name: redact_text(str(url or "")) for name, url in _addresses(desk).items()}
    desk.screen.show({"addresses": where, **_document(found)}, *_shown(found, where, everything=everything))
    return None if found.is_well else Exit.WRONG


def _addresses(desk: Desk) -> dict[str, str | None]:
    places = desk.places
    return {"gateway": places.gateway_url, "broker": places.rabbitmq_url, "database": places.mongodb_url}


def _document(found: Status) -> dict[str, Any]:
    """Everything that was found; instances without their many figures."""
    services = []
    for each in found.services:
        row = {**asdict(each), "state": each.state, "is_well": each.is_well}
        services.append({**row, "instances": [_without_figures(instance) for instance in row["instances"]]})
    queues = [{**asdict(each), "is_unattended": each.is_unattended} for each in found.queues]
    return {"is_well": found.is_well, **asdict(found), "services": services, "queues": queues}


def _without_figures(instance: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in instance.items() if name != "figures"}


def _shown(found: Status, where: dict[str, str], *, everything: bool) -> list[RenderableType]:
    parts = table("part", "state", "version", "where")
    for name, part in (("broker", found.broker), ("database", found.database)):
        state = cell("there", "green") if part.problem is None else cell(part.problem, "red")
        parts.add_row(cell(name), state, cell(part.version), cell(where[name], "dim"))
    head = heading(f"Lumis: {'all is well' if found.is_well else 'not well'}", "bold green" if found.is_well else "red")
    return [head, _services(found), Text(), parts, Text(), *_queues(found, everything=everything), *_figures(found)]


def _services(found: Status) -> RenderableType:
    rows = table("service", "state", "version", "queues", "missing", "port")
    for each in found.services:
        style = _GOOD.get(each.state, "red")
        consumed = f"{each.queues - each.unattended} of {each.queues}" if each.queues else "–"
        attended = cell(consumed, "red" if each.unattended else "")
        versions = ", ".join(sorted({one.version for one in each.instances if one.version}))
        missing = ", ".join(sorted({name for one in each.instances for name in one.missing}))
        rows.add_row(
            cell(each.name), cell(each.state, style), cell(versions), attended, cell(missing, "red"), _ports(each)
        )
    return rows


def _ports(each: Standing) -> Text:
    return cell(", ".join(one.url for one in each.instances), "dim")


def _queues(found: Status, *, everything: bool) -> list[RenderableType]:
    rows = table("queue", "ready", "consumers", "", right=("ready", "consumers"))
    shown = [each for each in found.queues if everything or each.messages or each.is_unattended or not each.exists]
    for each in shown:
        said = "is not there" if not each.exists else "nobody consumes it" if each.is_unattended else ""
        rows.add_row(cell(each.name), cell(each.messages), cell(each.consumers), cell(said, "red") if said else Text())
    ready = sum(each.messages for each in found.queues if each.service)
    total = f"{len(found.queues)} queues, {ready} messages ready to be worked on"
    return [rows, Text(), total] if shown else [total] if found.queues else []


def _figures(found: Status) -> list[RenderableType]:
    now, lines = found.looked_at, list[RenderableType]()
    if found.parked is not None:
        oldest = f", the oldest for {_since(found.oldest_parked, now)}: lumis parked list" if found.parked else ""
        lines.append(cell(f"{found.parked} parked{oldest}", "yellow" if found.parked else ""))
    if found.unpublished is not None:
        oldest = f", the oldest for {_since(found.oldest_unpublished, now)}" if found.unpublished else ""
        lines.append(f"{found.unpublished} requests with an event to publish{oldest}")
    if found.open_holds is not None:
        oldest = f", the oldest for {age(found.oldest_hold_seconds)}" if found.open_holds else ""
        lines.append(f"{found.open_holds} open holds of {found.held_lumis} Lümis{oldest}")
    if found.ledger_checked is not None:
        looked = f"ledger: {found.violations} violations, looked at {_since(found.ledger_checked, now)} ago"
        lines.append(cell(looked, "red" if found.violations else ""))
    if found.providers:
        lines.append(f"providers: {', '.join(f'{name} {state}' for name, state in found.providers.items())}")
    if found.sunat:
        said = (f"{_named(name)} {_number(name, value)}" for name, value in found.sunat.items())
        lines.append(f"SUNAT: {', '.join(said)}")
    return lines


def _since(then: datetime | None, now: datetime) -> str:
    return "a time that nobody knows" if then is None else age((now - then).total_seconds())


def _number(name: str, value: float) -> str:
    return age(value) if name.endswith("_seconds") else str(int(value))


def _named(figure: str) -> str:
    return figure.removesuffix("_seconds").replace("_", " ")
