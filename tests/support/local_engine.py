"""A stand-in for the local engine: says what it is told, and remembers what it was asked."""

import asyncio
from dataclasses import dataclass
from typing import Any

from ocr_engine.engine import Document, Seen
from ocr_engine.evidence import Evidence, Word
from shared.contracts.odoo import UserInfos
from shared.contracts.reading import ReadField, Reading

PAGE = b"\xff\xd8\xff page"


def local_reading(**values: str) -> Reading:
    """A reading of the local engine with these header values."""
    fields = {key: ReadField(value=value, confidence=0.5, source="ocr") for key, value in values.items()}
    return Reading(schema_name="lumis", provider="local", fields=fields)


@dataclass(frozen=True)
class Asked:
    """One call as it came; `about` is what only some methods are told."""

    name: str
    content: bytes
    content_type: str
    seconds: float
    about: tuple[Any, ...] = ()


class FakeLocalEngine:
    """Each `…_error` is raised by its method; `…_seconds` pass before its method answers."""

    def __init__(self) -> None:
        self.evidence = Evidence(pages=1, pages_read=1)
        self.seen_words: tuple[Word, ...] = ()
        self.pages: tuple[bytes, ...] = (PAGE,)
        self.reading = local_reading(issuer_name="LOCAL")
        self.inspect_error: Exception | None = None
        self.render_error: Exception | None = None
        self.read_error: Exception | None = None
        self.words_seconds = 0.0
        self.read_seconds = 0.0
        self.text = ""
        self.infos: UserInfos | None = None
        self.found: tuple[str, ...] | None = ()
        self.asked: list[Asked] = []
        self.words_cancelled = False

    @property
    def calls(self) -> list[str]:
        return [asked.name for asked in self.asked]

    async def inspect(self, content: bytes, content_type: str, timeout: float) -> Evidence:
        self.asked.append(Asked("inspect", content, content_type, timeout))
        if self.inspect_error:
            raise self.inspect_error
        return self.evidence

    async def words(self, content: bytes, content_type: str, timeout: float) -> tuple[Word, ...]:
        self.asked.append(Asked("words", content, content_type, timeout))
        try:
            await asyncio.sleep(self.words_seconds)
        except asyncio.CancelledError:
            self.words_cancelled = True
            raise
        return self.seen_words

    async def render(self, content: bytes, content_type: str, timeout: float, max_pages: int = 3) -> tuple[bytes, ...]:
        self.asked.append(Asked("render", content, content_type, timeout, (max_pages,)))
        if self.render_error:
            raise self.render_error
        return self.pages[:max_pages]

    async def read_with_text(self, document: Document, timeout: float) -> Seen:
        about = (document.schema_name, document.mode)
        self.asked.append(Asked("read", document.content, document.content_type, timeout, about))
        self.infos = document.infos
        await asyncio.sleep(min(self.read_seconds, timeout))
        if self.read_seconds >= timeout:
            raise TimeoutError
        if self.read_error:
            raise self.read_error
        return Seen(self.reading, self.text, self.seen_words)

    async def search(self, pattern: str, text: str, timeout: float) -> tuple[str, ...] | None:
        self.asked.append(Asked("search", text.encode(), pattern, timeout))
        return self.found
