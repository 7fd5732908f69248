"""Putting a backup back into an empty server: documents as they were, byte for byte, then their indexes."""

import gzip
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

from bson import decode_file_iter
from bson.codec_options import CodecOptions
from bson.json_util import loads
from bson.raw_bson import RawBSONDocument
from pymongo.collection import Collection

from deploy.backup.dump import SYSTEM, Client
from deploy.backup.manifest import Backup, BackupBroken, Part

_RAW: CodecOptions[RawBSONDocument] = CodecOptions(document_class=RawBSONDocument)
_MOST_DOCUMENTS = 1000
_MOST_BYTES = 8 << 20


class NotEmpty(Exception):
    """The server holds data, and a restore overwrites none; the message names it."""


class ServerTooOld(Exception):
    """The server is of an older version than the one that the backup was taken from; the message names both."""


def restore(client: Client, backup: Backup, tell: Callable[[Part], None] = lambda _: None) -> None:
    """Write a backup's documents and indexes into a server without data; no service may run on it yet.

    Raises:
        ServerTooOld: it may not know options and indexes that the backup has.
        NotEmpty: the server has databases of its own.
        BackupBroken: a collection came to another number of documents than were taken.
        PyMongoError: the database did not carry it out.
    """
    version = str(client.server_info()["version"])
    if _release(version) < _release(backup.manifest.server_version):
        raise ServerTooOld(
            f"the server is MongoDB {version}, and the backup is of {backup.manifest.server_version}: restore into a "
            "server of that version or a newer one; nothing was written"
        )
    if there := sorted(set(client.list_database_names()) - SYSTEM):
        raise NotEmpty(
            f"the server holds {', '.join(there)}: end the services and restore into an empty server, or drop these "
            "databases first if you are sure that nothing of them is needed"
        )
    for part in backup.manifest.parts:
        _restore(client, backup.folder, part)
        tell(part)


def _release(version: str) -> tuple[int, ...]:
    """Of `8.0.12` the 8 and the 0: patches of a release differ in nothing that counts here. Empty for what is none."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else ()


def _restore(client: Client, folder: Path, part: Part) -> None:
    about = loads(gzip.decompress((folder / part.about).read_bytes()))
    database = client[part.database]
    database.command({"create": part.collection, **about["options"]})
    collection: Collection[Any] = database[part.collection]
    with gzip.open(folder / part.data) as data:
        for group in _groups(decode_file_iter(cast("IO[bytes]", data), _RAW)):
            collection.insert_many(group, bypass_document_validation=True)
    # Before the indexes are there: one of them may let documents expire at once.
    if (count := collection.count_documents({})) != part.documents:
        raise BackupBroken(
            f"{part.database}.{part.collection} came to {count} documents instead of {part.documents}: "
            "empty the server and restore again, with no service running"
        )
    if indexes := [index for index in about["indexes"] if index["name"] != "_id_"]:
        database.command({"createIndexes": part.collection, "indexes": indexes})


def _groups(documents: Iterable[RawBSONDocument]) -> Iterator[list[RawBSONDocument]]:
    """Documents for one command each: files are large, the rest is small."""
    group: list[RawBSONDocument] = []
    size = 0
    for document in documents:
        group.append(document)
        size += len(document.raw)
        if len(group) == _MOST_DOCUMENTS or size >= _MOST_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group
