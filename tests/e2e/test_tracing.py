"""One upload is one trace through all services, from the HTTP request to the last event; log lines carry its ids."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest_asyncio

from tests.support.otlp_receiver import OtlpReceiver, ReceivedSpan
from tests.support.platform import UPLOAD, Platform
from tests.support.waiting import until

PAPER = Path(__file__).parents[1] / "data" / "papers" / "demo.jpg"
SERVICES = ("gateway", "ocr-engine", "reconciler", "ledger", "tagger")
STEPS = {
    # name: (service, what it hangs on)
    f"POST {UPLOAD}": ("gateway", None),
    "call ledger.hold-credits.v1": ("gateway", f"POST {UPLOAD}"),
    "answer ledger.hold-credits.v1": ("ledger", "call ledger.hold-credits.v1"),
    "ledger hold": ("ledger", "answer ledger.hold-credits.v1"),
    "publish credits.held.v1": ("ledger", "answer ledger.hold-credits.v1"),
    "publish document.uploaded.v1": ("gateway", f"POST {UPLOAD}"),
    "handle document.uploaded.v1": ("ocr-engine", "publish document.uploaded.v1"),
    "inspect document": ("ocr-engine", "handle document.uploaded.v1"),
    "provider local": ("ocr-engine", "handle document.uploaded.v1"),
    "publish document.recognized.v1": ("ocr-engine", "handle document.uploaded.v1"),
    "handle document.recognized.v1": ("reconciler", "publish document.recognized.v1"),
    "publish document.reconciled.v1": ("reconciler", "handle document.recognized.v1"),
    "handle document.reconciled.v1": ("tagger", "publish document.reconciled.v1"),
    "tag invoice": ("tagger", "handle document.reconciled.v1"),
    "publish user.tagged.v1": ("tagger", "handle document.reconciled.v1"),
    "ledger settle": ("ledger", "handle document.reconciled.v1"),
    "publish credits.settled.v1": ("ledger", "handle document.reconciled.v1"),
    "handle user.tagged.v1": ("gateway", "publish user.tagged.v1"),
    "handle credits.settled.v1": ("gateway", "publish credits.settled.v1"),
}


@dataclass(frozen=True)
class Upload:
    """What is left of an upload: its spans, and each service's last log lines about it."""

    spans: list[ReceivedSpan]
    lines: dict[str, list[dict[str, Any]]]


@pytest_asyncio.fixture(scope="module")
async def upload(platform: Platform, traces: OtlpReceiver) -> Upload:
    """An upload, once every service has sent its spans of it."""
    user = await platform.user(lumis=20)
    status, answer = await platform.upload(user, PAPER.read_bytes(), mode="1")
    assert status == 200, answer
    wanted = {(service, name) for name, (service, _) in STEPS.items()}

    def complete() -> bool:
        return wanted <= {(span.service, span.name) for span in traces.of_request(answer["request_id"])}

    try:
        await until(complete, seconds=20)
    except AssertionError:
        came = {(span.service, span.name) for span in traces.of_request(answer["request_id"])}
        raise AssertionError(f"missing {sorted(wanted - came)}, came {sorted(came)}") from None
    lines = {
        service: [json.loads(line) for line in platform.stack._log.last_lines(service) if answer["request_id"] in line]
        for service in SERVICES
    }
    return Upload(traces.of_request(answer["request_id"]), lines)


async def test_an_upload_is_one_trace_from_the_request_to_the_last_event(upload: Upload) -> None:
    spans = upload.spans
    by_id = {span.span_id: span for span in spans}
    assert [span.name for span in spans if span.parent_id not in by_id] == [f"POST {UPLOAD}"]
    found = {(span.service, span.name, by_id[span.parent_id].name if span.parent_id else None) for span in spans}
    assert {(service, name, parent) for name, (service, parent) in STEPS.items()} <= found
    assert not [span.name for span in spans if span.failed]
    times = Counter((span.service, span.name) for span in spans)
    assert [times[service, name] for name, (service, _) in STEPS.items()] == [1] * len(STEPS)
    kinds = {span.name: span.kind for span in spans}
    assert kinds[f"POST {UPLOAD}"] == "SERVER"
    assert kinds["publish user.tagged.v1"] == "PRODUCER"
    assert kinds["handle document.recognized.v1"] == "CONSUMER"
    assert {span.service for span in spans} == set(SERVICES)
    facts = {span.name: span.attributes for span in spans}
    assert facts[f"POST {UPLOAD}"]["http.response.status_code"] == 200
    assert facts["provider local"]["lumis.outcome"] == "ok"
    assert facts["ledger settle"]["lumis.ledger.changed"] is True
    assert facts["tag invoice"]["lumis.tags"] > 0


async def test_log_lines_of_an_upload_carry_its_trace_and_the_span_that_wrote_them(upload: Upload) -> None:
    known = {(span.service, span.trace_id, span.span_id) for span in upload.spans}
    for service, lines in upload.lines.items():
        assert lines, f"{service} wrote nothing of the request"
        assert {(service, line["trace_id"], line["span_id"]) for line in lines} <= known


async def test_a_callers_own_trace_goes_on(platform: Platform, traces: OtlpReceiver) -> None:
    trace_id, span_id = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    headers = platform.headers(await platform.user(lumis=0)) | {"traceparent": f"00-{trace_id}-{span_id}-01"}
    async with platform.client.get("/api/v4/lumis/balance", headers=headers) as response:
        assert response.status == 200
    await until(lambda: any(span.parent_id == span_id for span in traces.trace(trace_id)), seconds=10)
    wanted = {"GET /api/v4/lumis/balance", "answer ledger.read-balance.v1"}
    await until(lambda: wanted <= {span.name for span in traces.trace(trace_id)}, seconds=10)
