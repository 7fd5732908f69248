"""The India schemas: keys of a reading, documents of both schemas, and what the reconciler may say of them."""

from shared.contracts.india.gst_v4 import IndiaGstOutcome, V4Document
from shared.contracts.india.keys import (
    INDIA_GST_V4,
    INDIA_LEGACY,
    LEGACY_FIELDS,
    LEGACY_ITEM,
    LEGACY_TABLES,
    V4_FIELDS,
    V4_ITEM,
    V4_TABLES,
)
from shared.contracts.india.legacy import IndiaLegacyOutcome, LegacyDocument

__all__ = [
    "INDIA_GST_V4",
    "INDIA_LEGACY",
    "LEGACY_FIELDS",
    "LEGACY_ITEM",
    "LEGACY_TABLES",
    "V4_FIELDS",
    "V4_ITEM",
    "V4_TABLES",
    "IndiaGstOutcome",
    "IndiaLegacyOutcome",
    "LegacyDocument",
    "V4Document",
]
