"""The `tagger` command: without arguments the service, else work on the catalogue and the projection."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from shared import mongo
from shared.service import run
from shared.settings import Settings
from tagger.app import SERVICE
from tagger.cache import CatalogueCache
from tagger.curation import store_rows
from tagger.deps import on_database
from tagger.intake import UnreadableFile, read_documents
from tagger.retagging import clear_review, retag
from tagger.rows import ROWS, Kind
from tagger.starter import shorthand, starter_rows
from tagger.store import DATABASE, INDEXES, CatalogueStore, Projection, ReviewList

OK, SOME_BAD, UNUSABLE = 0, 1, 2


class CommandSettings(Settings):
    """The commands need the database only."""

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
    checked, new, replaced = await store_rows(store, kind, documents, _progress("rows written", len(documents)))
    for row in checked.bad:
        sys.stderr.write(f"row {row.number} ({row.key}): {row.reason}\n")
    sys.stdout.write(f"{kind}: {len(documents)} rows, {new} new, {replaced} replaced, {len(checked.bad)} bad\n")
    return SOME_BAD if checked.bad else OK


async def rebuild(database: mongo.Database) -> int:
    """Make `user_tags` anew out of the events; safe while invoices come in."""
    rows = await Projection(database).rebuild()
    sys.stdout.write(f"user_tags: {rows} rows\n")
    return OK


async def retag_all(database: mongo.Database) -> int:
    """Tag anew what an older catalogue tagged, as fast as it goes; safe while invoices come in and services run."""
    store = CatalogueStore(database)
    await store.seed(starter_rows())
    deps = on_database(database, CatalogueCache(store.version, store.load, shorthand(), check_seconds=1))
    catalogue = await deps.catalogue.current()
    waiting = await deps.taggings.outdated(catalogue.version, datetime.now(UTC))
    invoices = await retag(deps, done=_progress("invoices tagged anew", waiting, every=100))
    await clear_review(deps, catalogue)
    left = await deps.taggings.outdated(catalogue.version, datetime.now(UTC))
    sys.stdout.write(f"retag: {invoices} invoices, {left} left to the running service\n")
    return OK


async def review(database: mongo.Database, limit: int) -> int:
    """Print the unresolved lines, the most frequent first; those that the catalogue knows by now are taken off."""
    store, listed = CatalogueStore(database), ReviewList(database)
    deps = on_database(database, CatalogueCache(store.version, store.load, shorthand(), check_seconds=60))
    await clear_review(deps, await deps.catalogue.current())
    for name, count, last_seen in await listed.most_frequent(limit):
        sys.stdout.write(f"{count}\t{last_seen.date().isoformat()}\t{name}\n")
    return OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tagger", description="Lumimatch: without a command, run the service.")
    commands = parser.add_subparsers(dest="command")
    importing = commands.add_parser("import", help="write rows of a CSV or JSON file into the catalogue")
    importing.add_argument("file", type=Path)
    importing.add_argument("--kind", choices=tuple(ROWS), required=True)
    commands.add_parser("retag", help="tag anew what an older catalogue tagged")
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
    if parsed.command == "review":
        return partial(review, limit=parsed.limit)
    return retag_all if parsed.command == "retag" else rebuild


def _progress(what: str, total: int, every: int = 1000) -> Callable[[int], None]:
    """Says on standard error how far a long work is; nothing about a short one."""

    def say(done: int) -> None:
        if total > every and (done % every == 0 or done == total):
            sys.stderr.write(f"{done:,} of {total:,} {what}\n")

    return say


async def _with_database(url: str, step: Callable[[mongo.Database], Awaitable[int]]) -> int:
    client = mongo.connect(url, app="tagger-command")
    try:
        database = mongo.database(client, DATABASE)
        await mongo.ensure_indexes(database, INDEXES)
        return await step(database)
    finally:
        await client.close()
