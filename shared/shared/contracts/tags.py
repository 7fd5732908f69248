"""Lumimatch: the tags that a buyer gets from an invoice (Lumis API, section 11)."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import Field, StringConstraints

from shared.contracts.message import Call, Contract, Event
from shared.contracts.reading import Confidence

TagKind = Literal[
    "product_code", "product_l1", "product_l2", "product_brand", "issuer_ruc", "issuer_brand_name", "issuer_l1"
]

TagText = Annotated[str, StringConstraints(max_length=200, pattern=rf"^({'|'.join(get_args(TagKind))}):[^\x00-\x1f]+$")]
"""A tag as it is written: `kind:value`."""


class Tag(Contract):
    """One tag, written `kind:value`."""

    kind: TagKind
    value: str
    source: str
    """The rule that gave it: `exact`, `fuzzy`, `brand`, `keyword`, `hint`, `ruc`, `name`."""
    score: Confidence

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class UserTagged(Event):
    """tagger: an invoice gave its buyer these tags (empty where the catalogue knows nothing of it)."""

    NAME: ClassVar[str] = "user.tagged.v1"

    user_id: str
    invoice_id: str
    tags: tuple[Tag, ...]


class UserTag(Contract):
    """A tag as its user's purchases made it; dates are those of the invoices."""

    tag: str
    kind: TagKind
    value: str
    count: int
    """Distinct invoices."""
    first_seen: date
    last_seen: date


class UserTags(Contract):
    """Answer of ReadTags, last seen first; `next_cursor` is None on the last page."""

    tags: tuple[UserTag, ...]
    next_cursor: str | None = None


class ReadTags(Call[UserTags]):
    """A user's tags. Refused with `INVALID_CURSOR`."""

    NAME: ClassVar[str] = "tagger.read-tags.v1"
    ANSWER: ClassVar[type[Contract]] = UserTags

    user_id: str
    kind: TagKind | None = None
    min_count: int = Field(default=1, ge=1, le=1_000_000)
    since: date | None = None
    """Only tags seen on or after this day."""
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None


class TagsErased(Contract):
    """Answer of EraseTags: what was removed."""

    tags: int
    events: int


class EraseTags(Call[TagsErased]):
    """Erase a user's tags and the events behind them."""

    NAME: ClassVar[str] = "tagger.erase-tags.v1"
    ANSWER: ClassVar[type[Contract]] = TagsErased

    user_id: str


class UserIds(Contract):
    """A page of users, and how many there are in all. Ids are left out of a small group shown without a reason."""

    total: int
    user_ids: tuple[str, ...]
    next_cursor: str | None = None
    small: bool = False
    """Under 10 users, so their ids need a reason."""


class TaggedUsers(Call[UserIds]):
    """Who has a tag; for administrators. Refused with `INVALID_CURSOR`."""

    NAME: ClassVar[str] = "tagger.tagged-users.v1"
    ANSWER: ClassVar[type[Contract]] = UserIds

    tag: TagText
    min_count: int = Field(default=1, ge=1, le=1_000_000)
    since: date | None = None
    """Only users who had it on or after this day."""
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = None
    reason: str | None = Field(default=None, max_length=200)
    """Why an administrator wants the ids of a group under 10; logged."""


class TagAtom(Contract):
    """One condition of a segment: a tag, how often, within how many days."""

    tag: TagText
    min_count: int = Field(default=1, ge=1, le=1_000_000)
    """Least number of distinct invoices."""
    within_days: int | None = Field(default=None, ge=1, le=36_500)
    """Count only what was bought on the last so many days before today, and today."""


class SegmentRule(Contract):
    """Who belongs to a segment; an absent list does not filter."""

    all: tuple[TagAtom, ...] = Field(default=(), max_length=50)
    any: tuple[TagAtom, ...] = Field(default=(), max_length=50)
    none: tuple[TagAtom, ...] = Field(default=(), max_length=50)


class SegmentUsers(Call[UserIds]):
    """Who fits a rule, or a stored segment's rule. Refused with `SEGMENT_NOT_FOUND`, `INVALID_CURSOR`."""

    NAME: ClassVar[str] = "tagger.segment-users.v1"
    ANSWER: ClassVar[type[Contract]] = UserIds

    rule: SegmentRule | None = None
    segment_id: str | None = None
    limit: int = Field(default=20, ge=1, le=200)
    cursor: str | None = None
    reason: str | None = Field(default=None, max_length=200)


class Segment(Contract):
    """A named rule."""

    id: str
    name: str
    rule: SegmentRule


class Segments(Contract):
    """Answer of the segment calls: the segments concerned."""

    segments: tuple[Segment, ...]


class ListSegments(Call[Segments]):
    """All segments, or the one with this id. Refused with `SEGMENT_NOT_FOUND`."""

    NAME: ClassVar[str] = "tagger.list-segments.v1"
    ANSWER: ClassVar[type[Contract]] = Segments

    segment_id: str | None = None


class StoreSegment(Call[Segments]):
    """Create a segment (no id) or replace one. Refused with `SEGMENT_NOT_FOUND`, `SEGMENT_NAME_TAKEN`."""

    NAME: ClassVar[str] = "tagger.store-segment.v1"
    ANSWER: ClassVar[type[Contract]] = Segments

    segment_id: str | None = None
    name: str = Field(min_length=1, max_length=100)
    rule: SegmentRule


class DeleteSegment(Call[Segments]):
    """Delete a segment; answers what was deleted. Refused with `SEGMENT_NOT_FOUND`."""

    NAME: ClassVar[str] = "tagger.delete-segment.v1"
    ANSWER: ClassVar[type[Contract]] = Segments

    segment_id: str


CatalogKind = Literal["products", "brands", "categories", "issuers"]


class BadCatalogRow(Contract):
    """A row that was left out: its number from 1 (a CSV's header not counted), its key, what is wrong with it."""

    number: int
    key: str
    reason: str


class CatalogImported(Contract):
    """Answer of ImportCatalog."""

    stored: int
    new: int = 0
    replaced: int = 0
    bad_rows: tuple[BadCatalogRow, ...] = ()


class ImportCatalog(Call[CatalogImported]):
    """Add or replace rows of the catalogue by their natural keys; at most 1,000 at a time, as rows or as CSV.

    Refused with `UNREADABLE_CSV`, `TOO_MANY_ROWS`.
    """

    NAME: ClassVar[str] = "tagger.import-catalog.v1"
    ANSWER: ClassVar[type[Contract]] = CatalogImported

    kind: CatalogKind
    rows: tuple[dict[str, Any], ...] = Field(default=(), max_length=1000)
    csv: str | None = None
    """With a header line; lists have `;` between their values."""


class CatalogRows(Contract):
    """Answer of ReadCatalogRows."""

    rows: tuple[dict[str, Any], ...]
    next_cursor: str | None = None


class ReadCatalogRows(Call[CatalogRows]):
    """Rows of the catalogue by their natural keys. Refused with `INVALID_CURSOR`."""

    NAME: ClassVar[str] = "tagger.read-catalog-rows.v1"
    ANSWER: ClassVar[type[Contract]] = CatalogRows

    kind: CatalogKind
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = None


class UnresolvedName(Contract):
    """A product name that no rule resolved, with how many invoices it stood on."""

    name: str
    count: int
    last_seen: date


class UnresolvedNames(Contract):
    """Answer of ListUnresolved, most frequent first."""

    names: tuple[UnresolvedName, ...]


class ListUnresolved(Call[UnresolvedNames]):
    """The review list: how the catalogue grows."""

    NAME: ClassVar[str] = "tagger.list-unresolved.v1"
    ANSWER: ClassVar[type[Contract]] = UnresolvedNames

    limit: int = Field(default=50, ge=1, le=500)
