"""MongoDB: the client with its time limits, Decimal as Decimal128, commands that several works share, indexes."""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any, TypeVar

from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from pymongo import AsyncMongoClient, ReturnDocument, UpdateMany
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    OperationFailure,
    PyMongoError,
)

from shared.lanes import Lane

__all__ = [
    "Client",
    "Collection",
    "Database",
    "DeleteLane",
    "DuplicateKeyError",
    "FindLane",
    "Index",
    "InsertLane",
    "PyMongoError",
    "ReturnDocument",
    "UpdateLane",
    "connect",
    "database",
    "ensure_indexes",
    "errors_of",
    "may_be_of_one",
    "repeated",
]

_DUPLICATE_KEY = 11000

Client = AsyncMongoClient[dict[str, Any]]
Database = AsyncDatabase[dict[str, Any]]
Collection = AsyncCollection[dict[str, Any]]
ResultT = TypeVar("ResultT")


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
    """Updates of one collection, written together; each must be one whose repeat changes nothing.

    They go as updates of many, each of which names one document by its `_id`: the server then keeps no record of each
    for the driver's retry, which costs it a sixth of its time here. So a lost connection is met here, by a repeat.
    """

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._lane: Lane[UpdateMany, None] = Lane(self._write, apart=may_be_of_one)

    async def update(self, wanted: Mapping[str, Any], change: Mapping[str, Any], *, upsert: bool = False) -> None:
        """Update one document, at the latest with the next command but one.

        Raises:
            DuplicateKeyError: an upsert found the document's id or another unique key taken.
            PyMongoError: the database did not carry it out.
        """
        await self._lane.do(UpdateMany(wanted, change, upsert=upsert))

    async def _write(self, updates: Sequence[UpdateMany]) -> Sequence[Exception | None]:
        try:
            await repeated(lambda: self._collection.bulk_write(updates, ordered=False))
        except BulkWriteError as error:
            return errors_of(error, len(updates))
        return [None] * len(updates)


class InsertLane:
    """Documents of one collection, inserted together."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._lane: Lane[dict[str, Any], None] = Lane(self._write, apart=may_be_of_one)

    async def insert(self, document: dict[str, Any]) -> None:
        """Insert one document.

        Raises:
            DuplicateKeyError: its id or another unique key is taken.
            PyMongoError: the database did not carry it out.
        """
        await self._lane.do(document)

    async def _write(self, documents: Sequence[dict[str, Any]]) -> Sequence[Exception | None]:
        try:
            await self._collection.insert_many(documents, ordered=False)
        except BulkWriteError as error:
            return errors_of(error, len(documents))
        return [None] * len(documents)


class FindLane:
    """Documents of one collection, looked up together by a key that no two of them share."""

    def __init__(
        self,
        collection: Collection,
        fields: Mapping[str, Any] | None = None,
        *,
        key: str = "_id",
        among: Mapping[str, Any] | None = None,
    ) -> None:
        """`fields` are those to be read, the key with them; `among` says which documents count at all."""
        self._collection = collection
        self._fields = fields
        self._key = key
        self._among = dict(among or {})
        self._lane: Lane[Any, dict[str, Any] | None] = Lane(self._find, apart=may_be_of_one)

    async def find(self, value: Any) -> dict[str, Any] | None:
        """The document whose key has this value; None where there is none.

        Raises:
            PyMongoError: the database did not answer.
        """
        return await self._lane.do(value)

    async def _find(self, values: Sequence[Any]) -> Sequence[dict[str, Any] | None]:
        wanted = values[0] if len(values) == 1 else {"$in": list(values)}
        found = await self._collection.find({self._key: wanted, **self._among}, self._fields).to_list()
        by_key = {document[self._key]: document for document in found}
        return [by_key.get(value) for value in values]


class DeleteLane:
    """Documents of one collection, deleted together by their ids."""

    def __init__(self, collection: Collection) -> None:
        self._collection = collection
        self._lane: Lane[Any, None] = Lane(self._delete)

    async def delete(self, identity: Any) -> None:
        """Delete one document; harmless where it is gone.

        Raises:
            PyMongoError: the database did not carry it out.
        """
        await self._lane.do(identity)

    async def _delete(self, identities: Sequence[Any]) -> Sequence[None]:
        await repeated(lambda: self._collection.delete_many({"_id": {"$in": list(identities)}}))
        return [None] * len(identities)


async def repeated(write: Callable[[], Awaitable[ResultT]]) -> ResultT:
    """Carry out a write whose repeat changes nothing, and once more where the connection or the primary was lost.

    For the writes that the driver does not repeat: it waits for the new primary all the same.
    """
    try:
        return await write()
    except AutoReconnect:
        return await write()


def may_be_of_one(error: Exception) -> bool:
    """Whether an error of a shared command may come of one part of it, and is no outage that meets every part alike."""
    outage = isinstance(error, ConnectionFailure) or (isinstance(error, PyMongoError) and error.timeout)
    return not outage


def errors_of(error: BulkWriteError, count: int) -> list[Exception | None]:
    """The error of each of a bulk write's `count` parts, as each by itself would have raised it.

    Where a majority did not confirm, that is everybody's: a change of primary may still take the writes back.
    """
    errors: list[Exception | None] = [error if error.details["writeConcernErrors"] else None] * count
    for each in error.details["writeErrors"]:
        kind = DuplicateKeyError if each["code"] == _DUPLICATE_KEY else OperationFailure
        errors[each["index"]] = kind(each["errmsg"], each["code"])
    return errors


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
