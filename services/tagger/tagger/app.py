"""Wires the tagger: its collections, the catalogue in memory, the events that it listens to, the calls it answers."""

from shared.bus import Operation, Subscription
from shared.contracts.documents import DocumentReconciled
from shared.contracts.erasure import ErasureRequested
from shared.contracts.reviews import InvoiceCorrected, InvoiceRejected
from shared.contracts.tags import (
    DeleteSegment,
    EraseTags,
    ImportCatalog,
    ListSegments,
    ListUnresolved,
    ReadCatalogRows,
    ReadTags,
    SegmentUsers,
    StoreSegment,
    TaggedUsers,
)
from shared.erasures import Erasures
from shared.mongo import ensure_indexes
from shared.service import Platform, Service
from tagger.cache import CatalogueCache
from tagger.curation import import_catalog, list_unresolved, read_catalog_rows
from tagger.deps import Deps, on_database
from tagger.erasure import erase_purchases
from tagger.handlers import tag_buyer
from tagger.queries import erase_tags, read_tags, segment_users, tagged_users
from tagger.retagging import retag_in_background
from tagger.reviews import retag_corrected, undo_rejected
from tagger.segments import delete_segment, list_segments, store_segment
from tagger.settings import TaggerSettings
from tagger.starter import shorthand, starter_rows
from tagger.store import DATABASE, INDEXES, CatalogueStore


async def build(settings: TaggerSettings, platform: Platform) -> Deps:
    """Make the indexes, fill an empty catalogue with the starter set and load it."""
    database = platform.database(DATABASE)
    await ensure_indexes(database, INDEXES)
    await Erasures(database).prepare()
    rows = CatalogueStore(database)
    await rows.seed(starter_rows())
    catalogue = CatalogueCache(rows.version, rows.load, shorthand(), check_seconds=settings.catalogue_check_seconds)
    await catalogue.current()
    return on_database(database, catalogue, retag_per_second=settings.retag_per_second)


_GATHER_SECONDS = 0.05
"""Nobody waits for tags, and buyers who come within this share every command."""

SERVICE = Service(
    name="tagger",
    settings=TaggerSettings,
    build=build,
    subscriptions=(
        Subscription(DocumentReconciled, tag_buyer, prefetch=64, gather=_GATHER_SECONDS),
        Subscription(InvoiceRejected, undo_rejected),
        Subscription(InvoiceCorrected, retag_corrected),
        Subscription(ErasureRequested, erase_purchases),
    ),
    operations=(
        Operation(ReadTags, read_tags),
        Operation(EraseTags, erase_tags),
        Operation(TaggedUsers, tagged_users),
        Operation(SegmentUsers, segment_users),
        Operation(ListSegments, list_segments),
        Operation(StoreSegment, store_segment),
        Operation(DeleteSegment, delete_segment),
        Operation(ImportCatalog, import_catalog, prefetch=2),
        Operation(ReadCatalogRows, read_catalog_rows),
        Operation(ListUnresolved, list_unresolved),
    ),
    background=(retag_in_background,),
)
