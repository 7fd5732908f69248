"""Reader and reconciler look at the same paper: what both find is told once, under one code."""

import datetime as dt

from ocr_engine.evidence import Evidence
from ocr_engine.validation import validate
from reconciler.schemas.lumis import reconcile
from shared.contracts.documents import DocumentRecognized
from shared.contracts.reading import ReadField, Reading

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
OTHERS_CUFE = "FE01200002679372-1-844914-7300002025051500311570140020317481978892"


def field(value: str) -> ReadField:
    return ReadField(value=value, raw=value, confidence=0.8, source="gemini")


def told(header: dict[str, str], line: tuple[str, str, str] = ("2", "1.50", "3.00")) -> tuple[str, ...]:
    sound = {"ruc": "155751938-2-2024", "dv": "66", "invoice_number": "7", "total": "3.00", "date": "2026-11-20"}
    names = ("quantity", "unit_price", "total_price")
    row = {"name": field("Pan"), **{name: field(value) for name, value in zip(names, line, strict=True)}}
    reading = Reading(
        schema_name="lumis",
        provider="gemini",
        fields={name: field(value) for name, value in {**sound, **header}.items()},
        items=(row,),
    )
    event = DocumentRecognized(
        request_id="r-1",
        origin="gateway-1",
        user_id="user-1",
        schema_name="lumis",
        received_at=NOW,
        answer_by=NOW,
        reading=validate(reading, Evidence(1, 1), NOW.date()),
    )
    return reconcile(event).warnings


def test_each_fault_that_both_find_is_told_once() -> None:
    assert told({}) == ()
    assert told({"total": "50.00"}) == ("TOTAL_MISMATCH",)
    assert told({}, ("2", "9.00", "3.00")) == ("LINE_MISMATCH",)
    assert told({"date": "2030-01-01"}) == ("DATE_IMPLAUSIBLE",)
    assert told({"dv": "11"}) == ("DV_MISMATCH",)
    assert told({"cufe": OTHERS_CUFE}) == ("CUFE_MISMATCH",)
