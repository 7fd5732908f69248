"""A model's answer as a reading: whatever it writes, only sound values get through."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.answers import MODEL_CONFIDENCE, canonical_amount, canonical_date, read_answer
from ocr_engine.question import ModelAnswer, ProviderFailed
from ocr_engine.schemas import SCHEMAS
from shared.contracts.reading import Reading
from shared.money import LARGEST_AMOUNT

SCHEMA = SCHEMAS["lumis"]


def read(text: str) -> Reading:
    return read_answer(ModelAnswer(text, "m"), SCHEMA, "gemini")


def value(key: str, given_value: Any) -> str | None:
    return read(json.dumps({key: given_value})).value(key)


def test_a_good_answer_becomes_a_reading_in_canonical_text() -> None:
    reading = read(
        """{"issuer_name": "  Super \\n Xtra ", "ruc": "155751938 -2-2024", "dv": 66, "invoice_number": "001-002",
        "date": "15/12/2024", "total": 125.50, "tot_itbms": "8,93", "cufe": null, "issuer_address": "N/A",
        "products": [{"name": "Leche", "quantity": 2, "unit_price": 1.5, "total_price": "3.00",
        "brand": "Estrella Azul", "category_l1": "Alimentos", "category_l2": "lacteos"}, {"name": null}, "x"]}"""
    )
    values = {key: field.value for key, field in reading.fields.items()}
    assert values == {
        "issuer_name": "Super Xtra",
        "ruc": "155751938-2-2024",
        "dv": "66",
        "issuer_address": None,
        "invoice_number": "001-002",
        "date": "2024-12-15",
        "cufe": None,
        "tot_itbms": "8.93",
        "total": "125.50",
    }
    assert [{key: field.value for key, field in item.items()} for item in reading.items] == [
        {
            "name": "Leche",
            "quantity": "2",
            "unit_price": "1.5",
            "total_price": "3.00",
            "brand": "Estrella Azul",
            "category_l1": "alimentos",
            "category_l2": "lacteos",
        }
    ]
    assert reading.fields["total"].source == "gemini"
    assert reading.fields["total"].raw == "125.50"
    assert reading.fields["total"].confidence == MODEL_CONFIDENCE
    assert reading.fields["cufe"].source is None


@pytest.mark.parametrize(
    ("key", "written", "read_as"),
    [
        ("ruc", "R.U.C. 155751938-2-2024", "155751938-2-2024"),
        ("ruc", "RUC: 155751938-2-2024 DV 66", "155751938-2-2024"),
        ("ruc", "8-NT-2-34567", "8-NT-2-34567"),
        ("ruc", "pe-12-345", "PE-12-345"),
        ("ruc", "RUC:", None),
        ("dv", "D.V. 07", "07"),
        ("dv", 7, "07"),
        ("dv", "7", "07"),
        ("dv", "DV", None),
        ("dv", "66", "66"),
    ],
)
def test_labels_copied_along_are_taken_off_and_lost_zeros_put_back(key: str, written: Any, read_as: str | None) -> None:
    assert value(key, written) == read_as


def test_trailing_zeros_of_a_json_number_are_kept() -> None:
    assert read('{"total": 125.50}').value("total") == "125.50"


@pytest.mark.parametrize(
    "wrong", [True, [], {}, ["1"], {"value": 1}, "", " ", "null", "N/D", "x" * 5000, None, "doce", "1e999999", "NaN"]
)
def test_a_value_of_the_wrong_kind_reads_as_not_found(wrong: Any) -> None:
    assert value("total", wrong) is None


def test_a_category_outside_the_list_is_no_hint() -> None:
    reading = read('{"products": [{"name": "X", "category_l1": "armas", "category_l2": "DROP TABLE"}]}')
    assert reading.items[0]["category_l1"].value is None
    assert reading.items[0]["category_l2"].value is None


def test_control_characters_and_lone_surrogates_do_not_get_through() -> None:
    assert value("issuer_name", "A\x00B\u2028C\ud800") == "A B C?"


def test_no_more_items_are_taken_than_a_paper_can_hold() -> None:
    assert len(read(json.dumps({"products": [{"name": "x"}] * 2000})).items) == SCHEMA.shape.most_items


@pytest.mark.parametrize("text", ['```json\n{"ruc": "8-1-1"}\n```', '```{"ruc": "8-1-1"}```', ' [{"ruc": "8-1-1"}] '])
def test_fences_and_a_list_around_the_object_are_taken_off(text: str) -> None:
    assert read(text).value("ruc") == "8-1-1"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "7",
        '"text"',
        "[]",
        '{"ruc": "8-1',
        "Here is the JSON: {}",
        '{"total": NaN}',
        '{"total": 1e99999999999999999999}',
        "{}{}",
        "[" * 10**5,
    ],
)
def test_what_is_no_json_object_is_the_providers_failure(text: str) -> None:
    with pytest.raises(ProviderFailed, match="bad_json"):
        read(text)


def test_an_answer_of_absurd_length_is_not_even_parsed() -> None:
    with pytest.raises(ProviderFailed, match="bad_json"):
        read('{"ruc": "' + "1" * 500_000 + '"}')


@pytest.mark.parametrize("text", ["{}", '{"error": "I cannot read this"}'])
def test_an_object_without_any_asked_key_is_the_providers_failure(text: str) -> None:
    with pytest.raises(ProviderFailed, match="no_fields"):
        read(text)


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("125.50", "125.50"),
        ("B/. 1,250.00", "1250.00"),
        ("B/.3", "3"),
        ("$1.250,75", "1250.75"),
        ("1,250", "1250"),
        ("0,125", "0.125"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1.234.567,89", "1234567.89"),
        ("12,5", "12.5"),
        ("-3.20", "-3.20"),
        ("-0", "0"),
        ("1E+2", "100"),
        ("USD 9.99", "9.99"),
    ],
)
def test_amounts_are_read_in_both_writings(text: str, amount: str) -> None:
    assert canonical_amount(text) == amount


@pytest.mark.parametrize("text", ["1E-9", "1e99", "99999999999999", "1 2a", ".", ",", "--3", "1.2.3,4,5", "½"])
def test_what_is_no_amount_is_none(text: str) -> None:
    assert canonical_amount(text) is None


@given(st.decimals(min_value=-LARGEST_AMOUNT, max_value=LARGEST_AMOUNT, places=2))
def test_every_amount_of_money_survives(amount: Decimal) -> None:
    plain = canonical_amount(str(amount))
    assert plain is not None
    assert Decimal(plain) == amount


@given(st.text(max_size=40))
def test_any_text_gives_a_plain_amount_or_none(text: str) -> None:
    plain = canonical_amount(text)
    assert plain is None or Decimal(plain).is_finite()


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024-12-15", "2024-12-15"),
        ("2024-12-15T10:30:00Z", "2024-12-15"),
        ("15/12/2024", "2024-12-15"),
        ("3-4-2024", "2024-04-03"),
        ("2024/1/5", "2024-01-05"),
        ("31/02/2024", None),
        ("15/12/24", None),
        ("0001-01-01", None),
        ("mañana", None),
        ("٢٠٢٤-٠١-٠١", "2024-01-01"),
    ],
)
def test_dates_are_days_of_this_age_or_nothing(text: str, date: str | None) -> None:
    assert canonical_date(text) == date


def test_month_first_where_the_schema_says_so() -> None:
    assert canonical_date("3/4/2024", day_first=False) == "2024-03-04"


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
KEYS = [key.name for key in (*SCHEMA.shape.header, *SCHEMA.shape.item)] + ["products"]


@given(st.dictionaries(st.sampled_from(KEYS), JSON_VALUES, max_size=6), st.lists(JSON_VALUES, max_size=4))
def test_no_json_breaks_the_reader(document: dict[str, Any], products: list[Any]) -> None:
    try:
        reading = read(json.dumps({**document, "products": [document, *products]}))
    except ProviderFailed:
        return
    assert Reading.model_validate_json(reading.model_dump_json()) == reading
