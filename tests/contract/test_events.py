"""Every version of every event ever published still parses, and the table of events is what the services do."""

import importlib
import json
from pathlib import Path
from typing import Any

import pytest

from gateway.asyncapi import asyncapi_text
from shared.bus import event_id
from shared.bus.envelope import decode
from shared.contracts.topology import CALLS, EVENTS, FOLLOWERS
from shared.service import Service

SAMPLES = Path(__file__).parent / "samples"
SERVICES = ("gateway", "ledger", "ocr_engine", "reconciler", "sunat_emitter", "tagger")


def service(package: str) -> Service[Any, Any]:
    found = importlib.import_module(f"{package}.app").SERVICE
    assert isinstance(found, Service)
    return found


def _kept(sample: Any, parsed: Any) -> Any:
    """What came back of a sample, without the optional fields that are younger than it."""
    if isinstance(sample, dict) and isinstance(parsed, dict):
        return {key: _kept(value, parsed.get(key)) for key, value in sample.items()}
    if isinstance(sample, list) and isinstance(parsed, list) and len(sample) == len(parsed):
        return [_kept(*pair) for pair in zip(sample, parsed, strict=True)]
    return parsed


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_a_published_sample_still_parses_without_losing_anything(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    envelope = {
        "id": event_id("sample", path.stem),
        "type": path.stem,
        "source": "test",
        "time": "2026-11-21T10:30:00Z",
        "requestid": data["request_id"],
        "data": data,
    }
    event = decode(json.dumps(envelope).encode()).event
    assert event is not None
    parsed = json.loads(event.model_dump_json())
    assert _kept(data, parsed) == data


def test_every_event_has_a_sample() -> None:
    assert {row.event.NAME for row in EVENTS} <= {path.stem for path in SAMPLES.glob("*.json")}


def test_event_names_are_subject_past_participle_and_version() -> None:
    for row in EVENTS:
        subject, verb, version = row.event.NAME.split(".")
        assert subject.isalpha()
        assert verb.endswith(("ed", "able", "held", "sent"))
        assert version.startswith("v")


@pytest.mark.parametrize("package", SERVICES)
def test_a_service_subscribes_to_what_the_table_says(package: str) -> None:
    found = service(package)
    expected = {row.event for row in EVENTS if found.name in row.receivers}
    assert {row.event for row in found.subscriptions} == expected
    assert bool(found.followers) == (found.name in FOLLOWERS)


@pytest.mark.parametrize("package", SERVICES)
def test_a_service_answers_the_calls_that_the_table_says(package: str) -> None:
    found = service(package)
    assert {row.call for row in found.operations} == {row.call for row in CALLS if row.server == found.name}


def test_the_asyncapi_document_resolves_every_reference() -> None:
    document = json.loads(asyncapi_text())

    def references(node: Any) -> list[str]:
        if isinstance(node, dict):
            own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            return own + [found for value in node.values() for found in references(value)]
        return [found for value in node for found in references(value)] if isinstance(node, list) else []

    found = references(document)
    assert found
    for reference in found:
        target = document
        for part in reference.removeprefix("#/").split("/"):
            target = target[part]
    assert set(document["channels"]) == {row.event.__name__ for row in EVENTS}
