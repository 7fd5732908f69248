"""The AsyncAPI document is valid by its makers' own parser, and what the bus carries fits the published schemas."""

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from deploy.specs import DOCUMENTS, ROOT
from gateway.asyncapi import asyncapi_text, event_schema_text
from shared.bus.envelope import decode, encode
from shared.contracts.documents import DocumentReconciled
from shared.contracts.india import IndiaGstOutcome, IndiaLegacyOutcome
from shared.contracts.message import Event
from shared.contracts.topology import EVENTS, EventRow
from tests.support import javascript
from tests.support.gst_pages import solve

_ERROR, _WARNING = 0, 1
SAMPLES = Path(__file__).parent / "samples"
INDIA = Path(__file__).parents[1] / "data" / "india"
ROWS = {row.event.NAME: row for row in EVENTS}


def validator(row: EventRow) -> Draft202012Validator:
    schema = json.loads(event_schema_text(row))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=FormatChecker())


def wire(event: Event, source: str) -> Any:
    """The message as a subscriber's JSON parser sees it."""
    return json.loads(encode(event, "0f0f0f0f-0f0f-5f0f-8f0f-0f0f0f0f0f0f", source))


def reconciled(outcome: IndiaGstOutcome | IndiaLegacyOutcome) -> DocumentReconciled:
    at = datetime(2026, 11, 21, tzinfo=UTC)
    return DocumentReconciled(
        request_id="550e8400-e29b-41d4-a716-446655440000",
        origin="gateway-1",
        user_id="user-1",
        schema_name=outcome.schema_name,
        received_at=at,
        answer_by=at,
        provider="gemini",
        outcome=outcome,
    )


def test_the_official_parser_finds_nothing_wrong_with_the_document_and_does_with_a_broken_one(tmp_path: Path) -> None:
    folder = javascript.linked(tmp_path)
    program = Path(shutil.copy(javascript.PINNED / "asyncapi.mjs", folder))
    files = [folder / "ours.json", folder / "broken.json"]
    files[0].write_text(asyncapi_text(), encoding="utf-8")
    document = json.loads(asyncapi_text())
    del document["info"]["title"]
    files[1].write_text(json.dumps(document), encoding="utf-8")
    ours, broken = javascript.run_json(program, *map(str, files))
    assert [problem for problem in ours["problems"] if problem["severity"] in {_ERROR, _WARNING}] == []
    assert sorted(ours["channels"]) == sorted(f"{name}.{{origin}}" for name in ROWS)
    assert any(problem["severity"] == _ERROR for problem in broken["problems"])


@pytest.mark.parametrize("name", sorted(ROWS))
def test_a_published_sample_fits_its_schema_as_it_travels(name: str) -> None:
    row = ROWS[name]
    event = row.event.model_validate_json((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    problems = list(validator(row).iter_errors(wire(event, row.sender)))
    assert [f"{problem.json_path}: {problem.message[:200]}" for problem in problems] == []


def test_amounts_of_an_indian_invoice_travel_as_the_strings_that_the_schema_tells() -> None:
    page = json.loads((INDIA / "v4_published_example.json").read_text(encoding="utf-8"))
    message = wire(reconciled(IndiaGstOutcome(document=solve(page).document)), "reconciler")
    document = message["data"]["outcome"]["document"]
    assert isinstance(document["totals"]["grand_total"], str)
    assert [problem.json_path for problem in validator(ROWS["document.reconciled.v1"]).iter_errors(message)] == []
    document["totals"]["grand_total"] = float(document["totals"]["grand_total"])
    assert list(validator(ROWS["document.reconciled.v1"]).iter_errors(message))


def test_a_message_of_another_type_source_or_shape_does_not_fit() -> None:
    row = ROWS["credits.settled.v1"]
    event = row.event.model_validate_json((SAMPLES / "credits.settled.v1.json").read_text(encoding="utf-8"))
    good, check = wire(event, row.sender), validator(row)
    assert check.is_valid(good)
    changes: list[dict[str, Any]] = [{"type": "credits.held.v1"}, {"source": "stranger"}, {"data": {}}, {"id": 7}]
    for change in changes:
        assert not check.is_valid(good | change), change
    assert decode(json.dumps(good).encode()).require_event() == event


def test_every_event_has_a_schema_file_that_refers_to_nothing_outside_itself() -> None:
    kept = {Path(document.path).stem for document in DOCUMENTS if document.path.startswith("docs/schemas/")}
    assert kept == set(ROWS) == {path.stem for path in (ROOT / "docs" / "schemas").glob("*.json")}
    for row in EVENTS:
        text = event_schema_text(row)
        assert text.count('"$ref": ') == text.count('"$ref": "#/$defs/')
