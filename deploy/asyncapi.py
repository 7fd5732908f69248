"""The AsyncAPI 3 document of the events, made from the same table as the queues (`shared.contracts.topology`)."""

import json
from typing import Any

from shared.bus.topology import EXCHANGE
from shared.contracts.message import Event
from shared.contracts.topology import EVENTS, EventRow

_REFERENCE = "#/components/schemas/{model}"
_DESCRIPTION = (
    "Events of the Lumis invoice platform: CloudEvents 1.0 in JSON on a RabbitMQ topic exchange. Delivered at least "
    "once: a repeat has the same `id`. New optional fields may come; anything else is a new version."
)
_ENVELOPE = {
    "specversion": {"const": "1.0"},
    "id": {"type": "string", "format": "uuid", "description": "Derived from the cause: a repeat has the same id."},
    "source": {"type": "string", "description": "The service that publishes it."},
    "type": {"type": "string"},
    "subject": {"type": "string", "description": "The request's id."},
    "time": {"type": "string", "format": "date-time"},
    "datacontenttype": {"const": "application/json"},
    "requestid": {"type": "string", "description": "Ties every step of one request together."},
}


def _summary(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().splitlines()[0]


def _schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = {}
    for row in EVENTS:
        schema = row.event.model_json_schema(ref_template=_REFERENCE, mode="serialization")
        schemas.update(schema.pop("$defs", {}))
        schemas[row.event.__name__] = schema
    return schemas


def _message(row: EventRow) -> dict[str, Any]:
    name = row.event.NAME
    return {
        "name": name,
        "title": name,
        "summary": _summary(row.event),
        "contentType": "application/cloudevents+json",
        "headers": {
            "type": "object",
            "properties": {"traceparent": {"type": "string", "description": "W3C trace context."}},
        },
        "payload": {
            "type": "object",
            "required": [*_ENVELOPE, "data"],
            "properties": {
                **_ENVELOPE,
                "type": {"const": name},
                "source": {"enum": [row.sender, *row.also_from]} if row.also_from else {"const": row.sender},
                "data": {"$ref": _REFERENCE.format(model=row.event.__name__)},
            },
        },
    }


def _channel(row: EventRow) -> dict[str, Any]:
    return {
        "address": f"{row.event.NAME}.{{origin}}",
        "messages": {row.event.__name__: {"$ref": f"#/components/messages/{row.event.__name__}"}},
        "parameters": {"origin": {"description": "The gateway process that began the request; bind `*` for all."}},
        "bindings": {"amqp": {"is": "routingKey", "exchange": {"name": EXCHANGE, "type": "topic", "durable": True}}},
    }


def _operation(row: EventRow) -> dict[str, Any]:
    receivers = ", ".join(row.receivers) or "subscribers outside the platform"
    senders = ", ".join((row.sender, *row.also_from))
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{row.event.__name__}"},
        "summary": _summary(row.event),
        "description": f"Published by {senders}; acted on by {receivers}. The gateway follows every event.",
    }


def asyncapi_text() -> str:
    """The document as JSON text."""
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Lumis events",
            "version": "1.0.0",
            "description": _DESCRIPTION,
        },
        "defaultContentType": "application/cloudevents+json",
        "channels": {row.event.__name__: _channel(row) for row in EVENTS},
        "operations": {f"on{row.event.__name__}": _operation(row) for row in EVENTS},
        "components": {
            "messages": {row.event.__name__: _message(row) for row in EVENTS},
            "schemas": _schemas(),
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
