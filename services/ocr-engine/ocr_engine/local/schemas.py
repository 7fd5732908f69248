"""Which rules read a document under which schema: one row each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ocr_engine.local.lumis.reader import quality, read_lumis
from ocr_engine.local.page import Document
from shared.contracts.lumis import LUMIS
from shared.contracts.reading import Reading


@dataclass(frozen=True)
class Schema:
    """The rules of a schema: document and mode to reading, and which of two readings is the better."""

    read: Callable[[Document, int], Reading]
    quality: Callable[[Reading], tuple[float, ...]]
    mandatory: tuple[str, ...]
    """Header fields that call for a second, finer look when they are missing."""


SCHEMAS: Mapping[str, Schema] = {
    LUMIS: Schema(read_lumis, quality, ("ruc", "dv", "invoice_number", "total", "date")),
}
