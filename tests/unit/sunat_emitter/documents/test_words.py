"""Amounts in Spanish words."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sunat_emitter.documents.words import amount_in_words, number_in_words

BELOW_A_HUNDRED = {
    "cero": 0, "uno": 1, "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9,
    **{word: value for value, word in enumerate(["diez", "once", "doce", "trece", "catorce", "quince"], 10)},
    "dieciséis": 16, "diecisiete": 17, "dieciocho": 18, "diecinueve": 19, "veinte": 20, "veintiuno": 21,
    "veintidós": 22, "veintitrés": 23, "veinticuatro": 24, "veinticinco": 25, "veintiséis": 26, "veintisiete": 27,
    "veintiocho": 28, "veintinueve": 29, "un": 1, "veintiún": 21,
    **{word: value * 10 for value, word in enumerate(["treinta", "cuarenta", "cincuenta", "sesenta", "setenta"], 3)},
    "ochenta": 80, "noventa": 90,
}  # fmt: skip
HUNDREDS = {
    "cien": 100, "ciento": 100, "doscientos": 200, "trescientos": 300, "cuatrocientos": 400, "quinientos": 500,
    "seiscientos": 600, "setecientos": 700, "ochocientos": 800, "novecientos": 900,
}  # fmt: skip
SCALES = {"mil": 10**3, "millón": 10**6, "millones": 10**6}


def read(words: str) -> int:
    """A reader of its own: adds small words up, lifts what stands before a scale."""
    total = group = 0
    for word in words.split():
        if word == "y":
            continue
        if word in SCALES:
            if word == "mil":
                group = (group or 1) * 1000 if group < 1000 else group * 1000
                continue
            total += group * SCALES[word]
            group = 0
        else:
            value = BELOW_A_HUNDRED.get(word, HUNDREDS.get(word))
            assert value is not None, word
            group += value
    return total + group


@given(st.one_of(st.integers(0, 2_100), st.integers(0, 10**12 - 1), st.integers(0, 999).map(lambda each: each * 10**6)))
def test_what_is_written_reads_back_as_the_same_number(number: int) -> None:
    assert read(number_in_words(number)) == number


@given(st.integers(0, 10**12 - 1))
def test_uno_never_stands_before_a_scale(number: int) -> None:
    words = number_in_words(number).split()
    assert not any(each.endswith("uno") and after in SCALES for each, after in pairwise(words))


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "cero"),
        (1, "uno"),
        (21, "veintiuno"),
        (31, "treinta y uno"),
        (100, "cien"),
        (101, "ciento uno"),
        (1000, "mil"),
        (1001, "mil uno"),
        (21_000, "veintiún mil"),
        (31_000, "treinta y un mil"),
        (100_000, "cien mil"),
        (101_000, "ciento un mil"),
        (1_000_000, "un millón"),
        (21_000_000, "veintiún millones"),
        (101_000_021, "ciento un millones veintiuno"),
        (1_000_000_000, "mil millones"),
    ],
)
def test_a_number_is_written_as_grammar_wants(number: int, words: str) -> None:
    assert number_in_words(number) == words


@pytest.mark.parametrize(
    ("amount", "moneda", "words"),
    [
        ("3050.30", "PEN", "SON TRES MIL CINCUENTA CON 30/100 SOLES"),
        ("0.00", "PEN", "SON CERO CON 00/100 SOLES"),
        ("21000.05", "USD", "SON VEINTIUN MIL CON 05/100 DOLARES AMERICANOS"),
        ("16.99", "EUR", "SON DIECISEIS CON 99/100 EUROS"),
        ("5.00", "SEK", "SON CINCO CON 00/100 SEK"),
        (
            "999999999999.99",
            "PEN",
            (
                "SON NOVECIENTOS NOVENTA Y NUEVE MIL NOVECIENTOS NOVENTA Y NUEVE MILLONES "
                "NOVECIENTOS NOVENTA Y NUEVE MIL NOVECIENTOS NOVENTA Y NUEVE CON 99/100 SOLES"
            ),
        ),
    ],
)
def test_an_amount_names_its_cents_and_its_currency(amount: str, moneda: str, words: str) -> None:
    assert amount_in_words(Decimal(amount), moneda) == words


def test_a_number_beyond_the_known_words_is_not_written_wrong() -> None:
    with pytest.raises(ValueError, match="beyond"):
        number_in_words(10**12)
