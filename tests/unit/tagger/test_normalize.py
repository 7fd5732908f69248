"""One spelling for names, codes and sizes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tagger.normalize import clean, codes_in, is_gtin, issuer_name, product_code, slug
from tagger.sizes import Size, sizes_agree
from tagger.starter import shorthand

SHORTHAND = {"gta": "galleta", "ent": "entera", "und": ""}


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Coca-Cola", "cocacola"),
        ("McDonald's", "mcdonalds"),
        ("Lácteos", "lacteos"),
        ("Piña Ñandú", "pinanandu"),
        ("---", ""),
        ("", ""),
        ("STRASSE / Straße", "strassestrasse"),
    ],
)
def test_a_slug_is_what_the_contract_gives_as_its_example(printed: str, expected: str) -> None:
    assert slug(printed) == expected


@given(st.text())
def test_a_slug_of_a_slug_is_itself_and_fits_a_tag(text: str) -> None:
    once = slug(text)
    assert slug(once) == once
    assert len(once) <= 64
    assert all(sign in "abcdefghijklmnopqrstuvwxyz0123456789" for sign in once)


@given(st.text())
def test_case_says_nothing_in_a_slug(text: str) -> None:
    assert slug(text.casefold()) == slug(text)


@pytest.mark.parametrize(("printed", "expected"), [(" abc 123 ", "ABC123"), ("a-b.c", "A-B.C"), ("ABC123", "ABC123")])
def test_a_product_code_is_upper_case_without_spaces_and_nothing_else(printed: str, expected: str) -> None:
    assert product_code(printed) == expected


@pytest.mark.parametrize("code", ["40170725", "036000291452", "4006381333931", "10614141000415"])
def test_a_gtin_has_a_check_digit_that_fits(code: str) -> None:
    assert is_gtin(code)
    wrong = str((int(code[-1]) + 1) % 10)
    assert not is_gtin(code[:-1] + wrong)


@pytest.mark.parametrize("code", ["", "123", "400638133393A", "٤٠٠٦٣٨١٣٣٣٩٣١", "40063813339310000"])
def test_other_texts_are_no_gtin(code: str) -> None:
    assert not is_gtin(code)


def test_a_gtin_is_found_inside_a_line_and_a_shops_own_number_is_not() -> None:
    assert codes_in("4006381333931 BOLIGRAFO 00012345") == ("4006381333931",)


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("GTA Ritz", "galleta ritz"),
        ("Leche Ent. 1L", "leche entera"),
        ("Huevos 12 und", "huevos"),
        ("Arroz (7%)", "arroz"),
        ("Pan (E)", "pan"),
        ("LECHE 2% 1L", "leche 2"),
        ("JABON 7%", "jabon"),
        ("SODA G", "soda"),
        ("Hamburguesa c/queso", "hamburguesa con queso"),
        ("Coca-Cola 500ml", "cocacola"),
        ("0012345 AZUCAR 5lb", "azucar"),
        ("Vitamina C 1g x30", "vitamina c"),
        ("Cinta Eléctrica", "cinta electrica"),
    ],
)
def test_a_line_is_cleaned_of_marks_sizes_and_shorthand(printed: str, words: str) -> None:
    assert clean(printed, SHORTHAND).text == words


@pytest.mark.parametrize(
    ("printed", "sizes"),
    [
        ("Agua 500ml", [("500", "ml")]),
        ("Leche 1l", [("1000", "ml")]),
        ("Leche 1.5 LT", [("1500.0", "ml")]),
        ("Jugo 1,5L", [("1500.0", "ml")]),
        ("Arroz 5lb", [("2267.960", "g")]),
        ("Cemento 42.5kg", [("42500.0", "g")]),
        ("Galletas x10", [("10", "u")]),
        ("Cerveza 6x355ml", [("6", "u"), ("355", "ml")]),
        ("Acetaminofén 500mg x 20", [("500", "mg"), ("20", "u")]),
        ("Pintura 1/2 gl", [("1892.705", "ml")]),
        ("Coca Cola", []),
        ("7 Up", []),
        ("Talla 2x", []),
        ("Alcohol 70%", []),
    ],
)
def test_sizes_are_split_off_and_brought_to_one_unit(printed: str, sizes: list[tuple[str, str]]) -> None:
    assert clean(printed, {}).sizes == tuple(Size(Decimal(number), unit) for number, unit in sizes)


@pytest.mark.parametrize(
    ("first", "second", "agree"),
    [
        ("a 1l", "a 1000ml", True),
        ("a 1kg", "a 1000 g", True),
        ("a 1lb", "a 454g", True),
        ("a 12oz", "a 355ml", True),
        ("a 8 oz", "a 227 g", True),
        ("a 500ml", "a 600ml", False),
        ("a 500ml", "a 500g", False),
        ("a 6x355ml", "a 355ml", True),
        ("a", "a 355ml", True),
    ],
)
def test_sizes_agree_across_units_where_both_names_have_one(first: str, second: str, agree: bool) -> None:
    assert sizes_agree(clean(first, {}).sizes, clean(second, {}).sizes) is agree
    assert sizes_agree(clean(second, {}).sizes, clean(first, {}).sizes) is agree


@given(st.text(max_size=200))
def test_any_line_can_be_cleaned_into_slug_words(text: str) -> None:
    name = clean(text, shorthand())
    assert all(slug(word) == word or len(word) > 64 for word in name.words)
    assert all(size.number > 0 for size in name.sizes)


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ("Super Xtra, S.A.", "super xtra"),
        ("ARCOS DORADOS PANAMA S. A.", "arcos dorados panama"),
        ("Los Pinos S. de R.L.", "los pinos"),
        ("Acme Corp.", "acme"),
        ("Acme Inc", "acme"),
        ("Casa Sánchez", "casa sanchez"),
        ("", ""),
    ],
)
def test_an_issuers_name_loses_its_company_form(printed: str, expected: str) -> None:
    assert issuer_name(printed) == expected
