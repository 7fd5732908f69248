"""The `tagger` command: without arguments the service, else work on the catalogue and the projection."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from shared import mongo
from shared.service import run
from tagger.app import SERVICE
from tagger.catalogue import build_catalogue
from tagger.intake import UnreadableFile, check_rows, read_documents
from tagger.match import match_line
from tagger.rows import ROWS, Kind
from tagger.starter import shorthand, starter_rows
from tagger.store import DATABASE, INDEXES, CatalogueStore, Projection, ReviewList

OK, SOME_BAD, UNUSABLE = 0, 1, 2


class CommandSettings(BaseSettings):
    """The commands need the database only."""

    model_config = SettingsConfigDict(extra="ignore", hide_input_in_errors=True, env_ignore_empty=True)

    mongodb_url: str = Field(pattern=r"^mongodb(\+srv)?://", description="URL of the database")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the service, or one command and exit with its status: 0 done, 1 rows were left out, 2 nothing was done."""
    parsed = _parser().parse_args(arguments)
    if parsed.command is None:
        run(SERVICE)
        return
    step = _step(parsed)
    sys.exit(asyncio.run(_with_database(_mongodb_url(), step)))


async def import_rows(database: mongo.Database, kind: Kind, documents: Sequence[dict[str, Any]]) -> int:
    """Write the good rows into the catalogue, over the starter set, say how many, and name the bad ones."""
    store = CatalogueStore(database)
    await store.seed(starter_rows())
    checked = check_rows(kind, documents, await store.load())
    new, replaced = await store.upsert(kind, checked.good) if checked.good else (0, 0)
    for row in checked.bad:
        sys.stderr.write(f"row {row.number} ({row.key}): {row.reason}\n")
    sys.stdout.write(f"{kind}: {len(documents)} rows, {new} new, {replaced} replaced, {len(checked.bad)} bad\n")
    return SOME_BAD if checked.bad else OK


async def rebuild(database: mongo.Database) -> int:
    """Make `user_tags` anew out of the events; safe while invoices come in."""
    rows = await Projection(database).rebuild()
    sys.stdout.write(f"user_tags: {rows} rows\n")
    return OK


async def review(database: mongo.Database, limit: int) -> int:
    """Print the unresolved lines, the most frequent first; those that the catalogue knows by now are taken off."""
    store, listed = CatalogueStore(database), ReviewList(database)
    catalogue = build_catalogue(await store.load(), shorthand())
    await listed.drop([key for key, name in await listed.names() if match_line(catalogue, name).resolved])
    for name, count, last_seen in await listed.most_frequent(limit):
        sys.stdout.write(f"{count}\t{last_seen.date().isoformat()}\t{name}\n")
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tagger", description="Lumimatch: without a command, run the service.")
    commands = parser.add_subparsers(dest="command")
    importing = commands.add_parser("import", help="write rows of a CSV or JSON file into the catalogue")
    importing.add_argument("file", type=Path)
    importing.add_argument("--kind", choices=tuple(ROWS), required=True)
    commands.add_parser("rebuild", help="make user_tags anew out of tag_events")
    listing = commands.add_parser("review", help="print the product lines that no rule knows")
    listing.add_argument("--limit", type=int, default=50)
    return parser


def _mongodb_url() -> str:
    try:
        return CommandSettings().mongodb_url
    except ValidationError:
        sys.stderr.write("tagger: MONGODB_URL: missing, or no mongodb:// address\n")
        raise SystemExit(UNUSABLE) from None


def _read(path: Path) -> Sequence[dict[str, Any]]:
    try:
        return read_documents(path.read_text(encoding="utf-8"), as_json=path.suffix.lower() == ".json")
    except (OSError, UnicodeDecodeError, UnreadableFile) as error:
        sys.stderr.write(f"tagger: {path}: {error}\n")
        raise SystemExit(UNUSABLE) from None


def _step(parsed: argparse.Namespace) -> Callable[[mongo.Database], Awaitable[int]]:
    if parsed.command == "import":
        return partial(import_rows, kind=parsed.kind, documents=_read(parsed.file))
    return rebuild if parsed.command == "rebuild" else partial(review, limit=parsed.limit)


async def _with_database(url: str, step: Callable[[mongo.Database], Awaitable[int]]) -> int:
    client = mongo.connect(url, app="tagger-command")
    try:
        database = mongo.database(client, DATABASE)
        await mongo.ensure_indexes(database, INDEXES)
        return await step(database)
    finally:
        await client.close()
