"""What became of documents: not ready, a result in the form of a version, or why there is none."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from gateway.deps import Caller, Deps
from gateway.extract.documents import Document
from gateway.extract.identifiers import identifier_of, key_of
from gateway.extract.protocol import (
    INTEGRATION_TOKEN,
    INTERNAL,
    NOT_FOUND,
    PROCESSING,
    SUCCESS,
    TOO_MANY_NAMED,
    Status,
    Version,
    Where,
    status_of,
    version_of,
)
from gateway.extract.shaping import results_of
from gateway.extract.strangers import find_documents
from gateway.extract.test_mode import fixed_outcome
from shared.contracts.odoo import OdooOutcome

MOST_DOCUMENTS = 500
"""Documents of one call; more than any client asks for."""

MOST_TOLD = 5000
"""Documents of one call, up to which those that are too many have an answer each: beyond, the answer alone is work."""

LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes of results in one answer, whatever documents are asked for: those of hundreds of ordinary invoices."""

_FULL = "The answer is full: ask for fewer documents in one call, and for this one again"

_GRACE = timedelta(seconds=60)
"""After the time for reading, until a document that nothing was heard of counts as failed."""


@dataclass(frozen=True)
class Outcome:
    """How a document stands."""

    status: Status
    results: list[dict[str, Any]] | None = None
    message: str | None = None
    account: str | None = None
    """The user whose document it is."""

    def shown(self, where: Where) -> dict[str, Any]:
        """The members of `result`, or of a document's part of it."""
        said = self.status.shown(where, self.message)
        return said if self.results is None else {**said, "results": self.results}


async def visible(
    names: Sequence[Any], where: Where, params: Mapping[str, Any], caller: Caller, deps: Deps
) -> list[Document | None]:
    """The documents that a call may see, in its order; None for what is unknown, and for what is not its own.

    Documents of `/2` are seen on `/2` alone, by a token of their own account. Before, knowing the id was enough.
    """
    identifiers = [identifier_of(name) for name in names]
    found = await find_documents((each for each in identifiers if each is not None), caller, deps)
    owner = await deps.extract.tokens.owner(params.get("account_token")) if where.by_token and found else None
    is_test = params.get("account_token") == INTEGRATION_TOKEN
    return [
        document
        if (document := found.get(each) if each is not None else None) is not None
        and document.kind == where.kind
        and _is_open(document, where, owner, is_test=is_test)
        else None
        for each in identifiers
    ]


def _is_open(document: Document, where: Where, owner: str | None, *, is_test: bool) -> bool:
    if not where.by_token:
        return document.generation != "2"
    return is_test if document.user_id is None else document.user_id == owner


async def outcome_of(document: Document | None, where: Where, params: Mapping[str, Any], deps: Deps) -> Outcome:
    """How a document stands; unknown ones and those of others alike were not found."""
    if document is None:
        return Outcome(NOT_FOUND)
    return replace(await _outcome_of(document, where, params, deps), account=document.user_id)


async def _outcome_of(document: Document, where: Where, params: Mapping[str, Any], deps: Deps) -> Outcome:
    """How a document stands, in the form of the version that the call names.

    The seed says that a call's version sets the form of its own answer, so one given here wins over that of /parse: an
    Odoo database that was upgraded meanwhile reads old documents in the form that it knows. Without one, /parse's.
    """
    if document.user_id is None:
        if not await deps.extract.documents.looked_at(document):
            return Outcome(PROCESSING)
        return _success(fixed_outcome(document.kind), document, where, params)
    conclusion = await deps.requests.conclusion(document.request_id)
    if conclusion is None:
        is_late = datetime.now(UTC) > document.answer_by + _GRACE
        return Outcome(INTERNAL if is_late else PROCESSING)
    if conclusion.unreadable is not None:
        return Outcome(status_of(conclusion.unreadable, document.content_type))
    if not isinstance(conclusion.outcome, OdooOutcome):
        raise TypeError("another schema's outcome")
    return _success(conclusion.outcome, document, where, params)


def _success(outcome: OdooOutcome, document: Document, where: Where, params: Mapping[str, Any]) -> Outcome:
    version = version_of(where, params["version"]) if params.get("version") is not None else None
    shape = version or Version(document.kind, document.version)
    return Outcome(SUCCESS, results_of(outcome, shape, document.perspective))


@dataclass
class _Batch:
    """The outcomes of one call: each document is read once, and none any more when the answer is full."""

    where: Where
    params: Mapping[str, Any]
    deps: Deps
    left: int = LARGEST_ANSWER
    """Bytes of results that the answer has room for."""
    read: dict[str, tuple[Outcome, int]] = field(default_factory=dict)
    """What became of a document, by its id, and its bytes."""

    async def outcome_of(self, document: Document | None) -> Outcome:
        """How a document stands; the first one is told in full however large it is."""
        if document is None:
            return Outcome(NOT_FOUND)
        if document.id not in self.read:
            if self.left == 0:
                return _beyond(document)
            outcome = await outcome_of(document, self.where, self.params, self.deps)
            self.read[document.id] = outcome, _size(outcome)
        outcome, size = self.read[document.id]
        if size > self.left and self.left < LARGEST_ANSWER:
            self.left = 0
            return _beyond(document)
        self.left = max(self.left - size, 0)
        return outcome


def _beyond(document: Document) -> Outcome:
    return Outcome(PROCESSING, message=_FULL, account=document.user_id)


def _size(outcome: Outcome) -> int:
    """Bytes of an outcome's results as the answer writes them."""
    return 0 if outcome.results is None else len(json.dumps(outcome.results, ensure_ascii=False).encode())


async def outcomes_of(
    names: Sequence[Any], where: Where, params: Mapping[str, Any], caller: Caller, deps: Deps
) -> dict[str, Outcome]:
    """How several documents stand, each by itself, by what the call named them as text.

    A document is read once, whatever names it is given. One whose results no longer fit into the answer is told as not
    ready, which has programs ask for it again: of an error they would hand it in, and pay for it, anew.
    """
    looked_for = names[:MOST_DOCUMENTS]
    documents = await visible(looked_for, where, params, caller, deps)
    named = {key_of(name): document for name, document in zip(looked_for, documents, strict=True)}
    batch = _Batch(where, params, deps)
    found = {key: await batch.outcome_of(document) for key, document in named.items()}
    too_many = Outcome(TOO_MANY_NAMED, message=f"Ask for at most {MOST_DOCUMENTS} documents in one call")
    return {key_of(name): too_many for name in names[MOST_DOCUMENTS:]} | found
