"""`python -m deploy.backup take FOLDER | check FOLDER | restore FOLDER`: behind `make backup` and `make restore`."""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from deploy.backup.dump import BackupFailed, Client, dump
from deploy.backup.manifest import Backup, BackupBroken, Part, read
from deploy.backup.restore import NotEmpty, ServerTooOld, restore
from deploy.local.record import Folder
from deploy.local.servers import Mongod, ServerFailed, ServerMissing

_SELECTION_MS = 10_000
_MIB = 1 << 20


class WrongUse(Exception):
    """The command cannot be carried out as given; the message says what to change."""


def main() -> int:
    """Run one command; 0 when it did all, 1 when it did not."""
    parser = argparse.ArgumentParser(prog="python -m deploy.backup", description=__doc__)
    parser.add_argument("command", choices=["take", "check", "restore"])
    parser.add_argument("folder", type=Path)
    given = parser.parse_args()
    started = time.monotonic()
    try:
        backup = {"take": _take, "check": read, "restore": _restore}[given.command](given.folder)
    except (WrongUse, BackupFailed, BackupBroken, NotEmpty, ServerTooOld, ServerMissing, ServerFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    except PyMongoError as error:
        print(f"the database did not answer as it should ({error}); nothing to rely on was written", file=sys.stderr)
        return 1
    seconds = time.monotonic() - started
    size = f"{backup.documents} documents, {backup.size / _MIB:.1f} MiB"
    print(f"{given.folder}: {size}, state of {backup.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC ({seconds:.1f} s)")
    return 0


def _take(folder: Path) -> Backup:
    url = os.environ.get("MONGODB_URL")
    if not url:
        run = Folder()
        record = run.read() if run.is_held() else None
        if record is None:
            raise WrongUse("Lumis does not run here: start it (make up), or say by MONGODB_URL which databases to copy")
        url = record.mongodb_url
    with _connected(url) as client:
        return dump(client, folder, _tell)


def _restore(folder: Path) -> Backup:
    backup = read(folder)
    with _emptied() as url, _connected(url) as client:
        restore(client, backup, _tell)
    return backup


@contextlib.contextmanager
def _emptied() -> Iterator[str]:
    """The server to restore into: the named one, else the local run's own, started for this alone."""
    if url := os.environ.get("MONGODB_URL"):
        yield url
        return
    run = Folder()
    if run.is_held():
        raise WrongUse("Lumis is running: end it first (make down), for its services would write meanwhile")
    with run.held(), Mongod(run.path / "mongodb") as server:
        yield server.url


@contextlib.contextmanager
def _connected(url: str) -> Iterator[Client]:
    client: Client
    with MongoClient(url, appname="lumis-backup", serverSelectionTimeoutMS=_SELECTION_MS, w="majority") as client:
        yield client


def _tell(part: Part) -> None:
    if part.documents:
        print(f"  {part.database}.{part.collection}: {part.documents} documents, {part.size / _MIB:.1f} MiB")


if __name__ == "__main__":
    sys.exit(main())
