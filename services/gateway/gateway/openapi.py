"""The OpenAPI 3.1 document, generated from the rows that serve the requests."""

import json
import re
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from inspect import getdoc
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaMode

from gateway.http import SERVER_BUSY, Body, ErrorRow, Exchange, Family, Problem, Route

_REFERENCE = "#/components/schemas/{model}"
_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "api_key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
_EXAMPLE_ID = "550e8400-e29b-41d4-a716-446655440000"
_OK = "200"
_ACCEPTED = "202"
_JSON = "application/json"
_UNAUTHORIZED = 401
_TOO_MANY = 429


def openapi(families: Iterable[Family], version: str) -> dict[str, Any]:
    """The document; routes without an answer type (pages) are left out."""
    described = [(family, route) for family in families for route in family.routes if route.answer is not None]
    schemas = _Schemas(described)
    paths: dict[str, dict[str, Any]] = {}
    for family, route in described:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(family, route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Lumis",
            "version": version,
            "summary": "Reads invoices, checks their figures, tags their buyers, and issues invoices to SUNAT",
        },
        "servers": [{"url": "/"}],
        "tags": [{"name": name} for name in dict.fromkeys(family.name for family, _ in described)],
        "paths": paths,
        "components": {
            "securitySchemes": _SECURITY,
            "headers": _headers(family for family, _ in described),
            "schemas": schemas.definitions,
        },
    }


def openapi_text(families: Iterable[Family], version: str) -> str:
    """The document as it is kept in the tree."""
    return json.dumps(openapi(families, version), ensure_ascii=False, indent=2) + "\n"


class _Schemas:
    """Every type of every route, with one definition per model."""

    def __init__(self, described: list[tuple[Family, Route]]) -> None:
        generator = GenerateJsonSchema(ref_template=_REFERENCE)
        inputs: list[tuple[Any, JsonSchemaMode, Any]] = []
        for number, (family, route) in enumerate(described):
            is_whole = route.media_type == _JSON
            answer = TypeAdapter(family.answer_model(route.answer) if is_whole else route.answer)
            inputs.append(((number, _OK), "serialization", answer.core_schema))
            if route.accepted is not None:
                accepted = TypeAdapter(family.answer_model(route.accepted))
                inputs.append(((number, _ACCEPTED), "serialization", accepted.core_schema))
            if isinstance(route.body, Body) and isinstance(route.body.schema, type):
                inputs.append(((number, "body"), "validation", TypeAdapter(route.body.schema).core_schema))
            if family.error_model is not None:
                inputs.append(((number, "error"), "serialization", TypeAdapter(family.error_model).core_schema))
            for status, details in route.details.items():
                inputs.append(((number, status), "serialization", TypeAdapter(details).core_schema))
        found, self.definitions = generator.generate_definitions(inputs)
        self._found = {key: schema for (key, _), schema in found.items()}
        self._numbers = {id(route): number for number, (_, route) in enumerate(described)}

    def of(self, route: Route, what: str | int) -> Mapping[str, Any] | None:
        """The schema of a route's answer (`200`), `body`, `error` or of the details of a status."""
        return self._found.get((self._numbers[id(route)], what))


def _operation(family: Family, route: Route, schemas: _Schemas) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.function.__name__,
        "tags": [family.name],
        "summary": route.summary,
        "description": getdoc(route.function) or "",
        "responses": {**_successes(route, schemas), **_errors(family, route, schemas)},
    }
    for status, response in operation["responses"].items():
        if status != str(_UNAUTHORIZED):
            response.setdefault("headers", {}).update(_header_references(family))
    if parameters := _parameters(route):
        operation["parameters"] = parameters
    if route.body is not None:
        schema = schemas.of(route, "body") or route.body.schema
        operation["requestBody"] = {"required": True, "content": {route.body.media_type: {"schema": schema}}}
    if family.authenticate is not None:
        operation["security"] = [{name: []} if name else {} for name in family.security]
    return operation


def _header_references(family: Family) -> dict[str, Any]:
    references: dict[str, Any] = {name: {"$ref": f"#/components/headers/{name}"} for name in family.header_rows}
    if family.request_header is not None:
        references[family.request_header] = {"description": "The request's id", "schema": {"type": "string"}}
    return references


def _headers(families: Iterable[Family]) -> dict[str, Any]:
    """Headers that every answer of a family has, to a caller who is known."""
    rows = {name: text for family in families for name, text in family.header_rows.items()}
    return {name: {"description": text, "schema": {"type": "integer"}} for name, text in rows.items()}


def _successes(route: Route, schemas: _Schemas) -> dict[str, Any]:
    schema = schemas.of(route, _OK)
    if route.media_type != _JSON:  # its pieces are described, because the whole is no JSON
        schema = {"type": "string", "contentMediaType": route.media_type, "x-data-schema": schema}
    success = {"description": HTTPStatus(route.status).phrase, "content": {route.media_type: {"schema": schema}}}
    responses: dict[str, Any] = {str(route.status): success}
    if route.accepted is not None:
        content = {_JSON: {"schema": schemas.of(route, _ACCEPTED)}}
        headers = {name: {"schema": {"type": "string"}} for name in ("Location", "Preference-Applied")}
        responses[_ACCEPTED] = {"description": "Accepted", "headers": headers, "content": content}
    return responses


def _parameters(route: Route) -> list[dict[str, Any]]:
    in_path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", route.path)
    ]
    others = [
        {"name": each.name, "in": each.place, "description": each.description, "schema": each.schema}
        for each in route.parameters
    ]
    return in_path + others


def _errors(family: Family, route: Route, schemas: _Schemas) -> dict[str, Any]:
    """One response per status, with an example per error of it."""
    by_status: dict[int, list[ErrorRow]] = {}
    for row in (*route.errors, *((SERVER_BUSY,) if route.body is not None else ())):
        if family.error_status(Problem(row)) == row.status:  # else it is told inside a success
            by_status.setdefault(row.status, []).append(row)
    responses: dict[str, Any] = {}
    for status, rows in sorted(by_status.items()):
        content = {"schema": _error_schema(route, status, schemas), "examples": _examples(family, route, rows)}
        response: dict[str, Any] = {
            "description": "; ".join(f"{row.code} ({row.message})" for row in rows),
            "content": {"application/json": content},
        }
        if status == _UNAUTHORIZED:
            response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "example": "Bearer"}}
        if status in {_TOO_MANY, SERVER_BUSY.status}:
            response["headers"] = {"Retry-After": {"description": "Seconds", "schema": {"type": "integer"}}}
        responses[str(status)] = response
    return responses


def _error_schema(route: Route, status: int, schemas: _Schemas) -> Mapping[str, Any]:
    schema = schemas.of(route, "error") or {}
    details = schemas.of(route, status)
    if details is None:
        return schema
    within = {"properties": {"error": {"properties": {"details": details}}}}
    return {"allOf": [schema, within]}


def _examples(family: Family, route: Route, rows: list[ErrorRow]) -> dict[str, Any]:
    real = {(problem.status, problem.code): problem for problem in route.examples}
    examples = {}
    for row in rows:
        body = family.error(real.get((row.status, row.code)) or Problem(row), Exchange(_EXAMPLE_ID))
        shown = body.model_dump(mode="json") if isinstance(body, BaseModel) else dict(body)
        fixed = {"timestamp": "2024-12-15T10:30:15Z", "execution_time_ms": 2}
        examples[row.code] = {"value": {**shown, **{key: fixed[key] for key in fixed if key in shown}}}
    return examples
