"""Logs (structlog, JSON), traces (OpenTelemetry, W3C context) and the metrics that every service has (Prometheus)."""

import logging
import sys
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import Any

import structlog
from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from prometheus_client import Counter, Gauge, Histogram

from shared.redaction import redaction_processor
from shared.settings import ServiceSettings

_LATENCY_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)

HANDLER_SECONDS = Histogram(
    "lumis_bus_handler_seconds",
    "Time from a message's delivery to its acknowledgement, by queue and outcome (done, retried, parked, refused)",
    ["queue", "outcome"],
    buckets=_LATENCY_BUCKETS,
)
IN_FLIGHT = Gauge("lumis_bus_in_flight", "Messages being handled now, by queue", ["queue"])
RETRIED = Counter("lumis_bus_retried_total", "Messages put on the retry ladder, by queue and step", ["queue", "step"])
PARKED = Counter("lumis_bus_parked_total", "Messages parked after the last retry, by queue", ["queue"])
PUBLISH_SECONDS = Histogram(
    "lumis_bus_publish_seconds",
    "Time to publish an event and have it confirmed, by event and outcome (confirmed, failed)",
    ["event", "outcome"],
    buckets=_LATENCY_BUCKETS,
)
CALL_SECONDS = Histogram(
    "lumis_bus_call_seconds",
    "Time of a call over the bus as its caller sees it, by call and outcome (answered, refused, timeout, failed)",
    ["call", "outcome"],
    buckets=_LATENCY_BUCKETS,
)
CONNECTED = Gauge("lumis_bus_connected", "1 while the connection to the broker is up")
RECONNECTED = Counter("lumis_bus_reconnected_total", "Connections to the broker made after the first")

_tracer = trace.get_tracer("lumis")


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    context = trace.get_current_span().get_span_context()
    if context.is_valid:
        event["trace_id"] = format(context.trace_id, "032x")
        event["span_id"] = format(context.span_id, "016x")
    return event


def configure_logging(settings: ServiceSettings, service: str, instance: str) -> None:
    """Make structlog and the standard library write one redacted line per record to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.format_exc_info,
        redaction_processor,
    ]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if settings.log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(settings.log_level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service, instance=instance)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def configure_tracing(settings: ServiceSettings, service: str, instance: str) -> TracerProvider:
    """Set the tracer up: spans go to the OTLP collector when one is configured, else only ids are made for the logs."""
    endpoint = settings.otel_exporter_otlp_endpoint
    sampler = ParentBased(TraceIdRatioBased(settings.trace_sample_ratio)) if endpoint else ALWAYS_OFF
    resource = Resource.create({"service.name": service, "service.instance.id": instance})
    provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
    if endpoint:
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    return provider


@contextmanager
def span(
    name: str,
    attributes: Mapping[str, Any] | None = None,
    *,
    parent: Context | None = None,
    kind: trace.SpanKind = trace.SpanKind.INTERNAL,
) -> Iterator[trace.Span]:
    """Run a block as a span; an exception marks it as failed by its type alone, since messages may hold data."""
    with _tracer.start_as_current_span(
        name, context=parent, kind=kind, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except Exception as error:
            current.set_status(trace.Status(trace.StatusCode.ERROR, type(error).__name__))
            raise


def inject_context() -> dict[str, str]:
    """The current trace as W3C headers (`traceparent`, `tracestate`)."""
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    return carrier


def extract_context(headers: Mapping[str, Any]) -> Context:
    """The trace that W3C headers name; an empty context without them."""
    return propagate.extract({key: value for key, value in headers.items() if isinstance(value, str)})
