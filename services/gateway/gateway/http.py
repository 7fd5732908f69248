"""How routes meet HTTP: a route is a row, a family says how callers are known and bodies, answers and errors written.

Knows no HTTP library: `server`, `streams`, `draining` and `malformed` alone touch aiohttp, so a route never sees the
raw request.
"""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from gateway.deps import Caller, Deps
from gateway.store import StoredRequest
from shared.errors import LumisError, Refused


@dataclass(frozen=True)
class ErrorRow:
    """One error that an API can answer, as its documentation prints it."""

    status: int
    code: str
    message: str


NOT_FOUND = ErrorRow(404, "NOT_FOUND", "Recurso no encontrado")
METHOD_NOT_ALLOWED = ErrorRow(405, "METHOD_NOT_ALLOWED", "Método no permitido")
MALFORMED = ErrorRow(400, "MALFORMED_REQUEST", "La solicitud no es HTTP válido o su cabecera es demasiado larga")
INVALID_JSON = ErrorRow(400, "INVALID_JSON", "El cuerpo no es un JSON válido")
INVALID_DATA = ErrorRow(422, "INVALID_DATA", "Los datos enviados no son válidos")
BODY_TOO_LARGE = ErrorRow(413, "BODY_TOO_LARGE", "El cuerpo de la solicitud es demasiado grande")
UNAUTHORIZED = ErrorRow(401, "UNAUTHORIZED", "Token JWT inválido o faltante")
SERVER_BUSY = ErrorRow(503, "SERVER_BUSY", "El servidor está ocupado. Intenta de nuevo en unos segundos.")
INTERNAL_ERROR = ErrorRow(500, "INTERNAL_ERROR", "Error interno del servidor")


class Problem(LumisError):
    """An error for the client; its family writes it. `message` overrides the row's text, `details` adds to it."""

    def __init__(
        self,
        row: ErrorRow,
        *,
        message: str | None = None,
        details: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(row.code)
        self.status = row.status
        self.code = row.code
        self.message = message if message is not None else row.message
        self.details = dict(details or {})
        self.headers = dict(headers or {})


class BrokenBody(LumisError):
    """The request's body ended too early, came too slowly or was wrongly encoded."""


@dataclass(frozen=True)
class Incoming:
    """A request's head, and its body as a stream that can be read once."""

    request_id: str
    received_at: datetime
    headers: Mapping[str, str]
    """Names in lower case."""
    path: Mapping[str, str]
    query: Mapping[str, str]
    chunks: AsyncIterator[bytes]
    """Raises BrokenBody."""
    peer: str = ""
    """The address that the connection comes from: the client's, or that of the last proxy before us."""


BodyT = TypeVar("BodyT")


@dataclass(frozen=True)
class Input(Generic[BodyT]):
    """What a route gets."""

    request_id: str
    received_at: datetime
    """When the whole body was there."""
    body: BodyT
    path: Mapping[str, str]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    known: Caller | None = None

    @property
    def caller(self) -> Caller:
        """Who asks; only for routes of families that authenticate."""
        if self.known is None:
            raise Problem(UNAUTHORIZED)
        return self.known


@dataclass(frozen=True)
class Exchange:
    """What an envelope may show of its request."""

    request_id: str
    started: float = field(default_factory=time.perf_counter)
    body: Any = None
    """What was read of the request, None until then (JSON-RPC echoes its id)."""

    @property
    def milliseconds(self) -> int:
        """Whole milliseconds since the request began."""
        return round((time.perf_counter() - self.started) * 1000)


@dataclass(frozen=True)
class Answer:
    """A route's answer: `value` goes into the family's envelope; `audit` into the one log line of the request."""

    value: Any
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    audit: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """An answer that no envelope wraps: a page, a file."""

    content: bytes
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Stream:
    """An answer that is written piece by piece, until its source or the client ends it, or the server stops."""

    chunks: AsyncIterator[bytes]
    content_type: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Result = Answer | Raw | Stream


@dataclass(frozen=True)
class Reply:
    """An answer as it goes out, and what the log line says of it."""

    status: int
    content: bytes | AsyncIterator[bytes]
    content_type: str
    headers: Mapping[str, str]
    audit: Mapping[str, Any]
    code: str | None = None
    """The error's."""


@dataclass(frozen=True)
class Parameter:
    """A part of a query or a header that a route looks at."""

    name: str
    place: Literal["query", "header"]
    description: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})


def query_of(model: type[BaseModel]) -> tuple[Parameter, ...]:
    """A model of a query as parameters; what may be absent is not shown as null."""
    whole = model.model_json_schema()
    return tuple(_in_query(name, dict(schema)) for name, schema in whole.get("properties", {}).items())


def _in_query(name: str, schema: dict[str, Any]) -> Parameter:
    description = schema.pop("description", "")
    schema.pop("title", None)
    given = [kind for kind in schema.pop("anyOf", []) if kind.get("type") != "null"]
    if schema.get("default", 0) is None:
        del schema["default"]
    return Parameter(name, "query", description, {**schema, **(given[0] if given else {})})


Reader = Callable[[Incoming], Awaitable[Any]]


@dataclass(frozen=True)
class Body:
    """How a route's body is read, and how OpenAPI shows it."""

    read: Reader
    media_type: str
    schema: type[BaseModel] | Mapping[str, Any]


@dataclass(frozen=True)
class Route:
    """A row: what is called for a method and a path, what it takes, what it gives."""

    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
    path: str
    function: Callable[[Input[Any], Deps], Awaitable[Result]]
    summary: str
    body: Body | None = None
    answer: Any = None
    """The type of the answer's value; None keeps the route out of OpenAPI."""
    errors: tuple[ErrorRow, ...] = ()
    examples: tuple[Problem, ...] = ()
    """Errors as they are really answered, where the row alone shows too little."""
    details: Mapping[int, Any] = field(default_factory=dict)
    """The type of `error.details` by status, where the family has details and these are more than the least."""
    parameters: tuple[Parameter, ...] = ()
    accepted: Any = None
    """The type of the answer's value with status 202, where the route has one."""
    status: int = 200
    """Of its success, as OpenAPI shows it."""
    media_type: str = "application/json"
    """Of the answer; an answer of another type stands in no envelope."""
    rebuild: Callable[[StoredRequest], Answer] | None = None
    """Makes an upload's answer again from what is stored; a route that has it takes the header Idempotency-Key."""


@dataclass(frozen=True)
class Family:
    """An API in its own words: who asks, and the shape of answers and errors."""

    name: str
    routes: tuple[Route, ...]
    answer: Callable[[Any, Exchange], BaseModel | Mapping[str, Any]]
    error: Callable[[Problem, Exchange], BaseModel | Mapping[str, Any]]
    answer_model: Callable[[Any], Any] = lambda value: value
    """The type of a whole answer, given the type of its value; for OpenAPI."""
    error_model: type[BaseModel] | None = None
    authenticate: Callable[[Incoming, Deps], Awaitable[Caller]] | None = None
    refusals: Mapping[str, int] = field(default_factory=dict)
    """HTTP status by the code of a service's refusal; 422 for others."""
    error_status: Callable[[Problem], int] = lambda problem: problem.status
    """HTTP status of an error; JSON-RPC answers 200 to all."""
    headers: Callable[[Caller, Deps], Awaitable[Mapping[str, str]]] | None = None
    """Headers of every answer to a known caller."""
    header_rows: Mapping[str, str] = field(default_factory=dict)
    """Their names and descriptions; for OpenAPI."""
    request_header: str | None = None
    """The header of every answer that carries the request's id, where no body does."""
    paths: tuple[str, ...] = ()
    """Where other methods and unknown paths are refused in its words, not the default family's: these and all below."""
    security: tuple[str, ...] = ("bearer",)
    """The ways in which a caller may be known, as OpenAPI names them; `` is nobody in particular."""

    def refused(self, refusal: Refused) -> Problem:
        """A service's refusal as an error of this family."""
        row = ErrorRow(self.refusals.get(refusal.code, 422), refusal.code, refusal.message)
        return Problem(row, details=refusal.details)
