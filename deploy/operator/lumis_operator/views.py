"""What the command reads of the services' databases. Nothing here writes, and these are the only fields that it reads.

- database `gateway`, collection `requests`: _id, user_id, schema_name, operation, price, received_at, stage, settled,
  released, given_up, published, outgoing_at, timeline (`EventRecord`s)
- database `ocr_engine`, collection `readings`: _id, and in `outputs` the `Attempt`s of an event

They are of the version that the command is of; a field that is missing shows as nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared import mongo
from shared.contracts.message import EventRecord
from shared.contracts.reading import Attempt
from shared.redaction import pseudonym

STATES = ("uploaded", "recognized", "abandoned", "unreadable", "reconciled")
"""By `stage`, the words of `GET /api/v4/requests/{request_id}`."""
_REQUEST = (
    "user_id",
    "schema_name",
    "operation",
    "price",
    "received_at",
    "stage",
    "settled",
    "released",
    "given_up",
    "published",
    "timeline",
)


@dataclass(frozen=True)
class RequestView:
    """A request as an operator sees it; its user by pseudonym, nothing of the document."""

    request_id: str
    user: str
    schema_name: str
    operation: str
    state: str
    given_up: bool
    published: bool
    received_at: datetime
    price: int
    settled: int | None
    released: bool
    events: tuple[EventRecord, ...]
    attempts: tuple[Attempt, ...]

    @property
    def cost(self) -> str:
        """What it cost, as far as it is decided."""
        if self.released or self.given_up:
            return "0 Lümis (given back)"
        if self.settled is not None:
            return f"{self.settled} Lümis"
        return f"{self.price} Lümis held" if self.price else "nothing"


async def find_request(client: mongo.Client, request_id: str) -> RequestView | None:
    """A request with its timeline and the tries at its document; None where it is unknown."""
    requests = mongo.database(client, "gateway")["requests"]
    row = await requests.find_one({"_id": request_id, "user_id": {"$exists": True}}, dict.fromkeys(_REQUEST, 1))
    if row is None:
        return None
    readings = mongo.database(client, "ocr_engine")["readings"]
    fields = {"outputs.data.reading.attempts": 1, "outputs.data.attempts": 1}
    reading = await readings.find_one({"_id": request_id}, fields)
    events = (EventRecord.model_validate(each) for each in row.get("timeline") or [])
    stage = row.get("stage", 0)
    return RequestView(
        request_id=request_id,
        user=pseudonym(row["user_id"]),
        schema_name=row.get("schema_name", ""),
        operation=row.get("operation", ""),
        state=STATES[stage] if stage in range(len(STATES)) else f"stage {stage}",
        given_up=row.get("given_up", False),
        published=row.get("published", True),
        received_at=row["received_at"],
        price=row.get("price", 0),
        settled=row.get("settled"),
        released=row.get("released", False),
        events=tuple(sorted(events, key=lambda each: each.time)),
        attempts=_attempts(reading or {}),
    )


def _attempts(reading: Mapping[str, Any]) -> tuple[Attempt, ...]:
    for output in reading.get("outputs") or []:
        data = output.get("data") or {}
        found = (data.get("reading") or {}).get("attempts") or data.get("attempts")
        if found:
            return tuple(Attempt.model_validate(each) for each in found)
    return ()


@dataclass(frozen=True)
class DatabaseView:
    """The database, and what the gateway has still to publish."""

    version: str
    unpublished: int
    oldest_unpublished: datetime | None


async def look_at_database(client: mongo.Client) -> DatabaseView:
    """The server's version, and how much waits to be published since when."""
    version = (await client.admin.command("buildInfo"))["version"]
    requests = mongo.database(client, "gateway")["requests"]
    wanted = {"published": False}
    oldest = await requests.find_one(wanted, {"outgoing_at": 1}, sort=[("outgoing_at", 1)])
    count = await requests.count_documents(wanted, limit=10_000)
    return DatabaseView(f"MongoDB {version}", count, oldest.get("outgoing_at") if oldest else None)
