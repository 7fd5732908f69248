"""MongoDB: the client with its time limits, Decimal as Decimal128, indexes made at start."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from pymongo import AsyncMongoClient, ReturnDocument, UpdateOne
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import BulkWriteError, DuplicateKeyError, OperationFailure, PyMongoError

__all__ = [
    "Client",
    "Collection",
    "Database",
    "DuplicateKeyError",
    "Index",
    "PyMongoError",
    "ReturnDocument",
    "UpdateLane",
    "connect",
    "database",
    "ensure_indexes",
]

_DUPLICATE_KEY = 11000

Client = AsyncMongoClient[dict[str, Any]]
Database = AsyncDatabase[dict[str, Any]]
Collection = AsyncCollection[dict[str, Any]]


class _DecimalCodec(TypeCodec):
    """Stores Decimal as Decimal128 and reads it back as Decimal, so that no amount ever becomes a float."""

    python_type = Decimal
    bson_type = Decimal128

    def transform_python(self, value: Decimal) -> Decimal128:
        return Decimal128(value)

    def transform_bson(self, value: Decimal128) -> Decimal:
        return value.to_decimal()


_CODECS: CodecOptions[dict[str, Any]] = CodecOptions(
    document_class=dict, tz_aware=True, tzinfo=UTC, type_registry=TypeRegistry([_DecimalCodec()])
)


def connect(url: str, *, app: str) -> Client:
    """A client whose every operation ends within 10 s; without that an insert can hang as long as the network does."""
    return AsyncMongoClient(
        url,
        appname=app,
        timeoutMS=10_000,
        serverSelectionTimeoutMS=10_000,
        connectTimeoutMS=5_000,
        w="majority",
        retryWrites=True,
        tz_aware=True,
    )


def database(client: Client, name: str) -> Database:
    """A database with our codecs: Decimal for Decimal128, times in UTC."""
    return client.get_database(name, codec_options=_CODECS)


class UpdateLane:
    """Updates of one collection, written together: all that came in during one command are the next command.

    Under load that saves most of the cost of a command per update; alone, an update waits for nobody.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._waiting: list[tuple[UpdateOne, asyncio.Future[None]]] = []
        self._task: asyncio.Task[None] | None = None

    async def update(self, wanted: Mapping[str, Any], change: Mapping[str, Any], *, upsert: bool = False) -> None:
        """Update one document, at the latest with the next command but one.

        Raises:
            DuplicateKeyError: an upsert found the document's id or another unique key taken.
            PyMongoError: the database did not carry it out.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((UpdateOne(wanted, change, upsert=upsert), done))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        await done

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            errors: dict[int, Exception] = {}
            try:
                await self._collection.bulk_write([update for update, _ in batch], ordered=False)
            except BulkWriteError as error:
                if error.details["writeConcernErrors"]:  # written, but a change of primary may still take it back
                    errors = dict.fromkeys(range(len(batch)), error)
                errors |= {each["index"]: _single(each) for each in error.details["writeErrors"]}
            except Exception as error:
                errors = dict.fromkeys(range(len(batch)), error)
            for index, (_, done) in enumerate(batch):
                if not done.done():
                    _tell(done, errors.get(index))


def _tell(done: "asyncio.Future[None]", error: Exception | None) -> None:
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


def _single(error: Mapping[str, Any]) -> Exception:
    """One update's error out of a bulk write, as a single update would have raised it."""
    kind = DuplicateKeyError if error["code"] == _DUPLICATE_KEY else OperationFailure
    return kind(error["errmsg"], error["code"])


@dataclass(frozen=True)
class Index:
    """An index that a store needs; made at start, harmless when it is there."""

    collection: str
    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    expire_after_seconds: int | None = None
    partial: Mapping[str, Any] | None = None


async def ensure_indexes(target: Database, indexes: Iterable[Index]) -> None:
    """Make the indexes that are missing.

    Raises:
        PyMongoError: the database cannot be reached, or an index of that name exists with other options.
    """
    for index in indexes:
        options: dict[str, Any] = {"unique": index.unique}
        if index.expire_after_seconds is not None:
            options["expireAfterSeconds"] = index.expire_after_seconds
        if index.partial is not None:
            options["partialFilterExpression"] = index.partial
        await target[index.collection].create_index(list(index.keys), **options)
