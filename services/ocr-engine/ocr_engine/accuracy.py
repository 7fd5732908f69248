"""The command `ocr-engine accuracy`: how right the readings were that users validated, from what the service keeps."""

import argparse
import asyncio
import json
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import Field, ValidationError

from ocr_engine.comparison import Verdict
from ocr_engine.corrections import CorrectedSupplier, Corrections, Tally
from shared import mongo
from shared.settings import Settings

DATABASE = "ocr_engine"
DONE, UNREACHABLE, USAGE = 0, 1, 2
"""Exit codes."""

EVERY_FIELD = "(all)"
_HEADINGS = ("schema", "provider", "field", "right", "wrong", "missed", "invented", "share right")


class AccuracySettings(Settings):
    """The report needs the database alone."""

    mongodb_url: str = Field(pattern=r"^mongodb(\+srv)?://", description="URL of the database")


@dataclass(frozen=True)
class Row:
    """A field's count under one schema by one provider."""

    schema_name: str
    provider: str
    field: str
    right: int
    wrong: int
    missed: int
    invented: int

    @property
    def share_right(self) -> float:
        """Of all that users spoke of (0-1)."""
        return self.right / (self.right + self.wrong + self.missed + self.invented)


@dataclass(frozen=True)
class Report:
    """What users' validations say of the readings."""

    papers: int
    rows: tuple[Row, ...]
    """By schema, provider and field; a provider's sum stands before its fields."""
    suppliers: tuple[CorrectedSupplier, ...]


async def report_of(corrections: Corrections, schema_name: str | None, since: datetime | None) -> Report:
    """The report over the corrections since then, of one schema or all."""
    tallies = await corrections.tallies(schema_name=schema_name, since=since)
    return Report(
        papers=await corrections.papers(schema_name=schema_name, since=since),
        rows=tuple(_rows(tallies)),
        suppliers=tuple(await corrections.suppliers(schema_name=schema_name, since=since)),
    )


def run(options: argparse.Namespace) -> int:
    """Print the report; the exit code."""
    try:
        settings = AccuracySettings()
    except ValidationError as error:
        return _told(USAGE, f"MONGODB_URL: {error.errors()[0]['msg']}")
    since = datetime.now(UTC) - timedelta(days=options.since) if options.since is not None else None
    try:
        report = asyncio.run(_read(settings.mongodb_url, options.schema, since))
    except mongo.PyMongoError as error:
        return _told(UNREACHABLE, f"the database at MONGODB_URL does not answer ({type(error).__name__})")
    sys.stdout.write(f"{_as_json(report) if options.json else _as_table(report)}\n")
    return DONE


async def _read(url: str, schema_name: str | None, since: datetime | None) -> Report:
    client = mongo.connect(url, app="ocr-engine-command")
    try:
        corrections = Corrections(mongo.database(client, DATABASE), kept_for=timedelta(0))
        return await report_of(corrections, schema_name, since)
    finally:
        await client.close()


def _told(code: int, what: str) -> int:
    sys.stderr.write(f"ocr-engine: {what}\n")
    return code


def _rows(tallies: Iterable[Tally]) -> list[Row]:
    counts: Counter[tuple[tuple[str, str, str], Verdict]] = Counter()
    for tally in tallies:
        for key in (tally.key, EVERY_FIELD):
            counts[(tally.schema_name, tally.provider, key), tally.verdict] += tally.count
    places = sorted({place for place, _ in counts}, key=lambda place: (*place[:2], place[2] != EVERY_FIELD, place[2]))
    return [Row(*place, *(counts[place, verdict] for verdict in Verdict)) for place in places]


def _as_json(report: Report) -> str:
    rows: list[dict[str, Any]] = [{**asdict(row), "share_right": round(row.share_right, 4)} for row in report.rows]
    suppliers = [asdict(each) for each in report.suppliers]
    shown = {"papers": report.papers, "fields": rows, "most_corrected_suppliers": suppliers}
    return json.dumps(shown, ensure_ascii=False, indent=2)


def _as_table(report: Report) -> str:
    if not report.papers:
        return "No document was validated in that time."
    rows = [(row.schema_name, row.provider, row.field, *_counts(row), f"{row.share_right:.1%}") for row in report.rows]
    lines = [f"{report.papers} validated documents", "", *_aligned([_HEADINGS, *rows])]
    if report.suppliers:
        suppliers = [(each.supplier, str(each.fields), str(each.papers)) for each in report.suppliers]
        heading = ("most corrected suppliers", "fields", "documents")
        lines += ["", *_aligned([heading, *suppliers])]
    return "\n".join(lines)


def _counts(row: Row) -> tuple[str, ...]:
    return tuple(map(str, (row.right, row.wrong, row.missed, row.invented)))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """Columns of text to the left, of numbers to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    is_text = [not any(cell[:1].isdigit() for cell in column[1:]) for column in zip(*rows, strict=True)]
    is_text[0] = True
    return [
        "  ".join(
            cell.ljust(width) if text else cell.rjust(width)
            for cell, width, text in zip(row, widths, is_text, strict=True)
        ).rstrip()
        for row in rows
    ]
