"""The offline engine as the chain sees it: evidence, words, pages and readings, each from a guarded child process."""

import asyncio
from typing import Any

from ocr_engine.engine import Document, Seen
from ocr_engine.evidence import Evidence, UnreadableDocument, Word
from ocr_engine.local.pool import ChildDied, ChildNotStarted, Limits, Pool
from ocr_engine.local.protocol import Head, evidence_of_json, word_of_json
from ocr_engine.local.signature import check_size, sniff
from ocr_engine.schemas import SCHEMAS
from shared.contracts.documents import Unreadable
from shared.contracts.reading import Reading

__all__ = ["LocalEngine", "UnreadableDocument"]

_TRIES = 2
"""A document whose child died is tried once more: the child may have been unlucky, not the document bad."""


class LocalEngine:
    """Reads without a key or a network. One lane of children does OCR, another only looks, so that no look waits."""

    def __init__(
        self,
        workers: int = 1,
        memory_limit: int = Limits.memory,
        cpu_seconds: int = Limits.cpu_seconds,
        jobs_per_worker: int = Limits.jobs,
        *,
        embedded_xml: bool = True,
    ) -> None:
        """`memory_limit`: bytes of address space per child; `cpu_seconds`: per job; `jobs_per_worker`: then renewed.

        Without `embedded_xml` an invoice's attached XML is ignored.
        """
        limits = Limits(memory_limit, cpu_seconds, jobs_per_worker)
        self._embedded_xml = embedded_xml
        self._readers = Pool(workers, limits, models=True)
        self._lookers = Pool(workers, limits, models=False)

    @property
    def peak_memory(self) -> int:
        """Most bytes that a reading child has had resident."""
        return max(self._readers.peak_memory, self._lookers.peak_memory)

    async def start(self) -> None:
        """Start the children and load the models."""
        await self._readers.start()
        await self._lookers.start()

    async def close(self) -> None:
        """End the children."""
        await self._readers.close()
        await self._lookers.close()

    async def inspect(self, content: bytes, content_type: str, timeout: float) -> Evidence:
        """The cheap look: does it decode, a PDF's text and XML, QR codes. Tens of milliseconds, no model.

        Raises:
            UnreadableDocument: it does not decode, is locked, too large or too costly.
            TimeoutError: `timeout` seconds passed.
        """
        answer, _ = await self._run(self._lookers, {"job": "inspect"}, content, content_type, timeout)
        return evidence_of_json(answer["evidence"])

    async def words(self, content: bytes, content_type: str, timeout: float) -> tuple[Word, ...]:
        """Every word with its box, by OCR where the document has no text of its own; raises like `inspect`."""
        answer, _ = await self._run(self._readers, {"job": "words"}, content, content_type, timeout)
        return tuple(map(word_of_json, answer["words"]))

    async def render(
        self,
        content: bytes,
        content_type: str,
        timeout: float,
        max_pages: int = 3,
    ) -> tuple[bytes, ...]:
        """The first pages as JPEGs without metadata, upright and of bounded size; raises like `inspect`."""
        head = {"job": "render", "max_pages": max_pages}
        answer, body = await self._run(self._lookers, head, content, content_type, timeout)
        pages, place = [], 0
        for size in answer["sizes"]:
            pages.append(body[place : place + size])
            place += size
        return tuple(pages)

    async def read_with_text(self, document: Document, timeout: float) -> Seen:
        """A reading, and what it was read from; raises like `inspect`.

        What the sender says of themselves tells the sides of an invoice apart, and its purchase orders.
        """
        shows_text = SCHEMAS[document.schema_name].shows_text
        head = {"job": "read", "schema": document.schema_name, "mode": document.mode, "text": True, "words": shows_text}
        head |= {"infos": document.infos.model_dump()} if document.infos else {}
        answer, _ = await self._run(self._readers, head, document.content, document.content_type, timeout)
        words = tuple(map(word_of_json, answer.get("words", ())))
        return Seen(Reading.model_validate(answer["reading"]), str(answer["text"]), words)

    async def search(self, pattern: str, text: str, timeout: float) -> tuple[str, ...] | None:
        """What a sender's own pattern matches, each once; None where it is no pattern, or takes too long.

        Raises:
            TimeoutError: no process was free for `timeout` seconds.
        """
        head = {"job": "search", "pattern": pattern}
        try:
            answer, _ = await self._lookers.run(head, text.encode("utf-8", "replace"), timeout)
        except ChildDied:
            return None
        return tuple(answer["found"]) if answer.get("found") is not None else None

    async def shown(self, content: bytes, content_type: str, timeout: float, page: int = 0) -> bytes:
        """A page as a JPEG, turned as it is shown, for drawing boxes on; raises like `inspect`."""
        _, body = await self._run(self._lookers, {"job": "shown", "page": page}, content, content_type, timeout)
        return body

    async def _run(
        self, pool: Pool, head: Head, content: bytes, content_type: str, seconds: float
    ) -> tuple[dict[str, Any], bytes]:
        sniffed = sniff(content)
        if sniffed is None or sniffed != content_type:
            raise UnreadableDocument(Unreadable.DAMAGED)
        check_size(content, sniffed)
        head = {**head, "xml": self._embedded_xml}
        loop = asyncio.get_running_loop()
        ends = loop.time() + seconds
        reason = Unreadable.TOO_COSTLY
        for _ in range(_TRIES):
            try:
                answer, body = await pool.run(head, content, ends - loop.time())
            except ChildNotStarted:
                reason = Unreadable.PROVIDERS_FAILED  # a document is to blame only where children died at work on it
                continue
            except ChildDied:
                continue
            if "unreadable" in answer:
                raise UnreadableDocument(Unreadable(answer["unreadable"]))
            if "failed" in answer:
                raise UnreadableDocument(Unreadable.PROVIDERS_FAILED)
            return answer, body
        raise UnreadableDocument(reason)
