"""Tables by their headings: columns, rows, figures, under any country's vocabulary."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.local.document import inspected
from ocr_engine.local.invoice.headings import LINES
from ocr_engine.local.page import Line
from ocr_engine.local.table.figure import amounts_on, figure_of, number_of, rates_in
from ocr_engine.local.table.reader import Table, find_tables
from ocr_engine.local.table.vocabulary import Vocabulary, heading_text
from tests.support.drawn_invoices import Sheet

GST = Vocabulary(
    headings={
        "description": r"description of goods|particulars",
        "position": r"sl no|sr no",
        "hsn": r"hsn sac|hsn|hsn code",
        "quantity": r"qty|quantity",
        "rate": r"rate",
        "discount": r"disc %|disc",
        "cgst": r"cgst",
        "sgst": r"sgst",
        "amount": r"amount|taxable value",
    },
    figures=frozenset({"quantity", "rate", "discount", "cgst", "sgst", "amount"}),
    amounts=("amount",),
    text="description",
    sums=lambda label: label.startswith(("total", "sub total")),
    sections=lambda label: label.startswith("bank details"),
    skips=lambda label: label.startswith("carried"),
)


def tables(sheet: Sheet, vocabulary: Vocabulary = LINES, decimal: str = ".") -> tuple[Table, ...]:
    sheet.text(50, 800, "A line of words at the foot of the page so that it holds enough of them to be read as text.")
    return find_tables(inspected(sheet.pdf()).lines, vocabulary, decimal)


def line(text: str) -> Line:
    sheet = Sheet()
    sheet.text(50, 100, text)
    return inspected(sheet.pdf()).lines[0]


def test_a_vocabulary_of_another_country_reads_its_own_columns() -> None:
    sheet = Sheet()
    columns = (40, 70, 220, -310, -360, -400, -450, -500, -560)
    heads = ("Sl No", "Description of Goods", "HSN/SAC", "Qty", "Rate", "Disc %", "CGST", "SGST", "Amount")
    y = sheet.row(100, columns, heads)
    y = sheet.row(
        y,
        columns,
        ("1", ("Ball valve brass", "Batch 7731"), "848180", "12 NOS", "85.00", "5", "87.21", "87.21", "969.00"),
    )
    y = sheet.row(y, columns, ("2", "PTFE tape", "3919", "100 NOS", "9.50", "", "85.50", "85.50", "950.00"))
    sheet.row(y, columns, ("", "Total", "", "112 NOS", "", "", "172.71", "172.71", "1,919.00"))
    (table,) = tables(sheet, GST)
    assert [row.text("hsn") for row in table.rows] == ["848180", "3919"]
    assert [part.text for part in table.rows[0].parts("description")] == ["Ball valve brass", "Batch 7731"]
    assert [str(row.figures["amount"].value) for row in table.rows] == ["969.00", "950.00"]
    assert table.rows[0].figures["quantity"].rest == "NOS"
    assert table.rows[0].figures["discount"].value == 5
    assert table.rows[1].figure("discount") is None


def test_a_table_goes_on_over_a_page_without_a_second_heading() -> None:
    sheet = Sheet()
    columns = (50, 100, -400, -545)
    y = sheet.row(700, columns, ("Pos", "Description", "Qty", "Amount"))
    sheet.row(y, columns, ("1", "First", "1", "10.00"))
    sheet.text(
        50, 790, "Words enough on the first page, so that nobody takes it for a scan of some other paper at all."
    )
    sheet.page()
    y = sheet.row(60, columns, ("2", "Second", "2", "20.00"))
    sheet.row(y, columns, ("", "Total", "", "30.00"))
    (table,) = tables(sheet)
    assert [row.text("description") for row in table.rows] == ["First", "Second"]


def test_a_long_text_that_reaches_over_other_columns_stays_in_its_own() -> None:
    sheet = Sheet()
    columns = (50, -330, -400, -545)
    y = sheet.row(100, columns, ("Description", "Qty", "Price", "Amount"))
    y = sheet.row(y, columns, ("Fence", "2", "5.00", "10.00"))
    sheet.text(50, y - 3, "as agreed on the phone with our Mr Smith for the 3 gardens behind the house and the yard")
    y = sheet.row(y + 12, columns, ("Gate", "1", "7.00", "7.00"))
    (table,) = tables(sheet)
    assert [row.figures["amount"].value for row in table.rows] == [Decimal("10.00"), Decimal("7.00")]
    assert table.rows[0].parts("description")[1].text.endswith("house and the yard")


def test_figures_that_stand_lower_than_the_rest_of_their_row_belong_to_it() -> None:
    sheet = Sheet()
    columns = (50, -330, -400)
    y = sheet.row(100, (*columns, -545), ("Description", "Qty", "Price", "Amount"))
    for name, amount in (("Rent", "173.10"), ("Cover", "46.20")):
        sheet.row(y, columns, (name, "2", "5.00"))
        sheet.text(545, y + 9, amount, right=True)
        y += 40
    (table,) = tables(sheet)
    assert [(row.text("description"), str(row.figures["amount"].value)) for row in table.rows] == [
        ("Rent", "173.10"),
        ("Cover", "46.20"),
    ]


def test_names_above_their_figures_go_with_the_figures_below() -> None:
    sheet = Sheet()
    y = sheet.row(100, (50, -330, -400, -545), ("Description", "Qty", "Price", "Amount"))
    for name, amount in (("Nails", "3.00"), ("Screws", "4.00"), ("Glue", "5.00")):
        sheet.text(50, y, name)
        sheet.row(y + 11, (-330, -400, -545), ("1", amount, amount))
        y += 32
    (table,) = tables(sheet)
    assert [row.text("description") for row in table.rows] == ["Nails", "Screws", "Glue"]


def test_of_two_columns_named_amount_the_first_is_the_quantity() -> None:
    sheet = Sheet()
    columns = (50, 120, -400, -545)
    y = sheet.row(100, columns, ("Amount", "Product", "Price", "Amount"))
    sheet.row(y, columns, ("4.00", "Balloon", "0.25", "1.00"))
    (table,) = tables(sheet)
    assert [str(table.rows[0].figures[key].value) for key in ("quantity", "amount")] == ["4.00", "1.00"]


@pytest.mark.parametrize(
    ("text", "value", "rest"),
    [
        ("3 m²", "3", "m²"),
        ("10.000,00 kWh", "10000.00", "kWh"),
        ("1 234,50 €", "1234.50", ""),
        ("1'234.50", "1234.50", ""),
        ("EUR 12,00-", "-12.00", ""),
        ("- 4,50", "-4.50", ""),
        ("(3,00)", "-3.00", ""),
        ("19 %", "19", ""),
        ("12.5 % VAT (S)", "12.5", "VAT (S)"),
        ("0,0205", "0.0205", ""),
    ],
)
def test_a_cell_with_a_number_gives_it_and_what_stands_beside(text: str, value: str, rest: str) -> None:
    figure = figure_of(line(text).span(), ",")
    assert figure is not None
    assert (figure.value, figure.rest) == (Decimal(value), rest)


@pytest.mark.parametrize("text", ["Terminal", "Artikelrabatt 1: -2,00%", "kein Ausweis der 7 Steuern hier"])
def test_a_cell_of_words_is_no_figure(text: str) -> None:
    assert figure_of(line(text).span(), ",") is None


@given(st.decimals(min_value=0, max_value=9_999_999, places=2))
def test_every_grouping_of_an_amount_gives_the_amount(amount: Decimal) -> None:
    english = f"{amount:,.2f}"
    forms = {english: ".", english.replace(",", "'"): ".", f"{amount:.2f}": "."}
    forms |= {english.translate(str.maketrans(",.", ".,")): ",", english.translate(str.maketrans(",.", " ,")): ","}
    for text, decimal in forms.items():
        assert number_of(text, decimal) == amount, text


def test_rates_dates_and_measures_are_no_sums() -> None:
    amounts = amounts_on(line("19,00 % vom 24.12.23 12,5 kg 1.234,56 EUR 7,20"), ",")
    assert [str(amount.value) for amount in amounts] == ["1234.56", "7.20"]
    assert list(rates_in("VAT 7.5% and 19 %")) == [Decimal("7.5"), Decimal(19)]


def test_headings_are_compared_without_brackets_hyphens_and_points() -> None:
    assert heading_text("Art.-Nr.") == "art nr"
    assert heading_text("Betrag (EUR)") == "betrag"
    assert heading_text("Mengen- einheit") == "mengeneinheit"
