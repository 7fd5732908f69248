"""The local engine as the chain uses it: its methods, and its search for words beside a model's work."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from ocr_engine.evidence import Evidence, UnreadableDocument, Word
from ocr_engine.question import Options
from shared.contracts.lumis import Retry
from shared.contracts.odoo import UserInfos
from shared.contracts.reading import Reading


@dataclass(frozen=True)
class Document:
    """What is to be read, and under which schema."""

    content: bytes = field(repr=False)
    content_type: str
    schema_name: str
    mode: int
    retry: Retry | None = None
    """Set where only some fields are looked for."""
    options: Options = field(default_factory=Options)
    infos: UserInfos | None = None
    """What the sender says of themselves."""


@dataclass(frozen=True)
class Seen:
    """A reading, with what it was read from."""

    reading: Reading
    text: str = ""
    """All the lines of text."""
    words: tuple[Word, ...] = ()
    """Those of the text, for schemas whose answers show it."""


class Local(Protocol):
    """The local engine as the chain uses it. Each method raises UnreadableDocument, or TimeoutError."""

    async def inspect(self, content: bytes, content_type: str, timeout: float) -> Evidence:
        """A cheap look."""
        ...

    async def words(self, content: bytes, content_type: str, timeout: float) -> tuple[Word, ...]:
        """Every word with its place."""
        ...

    async def render(self, content: bytes, content_type: str, timeout: float, max_pages: int = 3) -> tuple[bytes, ...]:
        """Upright JPEG pages without metadata."""
        ...

    async def read_with_text(self, document: Document, timeout: float) -> Seen:
        """A whole reading, and what it was read from."""
        ...

    async def search(self, pattern: str, text: str, timeout: float) -> tuple[str, ...] | None:
        """What a sender's own pattern matches in a text; None where it is no pattern, or takes too long."""
        ...


class WordSearch:
    """OCR for the places of a model's values, at most so many at a time.

    A search is never cancelled for its document's sake: that would kill a child of the local engine at its work, and
    the next document would wait until another one has loaded its models.
    """

    def __init__(self, local: Local, at_once: int) -> None:
        self._local = local
        self._at_once = at_once
        self._running: set[asyncio.Task[tuple[Word, ...]]] = set()

    def begin(
        self, document: Document, seconds: float, *, wanted: bool = False
    ) -> "asyncio.Task[tuple[Word, ...]] | None":
        """Begin a search; None where enough are running. One that is `wanted` waits for its turn instead."""
        if len(self._running) >= self._at_once and not wanted:
            return None
        task = asyncio.create_task(self._find(document, seconds))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return task

    async def _find(self, document: Document, seconds: float) -> tuple[Word, ...]:
        try:
            return await self._local.words(document.content, document.content_type, seconds)
        except (UnreadableDocument, TimeoutError):
            return ()

    async def close(self) -> None:
        """Stop every search."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
