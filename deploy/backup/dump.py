"""Taking a backup: every collection read at one moment, in the file format of MongoDB's own tools."""

import gzip
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import IO, Any, cast

from bson.json_util import CANONICAL_JSON_OPTIONS, dumps
from pymongo import MongoClient
from pymongo.client_session import ClientSession
from pymongo.errors import OperationFailure

from deploy.backup.manifest import Backup, Manifest, Part, sha256_of, write

Client = MongoClient[dict[str, Any]]

SYSTEM = frozenset({"admin", "config", "local"})
"""Databases of the server itself."""
_TOO_OLD, _UNAVAILABLE = 239, 246
"""SnapshotTooOld; SnapshotUnavailable, which comes where a collection was made or got an index just then."""
_ATTEMPTS = 5
_PAUSE_SECONDS = 2.0
_FAST = 1
"""Level of gzip: the disk is slower than this, and higher ones save little."""


_OUT_OF_REACH = (
    "the server no longer has the state in which the backup began. Try again; where it took minutes, raise the "
    "server's minSnapshotHistoryWindowInSeconds, or copy by mongodump --oplog or by a snapshot of the file system"
)


class BackupFailed(Exception):
    """No backup could be taken, and what was written of it is none; the message says what to do."""


def dump(client: Client, folder: Path, tell: Callable[[Part], None] = lambda _: None) -> Backup:
    """Write every database into a new folder, readable by its owner alone; services go on meanwhile.

    All reads see the state of one moment (read concern `snapshot`, a replica set's): no document is newer in one
    collection than in another.

    Raises:
        BackupFailed: the folder is not empty, or the reading took longer than the server keeps old states.
        PyMongoError: the database did not answer.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if any(folder.iterdir()):
        raise BackupFailed(f"{folder} is not empty: name a new folder for each backup")
    for left in reversed(range(_ATTEMPTS)):
        taken_at = client.admin.command("hello")["localTime"]
        try:
            parts = _read(client, folder, tell)
        except OperationFailure as error:
            if error.code == _UNAVAILABLE and left:
                time.sleep(_PAUSE_SECONDS)
                continue
            if error.code in {_TOO_OLD, _UNAVAILABLE}:
                raise BackupFailed(_OUT_OF_REACH) from None
            raise
        version = str(client.server_info()["version"])
        return write(folder, Manifest(taken_at=taken_at, server_version=version, parts=parts))
    raise AssertionError


def _read(client: Client, folder: Path, tell: Callable[[Part], None]) -> tuple[Part, ...]:
    """One attempt; it writes over what an earlier one has left."""
    parts = []
    with client.start_session(snapshot=True) as session:
        for part in _parts(client, session, folder):
            parts.append(part)
            tell(part)
    return tuple(parts)


def _parts(client: Client, session: ClientSession, folder: Path) -> Iterator[Part]:
    for database in sorted(set(client.list_database_names()) - SYSTEM):
        for info in sorted(client[database].list_collections(), key=lambda info: str(info["name"])):
            if info["type"] == "collection" and not info["name"].startswith("system."):
                yield _part(client, session, folder, database, info)


def _part(client: Client, session: ClientSession, folder: Path, database: str, info: Mapping[str, Any]) -> Part:
    name = str(info["name"])
    home = folder / database
    home.mkdir(exist_ok=True, mode=0o700)
    collection = client[database][name]
    about = home / f"{name}.metadata.json.gz"
    indexes = [dict(index) for index in collection.list_indexes()]
    told = {"options": info["options"], "indexes": indexes, "collectionName": name, "type": "collection"}
    with _private(about) as raw, gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=_FAST) as packed:
        packed.write(dumps(told, json_options=CANONICAL_JSON_OPTIONS).encode())
    data = home / f"{name}.bson.gz"
    documents = size = 0
    with _private(data) as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=_FAST) as packed:
            batches = cast("Iterable[bytes]", collection.find_raw_batches(session=session))
            for batch in batches:
                documents += _count(batch)
                size += len(batch)
                packed.write(batch)
        os.fsync(raw.fileno())
    return Part(
        database=database,
        collection=name,
        documents=documents,
        size=size,
        data=str(data.relative_to(folder)),
        data_sha256=sha256_of(data),
        about=str(about.relative_to(folder)),
        about_sha256=sha256_of(about),
    )


def _count(batch: bytes) -> int:
    """How many documents stand one behind the other; each begins with its own length."""
    count = at = 0
    while at < len(batch):
        at += int.from_bytes(batch[at : at + 4], "little")
        count += 1
    return count


def _private(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
