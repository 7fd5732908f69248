"""Events of the Extract API beside those of every document: a user's validation, a call to a program that waits."""

from typing import ClassVar, Literal

from pydantic import Field

from shared.contracts.message import Contract, Event
from shared.contracts.reading import Box, CanonicalText


class Correction(Contract):
    """What a user says that a field really is."""

    key: str = Field(max_length=64)
    """The reading's own key (`supplier_vat`, not `VAT_Number`); a feature without one keeps the client's name."""
    value: CanonicalText | None
    """In the reading's canonical form; None where the user says that there is nothing."""
    text: str = Field(default="", max_length=4096)
    """As the user marked it on the page, where they did."""
    page: int | None = Field(default=None, ge=0)
    box: Box | None = None


class DocumentCorrected(Event):
    """gateway → ocr-engine: a user validated a reading, once; right values are told as well as wrong ones."""

    NAME: ClassVar[str] = "document.corrected.v1"

    user_id: str
    schema_name: str
    corrections: tuple[Correction, ...] = ()
    lines: tuple[dict[str, CanonicalText | None], ...] | None = None
    """Lines by the reading's keys of an item; None where the user said nothing of them."""
    merged_lines: bool = False
    """The user had the lines merged, so they say nothing of single ones."""


class CallbackScheduled(Event):
    """gateway → gateway: the program that handed a document in is to be called, as its result can be read now."""

    NAME: ClassVar[str] = "callback.scheduled.v1"

    user_id: str
    document_id: str
    """As the path of the call ends: the id that the document's generation of the protocol goes by."""
    reason: Literal["ready", "failed"]
