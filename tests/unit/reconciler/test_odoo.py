"""Readings of the Extract API are checked and completed: what is computed is said so, what is printed stays."""

import datetime as dt
from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.handlers import SCHEMAS, Deps, reconcile_document
from reconciler.odoo.papers import settle
from reconciler.store import InvoiceStore
from shared.contracts.documents import DocumentRecognized, DocumentReconciled
from shared.contracts.odoo import INVOICE_FIELDS, ODOO_APPLICANT, ODOO_EXPENSE, ODOO_INVOICE, OdooOutcome, UserInfos
from shared.contracts.reading import Box, ReadField, Reading
from shared.money import CENT
from shared.mongo import Database
from tests.support.readings import RECEIVED

TODAY = dt.date(2026, 11, 21)
BOX: Box = (0.5, 0.5, 0.1, 0.02, 0.0)

Row = Mapping[str, str]


def field(value: str) -> ReadField:
    return ReadField(value=value, raw=value, confidence=0.9, page=0, box=BOX, source="ocr")


def row(values: Row) -> dict[str, ReadField]:
    return {key: field(value) for key, value in values.items()}


def invoice(header: Row, items: Sequence[Row] = (), taxes: Sequence[Row] = (), schema: str = ODOO_INVOICE) -> Reading:
    return Reading(
        schema_name=schema,
        provider="local",
        fields=row(header),
        items=tuple(map(row, items)),
        tables={"taxes": tuple(map(row, taxes))},
    )


def settled(reading: Reading, infos: UserInfos | None = None) -> Reading:
    return settle(reading, infos, TODAY)[0]


def warnings(reading: Reading) -> tuple[str, ...]:
    return settle(reading, None, TODAY)[1]


@pytest.mark.parametrize(
    ("header", "key", "value"),
    [
        ({"subtotal": "100.00", "total_tax_amount": "21.00"}, "total", "121.00"),
        ({"total_tax_amount": "21.00", "total": "121.00"}, "subtotal", "100.00"),
        ({"subtotal": "100.00", "total": "121.00"}, "total_tax_amount", "21.00"),
        ({"subtotal": "-100.00", "total": "-121.00"}, "total_tax_amount", "-21.00"),
        ({"subtotal": "100.00", "total": "100.00"}, "total_tax_amount", "0.00"),
    ],
)
def test_one_of_the_three_sums_follows_from_the_other_two(header: Row, key: str, value: str) -> None:
    found = settled(invoice(header)).fields[key]
    assert (found.value, found.source, found.box, found.page) == (value, "computed", None, None)
    assert 0 < found.confidence < 0.9


def test_a_difference_that_is_no_tax_is_not_called_one() -> None:
    assert settled(invoice({"subtotal": "100.00", "total": "90.00"})).value("total_tax_amount") is None
    assert settled(invoice({"subtotal": "100.00", "total": "900.00"})).value("total_tax_amount") is None


def test_the_table_of_taxes_gives_the_tax_where_it_leads_to_the_total() -> None:
    taxes = [{"rate": "7", "base": "100.00", "amount": "7.00"}, {"rate": "19", "base": "10.00", "amount": "1.90"}]
    found = settled(invoice({"total": "118.90"}, taxes=taxes))
    assert (found.value("total_tax_amount"), found.value("subtotal")) == ("8.90", "110.00")
    assert settled(invoice({"total": "500.00"}, taxes=taxes)).value("total_tax_amount") is None
    assert settled(invoice({"subtotal": "200.00", "total": "118.90"}, taxes=taxes)).value("total_tax_amount") is None


def test_lines_that_make_the_total_give_subtotal_and_tax() -> None:
    lines = [{"description": "Ink", "subtotal": "10.00", "tax_rates": "21"}, {"description": "Pen", "subtotal": "5.00"}]
    found = settled(invoice({"total": "17.10"}, lines))
    assert (found.value("subtotal"), found.value("total_tax_amount")) == ("15.00", "2.10")


def test_a_lines_amounts_follow_from_price_quantity_discount_and_rate() -> None:
    line = {"description": "Ink", "quantity": "3", "unit_price": "10.00", "discount": "10", "tax_rates": "9,12"}
    (item,) = settled(invoice({}, [line])).items
    assert (item["subtotal"].value, item["total"].value) == ("27.00", "32.67")
    assert {item[key].source for key in ("subtotal", "total")} == {"computed"}


def test_a_lines_price_follows_from_its_amount_unless_a_discount_lies_between() -> None:
    (item,) = settled(invoice({}, [{"quantity": "3", "subtotal": "9.99"}])).items
    assert item["unit_price"].value == "3.33"
    (item,) = settled(invoice({}, [{"quantity": "3", "subtotal": "10.00"}])).items
    assert item["unit_price"].value == "3.333333"
    (item,) = settled(invoice({}, [{"quantity": "3", "subtotal": "10.00", "discount": "5"}])).items
    assert "unit_price" not in item


def test_the_only_rate_of_an_invoice_is_that_of_its_lines() -> None:
    taxes = [{"rate": "21", "base": "100.00", "amount": "21.00"}]
    (item,) = settled(invoice({}, [{"description": "Ink", "subtotal": "100.00"}], taxes)).items
    assert (item["tax_rates"].value, item["tax_rates"].source, item["total"].value) == ("21", "computed", "121.00")
    two = [*taxes, {"rate": "6", "base": "1.00", "amount": "0.06"}]
    (item,) = settled(invoice({}, [{"description": "Ink", "subtotal": "100.00"}], two)).items
    assert "tax_rates" not in item


def test_lines_whose_printed_amounts_hold_the_tax_are_split() -> None:
    header = {"subtotal": "100.00", "total_tax_amount": "21.00", "total": "121.00"}
    lines = [{"subtotal": "60.50", "tax_rates": "21"}, {"subtotal": "60.50", "tax_rates": "21"}]
    for item in settled(invoice(header, lines)).items:
        assert (item["total"].value, item["total"].box) == ("60.50", BOX)
        assert (item["subtotal"].value, item["subtotal"].source) == ("50.00", "computed")
    reading = invoice(header, lines)
    guessed = ReadField(value="73.21", source="computed")
    again = reading.model_copy(update={"items": tuple({**item, "total": guessed} for item in reading.items)})
    assert settled(again).items == settled(reading).items


def test_figures_that_disagree_are_told() -> None:
    assert "TOTAL_MISMATCH" in warnings(invoice({"subtotal": "100", "total_tax_amount": "21", "total": "150"}))
    assert "SUBTOTAL_MISMATCH" in warnings(invoice({"subtotal": "100.00"}, [{"subtotal": "90.00"}]))
    assert "LINE_MISMATCH" in warnings(invoice({}, [{"quantity": "2", "unit_price": "5.00", "subtotal": "11.00"}]))
    assert "DATE_IMPLAUSIBLE" in warnings(invoice({"date": "2026-11-23"}))
    assert "DATE_IMPLAUSIBLE" in warnings(invoice({"date": "2026-11-01", "due_date": "2026-10-01"}))
    assert warnings(invoice({"date": "2026-11-22", "due_date": "2026-12-01"})) == ()


def test_a_credit_notes_figures_agree_with_a_sign_or_without() -> None:
    header = {"type": "refund", "subtotal": "100.00", "total_tax_amount": "21.00", "total": "-121.00"}
    assert warnings(invoice(header, [{"subtotal": "-100.00"}])) == ()


def test_an_invoice_below_nothing_is_a_credit_note() -> None:
    found = settled(invoice({"type": "invoice", "total": "-121.00"}))
    assert (found.value("type"), found.value("total"), found.fields["type"].source) == ("refund", "-121.00", "computed")
    assert settled(invoice({"type": "invoice", "total": "121.00"})).value("type") == "invoice"


def test_what_is_no_number_or_day_is_taken_for_not_read() -> None:
    found, told = settle(invoice({"total": "12,50", "date": "31.12.2024"}), None, TODAY)
    assert (found.value("total"), found.value("date")) == (None, None)
    assert set(told) == {"INVALID_TOTAL", "INVALID_DATE"}


@pytest.mark.parametrize(
    ("header", "infos", "value"),
    [
        ({"supplier_country": "CH"}, None, "CHF"),
        ({}, UserInfos(country_code="mx"), "MXN"),
        ({"supplier_country": "BE"}, UserInfos(country_code="US"), "EUR"),
        ({}, None, None),
        ({"supplier_country": "CA", "currency": "USD"}, None, "USD"),
    ],
)
def test_a_currency_that_is_not_printed_is_the_countrys(
    header: Row, infos: UserInfos | None, value: str | None
) -> None:
    assert settled(invoice(header), infos).value("currency") == value


def test_a_sign_of_several_currencies_is_the_countrys_own() -> None:
    reading = invoice({"supplier_country": "CA"})
    dollar = field("USD").model_copy(update={"raw": "$1,234.00"})
    found = settled(reading.model_copy(update={"fields": {**reading.fields, "currency": dollar}})).fields["currency"]
    assert (found.value, found.raw, found.box) == ("CAD", "$1,234.00", BOX)
    plain = dollar.model_copy(update={"raw": "US$1,234.00"})
    found = settled(reading.model_copy(update={"fields": {**reading.fields, "currency": plain}})).fields["currency"]
    assert found.value == "USD"


def test_an_expense_slip_gets_its_countrys_currency_and_keeps_its_figures() -> None:
    found = settled(invoice({"total": "9.50", "country": "MY"}, schema=ODOO_EXPENSE))
    assert (found.value("currency"), found.value("total")) == ("MYR", "9.50")


def test_a_resume_is_left_as_it_is() -> None:
    reading = invoice({"name": "Ana Ruiz", "phone": "+507 6000-0000"}, schema=ODOO_APPLICANT)
    assert settled(reading) == reading


AMOUNTS = st.decimals(min_value=-(10**9), max_value=10**9, places=2).map(lambda value: f"{value:f}")
RATES = st.sampled_from(["0", "5", "7", "10", "19", "21", "9,12", "-100", "x"])
HEADERS = st.dictionaries(st.sampled_from(["subtotal", "total_tax_amount", "total", "currency", "date"]), AMOUNTS)
LINE = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(("quantity", "unit_price", "discount", "subtotal", "total"), AMOUNTS),
        "tax_rates": RATES,
        "description": st.just("Ink"),
    },
)
TAX = st.fixed_dictionaries({"rate": RATES, "amount": AMOUNTS, "base": AMOUNTS})


@given(HEADERS, st.lists(LINE, max_size=4), st.lists(TAX, max_size=2))
def test_no_printed_amount_is_changed_or_lost(header: Row, items: list[Row], taxes: list[Row]) -> None:
    reading = invoice(header, items, taxes)
    found = settled(reading)
    for key in ("subtotal", "total_tax_amount", "total"):
        if key in header:
            assert found.fields[key] == reading.fields[key]
    for before, after in zip(reading.items, found.items, strict=True):
        kept = [each for each in after.values() if each.source != "computed" and each.value is not None]
        assert sorted((each.value or "") for each in before.values()) == sorted((each.value or "") for each in kept)
    assert found.tables == reading.tables


@given(HEADERS, st.lists(LINE, max_size=4), st.lists(TAX, max_size=2))
def test_a_computed_sum_makes_the_three_agree(header: Row, items: list[Row], taxes: list[Row]) -> None:
    found = settled(invoice(header, items, taxes))
    three = [found.fields.get(key, ReadField()) for key in ("subtotal", "total_tax_amount", "total")]
    if all(each.value for each in three) and any(each.source == "computed" for each in three):
        subtotal, tax, total = (Decimal(each.value or "") for each in three)
        assert abs(subtotal + tax - total) <= CENT * (max(1, len(taxes)) + 1)


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(1, 10**6)), min_size=1, max_size=8), st.integers(0, 30))
def test_lines_completed_from_their_prices_make_subtotal_and_total(lines: list[tuple[int, int]], rate: int) -> None:
    nets = [Decimal(quantity * cents) / 100 for quantity, cents in lines]
    subtotal = sum(nets, Decimal(0))
    tax = (subtotal * rate / 100).quantize(CENT)
    items = [
        {"description": "Ink", "quantity": str(quantity), "unit_price": f"{Decimal(cents) / 100:f}"}
        for quantity, cents in lines
    ]
    header = {"subtotal": f"{subtotal:f}", "total_tax_amount": f"{tax:f}", "total": f"{subtotal + tax:f}"}
    reading = invoice(
        header, items, [{"rate": str(rate), "base": header["subtotal"], "amount": header["total_tax_amount"]}]
    )
    found, told = settle(reading, None, TODAY)
    assert told == ()
    slack = CENT * (len(lines) + 1)
    for key, wanted in (("subtotal", subtotal), ("total", subtotal + tax)):
        assert abs(sum((Decimal(item[key].value or "") for item in found.items), Decimal(0)) - wanted) <= slack


def recognized(reading: Reading) -> DocumentRecognized:
    return DocumentRecognized(
        request_id="r-1",
        origin="gateway-1",
        user_id="u-1",
        schema_name=reading.schema_name,
        received_at=RECEIVED,
        answer_by=RECEIVED + timedelta(minutes=5),
        reading=reading,
        full_text="Rechnung 17",
        layout_id=4,
    )


@pytest.mark.parametrize("schema", [ODOO_INVOICE, ODOO_EXPENSE, ODOO_APPLICANT])
def test_every_schema_has_an_outcome_with_the_text_and_the_layout(schema: str) -> None:
    outcome = SCHEMAS[schema](recognized(invoice({"total": "9.50"}, schema=schema)))
    assert isinstance(outcome, OdooOutcome)
    assert (outcome.schema_name, outcome.complete) == (schema, True)
    assert (outcome.full_text, outcome.layout_id) == ("Rechnung 17", 4)
    empty = Reading(schema_name=schema, provider="local", fields=dict.fromkeys(INVOICE_FIELDS, ReadField()))
    assert not SCHEMAS[schema](recognized(empty)).complete


def test_a_blank_page_is_not_complete_by_what_is_said_of_every_paper() -> None:
    said = {
        "type": ReadField(value="invoice", source="computed"),
        "currency": ReadField(value="EUR", source="computed"),
    }
    assert not SCHEMAS[ODOO_INVOICE](recognized(invoice({}).model_copy(update={"fields": said}))).complete


async def test_nothing_is_stored_as_an_invoice_and_a_repeat_gives_the_same(database: Database) -> None:
    invoices = InvoiceStore(database, incomplete_kept=timedelta(days=30))
    await invoices.prepare()
    event = recognized(invoice({"subtotal": "100.00", "total": "121.00", "supplier_vat": "BE0477472701"}))
    (first,) = await reconcile_document(event, Deps(invoices=invoices))
    assert (await reconcile_document(event, Deps(invoices=invoices))) == [first]
    assert isinstance(first, DocumentReconciled)
    stored = await database["invoices"].find_one({"_id": "r-1"})
    assert stored is not None
    assert stored["status"] == "transient"
    assert "invoice_id" not in stored
    assert stored["expires_at"]
