"""Taking a document in through the Extract API: whose account pays, what is read, and the ids to ask for it by."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from gateway.deps import Deps
from gateway.extract.documents import Document, NewDocument
from gateway.extract.papers import UnsupportedFormat, infos_of
from gateway.extract.protocol import (
    INTEGRATION_TOKEN,
    INVALID_TOKEN,
    MAINTENANCE,
    NO_CREDIT,
    OVER_LIMIT,
    SCHEMAS,
    SUCCESS,
    UNSUPPORTED_FORMAT,
    UNSUPPORTED_VERSION,
    Status,
    Version,
    Where,
    version_of,
)
from gateway.extract.strangers import count_stranger
from gateway.http import Input
from gateway.intake import Submission, submit
from gateway.metrics import LIMITED
from gateway.uploads import Upload
from shared.errors import Refused

_INSUFFICIENT = "INSUFFICIENT_LUMIS"


@dataclass(frozen=True)
class Paper:
    """What a call of /parse asks for."""

    where: Where
    params: Mapping[str, Any]
    upload: Upload | UnsupportedFormat
    """The document, or why there is none."""

    @property
    def is_test(self) -> bool:
        """Whether it is free, and nothing is read."""
        return bool(self.params.get("account_token") == INTEGRATION_TOKEN)

    @property
    def document(self) -> Upload:
        """The document. Raises UnsupportedFormat."""
        if isinstance(self.upload, UnsupportedFormat):
            raise self.upload
        return self.upload


@dataclass(frozen=True)
class Taken:
    """What came of a call of /parse; the document where it was taken in."""

    status: Status
    version: Version | None = None
    document: Document | None = None
    message: str | None = None
    price: int = 0
    """Credits that are held for it."""
    account: str | None = None
    """The user who pays, where the token is somebody's."""

    def shown(self, where: Where) -> dict[str, Any]:
        """The members of `result`; ids only where there is a document."""
        said = self.status.shown(where, self.message)
        if self.document is None:
            return said
        if where.by_token:
            return {**said, "document_token": self.document.id}
        return {**said, "document_uuid": self.document.id, "document_id": self.document.number}


async def parse(paper: Paper, given: Input[Any], deps: Deps) -> Taken:
    """Take a document in and return at once; it is read afterwards.

    One credit is held for it, and given back where nothing can be read. In test mode nothing is held, kept or read.

    Raises:
        Unavailable, PyMongoError: a part of ours is away; nothing was taken in.
    """
    version = version_of(paper.where, paper.params.get("version"))
    if version is None:
        return Taken(UNSUPPORTED_VERSION)
    user_id = None if paper.is_test else await deps.extract.tokens.owner(paper.params.get("account_token"))
    taken = await _parse(paper, version, user_id, given, deps)
    return replace(taken, account=user_id)


async def _parse(paper: Paper, version: Version, user_id: str | None, given: Input[Any], deps: Deps) -> Taken:
    # An account's documents are counted by account; what belongs to nobody by address.
    counted = deps.extract.rates.take(f"extract:{user_id}") if user_id else count_stranger(given.caller, deps)
    if not (await counted).accepted:
        LIMITED.inc()
        return Taken(OVER_LIMIT, version)
    if user_id is None and not paper.is_test:
        return Taken(INVALID_TOKEN, version)
    if isinstance(paper.upload, UnsupportedFormat):
        return Taken(UNSUPPORTED_FORMAT, version, message=f"{UNSUPPORTED_FORMAT.message}: {paper.upload}")
    if user_id is None:
        return await _take_test(paper, version, given, deps)
    return await _take(paper, version, user_id, given, deps)


async def _take(paper: Paper, version: Version, user_id: str, given: Input[Any], deps: Deps) -> Taken:
    kept: list[Document] = []

    async def prepare() -> None:
        kept.append(await deps.extract.documents.add(_new(paper, version, user_id, given, deps)))
        await _plan_callback(kept[0], paper, deps)

    submission = Submission(
        request_id=given.request_id,
        user_id=user_id,
        schema_name=SCHEMAS[paper.where.kind],
        operation="extract",
        upload=paper.document,
        received_at=given.received_at,
        user_infos=infos_of(paper.params.get("user_infos")),
        patience=deps.extract.patience,
        kept_for=deps.extract.kept_for,
        is_counted=True,
    )
    try:
        _, price = await submit(submission, deps, prepare)
    except Refused as refusal:
        return Taken(NO_CREDIT if refusal.code == _INSUFFICIENT else MAINTENANCE, version)
    return Taken(SUCCESS, version, kept[0], price=price)


async def _take_test(paper: Paper, version: Version, given: Input[Any], deps: Deps) -> Taken:
    """Test mode: the document can be read at once, or at the second look where nobody is called."""
    document = await deps.extract.documents.add(_new(paper, version, None, given, deps))
    await _plan_callback(document, paper, deps)
    for event in await deps.callbacks.due(document.request_id, deps.origin):
        await deps.bus.publish(event)
    return Taken(SUCCESS, version, document)


def _new(paper: Paper, version: Version, user_id: str | None, given: Input[Any], deps: Deps) -> NewDocument:
    return NewDocument(
        request_id=given.request_id,
        user_id=user_id,
        kind=paper.where.kind,
        generation=paper.where.generation,
        version=version.number,
        perspective=infos_of(paper.params.get("user_infos")).perspective,
        content_type=paper.document.content_type,
        received_at=given.received_at,
        answer_by=given.received_at + deps.extract.patience,
        expires_at=given.received_at + deps.extract.kept_for,
        look_first=user_id is None and _callback(paper) is None,
    )


def _callback(paper: Paper) -> str | None:
    url = paper.params.get("webhook_url")
    return url.strip() if isinstance(url, str) and url.strip() else None


async def _plan_callback(document: Document, paper: Paper, deps: Deps) -> None:
    """Plan the call of the program that waits; older clients know the document by its number alone."""
    url = _callback(paper)
    if url is None:
        return
    by_number = Version(document.kind, document.version).goes_by_number
    await deps.callbacks.plan(
        request_id=document.request_id,
        user_id=document.user_id or INTEGRATION_TOKEN,
        url=url,
        document_id=str(document.number) if by_number else document.id,
    )
