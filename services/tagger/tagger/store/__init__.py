"""Lumimatch's collections: taggings, tag_events, user_tags, unresolved, segments, and the catalogue's four."""

from shared.mongo import Index
from tagger.store.audience import Audience
from tagger.store.projection import Projection
from tagger.store.review import ReviewList
from tagger.store.rows import CatalogueStore
from tagger.store.segments import NameTaken, SegmentStore
from tagger.store.taggings import KEPT_TAGGINGS, Kept, TaggingStore

__all__ = [
    "DATABASE",
    "INDEXES",
    "Audience",
    "CatalogueStore",
    "Kept",
    "NameTaken",
    "Projection",
    "ReviewList",
    "SegmentStore",
    "TaggingStore",
]

DATABASE = "lumimatch"

INDEXES = (
    Index("tag_events", (("user_id", 1), ("tag", 1), ("invoice_id", 1)), unique=True),
    # A segment's atoms are answered out of these two alone.
    Index("tag_events", (("tag", 1), ("bought_on", 1), ("user_id", 1))),
    Index("user_tags", (("tag", 1), ("user_id", 1), ("count", 1), ("last_seen", 1))),
    Index("user_tags", (("user_id", 1), ("tag", 1)), unique=True),
    Index("user_tags", (("user_id", 1), ("last_seen", -1), ("tag", 1))),
    Index("taggings", (("made_at", 1),), expire_after_seconds=KEPT_TAGGINGS),
    Index("taggings", (("user_id", 1), ("invoice_id", 1))),
    Index("taggings", (("version", 1), ("made_at", 1))),
    Index("unresolved", (("count", -1), ("last_seen", -1))),
    Index("segments", (("name_key", 1),), unique=True),
)
