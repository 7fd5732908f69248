"""A retry's merge: a searched value that was found wins, nothing else is overwritten, twice is once."""

from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.merge import found, merge, taken_from
from reconciler.schemas.lumis_retry import reconcile
from shared.contracts.documents import DocumentRecognized
from shared.contracts.lumis import ExtractedData, FieldKey, LumisOutcome, Product, ProductHint, Retry
from tests.support.papers import Paper, make_invoice
from tests.support.readings import SEED_PRODUCTS, Row, recognized

KEYS: tuple[FieldKey, ...] = get_args(FieldKey)
texts = st.none() | st.sampled_from(("", "  ", "66", "001-002-123456", "E-8-98748"))
amounts = st.none() | st.decimals(min_value=-10, max_value=1000, places=2)
products = st.builds(
    Product, name=st.sampled_from(("", "Pan", "Leche")), quantity=amounts, unit_price=amounts, total_price=amounts
)
data = st.builds(
    ExtractedData,
    ruc=texts,
    dv=texts,
    invoice_number=texts,
    total=amounts,
    products=st.lists(products, max_size=3).map(tuple),
    issuer_name=texts,
    issuer_address=texts,
    date=st.none() | st.dates().map(str),
    tot_itbms=amounts,
)
large = st.decimals(min_value=-(10**12), max_value=10**12, places=8)
searches = st.lists(st.sampled_from(KEYS), min_size=1, unique=True).map(tuple)

PRINTED = ExtractedData(
    ruc="155751938-2-2024",
    invoice_number="001-002-123456",
    total=Decimal("125.50"),
    issuer_name="Super Xtra Centro",
    date="2024-12-15",
)
"""The seed's `previous_data`: dv and products are missing."""
NOTHING: dict[str, str | None] = dict.fromkeys(
    ("ruc", "dv", "invoice_number", "total", "issuer_name", "issuer_address", "date", "tot_itbms")
)


def retried(
    header: dict[str, str | None],
    rows: tuple[Row, ...] = (),
    *,
    searched: tuple[FieldKey, ...] = ("dv", "products"),
    previous: ExtractedData | None = PRINTED,
    warnings: tuple[str, ...] = (),
) -> LumisOutcome:
    return reconcile(event(header, rows, warnings), Retry(searched=searched, previous=previous))


def event(header: dict[str, str | None], rows: tuple[Row, ...], warnings: tuple[str, ...] = ()) -> DocumentRecognized:
    return recognized({**NOTHING, **header}, rows, warnings=warnings)


def missing(outcome: LumisOutcome) -> list[str]:
    return [field.field_key for field in outcome.missing_fields]


@given(data, data, searches)
def test_a_searched_value_that_was_found_wins(
    old: ExtractedData, new: ExtractedData, searched: tuple[FieldKey]
) -> None:
    merged = merge(old, new, searched)
    assert all(getattr(merged, key) == getattr(new, key) for key in searched if found(new, key))


@given(data, data, searches)
def test_nothing_else_that_was_known_is_overwritten(
    old: ExtractedData, new: ExtractedData, searched: tuple[FieldKey]
) -> None:
    merged = merge(old, new, searched)
    kept = [key for key in ExtractedData.model_fields if key not in searched and found(old, key)]
    assert all(getattr(merged, key) == getattr(old, key) for key in kept)


@given(data, data, searches)
def test_what_was_empty_is_filled_and_nothing_known_is_lost(
    old: ExtractedData, new: ExtractedData, searched: tuple[FieldKey]
) -> None:
    merged = merge(old, new, searched)
    assert all(found(merged, key) == (found(old, key) or found(new, key)) for key in ExtractedData.model_fields)


@given(data, data, searches)
def test_merging_twice_changes_nothing(old: ExtractedData, new: ExtractedData, searched: tuple[FieldKey]) -> None:
    once = merge(old, new, searched)
    assert merge(once, new, searched) == once
    assert merge(once, once, searched) == once


@given(data, data, searches)
def test_every_value_of_the_merge_is_one_of_the_two(
    old: ExtractedData, new: ExtractedData, searched: tuple[FieldKey]
) -> None:
    taken = taken_from(old, new, searched)
    merged = merge(old, new, searched)
    for key in ExtractedData.model_fields:
        assert getattr(merged, key) == getattr(new if key in taken else old, key)


def test_the_table_of_the_contract_holds() -> None:
    outcome = retried({"ruc": "1-1-1", "dv": "66", "total": "9.99"}, SEED_PRODUCTS)
    assert (outcome.complete, missing(outcome)) == (True, [])
    assert outcome.extracted.ruc == "155751938-2-2024"
    assert outcome.extracted.dv == "66"
    assert outcome.extracted.total == Decimal("125.50")
    assert [product.name for product in outcome.extracted.products] == ["Coca Cola 500ml", "Pan Integral"]
    assert (outcome.searched_fields, outcome.found_all_searched) == (("dv", "products"), True)
    assert outcome.invoice_id is not None
    assert (len(outcome.cufe or ""), outcome.cufe_source) == (40, "generated")


def test_a_partial_merge_keeps_what_was_found_for_the_next_retry() -> None:
    outcome = retried({"dv": "66"})
    assert (outcome.complete, missing(outcome), outcome.found_all_searched) == (False, ["products"], False)
    assert outcome.extracted == PRINTED.model_copy(update={"dv": "66"})
    assert (outcome.cufe, outcome.invoice_id) == (None, None)


def test_fields_that_are_not_mandatory_are_filled_where_they_were_empty_alone() -> None:
    outcome = retried({"issuer_name": "Otro", "issuer_address": "Plaza Central", "tot_itbms": "8.93"})
    assert outcome.extracted.issuer_name == "Super Xtra Centro"
    assert (outcome.extracted.issuer_address, outcome.extracted.tot_itbms) == ("Plaza Central", Decimal("8.93"))


def test_everything_that_the_merge_lacks_is_missing_whether_searched_or_not() -> None:
    outcome = retried({"dv": "66"}, searched=("dv",), previous=ExtractedData(ruc="1-23-456"))
    assert missing(outcome) == ["invoice_number", "total", "products"]
    assert outcome.found_all_searched is True


def test_without_previous_data_the_new_picture_stands_alone() -> None:
    outcome = retried({"dv": "66"}, searched=("dv",), previous=None)
    assert (outcome.complete, outcome.found_all_searched, outcome.cufe) == (False, True, None)
    assert outcome.extracted == ExtractedData(dv="66")


def test_hints_come_with_the_products_that_they_are_of() -> None:
    hinted: Row = {"name": "Leche", "total_price": "2.00", "brand": "Vaca"}
    known = PRINTED.model_copy(update={"products": (Product(name="Pan", total_price=Decimal(1)),)})
    assert retried({"dv": "66"}, (hinted,)).hints == (ProductHint(brand="Vaca"),)
    assert retried({"dv": "66"}, (hinted,), searched=("dv",), previous=known).hints == ()


def test_warnings_of_values_that_were_dropped_are_dropped_with_them() -> None:
    told = ("TOTAL_MISMATCH", "DV_MISMATCH", "PAGES_LEFT_OUT")
    outcome = retried({"total": "abc", "dv": "66"}, searched=("dv",), warnings=told)
    assert outcome.warnings == ("DV_MISMATCH", "PAGES_LEFT_OUT")


def test_a_check_digit_found_now_is_held_against_the_ruc_known_before() -> None:
    assert "DV_MISMATCH" in retried({"dv": "11"}).warnings
    assert "DV_MISMATCH" not in retried({"dv": "66"}).warnings


def test_another_papers_cufe_does_not_become_the_invoices() -> None:
    other = make_invoice(Paper("tape", 4))
    outcome = retried({"dv": "66", "cufe": other.cufe}, SEED_PRODUCTS)
    assert (outcome.complete, outcome.cufe_source) == (True, "generated")
    assert "CUFE_MISMATCH" in outcome.warnings


@given(
    st.builds(
        ExtractedData,
        ruc=st.none() | st.text(),
        dv=st.none() | st.text(),
        invoice_number=st.none() | st.text(),
        total=st.none() | large,
        date=st.none() | st.text(),
        tot_itbms=st.none() | large,
        products=st.lists(
            st.builds(Product, name=st.text(), quantity=large, unit_price=large, total_price=st.none() | large),
            max_size=3,
        ).map(tuple),
    ),
    searches,
)
def test_whatever_a_client_says_that_it_knows_gives_an_outcome(
    previous: ExtractedData, searched: tuple[FieldKey, ...]
) -> None:
    cufe = make_invoice(Paper("tape", 4)).cufe
    outcome = retried({"dv": "66", "cufe": cufe}, SEED_PRODUCTS, searched=searched, previous=previous)
    assert outcome.complete == (not outcome.missing_fields)


@pytest.mark.parametrize("date", ["2024-02-31", "ayer"])
def test_a_date_that_does_not_exist_is_not_believed_of_anyone(date: str) -> None:
    outcome = retried({"date": "2024-12-15"}, previous=PRINTED.model_copy(update={"date": date}))
    assert outcome.extracted.date == "2024-12-15"
    assert retried({}, previous=PRINTED.model_copy(update={"date": date})).extracted.date is None
