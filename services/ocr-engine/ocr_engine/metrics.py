"""What the ocr-engine counts beside what every service counts."""

from prometheus_client import Counter, Gauge, Histogram

PROVIDER_SECONDS = Histogram(
    "lumis_provider_seconds",
    "Time of one try at a provider, by provider, model and outcome (ok, implausible, http_429, timeout, …)",
    ["provider", "model", "outcome"],
    buckets=(0.1, 0.25, 0.5, 1, 2, 3, 4, 6, 8, 10, 12, 15, 20, 30),
)
PROVIDER_TOKENS = Counter(
    "lumis_provider_tokens_total",
    "Tokens billed by a hosted model; direction is in or out (thoughts count as out)",
    ["provider", "model", "direction"],
)
PROVIDER_COST = Counter(
    "lumis_provider_cost_usd_total",
    "US dollars that hosted models cost, as the provider says, else by MODEL_PRICES; a model without a price costs 0",
    ["provider", "model"],
)
BREAKER_STATE = Gauge(
    "lumis_provider_breaker",
    "A provider's breaker: 0 closed, 1 half open, 2 open, 3 off until the service starts again",
    ["provider"],
)
READING_NOW = Gauge("lumis_ocr_engine_reading", "Documents being read now")
READ = Counter(
    "lumis_ocr_engine_documents_total",
    "Documents by outcome: the provider that read them, or why they could not be read",
    ["outcome"],
)
CORRECTIONS = Counter(
    "lumis_ocr_engine_corrections_total",
    "Documents that users validated, by schema and outcome (kept; unknown: its reading is gone)",
    ["schema", "outcome"],
)
CORRECTED_FIELDS = Counter(
    "lumis_ocr_engine_accuracy_total",
    "Fields that users validated, by schema, provider, field and verdict (right, wrong, missed, invented)",
    ["schema", "provider", "field", "verdict"],
)
LAYOUTS_LEARNT = Counter("lumis_ocr_engine_layouts_learnt_total", "Corrections that changed what is known of a layout")
RECALLED = Counter(
    "lumis_ocr_engine_recalled_total",
    "Fields whose value was chosen by what is remembered of the supplier's layout, by schema and field",
    ["schema", "field"],
)
