"""Logs (structlog, JSON), traces (OpenTelemetry, W3C context) and the metrics that every service has (Prometheus)."""

import logging
import re
import sys
import threading
import traceback
from collections.abc import Callable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import structlog
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge, Histogram

from shared.errors import LumisError
from shared.redaction import redaction_processor
from shared.settings import ServiceSettings

_LATENCY_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60)

HANDLER_SECONDS = Histogram(
    "lumis_bus_handler_seconds",
    "Time from a message's delivery to its acknowledgement, by queue and outcome (done, retried, parked, refused)",
    ["queue", "outcome"],
    buckets=_LATENCY_BUCKETS,
)
WAIT_SECONDS = Histogram(
    "lumis_bus_wait_seconds",
    "Time from an event's publication to its first delivery, by queue; as true as the machines' clocks",
    ["queue"],
    buckets=(*_LATENCY_BUCKETS, 300, 900, 3600),
)
IN_FLIGHT = Gauge("lumis_bus_in_flight", "Messages being handled now, by queue", ["queue"])
RETRIED = Counter("lumis_bus_retried_total", "Messages put on the retry ladder, by queue and step", ["queue", "step"])
PARKED = Counter("lumis_bus_parked_total", "Messages parked after the last retry, by queue", ["queue"])
PARKED_NOW = Gauge("lumis_bus_parked_messages", "Messages that are parked now, as the gateway sees them")
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
READY = Gauge(
    "lumis_ready",
    "1 while a part that the service needs (bus, database) is there; open: while it neither starts nor ends",
    ["part"],
)
CONNECTED = Gauge("lumis_bus_connected", "1 while the connection to the broker is up")
RECONNECTED = Counter("lumis_bus_reconnected_total", "Connections to the broker made after the first")

_TRACEPARENT_PARTS = 4
_TRACEPARENT = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


def _add_trace(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    parts = inject_context().get("traceparent", "").split("-")
    if len(parts) == _TRACEPARENT_PARTS:
        event["trace_id"], event["span_id"] = parts[1:3]
    return event


def _stack_without_texts(exc_info: Any) -> str:
    """An exception as frames and types: its own text may hold a client's data. Ours has none, so it is shown."""
    _, error, _ = exc_info
    parts: list[str] = []
    while error is not None:
        said = f": {error}" if isinstance(error, LumisError) else ""
        parts.insert(0, "".join(traceback.format_tb(error.__traceback__)) + type(error).__qualname__ + said)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\n\nthen\n\n".join(parts)


def configure_logging(settings: ServiceSettings, service: str, instance: str) -> None:
    """Make structlog and the standard library write one redacted line per record to standard error."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_trace,
        structlog.processors.ExceptionRenderer(_stack_without_texts),
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


@dataclass(frozen=True)
class Traces:
    """The way of this process's spans to the collector."""

    provider: TracerProvider
    give_up: Callable[[], object]
    """Ends the tries to reach the collector."""
    patience: float = 3.0
    """Seconds for the last spans."""

    def shutdown(self) -> None:
        """Send what is left; a collector that does not answer is given up after seconds, where the SDK waits for 30."""
        sending = threading.Thread(target=self.provider.shutdown, daemon=True)
        sending.start()
        sending.join(self.patience)
        if sending.is_alive():
            self.give_up()


def configure_tracing(settings: ServiceSettings, service: str, instance: str) -> Traces | None:
    """Record spans and send them to the OTLP collector when one is configured; else only trace ids are made, for logs.

    Spans that nobody collects would cost 50-150 microseconds a hop.
    """
    endpoint = settings.otel_exporter_otlp_endpoint
    if not endpoint:
        return None
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(settings.trace_sample_ratio)),
        resource=Resource.create({"service.name": service, "service.instance.id": instance}),
        shutdown_on_exit=False,
    )
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    record_to(provider)
    return Traces(provider, exporter.shutdown)


def record_to(provider: TracerProvider | None) -> None:
    """Record every span from now on with this provider; None records none."""
    _recording.tracer = provider.get_tracer("lumis") if provider else None


class _Recording:
    """Where the spans of this process go; None where they are not recorded."""

    def __init__(self) -> None:
        self.tracer: trace.Tracer | None = None


_recording = _Recording()
_ids = RandomIdGenerator()
_w3c = TraceContextTextMapPropagator()
_carried: ContextVar[str] = ContextVar("traceparent", default="")
"""The W3C `traceparent` of the current work where no spans are recorded."""


class span(AbstractContextManager[trace.Span]):  # noqa: N801 - used as a statement: `with span(...)`
    """Run a block as a span; an exception marks it as failed by its type alone, since messages may hold data.

    Args:
        name: what is done.
        attributes: facts about it, never values of fields.
        parent: headers of the message or request that brought the work; their W3C `traceparent` is carried on.
        kind: the span's kind.
    """

    __slots__ = ("_arguments", "_entered", "_parent", "_token")

    def __init__(
        self,
        name: str,
        attributes: Mapping[str, Any] | None = None,
        *,
        parent: Mapping[str, Any] | None = None,
        kind: trace.SpanKind = trace.SpanKind.INTERNAL,
    ) -> None:
        self._arguments = (name, attributes, kind)
        self._parent = parent
        self._entered: AbstractContextManager[trace.Span] | None = None
        self._token: Token[str] | None = None

    def __enter__(self) -> trace.Span:
        if _recording.tracer is None:
            if self._parent is not None or not _carried.get():
                self._token = _carried.set(_given_traceparent(self._parent) or _new_traceparent())
            return trace.INVALID_SPAN
        name, attributes, kind = self._arguments
        self._entered = _recording.tracer.start_as_current_span(
            name,
            context=None if self._parent is None else _w3c.extract(_texts(self._parent)),
            kind=kind,
            attributes=attributes,
            record_exception=False,
            set_status_on_exception=False,
        )
        return self._entered.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._token is not None:
            _carried.reset(self._token)
        if self._entered is not None:
            if kind is not None and issubclass(kind, Exception):
                trace.get_current_span().set_status(trace.Status(trace.StatusCode.ERROR, kind.__name__))
            self._entered.__exit__(kind, error, traceback)


def _texts(headers: Mapping[str, Any]) -> dict[str, str]:
    return {key: headers[key] for key in _w3c.fields if isinstance(headers.get(key), str)}


def _given_traceparent(headers: Mapping[str, Any] | None) -> str | None:
    """A caller's `traceparent` where it has the form; anything else would go into every log line of the request."""
    given = headers.get("traceparent") if headers else None
    return given if isinstance(given, str) and _TRACEPARENT.fullmatch(given) else None


def _new_traceparent() -> str:
    return f"00-{_ids.generate_trace_id():032x}-{_ids.generate_span_id():016x}-00"


def inject_context() -> dict[str, str]:
    """The current trace as W3C headers (`traceparent`, and `tracestate` where there is one)."""
    if _recording.tracer is None:
        carried = _carried.get()
        return {"traceparent": carried} if carried else {}
    carrier: dict[str, str] = {}
    _w3c.inject(carrier)
    return carrier
