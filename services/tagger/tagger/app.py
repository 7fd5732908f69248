"""Wires the tagger: its collections, the catalogue in memory, the one event that it listens to."""

from shared.bus import Subscription
from shared.contracts.documents import DocumentReconciled
from shared.mongo import ensure_indexes
from shared.service import Platform, Service
from tagger.cache import CatalogueCache
from tagger.handlers import Deps, tag_buyer
from tagger.settings import TaggerSettings
from tagger.starter import shorthand, starter_rows
from tagger.store import DATABASE, INDEXES, CatalogueStore, ReviewList, TaggingStore


async def build(settings: TaggerSettings, platform: Platform) -> Deps:
    """Make the indexes, fill an empty catalogue with the starter set and load it."""
    database = platform.database(DATABASE)
    await ensure_indexes(database, INDEXES)
    rows = CatalogueStore(database)
    await rows.seed(starter_rows())
    catalogue = CatalogueCache(rows.version, rows.load, shorthand(), check_seconds=settings.catalogue_check_seconds)
    await catalogue.current()
    return Deps(catalogue=catalogue, taggings=TaggingStore(database), review=ReviewList(database))


SERVICE = Service(
    name="tagger",
    settings=TaggerSettings,
    build=build,
    subscriptions=(Subscription(DocumentReconciled, tag_buyer),),
)
