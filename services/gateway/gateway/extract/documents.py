"""The collection `extract_documents`: what was handed in through the Extract API, by the ids that its clients know."""

import secrets
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import uuid4

from gateway.extract.identifiers import LARGEST_NUMBER, Identifier
from gateway.extract.protocol import Generation, Kind
from shared.contracts.extract import DocumentCorrected
from shared.mongo import Database, DuplicateKeyError, Index

_ATTEMPTS = 20
"""Numbers that may be taken; with a million documents kept one in two thousand is."""


@dataclass(frozen=True)
class NewDocument:
    """A document that is about to be handed on."""

    request_id: str
    user_id: str | None
    """Whose account pays; None in test mode."""
    kind: Kind
    generation: Generation
    version: int
    perspective: Literal["client", "supplier"]
    content_type: str
    received_at: datetime
    answer_by: datetime
    expires_at: datetime
    look_first: bool = False
    """Test mode: the first look at it says that it is not ready."""


@dataclass(frozen=True)
class Document(NewDocument):
    """A document as it is kept."""

    id: str = ""
    """Its `document_uuid`, or `document_token`: 122 random bits."""
    number: int = 0
    """Its `document_id` for clients of version 120: random, below 2^31."""


class Documents:
    """Reads and writes `extract_documents`."""

    INDEXES = (
        Index("extract_documents", (("expires_at", 1),), expire_after_seconds=0),
        Index("extract_documents", (("number", 1),), unique=True),
        Index("extract_documents", (("user_id", 1), ("received_at", 1))),
        Index("extract_documents", (("validated_at", 1),), partial={"told": False}),
    )

    def __init__(self, database: Database) -> None:
        self._documents = database["extract_documents"]

    async def add(self, new: NewDocument) -> Document:
        """Keep a document under a new uuid and a new number.

        Raises:
            PyMongoError: it is not kept.
        """
        for _ in range(_ATTEMPTS):
            row = {**vars(new), "_id": str(uuid4()), "number": 1 + secrets.randbelow(LARGEST_NUMBER)}
            try:
                await self._documents.insert_one(row)
            except DuplicateKeyError:  # of the number
                continue
            return _document(row)
        raise RuntimeError(f"{_ATTEMPTS} random numbers were all taken")

    async def find(self, identifiers: Iterable[Identifier]) -> dict[Identifier, Document]:
        """Documents by what names them; those that are unknown or past their time are left out."""
        wanted = set(identifiers)
        ids = [each for each in wanted if isinstance(each, str)]
        numbers = [each for each in wanted if isinstance(each, int)]
        if not wanted:
            return {}
        either = [{"_id": {"$in": ids}}, {"number": {"$in": numbers}}]
        now = datetime.now(UTC)
        found = self._documents.find({"$or": either, "expires_at": {"$gt": now}}, {"outgoing": 0})
        rows = [_document(row) async for row in found]
        named: dict[Identifier, Document] = {row.id: row for row in rows if row.id in wanted}
        return named | {row.number: row for row in rows if row.number in wanted}

    async def looked_at(self, document: Document) -> bool:
        """Note a look at a test document; False for the first one, which finds it not ready."""
        first = {"_id": document.id, "look_first": True}
        return (await self._documents.update_one(first, {"$set": {"look_first": False}})).modified_count == 0

    async def validate(self, document: Document, event: DocumentCorrected | None) -> bool:
        """Keep what a user says of a document, once; False where it was said before. The event is to be published."""
        values: dict[str, Any] = {"validated_at": datetime.now(UTC)}
        if event is not None:
            values |= {"told": False, "outgoing": event.model_dump()}
        fresh = {"_id": document.id, "validated_at": {"$exists": False}}
        return (await self._documents.update_one(fresh, {"$set": values})).modified_count == 1

    async def mark_told(self, document_id: str) -> None:
        """A document's validation was published; nothing of it stays here."""
        change = {"$set": {"told": True}, "$unset": {"outgoing": ""}}
        await self._documents.update_one({"_id": document_id}, change)

    async def untold(self, before: datetime, limit: int = 1000) -> AsyncIterator[tuple[str, dict[str, Any]]]:
        """Validations that nothing marked as published since `before`: the document's id and the event's data."""
        wanted = {"told": False, "validated_at": {"$lt": before}}
        async for row in self._documents.find(wanted, {"outgoing": 1}).sort("validated_at", 1).limit(limit):
            yield row["_id"], row["outgoing"]

    async def erase(self, user_id: str, before: datetime) -> int:
        """Delete what a user handed in until then; how many."""
        wanted = {"user_id": user_id, "received_at": {"$lte": before}}
        return (await self._documents.delete_many(wanted)).deleted_count


_FIELDS = tuple(NewDocument.__dataclass_fields__)


def _document(row: Mapping[str, Any]) -> Document:
    own = {name: row[name] for name in _FIELDS}
    return Document(**own, id=row["_id"], number=row["number"])
