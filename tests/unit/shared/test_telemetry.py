"""A caller's trace goes on; what is no trace does not get into logs."""

import pytest

from shared.telemetry import inject_context, span

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
