"""The tagger's own metrics."""

from prometheus_client import Counter, Gauge

TAGS = Counter("lumis_tagger_tags", "Tags given, by kind and by the rule that gave them", ["kind", "source"])
UNRESOLVED = Counter("lumis_tagger_unresolved_lines", "Product lines of which no rule knows anything")
RETAGGED = Counter("lumis_tagger_retagged_invoices", "Invoices tagged anew because the catalogue changed")
PRODUCTS = Gauge("lumis_tagger_catalogue_products", "Products in the catalogue in use")
