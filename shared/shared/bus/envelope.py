"""The envelope of an event: CloudEvents 1.0 in JSON, with ids derived from what caused the event."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
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
    """An event as it came, with its envelope. `event` is None where its type is not known here."""

    id: str
    type: str
    source: str
    time: datetime
    request_id: str
    origin: str
    event: Event | None
    data: dict[str, Any]


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


def decode(body: bytes, *, tolerant: bool = False) -> Delivery:
    """Read an envelope and the event in it.

    Args:
        body: the message's bytes.
        tolerant: take an event of an unknown type, or with fields of a newer version, as its plain data.

    Raises:
        Rejected: the envelope is not valid, or the event does not fit its contract.
    """
    try:
        raw = from_json(body)
        data, name = raw["data"], raw["type"]
        time = datetime.fromisoformat(raw["time"])
        envelope = {key: str(raw[key]) for key in ("id", "type", "source", "requestid")}
        origin = str(data["origin"])
    except (ValueError, KeyError, TypeError) as error:
        raise Rejected(f"not a valid event envelope ({type(error).__name__})") from None
    return Delivery(
        id=envelope["id"],
        type=envelope["type"],
        source=envelope["source"],
        time=time,
        request_id=envelope["requestid"],
        origin=origin,
        event=_parse(name, data, tolerant=tolerant),
        data=data,
    )


def _parse(name: str, data: dict[str, Any], *, tolerant: bool) -> Event | None:
    model = _MODELS.get(name)
    try:
        if model is not None:
            return model.model_validate(data)
    except ValidationError as error:
        if not tolerant:
            fields = ", ".join(".".join(str(part) for part in problem["loc"]) for problem in error.errors())
            raise Rejected(f"{name} does not fit its contract: {fields}") from None
    if not tolerant:
        raise Rejected(f"{name} is not an event that this version knows")
    return None
