"""The collection `invoices` as it is reviewed: each invoice is decided once, and its decision is told in the end."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared import cursor
from shared.contracts.lumis import ExtractedData
from shared.contracts.reviews import Decision, InvoiceRecord, ListInvoices, ReviewInvoice, ReviewStatus
from shared.errors import Refused
from shared.mongo import Database, Index, ReturnDocument, ensure_indexes

_INVOICES = "invoices"
_STATUSES: Mapping[Decision, ReviewStatus] = {"approve": "approved", "reject": "rejected", "correct": "approved"}
_REVIEWABLE = ("pending_validation", "approved", "rejected")
_INDEXES = (
    Index(_INVOICES, (("status", 1), ("recorded_at", 1), ("_id", 1))),
    Index(_INVOICES, (("untold_since", 1),), partial={"untold_since": {"$exists": True}}),
)


@dataclass(frozen=True)
class Reviewed:
    """An invoice with the decision that stands."""

    request_id: str
    user_id: str
    invoice_id: str
    """Of the paper as it was read."""
    received_at: datetime
    decision: Decision
    origin: str
    """Of the call that decided; the events of a repeat go there too."""
    corrected: ExtractedData | None
    corrected_invoice_id: str | None
    record: InvoiceRecord


class Decisions:
    """Lists invoices and decides on them, by compare-and-set on `status`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._invoices = database[_INVOICES]

    async def prepare(self) -> None:
        """Make the indexes."""
        await ensure_indexes(self._database, _INDEXES)

    async def page(self, call: ListInvoices) -> tuple[list[InvoiceRecord], str | None]:
        """A page of invoices, oldest first, and the cursor of the next. Raises Refused: `INVALID_CURSOR`."""
        wanted: dict[str, Any] = {"status": call.status or {"$in": list(_REVIEWABLE)}}
        if (place := cursor.decode(_INVOICES, call.cursor, 2)) is not None:
            moment, after = cursor.moment(place[0]), place[1]
            wanted["$or"] = [{"recorded_at": {"$gt": moment}}, {"recorded_at": moment, "_id": {"$gt": after}}]
        found = self._invoices.find(wanted).sort([("recorded_at", 1), ("_id", 1)]).limit(call.limit + 1)
        rows = await found.to_list()
        shown = rows[: call.limit]
        more = _after(shown[-1]) if len(rows) > len(shown) else None
        return [_record(row) for row in shown], more

    async def find(self, request_id: str) -> InvoiceRecord | None:
        """One invoice; None where there is none, also where mandatory fields were missing."""
        row = await self._invoices.find_one({"_id": request_id, "status": {"$in": list(_REVIEWABLE)}})
        return _record(row) if row else None

    async def decide(self, call: ReviewInvoice, corrected_invoice_id: str | None = None) -> Reviewed:
        """Decide on an invoice that waits, or find that it was decided in the same way before.

        Raises:
            Refused: `INVOICE_NOT_FOUND`, `ALREADY_REVIEWED`.
        """
        now = datetime.now(UTC)
        review = {
            "decision": call.decision,
            "reason": call.reason,
            "reviewer": call.reviewer,
            "origin": call.origin,
            "at": now,
            "corrected": call.corrected.model_dump() if call.corrected else None,
            "corrected_invoice_id": corrected_invoice_id,
        }
        change = {"$set": {"status": _STATUSES[call.decision], "review": review, "untold_since": now}}
        row = await self._invoices.find_one_and_update(
            {"_id": call.request_id, "status": "pending_validation"}, change, return_document=ReturnDocument.AFTER
        )
        if row is not None:
            return _reviewed(row)
        row = await self._invoices.find_one({"_id": call.request_id, "status": {"$in": list(_REVIEWABLE)}})
        if row is None:
            raise Refused("INVOICE_NOT_FOUND", "No existe esa factura")
        standing = _reviewed(row)
        if (standing.decision, standing.corrected) != (call.decision, call.corrected):
            raise Refused(
                "ALREADY_REVIEWED", "La factura ya fue revisada con otra decisión", {"status": standing.record.status}
            )
        return standing

    async def told(self, request_id: str) -> None:
        """The decision's event is published."""
        await self._invoices.update_one({"_id": request_id}, {"$unset": {"untold_since": ""}})

    async def untold(self, before: datetime) -> AsyncIterator[Reviewed]:
        """Decisions made before a moment whose event may not be published."""
        async for row in self._invoices.find({"untold_since": {"$lt": before}}).sort("untold_since", 1).limit(200):
            yield _reviewed(row)


def _record(row: Mapping[str, Any]) -> InvoiceRecord:
    outcome, review = row["outcome"], row.get("review") or {}
    return InvoiceRecord(
        request_id=row["_id"],
        user_id=row["user_id"],
        status=row["status"],
        received_at=row["received_at"],
        extracted=ExtractedData.model_validate(review.get("corrected") or outcome["extracted"]),
        cufe=outcome["cufe"],
        duplicate_of=outcome["duplicate_of"],
        warnings=tuple(outcome["warnings"]),
        reviewed_at=review.get("at"),
        reason=review.get("reason"),
    )


def _reviewed(row: Mapping[str, Any]) -> Reviewed:
    review = row["review"]
    corrected = review["corrected"]
    return Reviewed(
        request_id=row["_id"],
        user_id=row["user_id"],
        invoice_id=row["invoice_id"],
        received_at=row["received_at"],
        decision=review["decision"],
        origin=review["origin"],
        corrected=ExtractedData.model_validate(corrected) if corrected else None,
        corrected_invoice_id=review["corrected_invoice_id"],
        record=_record(row),
    )


def _after(row: Mapping[str, Any]) -> str:
    return cursor.encode(_INVOICES, row["recorded_at"].isoformat(), row["_id"])
