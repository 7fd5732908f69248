"""The rows of Grafana's dashboards: what operators look at, page by page."""

from deploy.watch.panels import Dashboard, Panel, figure, mean, or_zero, quantile, rate, series, share

UPLOADS = r"/api/v4/invoices/upload-ocr(-retry)?|/api/ocr-structured(-v4)?"
"""The routes that read a document at once, as `deploy/prometheus/rules/uploads.yml` names them."""

_HTTP = "lumis_http_seconds"
_EXTRACT = "lumis_gateway_extract_calls_total"
_WAIT, _HANDLE = "lumis_bus_wait_seconds", "lumis_bus_handler_seconds"
_STAGES = (
    "ocr-engine.document.uploaded",
    "reconciler.document.recognized",
    "ledger.document.reconciled",
    "tagger.document.reconciled",
)
_STAGE = "|".join(rf"{stage}.v\\d+" for stage in _STAGES)
_NO_HOSTED = "without a key no hosted model is asked"
_NO_REVIEW = "until users validate fields"
_NO_SENDING = "until a comprobante is sent"

_OVERVIEW = (
    figure("Services that answer (of 6)", or_zero('count(count by (service) (up{job="lumis"} == 1))')),
    figure("Alerts", or_zero('count(ALERTS{alertstate="firing"})'), red_above=1),
    figure("Uploads a minute", f"60 * {rate(f'{_HTTP}_count', route=UPLOADS)}"),
    figure(
        "Uploads that fail", or_zero('lumis:upload_errors:ratio_rate1h{api="uploads"}'), "percentunit", red_above=0.005
    ),
    figure(
        "Error budget left of 3 days",
        '1 - lumis:upload_errors:ratio_rate3d{api="uploads"} / 0.005',
        "percentunit",
        about="What is left where 99.5 % of uploads must not fail; below 0 it is overdrawn.",
    ),
    figure("Parked messages", "lumis:parked:messages", red_above=1),
    figure("Extract calls a minute", or_zero(f"60 * {rate(_EXTRACT)}")),
    figure(
        "Extract calls that fail",
        or_zero('lumis:upload_errors:ratio_rate1h{api="extract"}'),
        "percentunit",
        red_above=0.005,
        about="Told error_internal or error_maintenance, of all that are not told to ask again: HTTP says 200 to each.",
    ),
    figure(
        "Extract's budget left of 3 days",
        '1 - lumis:upload_errors:ratio_rate3d{api="extract"} / 0.005',
        "percentunit",
        about="The same for calls of the Extract API.",
    ),
    series("Requests by family", (rate(f"{_HTTP}_count", "family"), "{{family}}"), unit="reqps"),
    series("Requests by status", (rate(f"{_HTTP}_count", "status"), "{{status}}"), unit="reqps", stacked=True),
    series(
        "Time of an upload",
        *((quantile(each, _HTTP, route=UPLOADS), f"p{each * 100:g}") for each in (0.5, 0.95, 0.99)),
        unit="s",
    ),
    series(
        "In hand",
        ("sum(lumis_http_in_flight)", "requests"),
        ("sum(lumis_gateway_waiting)", "uploads that wait for their result"),
        ("sum(lumis_gateway_streams)", "streams of events"),
        ("sum(lumis_ocr_engine_reading)", "documents being read"),
    ),
    series(
        "Refused and given up",
        (rate("lumis_gateway_limited_total"), "over the rate limit"),
        (rate("lumis_gateway_no_room_total"), "no room for the body"),
        (rate("lumis_gateway_abandoned_total"), "no result in time"),
        (rate("lumis_gateway_republished_total"), "published again"),
        unit="reqps",
    ),
    series(
        "Repeats and lost audit rows",
        (rate("lumis_gateway_replayed_total"), "repeats by Idempotency-Key"),
        (rate("lumis_gateway_audit_lost_total"), "audit rows lost"),
        unit="reqps",
    ),
    series("Memory", ('process_resident_memory_bytes{job="lumis"}', "{{service}}"), unit="bytes"),
    series("Processors", ('rate(process_cpu_seconds_total{job="lumis"}[$__rate_interval])', "{{service}}")),
)

_UPLOAD = (
    series(
        "Where the time goes, on average",
        (mean("lumis_bus_call_seconds", "call", call=r"ledger.hold-credits.v\\d+"), "hold the price"),
        (mean(_WAIT, "queue", queue=_STAGE), "wait for {{queue}}"),
        (mean(_HANDLE, "queue", queue=_STAGE), "handle {{queue}}"),
        unit="s",
        stacked=True,
        about="The ledger and the tagger work side by side, after the answer has gone out.",
    ),
    series(
        "Whole uploads by route, p95",
        (quantile(0.95, _HTTP, "route", route=UPLOADS), "{{route}}"),
        unit="s",
    ),
    series("Waiting in a queue, p95", (quantile(0.95, _WAIT, "queue", queue=_STAGE), "{{queue}}"), unit="s"),
    series("Handling, p95", (quantile(0.95, _HANDLE, "queue", queue=_STAGE), "{{queue}}"), unit="s"),
    series("Calls over the bus, p95", (quantile(0.95, "lumis_bus_call_seconds", "call"), "{{call}}"), unit="s"),
    series(
        "Publishing with confirm, p95",
        (quantile(0.95, "lumis_bus_publish_seconds", "event", event="document.*"), "{{event}}"),
        unit="s",
    ),
    series(
        "Documents by who read them, or why not", (rate("lumis_ocr_engine_documents_total", "outcome"), "{{outcome}}")
    ),
    series(
        "Documents by result", (rate("lumis_reconciler_documents_total", "schema, result"), "{{schema}} {{result}}")
    ),
    series(
        "Mandatory fields not found", (or_zero(rate("lumis_reconciler_missing_fields_total", "field")), "{{field}}")
    ),
    series("Figures that do not agree", (or_zero(rate("lumis_reconciler_warnings_total", "code")), "{{code}}")),
    series(
        "Calls of the Extract API",
        (or_zero(rate(_EXTRACT, "operation, status")), "{{operation}} {{status}}"),
        about="By operation and status; `unknown` is what was turned away before it was read.",
    ),
    series("Reviews", (or_zero(rate("lumis_reconciler_reviews_total", "decision")), "{{decision}}")),
    series(
        "Tags given, lines that no rule knows",
        (rate("lumis_tagger_tags_total", "kind"), "{{kind}}"),
        (rate("lumis_tagger_unresolved_lines_total"), "unknown lines"),
    ),
)


def _accuracy(by: str) -> str:
    right, all_of_them = 'lumis_ocr_engine_accuracy_total{verdict="right"}', "lumis_ocr_engine_accuracy_total"
    return share(f"sum by ({by}) (rate({right}[1d]))", f"sum by ({by}) (rate({all_of_them}[1d]))")


_PROVIDERS = (
    series(
        "Time of a try, p95",
        (quantile(0.95, "lumis_provider_seconds", "provider, model"), "{{provider}} {{model}}"),
        unit="s",
    ),
    series(
        "Time of a try, median",
        (quantile(0.5, "lumis_provider_seconds", "provider, model"), "{{provider}} {{model}}"),
        unit="s",
    ),
    series("Tries by outcome", (rate("lumis_provider_seconds_count", "provider, outcome"), "{{provider}} {{outcome}}")),
    series(
        "Share of tries that gave an answer",
        (
            share(
                rate("lumis_provider_seconds_count", "provider", outcome="ok"),
                rate("lumis_provider_seconds_count", "provider"),
            ),
            "{{provider}}",
        ),
        unit="percentunit",
    ),
    series(
        "Breakers",
        (or_zero("max by (provider) (lumis_provider_breaker)"), "{{provider}}"),
        about="0 closed, 1 half open, 2 open, 3 off until ocr-engine starts again.",
    ),
    series(
        "Tokens a second",
        (
            or_zero(rate("lumis_provider_tokens_total", "provider, model, direction")),
            "{{provider}} {{model}} {{direction}}",
        ),
    ),
    series(
        "Cost an hour",
        (or_zero("3600 * lumis:provider_cost:usd_rate5m"), "{{provider}} {{model}}"),
        unit="currencyUSD",
        about="As the provider says it, else tokens times its price (MODEL_PRICES).",
    ),
    series(
        "Cost of a document",
        (
            share(
                "sum by (provider) (lumis:provider_cost:usd_rate5m)",
                'sum by (provider) (rate(lumis_provider_seconds_count{outcome="ok"}[5m]))',
            ),
            "{{provider}}",
        ),
        unit="currencyUSD",
        empty_while=_NO_HOSTED,
    ),
    series(
        "Fields that users found right, by provider",
        (
            _accuracy("provider"),
            "{{provider}}",
        ),
        unit="percentunit",
        empty_while=_NO_REVIEW,
    ),
    series(
        "Fields that users found right, by field",
        (
            _accuracy("schema, field"),
            "{{schema}} {{field}}",
        ),
        unit="percentunit",
        empty_while=_NO_REVIEW,
    ),
    series(
        "Documents that users validated",
        (or_zero(rate("lumis_ocr_engine_corrections_total", "schema, outcome")), "{{schema}} {{outcome}}"),
    ),
    series(
        "Learnt and remembered",
        (rate("lumis_ocr_engine_layouts_learnt_total"), "corrections that changed a layout"),
        (or_zero(rate("lumis_ocr_engine_recalled_total", "schema")), "fields recalled {{schema}}"),
    ),
)

_CREDITS = (
    figure("Violations", "max(lumis_ledger_violations)", red_above=1, about="What the ledger's check finds wrong."),
    figure("Since the last check", "time() - max(lumis_ledger_checked_timestamp_seconds)", "s", red_above=10800),
    figure("Open holds", "max(lumis_ledger_open_holds)"),
    figure("Lümis held", "max(lumis_ledger_held_lumis)"),
    figure("Oldest hold", "max(lumis_ledger_oldest_hold_seconds)", "s", red_above=900),
    series(
        "Operations",
        (rate("lumis_ledger_operations_total", "operation, outcome"), "{{operation}} {{outcome}}"),
    ),
    series(
        "Refused",
        (or_zero(rate("lumis_ledger_operations_total", "operation", outcome="refused")), "{{operation}}"),
        about="Mostly users without enough Lümis.",
    ),
    series(
        "Calls that the ledger answers, p95",
        (quantile(0.95, "lumis_bus_call_seconds", "call", call="ledger.*"), "{{call}}"),
        unit="s",
    ),
    series(
        "Completed after a crash, by the sweep",
        (rate("lumis_ledger_finished_total"), "completed"),
        (or_zero(rate("lumis_ledger_operations_total", operation="expire", outcome="done")), "holds given back"),
    ),
)

_SUNAT = (
    figure("Held back", "max(lumis_sunat_held_back)", red_above=1),
    figure("Summaries held back", "max(lumis_sunat_summaries_held)", red_above=1),
    figure("Oldest open ticket", "max(lumis_sunat_oldest_ticket_seconds)", "s", red_above=172_800),
    figure("Issuers stopped", "max(lumis_sunat_stopped_emisores)", red_above=1),
    figure(
        "Near their legal end",
        or_zero('sum(max by (clase) (lumis_sunat_deadline_files{standing="near"}))'),
        red_above=1,
    ),
    figure(
        "Past their legal end",
        or_zero('sum(max by (clase) (lumis_sunat_deadline_files{standing="past"}))'),
        red_above=1,
    ),
    figure("Certificates ended", 'max(lumis_sunat_certificates{left="ended"})', red_above=1),
    figure(
        "Next certificate ends in",
        "min(lumis_sunat_certificate_expires_timestamp_seconds) - time()",
        "s",
        about="No figure where no issuer has a valid certificate.",
    ),
    series("Not decided yet, by age", ("max by (age) (lumis_sunat_pending)", "{{age}}"), stacked=True),
    series(
        "Files and their legal time",
        (or_zero("max by (clase, standing) (lumis_sunat_deadline_files)"), "{{clase}} {{standing}}"),
    ),
    series(
        "Sendings by outcome",
        (or_zero(rate("lumis_sunat_sendings_total", "outcome")), "{{outcome}}"),
    ),
    series(
        "Exchanges with SUNAT by outcome",
        (or_zero(rate("lumis_http_client_seconds_count", "outcome", peer="sunat")), "{{outcome}}"),
    ),
    series(
        "Time of an exchange with SUNAT",
        *((quantile(each, "lumis_http_client_seconds", peer="sunat"), f"p{each * 100:g}") for each in (0.5, 0.95)),
        unit="s",
        empty_while=_NO_SENDING,
    ),
    series(
        "Issuing and asking, p95",
        (quantile(0.95, "lumis_bus_handler_seconds", "queue", queue="call.sunat.*"), "{{queue}}"),
        unit="s",
        empty_while="until somebody calls SUNAT's routes",
    ),
    series("Certificates by what is left", ("max by (left) (lumis_sunat_certificates)", "{{left}}"), stacked=True),
    series("Nightly summaries", (or_zero(rate("lumis_sunat_nights_total", "outcome")), "{{outcome}}")),
)

_BUS = (
    figure("Parked messages", "lumis:parked:messages", red_above=1),
    figure("Services connected", "sum(lumis_bus_connected)"),
    figure("Databases that answer", 'sum(lumis_ready{part="database"})'),
    figure("Connections lost, 1 h", "sum(increase(lumis_bus_reconnected_total[1h]))", red_above=1),
    figure("Broker's disk left", "min(rabbitmq_disk_space_available_bytes)", "bytes"),
    figure("Broker's memory", "sum(rabbitmq_process_resident_memory_bytes)", "bytes"),
    series("Ready, by queue", ("lumis:queue_ready:messages", "{{queue}}")),
    series(
        "Age, by queue",
        (or_zero("lumis:queue_age:seconds"), "{{queue}}"),
        unit="s",
        red_above=120,
        about="How long a message waits that comes now: messages ready, divided by messages handled in a second.",
    ),
    series("Handled, by queue", ("lumis:queue_handled:rate5m", "{{queue}}"), unit="reqps"),
    series("In hand, by queue", ("sum by (queue) (lumis_bus_in_flight)", "{{queue}}")),
    series("Handling by outcome", (rate(f"{_HANDLE}_count", "outcome"), "{{outcome}}"), unit="reqps"),
    series("Waiting in a queue, p95", (quantile(0.95, _WAIT, "queue"), "{{queue}}"), unit="s"),
    series("Tried again", (or_zero(rate("lumis_bus_retried_total", "queue, step")), "{{queue}} {{step}}")),
    series("Parked", (or_zero("sum by (queue) (increase(lumis_bus_parked_total[1h]))"), "{{queue}}")),
    series(
        "Publishing with confirm, p95", (quantile(0.95, "lumis_bus_publish_seconds", "event"), "{{event}}"), unit="s"
    ),
    series(
        "Webhooks and callbacks by outcome",
        (or_zero(rate("lumis_gateway_webhook_seconds_count", "outcome")), "webhook {{outcome}}"),
        (or_zero(rate("lumis_gateway_callback_seconds_count", "outcome")), "callback {{outcome}}"),
    ),
)


def _page(name: str, title: str, about: str, panels: tuple[Panel, ...]) -> Dashboard:
    return Dashboard(f"lumis-{name}", f"Lumis: {title}", about, panels)


DASHBOARDS = (
    _page("overview", "overview", "Is all well, and how much is going on.", _OVERVIEW),
    _page("upload", "one upload", "Where an upload spends its time, and what comes of it.", _UPLOAD),
    _page("providers", "providers", "The models: latency, cost, accuracy.", _PROVIDERS),
    _page("credits", "credits", "The ledger: balance, holds, operations.", _CREDITS),
    _page("sunat", "SUNAT", "The way to SUNAT: legal times, sendings, certificates.", _SUNAT),
    _page("bus", "bus and parking", "Queues, retries, parked messages, the broker.", _BUS),
)
