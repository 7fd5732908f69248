"""From a reading to an outcome under the schema `lumis`."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.schemas.lumis import generated_cufe, invoice_id, reconcile
from shared.contracts.documents import DocumentReconciled
from shared.contracts.lumis import ExtractedData, LumisOutcome, MissingField, Product, ProductHint
from shared.mandatory import MANDATORY, is_present
from tests.support.papers import Paper, make_invoice
from tests.support.readings import RECEIVED, SEED_PRODUCTS, Row, recognized

BLANK = st.text(alphabet=" \t\n\u00a0\u2003", max_size=4)
AMOUNTS = st.decimals(min_value=-10_000, max_value=10_000, places=2)
KEYS = [field.field_key for field in MANDATORY]


def missing(outcome: LumisOutcome) -> list[str]:
    return [field.field_key for field in outcome.missing_fields]


def test_the_printed_example_is_complete_although_its_total_disagrees_with_its_lines() -> None:
    outcome = reconcile(recognized())
    assert outcome.complete
    assert outcome.missing_fields == ()
    assert outcome.extracted == ExtractedData(
        ruc="155751938-2-2024",
        dv="66",
        invoice_number="001-002-123456",
        total=Decimal("125.50"),
        products=(
            Product(name="Coca Cola 500ml", quantity=Decimal(2), unit_price=Decimal("1.50"), total_price=Decimal(3)),
            Product(name="Pan Integral", quantity=Decimal(1), unit_price=Decimal("2.25"), total_price=Decimal("2.25")),
        ),
        issuer_name="Super Xtra Centro",
        issuer_address="Plaza Central, Local 5",
        date="2024-12-15",
        tot_itbms=Decimal("8.93"),
    )
    assert outcome.warnings == ("TOTAL_MISMATCH",)


def test_missing_fields_have_the_words_of_the_api_in_its_order() -> None:
    nothing = dict.fromkeys(("ruc", "dv", "invoice_number", "total"))
    assert reconcile(recognized(nothing, products=())).missing_fields == (
        MissingField(
            field_key="ruc",
            field_name="RUC del comercio",
            description="Número de RUC del comercio emisor (ej: 155751938-2-2024)",
        ),
        MissingField(
            field_key="dv",
            field_name="Dígito Verificador (DV)",
            description="Dígito verificador que acompaña al RUC",
        ),
        MissingField(
            field_key="invoice_number",
            field_name="Número de Factura",
            description="Identificador único de la factura (ej: 001-002-123456)",
        ),
        MissingField(
            field_key="total",
            field_name="Monto Total",
            description="Monto total de la factura, mayor a 0 (ej: 125.50)",
        ),
        MissingField(
            field_key="products",
            field_name="Detalle de Productos",
            description="Al menos un producto con descripción y monto (ej: 'Coca Cola 500ml - $1.50')",
        ),
    )


def test_what_was_read_stays_when_something_is_missing() -> None:
    outcome = reconcile(recognized({"dv": None, "tot_itbms": None}, products=()))
    assert missing(outcome) == ["dv", "products"]
    assert not outcome.complete
    assert outcome.extracted.ruc == "155751938-2-2024"
    assert outcome.extracted.total == Decimal("125.50")
    assert outcome.extracted.dv is None
    assert outcome.extracted.products == ()
    assert (outcome.invoice_id, outcome.cufe, outcome.cufe_source) == (None, None, None)


@pytest.mark.parametrize("key", ["ruc", "dv", "invoice_number"])
@given(blank=BLANK)
def test_blank_texts_count_as_missing(key: str, blank: str) -> None:
    outcome = reconcile(recognized({key: blank}))
    assert missing(outcome) == [key]
    assert getattr(outcome.extracted, key) is None


@given(AMOUNTS)
def test_a_total_counts_when_it_is_above_zero(amount: Decimal) -> None:
    outcome = reconcile(recognized({"total": f"{amount:f}"}))
    assert ("total" in missing(outcome)) == (amount <= 0)
    assert outcome.extracted.total == amount


@pytest.mark.parametrize(
    "text", ["", "abc", "NaN", "Infinity", "1e5", "1,250.00", "1_000", "١٢", "9" * 13, "1." + "0" * 30]
)
def test_a_number_that_is_not_a_plain_decimal_is_not_read_and_told(text: str) -> None:
    outcome = reconcile(recognized({"total": text}))
    assert missing(outcome) == ["total"]
    assert outcome.extracted.total is None
    assert ("INVALID_TOTAL" in outcome.warnings) == bool(text)


@given(
    st.lists(st.tuples(st.one_of(BLANK, st.just("Pan")), st.none() | AMOUNTS, st.none() | AMOUNTS, st.none() | AMOUNTS))
)
def test_products_count_when_one_has_a_name_and_a_price(
    rows: list[tuple[str, Decimal | None, Decimal | None, Decimal | None]],
) -> None:
    texts = [
        {"name": name, "quantity": _text(quantity), "unit_price": _text(unit), "total_price": _text(total)}
        for name, quantity, unit, total in rows
    ]
    expected = any(
        name.strip() and (total if total is not None else _product_of(quantity, unit)) > 0
        for name, quantity, unit, total in rows
    )
    assert ("products" in missing(reconcile(recognized(products=texts)))) != expected


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _product_of(quantity: Decimal | None, unit: Decimal | None) -> Decimal:
    exact = Decimal(0) if quantity is None or unit is None else quantity * unit
    return exact if exact >= Decimal("0.005") else Decimal(0)


def test_a_printed_amount_of_zero_is_not_replaced_by_quantity_times_price() -> None:
    row = {"name": "Regalo", "quantity": "2", "unit_price": "1.50", "total_price": "0.00"}
    assert missing(reconcile(recognized(products=[row]))) == ["products"]


def test_a_product_with_a_name_alone_is_shown_but_does_not_count() -> None:
    outcome = reconcile(recognized(products=[{"name": " Pan "}]))
    assert missing(outcome) == ["products"]
    assert outcome.extracted.products == (Product(name="Pan"),)


def test_a_row_of_which_nothing_was_read_is_dropped_with_its_hint() -> None:
    rows: list[Row] = [
        {"name": None, "quantity": "1", "brand": "nada"},
        {"name": "Leche", "total_price": "2.00", "brand": "Vaca"},
    ]
    outcome = reconcile(recognized(products=rows))
    assert [product.name for product in outcome.extracted.products] == ["Leche"]
    assert outcome.hints == (ProductHint(brand="Vaca"),)


def test_there_is_a_hint_per_product_or_none_at_all() -> None:
    hinted: list[Row] = [
        *SEED_PRODUCTS,
        {"name": "Leche", "total_price": "2.00", "category_l1": "alimentos", "category_l2": " "},
    ]
    assert reconcile(recognized()).hints == ()
    assert reconcile(recognized(products=hinted)).hints == (
        ProductHint(),
        ProductHint(),
        ProductHint(category_l1="alimentos"),
    )


def test_a_bad_number_on_a_line_is_left_out_and_told() -> None:
    outcome = reconcile(recognized(products=[{"name": "Pan", "quantity": "dos", "total_price": "2.25"}]))
    assert outcome.complete
    assert outcome.extracted.products == (Product(name="Pan", total_price=Decimal("2.25")),)
    assert "INVALID_PRODUCT" in outcome.warnings


@pytest.mark.parametrize("text", ["2024-02-30", "15/12/2024", "20241215", "2024-W50-7", "hoy"])
def test_a_date_that_does_not_exist_is_left_out_and_told(text: str) -> None:
    outcome = reconcile(recognized({"date": text}))
    assert outcome.complete
    assert outcome.extracted.date is None
    assert "INVALID_DATE" in outcome.warnings


def test_a_fractional_quantity_and_a_fine_unit_price_are_kept_exactly() -> None:
    row = {"name": "Gasolina 91", "quantity": "12.345", "unit_price": "0.9185", "total_price": "11.34"}
    product = reconcile(recognized(products=[row])).extracted.products[0]
    assert (product.quantity, product.unit_price) == (Decimal("12.345"), Decimal("0.9185"))


def test_the_readers_warnings_come_first_and_once() -> None:
    outcome = reconcile(recognized(warnings=("PAGES_LEFT_OUT", "TOTAL_MISMATCH")))
    assert outcome.warnings == ("PAGES_LEFT_OUT", "TOTAL_MISMATCH")


def test_a_printed_cufe_whose_check_digit_holds_is_the_invoices() -> None:
    paper = make_invoice(Paper("tape", 4, ruc_form="company"))
    header = {"cufe": paper.cufe, "ruc": paper.till.ruc, "dv": paper.till.dv, "invoice_number": paper.number}
    outcome = reconcile(recognized({**header, "date": f"{paper.issued:%Y-%m-%d}"}))
    assert (outcome.cufe, outcome.cufe_source) == (paper.cufe, "printed")
    assert outcome.warnings == ("TOTAL_MISMATCH",)


def test_a_cufe_with_a_wrong_digit_is_replaced_and_told() -> None:
    good = make_invoice(Paper("tape", 4)).cufe or ""
    bad = good[:-1] + str((int(good[-1]) + 1) % 10)
    outcome = reconcile(recognized({"cufe": bad}))
    assert (outcome.cufe, outcome.cufe_source) == (generated_cufe("r-1"), "generated")
    assert "CUFE_INVALID" in outcome.warnings


def test_a_cufe_of_another_paper_is_told() -> None:
    assert "CUFE_MISMATCH" in reconcile(recognized({"cufe": make_invoice(Paper("tape", 4)).cufe})).warnings


def test_a_generated_cufe_is_40_hexadecimal_characters_and_differs_between_uploads() -> None:
    first, again, other = (reconcile(recognized(request_id=name)).cufe for name in ("r-1", "r-1", "r-2"))
    assert first is not None
    assert re.fullmatch(r"[0-9a-f]{40}", first)
    assert first == again != other


def test_one_paper_has_one_invoice_id_however_its_spaces_are_read() -> None:
    same = {invoice_id("u-1", "E-8-127702", "FACT-001"), invoice_id("u-1", " e-8- 127702", "fact - 001")}
    assert len(same) == 1
    assert reconcile(recognized(request_id="r-1")).invoice_id == reconcile(recognized(request_id="r-2")).invoice_id


@pytest.mark.parametrize(
    "other",
    [("u-2", "1-23-456", "7"), ("u-1", "12-3-456", "7"), ("u-1", "1-23-456", "07"), ("u-1", "1-23-4567", "")],
)
def test_another_user_ruc_or_number_is_another_invoice(other: tuple[str, str, str]) -> None:
    assert invoice_id("u-1", "1-23-456", "7") != invoice_id(*other)


@given(
    st.fixed_dictionaries({key: st.none() | st.text(max_size=20) for key in ("ruc", "dv", "total", "date", "cufe")}),
    st.lists(
        st.fixed_dictionaries({key: st.none() | st.text(max_size=9) for key in ("name", "quantity", "total_price")})
    ),
)
def test_whatever_was_read_gives_an_outcome_that_can_be_sent(
    header: dict[str, str | None], products: list[dict[str, str | None]]
) -> None:
    event = recognized(header, products)
    outcome = reconcile(event)
    assert outcome.complete == all(is_present(outcome.extracted, key) for key in KEYS)
    assert [key for key in KEYS if key in missing(outcome)] == missing(outcome)
    told = DocumentReconciled(
        request_id="r-1",
        origin="gateway-1",
        user_id="u-1",
        schema_name="lumis",
        received_at=RECEIVED,
        answer_by=RECEIVED,
        provider="local",
        outcome=outcome,
    )
    assert DocumentReconciled.model_validate_json(told.model_dump_json()) == told
