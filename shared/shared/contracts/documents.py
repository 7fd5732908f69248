"""Events in a document's life: uploaded, recognized or unreadable, reconciled, abandoned."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from shared.contracts.india import INDIA_GST_V4, INDIA_LEGACY, IndiaGstOutcome, IndiaLegacyOutcome
from shared.contracts.lumis import LumisOutcome, Retry
from shared.contracts.message import Event
from shared.contracts.odoo import LARGEST_TEXT, OdooOutcome, UserInfos
from shared.contracts.reading import Attempt, Reading

Outcome = Annotated[
    LumisOutcome | IndiaGstOutcome | IndiaLegacyOutcome | OdooOutcome, Field(discriminator="schema_name")
]
"""What the reconciler may say; one member per schema, told apart by `schema_name`."""


UNPRICED_SCHEMAS = frozenset({INDIA_LEGACY, INDIA_GST_V4})
"""Schemas of documents that are read for nothing: no credits are ever held for them."""

LARGEST_ANNOTATIONS = 4 * 1024 * 1024
"""Bytes, as JSON, of what OpenRouter parsed of a PDF; more is not kept, because it would be handed in again."""


class DocumentUploaded(Event):
    """gateway → ocr-engine: a document was accepted, its bytes are kept, its price is held."""

    NAME: ClassVar[str] = "document.uploaded.v1"

    user_id: str
    schema_name: str
    file_id: str
    content_type: str
    """One of `image/jpeg`, `image/png`, `image/webp`, `image/bmp`, `application/pdf`, told by magic bytes."""
    size: int = Field(gt=0)
    """Bytes."""
    sha256: str
    mode: int = Field(default=1, ge=1, le=2)
    """1: one ordinary paper. 2: several captures of one paper joined in one picture."""
    received_at: datetime
    answer_by: datetime
    """The client has its answer by then; a reading after it is kept but not charged."""
    retry: Retry | None = None
    """Set on a retry: which fields are looked for, and what is known already."""
    model: str | None = Field(default=None, max_length=128)
    """A hosted model that is to be asked first, named `vendor/model`; it never keeps the others from being asked."""
    filename: str | None = Field(default=None, max_length=255)
    """What a hosted model is told that the file is called."""
    options_id: str | None = None
    """A kept file, JSON: `{"plugins": […], "annotations": […]}` for OpenRouter, to be passed on as it is."""
    user_infos: UserInfos | None = None
    """What the sender says of themselves, where their API has them say it."""


class DocumentRecognized(Event):
    """ocr-engine → reconciler: a reading is there."""

    NAME: ClassVar[str] = "document.recognized.v1"

    user_id: str
    schema_name: str
    mode: int = 1
    received_at: datetime
    answer_by: datetime
    reading: Reading
    retry: Retry | None = None
    annotations_id: str | None = None
    """A kept file, JSON: what OpenRouter parsed of the PDF, to be handed in with the same PDF again."""
    user_infos: UserInfos | None = None
    """As in `DocumentUploaded`."""
    full_text: str = Field(default="", max_length=LARGEST_TEXT)
    """The document's whole text, for schemas whose answers show it."""
    layout_id: int | None = None
    """As in `OdooOutcome`."""


class Unreadable(StrEnum):
    """Why no reading came."""

    DAMAGED = "damaged"
    """The bytes do not decode, or nothing is in them (0 pixels, 0 pages)."""
    ENCRYPTED = "encrypted"
    """A PDF that asks for a password."""
    TOO_LARGE = "too_large"
    """More pixels than are safe to decode."""
    TOO_SMALL = "too_small"
    """So few pixels that nothing can be printed on them; only for schemas that say how few."""
    TOO_MANY_PAGES = "too_many_pages"
    """More pages than the schema takes."""
    TOO_COSTLY = "too_costly"
    """The reader ran out of its memory or processor time on it."""
    PROVIDERS_FAILED = "providers_failed"
    """Every provider failed; the document may be fine."""
    OUT_OF_TIME = "out_of_time"
    """`answer_by` passed first."""
    FILE_GONE = "file_gone"
    """The bytes had expired before they were read."""

    @property
    def documents_fault(self) -> bool:
        """True where the document itself cannot be read, so that trying it again would not help."""
        return self not in {Unreadable.PROVIDERS_FAILED, Unreadable.OUT_OF_TIME, Unreadable.FILE_GONE}


class DocumentUnreadable(Event):
    """ocr-engine → ledger, gateway: nothing could be read; nothing is charged."""

    NAME: ClassVar[str] = "document.unreadable.v1"

    user_id: str
    schema_name: str
    reason: Unreadable
    attempts: tuple[Attempt, ...] = ()


class DocumentReconciled(Event):
    """reconciler → ledger, tagger, gateway: the figures are checked, a complete invoice is stored."""

    NAME: ClassVar[str] = "document.reconciled.v1"

    user_id: str
    schema_name: str
    received_at: datetime
    answer_by: datetime
    provider: str
    outcome: Outcome
    annotations_id: str | None = None
    """As in `DocumentRecognized`."""


class DocumentAbandoned(Event):
    """gateway → ledger: the client was told that it failed (500); nothing is charged, or it is given back."""

    NAME: ClassVar[str] = "document.abandoned.v1"

    user_id: str
    schema_name: str | None = None
    """As in `DocumentUploaded`."""
