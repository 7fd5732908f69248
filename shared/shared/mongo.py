"""MongoDB: the client with its time limits, Decimal as Decimal128, indexes made at start."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import Any

from bson.codec_options import CodecOptions, TypeCodec, TypeRegistry
from bson.decimal128 import Decimal128
from pymongo import AsyncMongoClient, ReturnDocument
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import DuplicateKeyError, PyMongoError

__all__ = [
    "Client",
    "Collection",
    "Database",
    "DuplicateKeyError",
    "Index",
    "PyMongoError",
    "ReturnDocument",
    "connect",
    "database",
    "ensure_indexes",
]

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
