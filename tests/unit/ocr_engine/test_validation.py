"""The checks that local and cloud readings pass alike."""

import base64
import datetime as dt

import pytest

from ocr_engine.evidence import Evidence
from ocr_engine.lumis import cufes_in
from ocr_engine.validation import plausible, validate
from shared.contracts.faults import (
    CUFE_INVALID,
    CUFE_MISMATCH,
    DATE_IMPLAUSIBLE,
    DV_COMPUTABLE,
    DV_MISMATCH,
    LINE_MISMATCH,
    RUC_IMPLAUSIBLE,
    TOTAL_MISMATCH,
    TOTAL_NOT_POSITIVE,
)
from shared.contracts.reading import ReadField, Reading

CUFE = "FE01200002679372-1-844914-7300002025051500311570140020317481978892"
QR = f"https://dgi-fep.mef.gob.pa/Consultas/FacturasPorQR?chFE={CUFE}&iAmb=1"
TODAY = dt.date(2026, 1, 1)
NOTHING = Evidence(1, 1)


def field(value: str | None) -> ReadField:
    return ReadField(value=value, raw=value or "", confidence=0.8, source="gemini") if value else ReadField()


def item(name: str, quantity: str, price: str, total: str) -> dict[str, ReadField]:
    return {"name": field(name), "quantity": field(quantity), "unit_price": field(price), "total_price": field(total)}


def reading(*items: dict[str, ReadField], **values: str | None) -> Reading:
    defaults = {"ruc": "2679372-1-844914", "dv": "73", "invoice_number": "0031157014", "date": "2025-05-15"}
    fields = {key: field(value) for key, value in {**defaults, **values}.items()}
    return Reading(schema_name="lumis", provider="gemini", fields=fields, items=items)


def test_a_scanned_cufe_beats_what_a_model_read() -> None:
    checked = validate(reading(ruc="2679372-1-844915", dv="13", date="2024-05-15"), Evidence(1, 1, qr=(QR,)), TODAY)
    assert [checked.value(key) for key in ("ruc", "dv", "date", "cufe")] == [
        "2679372-1-844914",
        "73",
        "2025-05-15",
        CUFE,
    ]
    assert checked.fields["ruc"].source == "qr"
    assert checked.fields["ruc"].confidence == 0.99
    assert "2679372-1-844915" in {each.value for each in checked.fields["ruc"].candidates}
    assert CUFE_MISMATCH in checked.warnings


def test_a_printed_cufe_counts_where_the_paper_agrees() -> None:
    checked = validate(reading(cufe=CUFE, dv=None), NOTHING, TODAY)
    assert checked.value("dv") == "73"
    assert checked.fields["dv"].source == "cufe"


def test_a_printed_cufe_that_contradicts_the_paper_replaces_nothing() -> None:
    checked = validate(reading(cufe=CUFE, ruc="8-769-1080", dv="56", invoice_number="77"), NOTHING, TODAY)
    assert checked.value("ruc") == "8-769-1080"
    assert checked.fields["cufe"].confidence < 0.5
    assert CUFE_MISMATCH in checked.warnings


def test_an_impossible_cufe_is_no_value() -> None:
    checked = validate(reading(cufe=CUFE[:-1] + "3"), NOTHING, TODAY)
    assert checked.value("cufe") is None
    assert checked.fields["cufe"].candidates[0].value == CUFE[:-1] + "3"
    assert CUFE_INVALID in checked.warnings


@pytest.mark.parametrize(
    "text", [QR, f"https://pac.example/v?d={base64.urlsafe_b64encode(CUFE.encode()).decode()}", f"see {CUFE} there"]
)
def test_providers_addresses_hold_a_cufe_too(text: str) -> None:
    assert set(cufes_in(text)) == {CUFE}


def test_a_fitting_dv_makes_both_sure() -> None:
    checked = validate(reading(), NOTHING, TODAY)
    assert checked.fields["ruc"].confidence > 0.95
    assert checked.warnings == ()
    assert plausible(checked)


def test_a_dv_that_does_not_fit_is_kept_but_doubted() -> None:
    checked = validate(reading(dv="74"), NOTHING, TODAY)
    assert checked.value("dv") == "74"
    assert checked.fields["ruc"].confidence <= 0.4
    assert checked.warnings == (DV_MISMATCH,)
    assert not plausible(checked)


def test_a_missing_dv_is_proposed_not_invented() -> None:
    checked = validate(reading(dv=None), NOTHING, TODAY)
    assert checked.value("dv") is None
    proposed = checked.fields["dv"].candidates[0]
    assert (proposed.value, proposed.source) == ("73", "computed")
    assert checked.warnings == (DV_COMPUTABLE,)
    assert plausible(checked)


def test_a_text_that_is_no_ruc_is_doubted() -> None:
    checked = validate(reading(ruc="12345678"), NOTHING, TODAY)
    assert RUC_IMPLAUSIBLE in checked.warnings
    assert not plausible(checked)


@pytest.mark.parametrize("date", ["2026-02-01", "1999-12-31", "15/05/2025", "2025-02-30"])
def test_a_date_out_of_range_is_doubted(date: str) -> None:
    checked = validate(reading(date=date), NOTHING, TODAY)
    assert checked.value("date") == date
    assert checked.fields["date"].confidence <= 0.2
    assert DATE_IMPLAUSIBLE in checked.warnings


@pytest.mark.parametrize("total", ["10.70", "10.00", "10.71"])
def test_lines_with_or_without_tax_prove_the_total(total: str) -> None:
    checked = validate(reading(item("A", "2", "5.00", "10.00"), total=total, tot_itbms="0.70"), NOTHING, TODAY)
    assert checked.fields["total"].confidence > 0.95
    assert plausible(checked)


def test_lines_that_do_not_lead_to_the_total_doubt_it() -> None:
    checked = validate(reading(item("A", "2", "5.00", "10.00"), total="17.70", tot_itbms="0.70"), NOTHING, TODAY)
    assert checked.value("total") == "17.70"
    assert TOTAL_MISMATCH in checked.warnings
    assert not plausible(checked)


def test_a_printed_discount_explains_the_difference() -> None:
    evidence = Evidence(1, 1, text="DESCUENTO 1.00\nTOTAL 9.70")
    checked = validate(reading(item("A", "2", "5.00", "10.00"), total="9.70", tot_itbms="0.70"), evidence, TODAY)
    assert TOTAL_MISMATCH not in checked.warnings


def test_a_line_that_does_not_multiply_is_doubted_not_changed() -> None:
    checked = validate(reading(item("A", "3", "5.00", "10.00"), total="10.00"), NOTHING, TODAY)
    assert checked.items[0]["quantity"].value == "3"
    assert checked.items[0]["quantity"].confidence <= 0.4
    assert LINE_MISMATCH in checked.warnings


def test_a_total_of_nothing_is_implausible() -> None:
    checked = validate(reading(total="0.00"), NOTHING, TODAY)
    assert TOTAL_NOT_POSITIVE in checked.warnings
    assert not plausible(checked)


def test_another_schema_is_left_alone() -> None:
    other = reading(dv="74").model_copy(update={"schema_name": "other"})
    assert validate(other, NOTHING, TODAY) == other
    assert plausible(other)
