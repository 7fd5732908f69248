"""Shows a journey in the terminal and says what in it is not as expected."""

import json
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.json import JSON
from rich.table import Table

from deploy.local.journey import Journey


def show(console: Console, journey: Journey, sample: Path) -> None:
    """Print the answer, the timeline, the movements and the tags."""
    console.print(f"[bold]POST /api/v4/invoices/upload-ocr[/bold]  {sample}  → {journey.status}")
    console.print(JSON(json.dumps(journey.answer, ensure_ascii=False), ensure_ascii=False))
    console.print(_timeline(journey))
    console.print(_movements(journey))
    if journey.tags:
        console.print(_tags(journey))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in {"ms", "Lümis", "balance"} else "left")
    return table


def _timeline(journey: Journey) -> Table:
    table = _table("Timeline: GET /api/v4/requests/{request_id}", "ms", "event", "from")
    for entry in journey.request.get("timeline", ()):
        table.add_row(f"{entry['offset_ms']:,}", entry["type"], entry["source"])
    return table


def _movements(journey: Journey) -> Table:
    available = (journey.before.get("available"), journey.after.get("available"))
    table = _table(f"Lümis: {available[0]} before, {available[1]} after", "Lümis", "balance", "kind", "reason")
    for movement in reversed(journey.movements):
        table.add_row(f"{movement.amount:+d}", str(movement.balance_after), movement.kind, movement.reason)
    return table


def _tags(journey: Journey) -> Table:
    table = _table("Tags of the buyer (Lumimatch)", "tag", "value", "by")
    for tag in journey.tags:
        table.add_row(tag.kind, tag.value, f"{tag.source} {tag.score:.2f}")
    return table


def problems_of(journey: Journey, truth: Path) -> list[str]:
    """What is not as expected, against what is printed on the sample; empty when all is well."""
    expected = json.loads(truth.read_text())
    data: dict[str, Any] = journey.answer.get("data") or {}
    error: dict[str, Any] = journey.answer.get("error") or {}
    if journey.status != HTTPStatus.OK or not data:
        return [f"the upload was answered {journey.status} {error.get('code', '')}: {error.get('message', '')}"]
    pairs = {
        "RUC": (data.get("issuer_ruc"), expected["ruc"]),
        "DV": (data.get("issuer_dv"), expected["dv"]),
        "invoice number": (data.get("invoice_number"), expected["invoice_number"]),
        "total": (Decimal(str(data.get("total"))), Decimal(str(expected["total"]))),
        "products": (data.get("products_count"), len(expected["products"])),
        "Lümis": (journey.before.get("balance", 0) - data["cost_lumis"], journey.after.get("balance")),
        "movements": ([movement.kind for movement in journey.movements], ["charge", "grant"]),
        "state": (journey.request.get("state"), "reconciled"),
    }
    found = [f"{name}: {seen!r}, expected {wanted!r}" for name, (seen, wanted) in pairs.items() if seen != wanted]
    return found if journey.tags else [*found, "no tags were given"]
