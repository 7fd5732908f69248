"""Results in the form of each version, out of one reading."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.extract.protocol import KINDS, Kind, Version
from gateway.extract.shaping import results_of
from gateway.extract.test_mode import fixed_outcome
from shared.contracts.odoo import OdooOutcome
from shared.contracts.reading import Candidate, ReadField, Reading

VERSIONS = [
    *(("invoice", number) for number in (120, 121, 122, 123)),
    *(("expense", number) for number in (130, 131, 132)),
    *(("applicant", number) for number in (100, 101, 102)),
]
INVOICE_FEATURES = {
    "full_text_annotation",
    "SWIFT_code",
    "iban",
    "aba",
    "VAT_Number",
    "qr-bill",
    "payment_ref",
    "purchase_order",
    "country",
    "currency",
    "date",
    "due_date",
    "total_tax_amount",
    "invoice_id",
    "subtotal",
    "total",
    "supplier",
    "client",
    "email",
    "website",
    "invoice_lines",
    "type",
}


def shaped(kind: Kind, number: int, **options: Any) -> dict[str, Any]:
    (result,) = results_of(fixed_outcome(kind), Version(kind, number), **options)
    return result


def candidates_of(result: Any) -> list[dict[str, Any]]:
    """Every object with a content anywhere in a result."""
    if isinstance(result, list):
        return [each for part in result for each in candidates_of(part)]
    if not isinstance(result, dict):
        return []
    return [result] if "content" in result else [each for part in result.values() for each in candidates_of(part)]


@pytest.mark.parametrize(("kind", "number"), VERSIONS)
def test_every_candidate_of_every_version_has_content_page_and_five_coordinates(kind: Kind, number: int) -> None:
    found = candidates_of(shaped(kind, number))
    assert found
    for candidate in found:
        assert set(candidate) - {"amount_type"} == {"content", "coords", "page"}
        assert isinstance(candidate["content"], str | float)
        assert [type(each) for each in candidate["coords"]] == [float] * 5
        assert all(0 <= each <= 1 for each in candidate["coords"][:4])


@pytest.mark.parametrize(("kind", "number"), VERSIONS)
def test_the_selected_value_is_the_first_candidate(kind: Kind, number: int) -> None:
    key = "words" if Version(kind, number).has_words else "candidates"
    features = [feature for feature in shaped(kind, number).values() if isinstance(feature, dict)]
    assert features
    for feature in features:
        first = feature.get("selected_values", [feature.get("selected_value")])[0]
        assert feature[key][0] == first
        assert len(feature) == 2


def test_the_test_answer_of_an_invoice_has_every_documented_feature() -> None:
    assert set(shaped("invoice", 122)) == INVOICE_FEATURES


def test_before_122_taxes_have_other_names_and_dates_a_time() -> None:
    for number in (120, 121):
        result = shaped("invoice", number)
        assert result["global_taxes_amount"]["selected_value"]["content"] == 21.0
        assert result["global_taxes"]["selected_values"] == [
            {"content": 21.0, "coords": [0.0] * 5, "page": 0, "amount_type": "percent"}
        ]
        assert "total_tax_amount" not in result
        assert [result[name]["words"][1]["content"] for name in ("date", "due_date")] == [
            "2024-04-14 00:00:00",
            "2024-03-15 00:00:00",
        ]
        assert result["invoice_lines"][0]["quantity"]["words"][0]["content"] == 2.0


def test_lines_without_a_table_of_taxes_tell_their_rates_once() -> None:
    outcome = fixed_outcome("invoice")
    twice = outcome.reading.model_copy(update={"items": outcome.reading.items * 2, "tables": {}})
    (result,) = results_of(outcome.model_copy(update={"reading": twice}), Version("invoice", 120))
    assert [each["content"] for each in result["global_taxes"]["selected_values"]] == [21.0]


def test_lines_of_122_are_features_and_lines_of_123_are_plain() -> None:
    (line,) = shaped("invoice", 122)["invoice_lines"]
    assert line["discount"]["selected_value"]["content"] == 0.0
    assert line["taxes"]["selected_values"][0]["amount_type"] == "percent"
    assert shaped("invoice", 123)["invoice_lines"] == [
        {
            "description": "Office chair",
            "quantity": 2.0,
            "unit_price": 50.0,
            "subtotal": 100.0,
            "total": 121.0,
            "taxes": [21.0],
        }
    ]


def test_the_vat_number_is_the_other_partys() -> None:
    assert shaped("invoice", 122)["VAT_Number"]["selected_value"]["content"] == "ESB12345674"
    supplier = shaped("invoice", 122, perspective="supplier")
    assert supplier["VAT_Number"]["selected_value"]["content"] == "GB999999973"


def test_only_older_clients_of_expenses_are_told_the_supplier() -> None:
    assert "supplier" in shaped("expense", 131)
    assert "supplier" not in shaped("expense", 132)


def test_only_older_clients_of_applicants_find_the_name_as_the_description_too() -> None:
    older, newer = shaped("applicant", 100), shaped("applicant", 102)
    assert older["description"] == older["name"]
    assert set(newer) == {"full_text_annotation", "name", "email", "phone", "mobile"}


def test_a_layout_that_is_known_is_told_as_a_number() -> None:
    outcome = fixed_outcome("invoice").model_copy(update={"layout_id": 77})
    assert results_of(outcome, Version("invoice", 123))[0]["detected_layout_id"] == 77
    assert "detected_layout_id" not in shaped("invoice", 123)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reading_that_found_nothing_has_its_text_alone(kind: Kind) -> None:
    empty = fixed_outcome(kind).reading.model_copy(
        update={"fields": {"total": ReadField(), "date": ReadField()}, "items": (), "tables": {}}
    )
    outcome = fixed_outcome(kind).model_copy(update={"reading": empty})
    for number in [number for each, number in VERSIONS if each == kind]:
        (result,) = results_of(outcome, Version(kind, number))
        assert set(result) - {"invoice_lines"} == {"full_text_annotation"}


places = st.floats(-2, 3, allow_nan=False)
boxes = st.none() | st.tuples(places, places, places, places, st.floats(-360, 360))
candidates = st.builds(Candidate, value=st.text(max_size=20), box=boxes, source=st.just("text"))
fields = st.builds(
    ReadField,
    value=st.none() | st.text(max_size=20) | st.decimals(-1000, 1000, places=2).map(str),
    box=boxes,
    page=st.none() | st.integers(0, 9),
    candidates=st.lists(candidates, max_size=3).map(tuple),
)


@given(
    st.dictionaries(st.sampled_from(["total", "date", "iban", "swift_code", "supplier_vat", "qr_bill"]), fields),
    st.lists(st.dictionaries(st.sampled_from(["quantity", "subtotal", "tax_rates"]), fields), max_size=3),
    st.sampled_from([120, 121, 122, 123]),
)
def test_no_reading_breaks_a_client(header: Any, items: Any, number: int) -> None:
    reading = Reading(schema_name="odoo_invoice", provider="local", fields=header, items=tuple(items))
    outcome = OdooOutcome(schema_name="odoo_invoice", complete=True, reading=reading)
    for candidate in candidates_of(results_of(outcome, Version("invoice", number))):
        assert candidate["content"] is not None
        assert all(0 <= each <= 1 for each in candidate["coords"][:4])
