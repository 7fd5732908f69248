"""What /validate takes, and what of it becomes a correction of the reading."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.extract.corrections import BadFormat, validation_of
from shared.contracts.extract import Correction, DocumentCorrected

texts = st.text(st.characters(exclude_categories=()), max_size=30)
"""Also what no encoding can write."""
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**400), 10**400) | st.floats() | texts,
    lambda inner: st.lists(inner, max_size=8) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def corrected(feature: str, content: Any, **options: Any) -> Correction:
    (correction,) = validation_of(
        {feature: {"content": content}}, "invoice", **{"perspective": "client", **options}
    ).corrections
    return correction


@pytest.mark.parametrize(
    ("feature", "content", "value"),
    [
        ("total", 706.8, "706.8"),
        ("total", 100.0, "100"),
        ("total", 0, "0"),
        ("total", "121.00", "121.00"),
        ("date", "2024-03-15 00:00:00", "2024-03-15"),
        ("date", "15/03/2024", "15/03/2024"),
        ("due_date", False, None),
        ("client", None, None),
        ("client", "  ", None),
        ("SWIFT_code", '{"bic": "CAIXESBBXXX", "verified_bic": false}', "CAIXESBBXXX"),
        ("SWIFT_code", "CAIXESBBXXX", "CAIXESBBXXX"),
        ("SWIFT_code", "[1]", "[1]"),
        ("SWIFT_code", '{"bic": "\\ud800X"}', "X"),
        ("total", True, "true"),
        ("total", 10**4200, "1" + "0" * 4095),
        ("supplier", "\ud800Ltd", "Ltd"),
        ("quantity", 1e-7, "0.0000001"),
        ("total", 1e300, "1e+300"),
    ],
)
def test_a_content_is_kept_in_the_readings_form(feature: str, content: Any, value: str | None) -> None:
    assert corrected(feature, content).value == value


@pytest.mark.parametrize(
    ("feature", "of_a_client", "of_a_supplier"),
    [
        ("VAT_Number", "supplier_vat", "client_vat"),
        ("partner", "supplier", "client"),
        ("SWIFT_code", "swift_code", "swift_code"),
        ("qr-bill", "qr_bill", "qr_bill"),
        ("country", "supplier_country", "supplier_country"),
        ("global_taxes_amount", "total_tax_amount", "total_tax_amount"),
        ("total", "total", "total"),
        ("of_a_later_version", "of_a_later_version", "of_a_later_version"),
    ],
)
def test_features_are_told_by_the_readings_keys(feature: str, of_a_client: str, of_a_supplier: str) -> None:
    assert corrected(feature, "x").key == of_a_client
    assert corrected(feature, "x", perspective="supplier").key == of_a_supplier


def test_an_expenses_country_is_its_own() -> None:
    validation = validation_of({"country": {"content": "ES"}}, "expense", "client")
    assert validation.corrections[0].key == "country"


def test_a_marked_place_is_kept_and_one_that_is_none_is_not() -> None:
    box = ["£706.80", 1, 0.88, 0.35, 0.07, 0.0125, 0]
    whole = validation_of({"total": {"content": 706.8, "box": box}}, "invoice", "client").corrections[0]
    assert (whole.text, whole.page, whole.box) == ("£706.80", 1, (0.88, 0.35, 0.07, 0.0125, 0.0))
    for broken in ([], None, "x", box[:6], ["t", -1, *box[2:]], ["t", "0", *box[2:]], [*box[:6], "0"], [*box[:6], 1e9]):
        correction = validation_of({"total": {"content": 1, "box": broken}}, "invoice", "client").corrections[0]
        assert (correction.page, correction.box) == (None, None)


def test_lines_tell_percents_and_pass_over_other_taxes() -> None:
    lines = [
        {
            "description": "Chair",
            "quantity": 2,
            "unit_price": 50.5,
            "product": False,
            "taxes": [
                {"amount": 21.0, "type": "percent", "price_include": True},
                {"amount": 3, "type": "fixed"},
                {"amount": 5, "type": "group"},
                {"amount": 4},
            ],
            "taxes_amount": 21,
            "subtotal": 101,
            "total": "122.21",
        },
        {"description": None, "product": 7},
    ]
    validation = validation_of({"invoice_lines": {"lines": lines}, "merged_line": True}, "invoice", "client")
    assert validation.lines == (
        {
            "description": "Chair",
            "product": None,
            "quantity": "2",
            "unit_price": "50.5",
            "subtotal": "101",
            "total": "122.21",
            "tax_rates": "21,4",
        },
        {"description": None, "product": "7"},
    )
    assert validation.merged_lines
    assert validation.corrections == ()


def test_taxes_of_older_clients_are_kept_as_json() -> None:
    taxes = [{"amount": 20.0, "tax_type": "percent"}]
    assert json.loads(corrected("global_taxes", taxes).value or "") == taxes


@pytest.mark.parametrize(
    "values",
    [
        None,
        [],
        "x",
        7,
        {"total": 7},
        {"total": None},
        {"total": {}},
        {"total": {"box": []}},
        {"invoice_lines": []},
        {"invoice_lines": {"lines": {}}},
        {"invoice_lines": {"lines": [7]}},
        {f"feature {number}": {"content": number} for number in range(501)},
    ],
)
def test_values_that_are_none_are_refused_with_words(values: Any) -> None:
    with pytest.raises(BadFormat, match="must be"):
        validation_of(values, "invoice", "client")


@given(
    st.dictionaries(
        st.sampled_from(["total", "date", "SWIFT_code", "invoice_lines", "merged_lines", "VAT_Number", "x" * 100])
        | texts,
        st.fixed_dictionaries({"content": json_values}, optional={"box": json_values, "lines": json_values})
        | json_values,
    )
)
def test_nothing_that_a_client_sends_breaks_anything(values: Any) -> None:
    try:
        validation = validation_of(values, "invoice", "client")
    except BadFormat:
        return
    event = DocumentCorrected(
        request_id="r",
        origin="o",
        user_id="u",
        schema_name="odoo_invoice",
        corrections=validation.corrections,
        lines=validation.lines,
    )
    assert DocumentCorrected.model_validate_json(event.model_dump_json()) == event
