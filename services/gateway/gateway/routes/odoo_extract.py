"""The Extract API of Odoo: JSON-RPC 2 over HTTP, in every generation of its routes.

Business errors stand in `result` with HTTP 200; `jsonrpc` and `method` are not looked at, because the route says all.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import structlog
from pydantic import BaseModel

from gateway.bodies import read_bytes
from gateway.deps import Caller, Deps
from gateway.extract import envelope
from gateway.extract.envelope import BROKEN, NO_CALL, NO_PARAMS, TOO_LARGE, Call, call_of
from gateway.extract.identifiers import key_of, one_named, several_named
from gateway.extract.outcomes import MOST_DOCUMENTS, MOST_TOLD, Outcome, outcome_of, outcomes_of, visible
from gateway.extract.papers import UnsupportedFormat, document_of
from gateway.extract.parse import Paper, parse
from gateway.extract.protocol import (
    INTERNAL,
    KINDS,
    MAINTENANCE,
    NOT_FOUND,
    PROCESSING,
    SUCCESS,
    TOO_MANY_NAMED,
    UNSUPPORTED_FORMAT,
    UNSUPPORTED_VERSION,
    VALIDATION_FORMAT,
    Generation,
    Kind,
    Status,
    Where,
    version_of,
)
from gateway.extract.validate import validate
from gateway.http import BODY_TOO_LARGE, Answer, Body, Family, Incoming, Input, Problem, Route
from gateway.metrics import EXTRACT_CALLS
from gateway.routes import odoo_calls
from gateway.scan_requests import beside
from shared.errors import Unavailable
from shared.mongo import PyMongoError
from shared.redaction import pseudonym

_log = structlog.get_logger()

_DOCUMENT_LIMIT = 20 * 1024 * 1024
"""Bytes of a body with a document of 10 MB in it, as base64 with line breaks."""
_CALL_LIMIT = 2 * 1024 * 1024
"""Bytes of any other body."""


@dataclass(frozen=True)
class Said:
    """What an operation answers: the members of `result`, and each document's status."""

    result: Mapping[str, Any]
    statuses: tuple[Status, ...]
    account: str | None = None
    """The user whose documents they are, where that is one."""
    audit: Mapping[str, Any] = field(default_factory=dict)

    def answer(self, kind: Kind) -> Answer:
        """The answer, with what the log says of it; who asks about nobody's documents is no row of the audit."""
        errors = sorted({status.name for status in self.statuses} - {SUCCESS.name, PROCESSING.name})
        user = pseudonym(self.account) if self.account else None
        audit = {"kind": kind, "user": user, "documents": len(self.statuses), **self.audit}
        return Answer(self.result, audit=audit | ({"code": ",".join(errors)} if errors else {}))


Operation = Callable[[Call, Input[Call], Deps], Awaitable[Said]]


async def take_document(call: Call, given: Input[Call], deps: Deps) -> Said:
    """Hand a document in: queued and answered at once, read afterwards.

    Costs one credit of the account, which comes back where nothing can be read; `integration_token` is free and
    nothing is read. The list may hold several documents: the first PDF is read, else the first. `version` says how
    results will look; on `/2` it is required.
    """
    upload = call.document or UnsupportedFormat("`documents` holds no document")
    taken = await parse(Paper(call.where, call.params, upload), given, deps)
    return Said(taken.shown(call.where), (taken.status,), taken.account, {"held_credits": taken.price})


async def read_result(call: Call, given: Input[Call], deps: Deps) -> Said:
    """How a document stands: `processing`, its `results`, or why it has none.

    `/2` demands `document_token` and the `account_token` that handed the document in.
    """
    name = one_named(call.params)
    names = several_named(call.params)
    if name is None and names is not None:  # the old route had no name of its own for several
        return await read_results(call, given, deps)
    (document,) = await visible([name], call.where, call.params, given.caller, deps)
    return _one(await outcome_of(document, call.where, call.params, deps), call.where)


async def read_results(call: Call, given: Input[Call], deps: Deps) -> Said:
    """How several documents stand, each with a status of its own under its id as text."""
    names = several_named(call.params)
    if names is None:
        name = one_named(call.params)
        if name is None:
            return _one(Outcome(NOT_FOUND, message="Name the documents in `document_uuids`"), call.where)
        names = [name]
    if len(names) > MOST_TOLD:
        message = f"Ask for at most {MOST_DOCUMENTS} documents in one call, not {len(names)}"
        return _one(Outcome(TOO_MANY_NAMED, message=message), call.where)
    outcomes = await outcomes_of(names, call.where, call.params, given.caller, deps)
    return _several({key: outcome.shown(call.where) for key, outcome in outcomes.items()}, outcomes.values())


async def validate_document(call: Call, given: Input[Call], deps: Deps) -> Said:
    """Say what a document really holds, once: any of its features, right ones as well as wrong ones."""
    (document,) = await visible([one_named(call.params)], call.where, call.params, given.caller, deps)
    return _one(await validate(document, call.params.get("values"), deps), call.where)


async def validate_documents(call: Call, given: Input[Call], deps: Deps) -> Said:
    """Say what several documents hold, each once and with a status of its own; `status` is that of the call."""
    documents = call.params.get("documents")
    if not isinstance(documents, Mapping) or len(documents) > MOST_DOCUMENTS:
        message = f"{VALIDATION_FORMAT.message}: `documents` must be an object with up to {MOST_DOCUMENTS} documents"
        return _one(Outcome(VALIDATION_FORMAT, message=message), call.where)
    found = await visible(list(documents), call.where, call.params, given.caller, deps)
    outcomes = {
        key_of(name): await validate(document, values, deps)
        for (name, values), document in zip(documents.items(), found, strict=True)
    }
    shown = {key: outcome.shown(call.where) for key, outcome in outcomes.items()}
    return _several({**shown, **SUCCESS.shown(call.where)}, outcomes.values())


def _one(outcome: Outcome, where: Where) -> Said:
    return Said(outcome.shown(where), (outcome.status,), outcome.account)


def _several(result: Mapping[str, Any], outcomes: Collection[Outcome]) -> Said:
    accounts = {outcome.account for outcome in outcomes if outcome.account is not None}
    return Said(result, tuple(outcome.status for outcome in outcomes), accounts.pop() if len(accounts) == 1 else None)


async def authenticate(incoming: Incoming, deps: Deps) -> Caller:
    """Callers are known by the tokens in their bodies; until then by their address alone."""
    access = deps.access
    return access.caller_at(access.address_of(incoming.peer, incoming.headers.get("x-forwarded-for", "")))


@dataclass(frozen=True)
class _Row:
    """An operation by its name in paths."""

    name: str
    operation: Operation
    summary: str
    body: type[BaseModel]
    answer: type[BaseModel]


_ROWS = (
    _Row("parse", take_document, "Hand in", odoo_calls.ParseCall, odoo_calls.ParseAnswer),
    _Row("get_result", read_result, "How one stands", odoo_calls.ResultCall, odoo_calls.ResultAnswer),
    _Row("get_result_batch", read_results, "How several stand", odoo_calls.ResultsCall, odoo_calls.ResultsAnswer),
    _Row("get_results", read_results, "The same by its old name", odoo_calls.ResultsCall, odoo_calls.ResultsAnswer),
    _Row("validate", validate_document, "Say what one holds", odoo_calls.ValidateCall, odoo_calls.ValidateAnswer),
    _Row(
        "validate_batch",
        validate_documents,
        "Say what several hold",
        odoo_calls.ValidateBatchCall,
        odoo_calls.ValidateBatchAnswer,
    ),
)
_GENERATIONS: tuple[Generation, ...] = ("1", "2")
_IAP = frozenset({"parse", "get_result", "get_results", "validate"})
"""Operations of the first routes."""
_NAMES: Mapping[Kind, str] = {"invoice": "an invoice", "expense": "an expense slip", "applicant": "a résumé"}


def _body(where: Where, row: _Row) -> Body:
    takes_documents = row.operation is take_document

    async def read(incoming: Incoming) -> Call:
        try:
            content = await read_bytes(incoming, _DOCUMENT_LIMIT if takes_documents else _CALL_LIMIT)
        except Problem as problem:
            if problem.code != BODY_TOO_LARGE.code or not takes_documents:
                raise
            return Call(where, is_unread=True)
        take_apart = _with_document if takes_documents else call_of
        return await beside(lambda: take_apart(content, where), len(content))

    return Body(read, "application/json", row.body)


def _with_document(content: bytes, where: Where) -> Call:
    """A call of /parse with its document decoded; the texts of the documents are not kept."""
    call = call_of(content, where)
    if call.fault is not None:
        return call
    try:
        document: Any = document_of(call.params.get("documents"))
    except UnsupportedFormat as error:
        document = error
    params = {name: value for name, value in call.params.items() if name != "documents"}
    return replace(call, params=params, document=document)


def _route(path: str, where: Where, row: _Row) -> Route:
    async def serve(given: Input[Call], deps: Deps) -> Answer:
        if given.body.fault is not None:
            raise Problem(given.body.fault)
        version = version_of(where, given.body.params.get("version"))
        count = partial(_count, where.kind, row.name, str(version.number) if version else "unknown")
        try:
            said = await _said(row.operation, given, deps)
        except Exception:  # HTTP says 200 to it, so that nothing else would show it
            count(INTERNAL.metric)
            raise
        for status in said.statuses:
            count(status.metric)
        return said.answer(where.kind)

    serve.__name__ = f"extract_{where.kind}_{where.generation}_{row.name}"
    serve.__doc__ = row.operation.__doc__
    return Route(
        "POST",
        path,
        serve,
        f"{row.summary}: {_NAMES[where.kind]}",
        body=_body(where, row),
        answer=row.answer,
        errors=(BROKEN, NO_CALL, NO_PARAMS, TOO_LARGE),
    )


def _count(kind: Kind, operation: str, version: str, status: str) -> None:
    EXTRACT_CALLS.labels(kind, operation, version, status).inc()


async def _said(operation: Operation, given: Input[Call], deps: Deps) -> Said:
    call = given.body
    if call.is_unread:
        message = f"{UNSUPPORTED_FORMAT.message}: the document is larger than 10 MB"
        return _one(Outcome(UNSUPPORTED_FORMAT, message=message), call.where)
    asked = call.params.get("version")
    if asked is not None and version_of(call.where, asked) is None:
        return _one(Outcome(UNSUPPORTED_VERSION), call.where)
    try:
        return await operation(call, given, deps)
    except (Unavailable, PyMongoError) as error:
        _log.warning("a part is unavailable", error=type(error).__name__)
        return _one(Outcome(MAINTENANCE), call.where)


def _routes() -> Iterable[Route]:
    for kind in KINDS:
        for row in _ROWS:
            for generation in _GENERATIONS:
                yield _route(f"/api/extract/{kind}/{generation}/{row.name}", Where(kind, generation), row)
            if row.name in _IAP:
                yield _route(f"/iap/{kind}_extract/{row.name}", Where(kind, "iap"), row)


def _first_routes_of_applicants() -> Iterable[Route]:
    """As clients of version 100 call them; not in OpenAPI, being the same as those of `/iap`."""
    for row in _ROWS:
        if row.name in _IAP:
            path = f"/api/recruitment_extract/1/{row.name}"
            yield replace(_route(path, Where("applicant", "iap"), row), answer=None)


async def refuse_statement(given: Input[Call], deps: Deps) -> Answer:
    """Bank statements are not read: whatever is asked of one is answered so."""
    del deps
    if given.body.fault is not None:
        raise Problem(given.body.fault)
    message = f"{UNSUPPORTED_FORMAT.message}: bank statements are not read here"
    return Answer(UNSUPPORTED_FORMAT.shown(given.body.where, message))


def _statement_routes() -> Iterable[Route]:
    """Not in OpenAPI: they have no answer but that."""
    for generation in _GENERATIONS:
        where = Where("invoice", generation)
        for row in _ROWS:
            path = f"/api/extract/bank_statement/{generation}/{row.name}"
            yield Route("POST", path, refuse_statement, "Bank statements are not read", body=_body(where, row))


FAMILY = Family(
    name="odoo-extract",
    routes=(*_routes(), *_first_routes_of_applicants(), *_statement_routes()),
    authenticate=authenticate,
    security=("",),
    answer=envelope.answer,
    error=envelope.error,
    error_model=odoo_calls.RpcError,
    error_status=envelope.error_status,
    paths=("/api/extract", "/api/recruitment_extract", "/iap"),
)
