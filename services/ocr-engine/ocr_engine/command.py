"""The commands of ocr-engine. `read FILE` reads one document offline, without a server, a bus or a key."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ocr_engine.drawing import with_boxes
from ocr_engine.engine import Document
from ocr_engine.listing import listed
from ocr_engine.local.signature import sniff
from ocr_engine.providers.local import LocalEngine, UnreadableDocument
from shared.contracts.documents import Unreadable
from shared.contracts.india import INDIA_GST_V4, INDIA_LEGACY
from shared.contracts.lumis import LUMIS
from shared.contracts.odoo import ODOO_APPLICANT, ODOO_EXPENSE, ODOO_INVOICE
from shared.contracts.reading import Reading
from shared.errors import LumisError
from shared.india_result import india_legacy_result, india_v4_result
from shared.lumis_result import lumis_result
from shared.odoo_result import odoo_result

READ, UNREADABLE, USAGE = 0, 1, 2
"""Exit codes."""

SECONDS = 60.0
MOST_BYTES = 10_485_760
"""The upload limit of the HTTP interface; a larger file is no invoice."""

_REASONS: Mapping[Unreadable, str] = {
    Unreadable.DAMAGED: "no JPEG, PNG, WebP, BMP or PDF that decodes",
    Unreadable.ENCRYPTED: "a PDF that asks for a password",
    Unreadable.TOO_LARGE: "more bytes or pixels than are safe to decode",
    Unreadable.TOO_SMALL: "too few pixels for anything to be printed on them",
    Unreadable.TOO_MANY_PAGES: "more pages than the schema takes",
    Unreadable.TOO_COSTLY: "reading it took more memory or processor time than is allowed",
    Unreadable.PROVIDERS_FAILED: "the offline engine failed on it, which is a fault of its own",
    Unreadable.OUT_OF_TIME: "it took too long",
    Unreadable.FILE_GONE: "the file is gone",
}

OBJECTS: Mapping[str, Callable[[Reading, str], dict[str, Any]]] = {
    LUMIS: lambda reading, _: lumis_result(reading),
    ODOO_INVOICE: odoo_result,
    ODOO_EXPENSE: odoo_result,
    ODOO_APPLICANT: odoo_result,
    INDIA_GST_V4: lambda reading, _: india_v4_result(reading),
    INDIA_LEGACY: lambda reading, _: india_legacy_result(reading),
}
"""How a reading is shown as its schema's own object: one row a schema."""


@dataclass(frozen=True)
class Outcome:
    """What the engine made of a file."""

    reading: Reading
    text: str
    seconds: float
    peak_memory: int
    """Bytes."""
    page: bytes | None = field(default=None, repr=False)
    """The page with boxes, as PNG, where it was asked for."""


class NoSuchPage(LumisError):
    """The document has no page of that number."""


def run(arguments: Sequence[str]) -> int:
    """Carry the command out; the exit code."""
    options = _parser().parse_args(arguments)
    if options.command == "accuracy":
        from ocr_engine import accuracy  # noqa: PLC0415 - reading a file does without the database's libraries

        return accuracy.run(options)
    try:
        content = _content(options.file)
        outcome = asyncio.run(_read(content, options))
        if outcome.page is not None:
            options.boxes.write_bytes(outcome.page)
    except UnreadableDocument as error:
        return _told(UNREADABLE, options.file, f"unreadable ({error.reason.value}): {_REASONS[error.reason]}")
    except TimeoutError:
        return _told(UNREADABLE, options.file, f"unreadable (out_of_time): not read in {SECONDS:.0f} s")
    except NoSuchPage as error:
        return _told(USAGE, options.file, str(error))
    except OSError as error:
        return _told(USAGE, error.filename or options.file, error.strerror or "cannot be read or written")
    if options.json:
        shown = OBJECTS[options.schema](outcome.reading, outcome.text)
        text = json.dumps(shown, ensure_ascii=False, indent=2)
    else:
        text = listed(outcome.reading, outcome.seconds, outcome.peak_memory)
    sys.stdout.write(f"{text}\n")
    return READ


def _told(code: int, path: object, what: str) -> int:
    sys.stderr.write(f"ocr-engine: {path}: {what}\n")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ocr-engine",
        description="Without a command the service is started.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    _add_accuracy(commands)
    read = commands.add_parser(
        "read",
        help="read one picture or PDF",
        description="Reads one document with the offline engine: no server, no network, no key.",
        epilog="Exit codes: 0 read, 1 unreadable, 2 wrong usage.",
    )
    read.add_argument("file", type=Path, metavar="FILE", help="JPEG, PNG, WebP, BMP or PDF")
    read.add_argument("--schema", choices=sorted(OBJECTS), default=LUMIS, help="what is read off it (%(default)s)")
    read.add_argument("--mode", type=int, choices=(1, 2), default=1, help="2: several captures of one paper joined")
    read.add_argument("--page", type=int, default=0, help="page for --boxes, from 0 (%(default)s)")
    read.add_argument("--no-xml", action="store_true", help="ignore an invoice's own XML inside a PDF")
    read.add_argument("--json", action="store_true", help="the schema's own object alone, on standard output")
    read.add_argument("--boxes", type=Path, metavar="PNG", help="write the page here, with what was read marked on it")
    return parser


def _add_accuracy(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    accuracy = commands.add_parser(
        "accuracy",
        help="how right the readings were that users validated",
        description="Counts what users said of readings, by type, provider and field. Reads MONGODB_URL.",
        epilog="Exit codes: 0 shown, 1 the database does not answer, 2 wrong usage.",
    )
    accuracy.add_argument("--schema", choices=sorted(OBJECTS), help="only documents of this type")
    accuracy.add_argument(
        "--since", type=_days, metavar="DAYS", help="only what was validated in the last so many days"
    )
    accuracy.add_argument("--json", action="store_true", help="the report as JSON")


def _days(text: str) -> float:
    days = float(text)
    if not 0 < days <= 36_500:  # noqa: PLR2004 - a century
        raise argparse.ArgumentTypeError("must be a number of days above 0")
    return days


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise UnreadableDocument(Unreadable.TOO_LARGE)
    return content


async def _read(content: bytes, options: argparse.Namespace) -> Outcome:
    content_type = sniff(content)
    if content_type is None:
        raise UnreadableDocument(Unreadable.DAMAGED)
    engine = LocalEngine(embedded_xml=not options.no_xml)
    await engine.start()
    try:
        started = time.perf_counter()
        document = Document(content, content_type, options.schema, options.mode)
        seen = await engine.read_with_text(document, SECONDS)
        reading = seen.reading
        seconds = time.perf_counter() - started
        page = None
        if options.boxes is not None:
            if not 0 <= options.page < reading.pages:
                raise NoSuchPage(f"no page {options.page} for --boxes: the pages are 0 to {reading.pages - 1}")
            shown = await engine.shown(content, content_type, SECONDS, options.page)
            page = with_boxes(shown, reading, options.page)
        return Outcome(reading, seen.text, seconds, engine.peak_memory, page)
    finally:
        await engine.close()
