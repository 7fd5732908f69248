"""What the reconciler counts beside what every service counts."""

from prometheus_client import Counter

RECONCILED = Counter(
    "lumis_reconciler_documents_total",
    "Documents by schema and result (complete, duplicate, incomplete)",
    ["schema", "result"],
)
MISSING = Counter("lumis_reconciler_missing_fields_total", "Mandatory fields that were not found, by field", ["field"])
WARNINGS = Counter("lumis_reconciler_warnings_total", "Figures that do not agree, by the warning's code", ["code"])
REVIEWS = Counter("lumis_reconciler_reviews_total", "Reviews of invoices, by decision", ["decision"])
