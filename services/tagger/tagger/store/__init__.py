"""Lumimatch's collections: taggings, tag_events, user_tags, unresolved, and the catalogue's four."""

from shared.mongo import Index
from tagger.store.projection import Projection
from tagger.store.review import ReviewList
from tagger.store.rows import CatalogueStore
from tagger.store.taggings import KEPT_TAGGINGS, TaggingStore

__all__ = ["DATABASE", "INDEXES", "CatalogueStore", "Projection", "ReviewList", "TaggingStore"]

DATABASE = "lumimatch"

INDEXES = (
    Index("tag_events", (("user_id", 1), ("tag", 1), ("invoice_id", 1)), unique=True),
    Index("tag_events", (("projected", 1),), partial={"projected": False}),
    Index("user_tags", (("user_id", 1), ("tag", 1)), unique=True),
    Index("taggings", (("made_at", 1),), expire_after_seconds=KEPT_TAGGINGS),
    Index("unresolved", (("count", -1), ("last_seen", -1))),
)
