"""What handlers, operations and background work are given."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from shared.mongo import Database
from tagger.cache import CatalogueCache
from tagger.store import Audience, CatalogueStore, ReviewList, SegmentStore, TaggingStore
from tagger.tagging import PANAMA_TIME


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Deps:
    """The tagger's parts."""

    catalogue: CatalogueCache
    rows: CatalogueStore
    taggings: TaggingStore
    review: ReviewList
    audience: Audience
    segments: SegmentStore
    now: Callable[[], datetime] = field(default=_now)
    retag_per_second: float = 50.0
    """How many invoices are tagged anew a second while the service runs."""
    retag_check_seconds: float = 5.0

    @property
    def today(self) -> date:
        """The day in Panama."""
        return self.now().astimezone(PANAMA_TIME).date()


def on_database(database: Database, catalogue: CatalogueCache, **settings: float) -> Deps:
    """The parts over a database."""
    return Deps(
        catalogue=catalogue,
        rows=CatalogueStore(database),
        taggings=TaggingStore(database),
        review=ReviewList(database),
        audience=Audience(database),
        segments=SegmentStore(database),
        retag_per_second=settings.get("retag_per_second", 50.0),
        retag_check_seconds=settings.get("retag_check_seconds", 5.0),
    )
