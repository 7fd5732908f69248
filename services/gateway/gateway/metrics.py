"""What the gateway measures."""

from prometheus_client import Counter, Gauge, Histogram

HTTP_SECONDS = Histogram(
    "lumis_http_seconds",
    "Time from a request's head to its answer, by family, method, route and status",
    ["family", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60),
)
HTTP_IN_FLIGHT = Gauge("lumis_http_in_flight", "HTTP requests being answered now")
WAITING = Gauge("lumis_gateway_waiting", "Uploads that wait for their result in this process")
ABANDONED = Counter("lumis_gateway_abandoned_total", "Uploads whose result did not come in time")
LIMITED = Counter("lumis_gateway_limited_total", "Uploads that were refused by the rate limit")
REPLAYED = Counter("lumis_gateway_replayed_total", "Repeats that got the first answer to their Idempotency-Key")
STREAMS = Gauge("lumis_gateway_streams", "Streams of events that are open in this process")
WEBHOOK_SECONDS = Histogram(
    "lumis_gateway_webhook_seconds",
    "Time of an attempt to tell a webhook something, by outcome (delivered, refused, gone, timeout, unreachable, …)",
    ["outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CALLBACK_SECONDS = Histogram(
    "lumis_gateway_callback_seconds",
    "Time of an attempt to call a program whose document can be read, by outcome (delivered, refused, timeout, …)",
    ["outcome"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
CALLBACKS_REFUSED = Counter(
    "lumis_gateway_callbacks_refused_total",
    "Callbacks that were not planned because their URL may not be called, by why (private, scheme, malformed, …)",
    ["reason"],
)
REPUBLISHED = Counter("lumis_gateway_republished_total", "Events published again because nothing said that they were")
BODY_BYTES = Gauge("lumis_gateway_body_bytes", "Bytes of bodies that are being taken in now")
NO_ROOM = Counter("lumis_gateway_no_room_total", "Requests that were refused because too many bodies were in hand")
AUDIT_LOST = Counter("lumis_gateway_audit_lost_total", "Audit rows that could not be written")
EXTRACT_CALLS = Counter(
    "lumis_gateway_extract_calls_total",
    "What the Extract API answered, by kind of document, operation, version and status; a batch counts each document",
    ["kind", "operation", "version", "status"],
)
