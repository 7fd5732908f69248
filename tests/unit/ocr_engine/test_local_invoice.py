"""Invoices of several countries and layouts, drawn with a text layer: fields, lines, tax by rate."""

from decimal import Decimal

import pytest

from ocr_engine.local.document import inspected
from ocr_engine.local.invoice.reader import invoice_quality, read_invoice
from ocr_engine.local.invoice.tape import is_tape
from ocr_engine.local.invoice.words import Kind, is_carried, is_sum, kind_of
from shared.contracts.odoo import INVOICE_FIELDS, INVOICE_ITEM
from shared.contracts.reading import Reading
from shared.money import parse_amount
from tests.support.drawn_invoices import DRAWN, DrawnInvoice, german_credit
from tests.support.printed import document

AMOUNTS = frozenset({"subtotal", "total_tax_amount", "total"})


@pytest.fixture(scope="module", params=sorted(DRAWN))
def drawn(request: pytest.FixtureRequest) -> tuple[DrawnInvoice, Reading]:
    """A drawn invoice and its reading."""
    invoice = DRAWN[request.param]()
    return invoice, read_invoice(inspected(invoice.content))


def comparable(key: str, value: str | None) -> str | Decimal | None:
    return parse_amount(value) if key in AMOUNTS and value else value


def test_every_field_that_is_printed_is_read(drawn: tuple[DrawnInvoice, Reading]) -> None:
    invoice, reading = drawn
    wanted = {key: comparable(key, value) for key, value in invoice.fields.items()}
    assert {key: comparable(key, reading.value(key)) for key in wanted} == wanted


def test_every_line_is_read_with_its_name_and_amount(drawn: tuple[DrawnInvoice, Reading]) -> None:
    invoice, reading = drawn
    read = [(item["description"].value, parse_amount(item["subtotal"].value or "")) for item in reading.items]
    assert read == [(name, Decimal(amount)) for name, amount in invoice.items]


def test_tax_by_rate_and_orders_are_read(drawn: tuple[DrawnInvoice, Reading]) -> None:
    invoice, reading = drawn
    for name in {"taxes", "purchase_orders"} & invoice.more.keys():
        rows = [tuple(cell.value for cell in row.values()) for row in reading.tables[name]]
        assert rows == [row if isinstance(row, tuple) else (row,) for row in invoice.more[name]]


def test_every_printed_value_has_its_place(drawn: tuple[DrawnInvoice, Reading]) -> None:
    _, reading = drawn
    for key in ("invoice_id", "date", "total", "supplier"):
        field = reading.fields[key]
        assert field.page is not None
        assert field.source == "text"
        assert field.box is not None
        assert all(0 <= each <= 1 for each in field.box[:4])


def test_a_total_that_the_figures_prove_is_surest(drawn: tuple[DrawnInvoice, Reading]) -> None:
    _, reading = drawn
    assert reading.fields["total"].confidence > 0.9


def test_a_reading_has_every_key_of_the_schema(drawn: tuple[DrawnInvoice, Reading]) -> None:
    _, reading = drawn
    assert set(reading.fields) == set(INVOICE_FIELDS)
    assert all(set(item) == set(INVOICE_ITEM) for item in reading.items)


def test_a_paper_with_more_of_its_fields_is_the_better_reading() -> None:
    whole = read_invoice(inspected(german_credit().content))
    part = whole.model_copy(update={"items": (), "fields": {**whole.fields, "date": whole.fields["aba"]}})
    assert invoice_quality(whole) > invoice_quality(part)


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Rechnungssumme ohne USt.", Kind.NET),
        ("zzgl. 19 % MwSt.", Kind.TAX),
        ("Gesamtbetrag brutto", Kind.TOTAL),
        ("Erhaltene Anzahlungen", Kind.PREPAID),
        ("Noch zu zahlen", Kind.DUE),
        ("Subtotal", Kind.LINES),
        ("Total excl. VAT", Kind.NET),
        ("Total including GST", Kind.TOTAL),
        ("Sales tax (8.25%)", Kind.TAX),
        ("Balance due", Kind.DUE),
        ("Total HT", Kind.NET),
        ("Total T.T.C.", Kind.TOTAL),
        ("Net à payer", Kind.DUE),
        ("Base imponible", Kind.BASE),
        ("Cuota IVA 21%", Kind.TAX),
        ("Importe total", Kind.TOTAL),
        ("Totale documento", Kind.TOTAL),
        ("Totaal incl. btw", Kind.TOTAL),
        ("Total ilíquido", Kind.NET),
        ("Versandkosten", Kind.CHARGE),
        ("Discount 5 %", Kind.DISCOUNT),
        ("Übertrag", Kind.CARRIED),
        ("Oak worktop 3m oiled", None),
    ],
)
def test_a_label_says_what_a_sum_is(label: str, kind: Kind | None) -> None:
    assert kind_of(label) is kind


def test_goods_that_are_named_like_sums_end_no_table() -> None:
    assert not is_sum("Transportkiste aus Holz")
    assert not is_sum("Inklusiv-Kilometer waren: 873")
    assert not is_carried("Caixa de transporte")
    assert is_sum("Zwischensumme")
    assert is_carried("Übertrag Seite 1")


TAPE = """\
      LA PLAZUELA S.A.
   RUC 155632458-2-2017 DV 41
FACTURA 000123
Fecha: 17/03/2024

2 x 1.50
AGUA MINERAL           3.00
1 x 4.25
PAN DE MOLDE           4.25
SUBTOTAL               7.25
ITBMS 7%               0.51
TOTAL                  7.76
EFECTIVO              10.00
CAMBIO                 2.24
"""


def test_a_tape_is_read_by_the_rules_for_receipts() -> None:
    reading = read_invoice(document(TAPE))
    wanted = {"total": "7.76", "subtotal": "7.25", "total_tax_amount": "0.51", "date": "2024-03-17"}
    assert {key: reading.value(key) for key in wanted} == wanted
    assert [item["quantity"].value for item in reading.items] == ["2", "1"]


def test_a_page_is_no_tape() -> None:
    assert not is_tape(inspected(german_credit().content).lines)
    assert is_tape(document(TAPE).lines)


UNKNOWN_WORDS = """\
Hurtownia Lipa Sp. z o.o.                                   Faktura 17
ul. Kwiatowa 8

Lp.   Nazwa towaru                Ilosc     Cena      Stawka    Wartosc
1     Maka pszenna                4         52,00     5%        208,00
2     Cukier bialy                6         31,50     8%        189,00
                                            Razem               397,00
                                            Podatek              25,52
                                            Do zaplaty          422,52
"""


def test_under_words_of_no_known_language_the_figures_lead_to_lines_and_total() -> None:
    reading = read_invoice(document(UNKNOWN_WORDS))
    assert reading.value("total") == "422.52"
    assert [(item["description"].value, item["quantity"].value) for item in reading.items] == [
        ("Maka pszenna", "4"),
        ("Cukier bialy", "6"),
    ]
