"""A reading: one shape for every schema and every provider, so that answers can be compared and shown."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from shared.contracts.message import Contract

Source = Literal["qr", "cufe", "xml", "text", "ocr", "gemini", "openrouter", "computed"]
"""Where a value comes from."""

Confidence = Annotated[float, Field(ge=0, le=1)]

Box = tuple[float, float, float, float, float]
"""`(cx, cy, w, h, angle)`: centre and size relative to the page (0-1), angle in degrees, clockwise."""

CanonicalText = Annotated[str, StringConstraints(max_length=4096)]
"""A value as text in one fixed form: dates `YYYY-MM-DD`, numbers plain decimals (`125.50`) without grouping."""


class Candidate(Contract):
    """One possible value of a field, with the place where it stands."""

    value: CanonicalText
    raw: str = ""
    confidence: Confidence = 0.0
    page: int | None = Field(default=None, ge=0)
    box: Box | None = None
    source: Source


class ReadField(Contract):
    """A field as read: the chosen value (None: not found) and the others that were thought of, best first."""

    value: CanonicalText | None = None
    raw: str = ""
    confidence: Confidence = 0.0
    page: int | None = Field(default=None, ge=0)
    box: Box | None = None
    source: Source | None = None
    candidates: tuple[Candidate, ...] = ()


class Attempt(Contract):
    """One provider's try at a document, for the timeline and for costs."""

    provider: Literal["gemini", "openrouter", "local"]
    model: str | None = None
    outcome: str
    """`ok`, or the short code of what went wrong (`http_429`, `max_tokens`, `timeout`, `bad_json`, …)."""
    milliseconds: int = Field(ge=0)
    tokens_in: int | None = None
    tokens_out: int | None = None


class Reading(Contract):
    """What was read off one document under one schema.

    Header fields stand in `fields` by the schema's own keys; each line item and each row of a
    table is a mapping of the same kind.
    """

    schema_name: str
    provider: Literal["gemini", "openrouter", "local"]
    model: str | None = None
    fields: dict[str, ReadField]
    items: tuple[dict[str, ReadField], ...] = ()
    tables: dict[str, tuple[dict[str, ReadField], ...]] = Field(default_factory=dict)
    """Lists beside the line items, by the schema's own names (`charges`, `hsn_tax_table`, …)."""
    pages: int = Field(default=1, ge=0)
    pages_read: int = Field(default=1, ge=0)
    attempts: tuple[Attempt, ...] = ()
    warnings: tuple[str, ...] = ()

    def value(self, key: str) -> str | None:
        """The chosen value of a header field, None where it was not found."""
        field = self.fields.get(key)
        return field.value if field else None
