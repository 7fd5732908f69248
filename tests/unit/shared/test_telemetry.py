"""A caller's trace goes on; what is no trace does not get into logs."""

import threading
from collections.abc import Callable, Iterator

import pytest
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.settings import ServiceSettings
from shared.telemetry import Traces, configure_tracing, inject_context, record_to, span

TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_a_callers_trace_is_carried_on_and_left_at_the_end() -> None:
    with span("outer", parent={"traceparent": TRACEPARENT}):
        assert inject_context() == {"traceparent": TRACEPARENT}
        with span("inner"):
            assert inject_context() == {"traceparent": TRACEPARENT}
    assert inject_context() == {}


@pytest.mark.parametrize(
    "given", [None, "", "00-\udcff-1-00", "00-" + "g" * 32 + "-" + "0" * 16 + "-00", TRACEPARENT + "x", 7, "Juan Perez"]
)
def test_what_is_no_trace_begins_a_new_one(given: object) -> None:
    with span("request", parent={"traceparent": given}):
        made = inject_context()["traceparent"]
        assert made != given
        assert len(made) == len(TRACEPARENT)
        made.encode("ascii")


def settings(ratio: float) -> ServiceSettings:
    return ServiceSettings(
        rabbitmq_url="amqp://x/",
        mongodb_url="mongodb://x/",
        ops_port=0,
        otel_exporter_otlp_endpoint="http://127.0.0.1:9",
        trace_sample_ratio=ratio,
    )


Sampled = Callable[[float], InMemorySpanExporter]


@pytest.fixture
def sampled() -> Iterator[Sampled]:
    """Spans recorded as a service with this ratio does, kept in memory; the collector itself does not answer."""
    made: list[Traces] = []

    def record(ratio: float) -> InMemorySpanExporter:
        traces = configure_tracing(settings(ratio), "test", "test-1")
        assert traces is not None
        made.append(traces)
        kept = InMemorySpanExporter()
        traces.provider.add_span_processor(SimpleSpanProcessor(kept))
        return kept

    yield record
    record_to(None)
    for traces in made:
        traces.give_up()
        traces.shutdown()


def test_a_trace_that_is_not_sampled_keeps_its_id_for_logs_and_the_next_service(sampled: Sampled) -> None:
    kept = sampled(0)
    with span("request", parent={}):
        told = inject_context()["traceparent"]
        with span("step"):
            assert inject_context()["traceparent"].split("-")[1] == told.split("-")[1]
    assert int(told[-2:], 16) & 1 == 0
    assert kept.get_finished_spans() == ()


def test_what_the_first_service_decided_holds_in_the_next(sampled: Sampled) -> None:
    kept = sampled(0)
    with span("handle", parent={"traceparent": TRACEPARENT}):
        pass
    assert [each.name for each in kept.get_finished_spans()] == ["handle"]
    kept = sampled(1)
    with span("handle", parent={"traceparent": TRACEPARENT[:-1] + "0"}):
        pass
    assert kept.get_finished_spans() == ()


def test_an_error_marks_its_span_by_its_type_alone(sampled: Sampled) -> None:
    kept = sampled(1)
    with pytest.raises(ValueError, match="Juan"), span("request", parent={}):
        raise ValueError("Juan Perez")
    (failed,) = kept.get_finished_spans()
    assert (failed.status.is_ok, failed.status.description, failed.events) == (False, "ValueError", ())


class Unreachable(SpanProcessor):
    """Tries to send for as long as nobody stops it."""

    def __init__(self) -> None:
        self.stopped = threading.Event()

    def on_end(self, span: ReadableSpan) -> None:
        return

    def shutdown(self) -> None:
        self.stopped.wait(30)


def test_a_collector_that_does_not_answer_is_given_up() -> None:
    unreachable = Unreachable()
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(unreachable)
    Traces(provider, unreachable.stopped.set, patience=0.05).shutdown()
    assert unreachable.stopped.is_set()
