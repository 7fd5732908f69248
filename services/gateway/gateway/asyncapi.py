"""The AsyncAPI 3 document and a JSON Schema per event, from the table that makes the queues (`topology`)."""

import json
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from shared.bus.topology import EXCHANGE
from shared.contracts.message import Event
from shared.contracts.topology import EVENTS, EventRow

_REFERENCE = "#/components/schemas/{model}"
_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_ANNOTATED = "pydantic_js_annotation_functions"
"""Where pydantic keeps what an annotation (`WithJsonSchema`) says of a schema."""
_WRAPPED = frozenset({"function-before", "function-after", "function-wrap", "nullable", "default"})
_DESCRIPTION = (
    "Events of the Lumis invoice platform: CloudEvents 1.0 in JSON on a RabbitMQ topic exchange. Delivered at least "
    "once: a repeat has the same `id`. New optional fields may come, and new names of schemas and providers; "
    "anything else is a new version."
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


class _OnTheBus(GenerateJsonSchema):
    """Amounts travel as strings, so that no reader rounds them; to be a number is a matter of the HTTP edge."""

    def generate_inner(self, schema: Any) -> JsonSchemaValue:
        metadata = schema.get("metadata", {})
        if "serialization" not in schema and _is_decimal(schema) and _ANNOTATED in metadata:
            told = {key: value for key, value in metadata.items() if key != _ANNOTATED}
            schema = {**schema, "metadata": told}
        return super().generate_inner(schema)

    def tagged_union_schema(self, schema: Any) -> JsonSchemaValue:
        """Without `discriminator`, which is OpenAPI's; each model's own constant tells it from the others."""
        told = super().tagged_union_schema(schema)
        told.pop("discriminator", None)
        return told


def _is_decimal(schema: Any) -> bool:
    while schema["type"] in _WRAPPED:
        schema = schema["schema"]
    return bool(schema["type"] == "decimal")


def _summary(event: type[Event]) -> str:
    return (event.__doc__ or "").strip().splitlines()[0]


def _schemas(rows: Iterable[EventRow], reference: str) -> tuple[dict[str, JsonSchemaValue], dict[str, JsonSchemaValue]]:
    """The reference to each event's data, and every model by its name."""
    models = [(row.event.NAME, "serialization", TypeAdapter(row.event).core_schema) for row in rows]
    found, definitions = _OnTheBus(ref_template=reference).generate_definitions(models)  # type: ignore[arg-type]
    named = {str(name): schema for name, schema in definitions.items()}
    return {str(name): schema for (name, _), schema in found.items()}, named


def _envelope(row: EventRow, data: JsonSchemaValue) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*_ENVELOPE, "data"],
        "properties": {
            **deepcopy(_ENVELOPE),
            "type": {"const": row.event.NAME},
            "source": {"enum": [row.sender, *row.also_from]} if row.also_from else {"const": row.sender},
            "data": data,
        },
    }


def _message(row: EventRow, data: JsonSchemaValue) -> dict[str, Any]:
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
        "payload": _envelope(row, data),
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
    data, schemas = _schemas(EVENTS, _REFERENCE)
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
            "messages": {row.event.__name__: _message(row, data[row.event.NAME]) for row in EVENTS},
            "schemas": schemas,
        },
    }
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def event_schema_text(row: EventRow) -> str:
    """A JSON Schema of one event's whole message, its envelope included; it refers to nothing outside itself."""
    data, definitions = _schemas([row], "#/$defs/{model}")
    schema = {
        "$schema": _DRAFT,
        "$id": f"urn:lumis:event:{row.event.NAME}",
        "title": row.event.NAME,
        "description": _summary(row.event),
        **_envelope(row, data[row.event.NAME]),
        "$defs": definitions,
    }
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
