"""The envelope of an event: CloudEvents 1.0 in JSON, with ids derived from what caused the event."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any
from uuid import UUID, uuid5

from pydantic import ValidationError
from pydantic_core import from_json

from shared.contracts.message import Event
from shared.contracts.topology import EVENTS
from shared.errors import Rejected

CONTENT_TYPE = "application/cloudevents+json"
_NAMESPACE = UUID("6f1d5c1e-5a0e-4c9c-9a52-3d5f1d0b7a11")
_MODELS: dict[str, type[Event]] = {row.event.NAME: row.event for row in EVENTS}


def event_id(cause: str, name: str, position: int = 0) -> str:
    """The id of an event that `cause` (an event's or a request's id) brings about; the same cause, the same id.

    `position` tells apart several events of one name out of one cause.
    """
    return str(uuid5(_NAMESPACE, f"{cause}/{name}/{position}" if position else f"{cause}/{name}"))


@dataclass(frozen=True)
class Delivery:
    """An event as it came, with its envelope. Its data become an event when they are asked for."""

    id: str
    type: str
    source: str
    time: datetime
    request_id: str
    origin: str
    data: dict[str, Any]

    @cached_property
    def event(self) -> Event | None:
        """The event; None where its type, or its newer version, is not known here."""
        try:
            return self.require_event()
        except Rejected:
            return None

    def require_event(self) -> Event:
        """The event.

        Raises:
            Rejected: its type is not known here, or it does not fit its contract.
        """
        model = _MODELS.get(self.type)
        if model is None:
            raise Rejected(f"{self.type} is not an event that this version knows")
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            fields = ", ".join(".".join(str(part) for part in problem["loc"]) for problem in error.errors())
            raise Rejected(f"{self.type} does not fit its contract: {fields}") from None


def encode(event: Event, identity: str, source: str) -> bytes:
    """An event in its envelope; `identity` is its id, `source` the service that publishes it."""
    head = {
        "specversion": "1.0",
        "id": identity,
        "source": source,
        "type": event.NAME,
        "subject": event.request_id,
        "time": datetime.now(UTC).isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "requestid": event.request_id,
    }
    return b'%s,"data":%s}' % (json.dumps(head)[:-1].encode(), event.model_dump_json().encode())


def decode(body: bytes) -> Delivery:
    """Read an envelope.

    Raises:
        Rejected: it is not a valid one.
    """
    try:
        raw = from_json(body)
        data = raw["data"]
        return Delivery(
            id=str(raw["id"]),
            type=str(raw["type"]),
            source=str(raw["source"]),
            time=datetime.fromisoformat(raw["time"]),
            request_id=str(raw["requestid"]),
            origin=str(data["origin"]),
            data=data,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Rejected(f"not a valid event envelope ({type(error).__name__})") from None
