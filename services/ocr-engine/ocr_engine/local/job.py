"""The jobs that a child does: look, find words, draw pages, read. Plain values in and out."""

import time
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from ocr_engine.evidence import Evidence
from ocr_engine.local.document import inspected, opened, page_as_shown, pages_as_jpeg, recognized, upright
from ocr_engine.local.orientation import Orientation
from ocr_engine.local.page import Document
from ocr_engine.local.protocol import Head, evidence_as_json, word_as_json
from ocr_engine.local.schemas import SCHEMAS, Schema
from ocr_engine.local.search import search
from ocr_engine.location import locate
from ocr_engine.sender import heed
from ocr_engine.validation import plausible, validate
from shared.contracts.odoo import LARGEST_TEXT, ODOO_INVOICE, UserInfos
from shared.contracts.reading import ReadField, Reading

if TYPE_CHECKING:
    from ocr_engine.local.recognizer import Recognizer

FAST_SIDE = 960
FINE_SIDE = 1600
"""Pixels on the long side on which text runs are looked for; 960 halves the time at almost the same accuracy."""

_FINE_LOOK_SECONDS = 3.5
"""What a second look may cost; it is left out when less is left."""


class Jobs:
    """The jobs, with the models loaded at the first one that needs them."""

    @cached_property
    def recognizer(self) -> "Recognizer":
        """The OCR models; loading them takes about half a second and 200 MB."""
        from ocr_engine.local.recognizer import Recognizer  # noqa: PLC0415 - a child that only looks does without it

        return Recognizer()

    @cached_property
    def orientation(self) -> Orientation:
        """The model that tells which way up a page is."""
        return Orientation()

    def do(self, head: Head, content: bytes) -> tuple[Head, bytes]:
        """One job by its name.

        Raises:
            UnreadableDocument: the content does not decode.
            KeyError: no such job or schema.
        """
        name = head["job"]
        if name == "inspect":
            return {"evidence": evidence_as_json(_evidence(_allowed(inspected(content), head)))}, b""
        if name == "render":
            pages = pages_as_jpeg(content, head["max_pages"], self.orientation)
            return {"sizes": [len(page) for page in pages]}, b"".join(pages)
        if name == "words":
            _, document = upright(opened(content, self.orientation), self.recognizer, FAST_SIDE)
            return {"words": list(map(word_as_json, document.words()))}, b""
        if name == "search":
            return {"found": search(head["pattern"], content.decode("utf-8", "replace"))}, b""
        if name == "shown":
            return {}, page_as_shown(content, head["page"])
        if name == "read":
            ends = time.monotonic() + head["seconds"]
            reading, document = self._read(content, head, ends)
            reading = _heeded(reading, document, head)
            text = {"text": document.text[:LARGEST_TEXT]} if head.get("text") else {}
            words = {"words": list(map(word_as_json, document.words()))} if head.get("words") else {}
            return {"reading": reading.model_dump(mode="json"), **text, **words}, b""
        raise KeyError(name)

    def _read(self, content: bytes, head: Head, ends: float) -> tuple[Reading, Document]:
        """The better of one or two looks, and the document as it was seen."""
        schema, mode = SCHEMAS[head["schema"]], int(head["mode"])
        start, document = upright(opened(content, self.orientation), self.recognizer, FAST_SIDE)
        document = _allowed(document, head)
        reading = _read(document, schema, mode)
        if not start.scans or not _doubtful(reading, schema) or time.monotonic() + _FINE_LOOK_SECONDS > ends:
            return reading, document
        finer = _allowed(recognized(start, self.recognizer, FINE_SIDE), head)
        second = _read(finer, schema, mode)
        return max((reading, document), (second, finer), key=lambda look: schema.quality(look[0]))


def _allowed(document: Document, head: Head) -> Document:
    """The document without its XML where the job is to read the print alone."""
    return document if head.get("xml", True) else replace(document, xml=None)


def _read(document: Document, schema: Schema, mode: int) -> Reading:
    return validate(schema.read(document, mode), _evidence(document))


def _heeded(reading: Reading, document: Document, head: Head) -> Reading:
    """The reading of an invoice with what its sender says of themselves; what was not placed yet is looked for."""
    if reading.schema_name != ODOO_INVOICE:
        return reading
    infos = UserInfos.model_validate(head["infos"]) if head.get("infos") else None
    pattern = infos.purchase_order_regex if infos else None
    orders = search(pattern, document.text) if pattern else None
    return locate(heed(reading, infos, document.text, orders), document.words())


def _evidence(document: Document) -> Evidence:
    return Evidence(
        document.pages,
        document.pages_read,
        document.words(),
        document.text,
        document.qr,
        document.xml,
        document.warnings,
    )


def _doubtful(reading: Reading, schema: Schema) -> bool:
    fields = [reading.fields.get(key, ReadField()) for key in schema.mandatory]
    missing = any(field.value is None or field.confidence < schema.least for field in fields)
    missing = missing or (schema.lines and not reading.items)
    guessed = any(item[key].source == "computed" for item in reading.items for key in ("quantity",) if key in item)
    return missing or guessed or not plausible(reading)
