"""What the reconciler says of GST invoices is the same behind the bus and behind the database."""

import json

import pytest
from pydantic import TypeAdapter

from ocr_engine.answers import read_answer
from ocr_engine.question import ModelAnswer
from ocr_engine.schemas import SCHEMAS
from reconciler.handlers import SCHEMAS as RECONCILERS
from shared.contracts.documents import DocumentRecognized, Outcome
from shared.contracts.india import LegacyDocument
from tests.support.gst_values import LEGACY_VALUES, V4_VALUES
from tests.support.readings import recognized

OUTCOMES: TypeAdapter[Outcome] = TypeAdapter(Outcome)


def outcome_of(schema: str) -> Outcome:
    values = V4_VALUES if schema == "india_gst_v4" else LEGACY_VALUES
    reading = read_answer(ModelAnswer(json.dumps(values), "m"), SCHEMAS[schema], "gemini")
    event: DocumentRecognized = recognized().model_copy(update={"reading": reading, "schema_name": schema})
    return RECONCILERS[schema](event)


@pytest.mark.parametrize("schema", ["india_gst_v4", "india_legacy"])
def test_an_outcome_survives_the_bus_and_the_database(schema: str) -> None:
    outcome = outcome_of(schema)
    assert OUTCOMES.validate_json(OUTCOMES.dump_json(outcome)) == outcome
    assert OUTCOMES.validate_python(OUTCOMES.dump_python(outcome)) == outcome


@pytest.mark.parametrize("junk", [None, 5, "matched", [], {"status": "perhaps"}])
def test_a_reconciliation_that_is_none_is_as_good_as_nothing(junk: object) -> None:
    document = LegacyDocument.model_validate({"voucher": {"invoice_number": "A-1", "reconciliation": junk}})
    assert document.voucher.reconciliation.status == "unmatched"
    assert document.voucher.invoice_number == "A-1"
