"""Amounts, dates and spellings as recognition delivers them."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ocr_engine.local.amounts import decimal_sign, parse_money, parse_number
from ocr_engine.local.dates import find_dates
from ocr_engine.local.lumis.labels import Column, Kind, heading_of, kind_of
from ocr_engine.local.spelling import fold, repair_digits, repair_letters

amounts = st.decimals(min_value=0, max_value=9_999_999, places=2)


@given(amounts)
def test_every_printed_form_of_an_amount_is_read_exactly(amount: Decimal) -> None:
    grouped = f"{amount:,.2f}"
    european = grouped.translate(str.maketrans(",.", ".,"))
    for text in (grouped, f"{amount:.2f}", f"B/. {grouped}", f"B/.{grouped}", f"${grouped}", f"BI.{grouped}", european):
        assert parse_money(text) == amount, text
    assert parse_money(f"({grouped})") == -amount
    assert parse_money(f"{grouped}-") == -amount


@pytest.mark.parametrize("text", ["7%", "12", "1.5", "12/05/2024", "08:30", "155-2-2024", "x", "", "B/."])
def test_other_texts_are_no_money(text: str) -> None:
    assert parse_money(text) is None


def test_letters_between_digits_are_read_as_digits() -> None:
    assert parse_money("1O2.5O") == Decimal("102.50")
    assert repair_digits("Ol5568O") == "0155680"
    assert repair_digits("Pan Integral") == "Pan Integral"


def test_zeros_in_words_are_read_as_letters_but_codes_stay() -> None:
    assert repair_letters("SHAMP00 400ML") == "SHAMPOO 400ML"
    assert repair_letters("FPS50 MOLID0") == "FPS50 MOLIDO"


def test_a_capital_i_in_a_word_of_small_letters_is_an_l() -> None:
    assert repair_letters("Fonda EI Faro, PapeI AzuI") == "Fonda El Faro, Papel Azul"
    assert repair_letters("Etapa II, TELEI 4") == "Etapa II, TELEI 4"


def test_a_blurred_enye_and_a_blurred_ending_are_set_right() -> None:
    assert repair_letters("Jabón de Bañio, Don Toñio, Revislón") == "Jabón de Baño, Don Toño, Revisión"
    assert repair_letters("Compañia Piñatería Señorial") == "Compañia Piñatería Señorial"


def test_three_digits_after_a_sign_follow_the_documents_custom() -> None:
    assert parse_number("1.250", ",") == 1250
    assert parse_number("1.250", ".") == Decimal("1.250")
    assert decimal_sign(["1.250,00", "3,50", "4.00"]) == ","
    assert decimal_sign(["1,250.00", "3.50"]) == "."


@given(st.text(max_size=40))
def test_folding_keeps_the_length(text: str) -> None:
    assert len(fold(text)) == len(text)
    assert len(repair_digits(text)) == len(text)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("26-12-2025 21:03", dt.date(2025, 12, 26)),
        ("26-12-202521:03", dt.date(2025, 12, 26)),
        ("2023-03-09", dt.date(2023, 3, 9)),
        ("05/08/23", dt.date(2023, 8, 5)),
        ("12/31/2024", dt.date(2024, 12, 31)),
        ("03 de Septiembre de 2026", dt.date(2026, 9, 3)),
        ("15-ENE-2023", dt.date(2023, 1, 15)),
        ("Jan 5, 2024", dt.date(2024, 1, 5)),
        ("5 de março de 2024", dt.date(2024, 3, 5)),
        ("l2/O5/2024", dt.date(2024, 5, 12)),
    ],
)
def test_dates_are_read_in_their_usual_forms(text: str, date: dt.date) -> None:
    assert [found.value for found in find_dates(text)] == [date]


@pytest.mark.parametrize(
    "text", ["155653974-2-2025", "007-008-273303", "8-769-1080", "31/02/2024", "992-4012", "12.50"]
)
def test_other_numbers_are_no_dates(text: str) -> None:
    assert list(find_dates(text)) == []


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("SUBTOTAL", Kind.SUBTOTAL),
        ("SUBTTL", Kind.SUBTOTAL),
        ("Total Neto", Kind.SUBTOTAL),
        ("EXENTO", Kind.BASE),
        ("GRAVAD0 7%", Kind.BASE),
        ("ITBMS 10%", Kind.TAX),
        ("ITBMS 78", Kind.TAX),
        ("I.T.B.M.S. 7%", Kind.TAX),
        ("Total ITBMS", Kind.TAX_TOTAL),
        ("TOTAL B/.", Kind.TOTAL),
        ("TOTAL A PAGAR", Kind.TOTAL),
        ("Valor Total:", Kind.TOTAL),
        ("Tarjeta de Crédito", Kind.PAYMENT),
        ("TOTAL PAGADO", Kind.PAYMENT),
        ("CAMBIO", Kind.CHANGE),
        ("Vueito", Kind.CHANGE),
        ("Excnto", Kind.BASE),
        ("Evento", None),
        ("GRAVADO7%", Kind.BASE),
        ("ITBMS7%", Kind.TAX),
        ("Descuento", Kind.DISCOUNT),
        ("Propina 10%", Kind.TIP),
        ("Cambio de Aceite", None),
        ("Servicio de Limpieza", None),
        ("Base de Maquillaje", None),
        ("Total Protein Bar", None),
    ],
)
def test_labels_say_what_an_amount_is(label: str, kind: Kind | None) -> None:
    assert kind_of(label) is kind


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("CANT", Column.QUANTITY),
        ("Descripción", Column.NAME),
        ("Descripcion", Column.NAME),
        ("Valor Unitario", Column.UNIT_PRICE),
        ("P. Unit.", Column.UNIT_PRICE),
        ("IMPORTE", Column.AMOUNT),
        ("Valor Item", Column.AMOUNT_WITH_TAX),
        ("No.", Column.LINE),
        ("Código", Column.CODE),
        ("No. Descripción", None),
        ("Hamburguesa", None),
    ],
)
def test_headings_say_what_a_column_holds(heading: str, column: Column | None) -> None:
    assert heading_of(heading) is column
