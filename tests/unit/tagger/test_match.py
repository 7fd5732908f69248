"""Product lines and issuers against a small catalogue: the order of the rules, and each one's confidence."""

import pytest

from shared.contracts.lumis import ProductHint
from tagger.catalogue import Catalogue, build_catalogue
from tagger.match import Guess, match_issuer, match_line
from tagger.rows import Rows

RUC = "155751938-2-2024"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    coca = {"brand": "cocacola", "l1": "bebidas", "l2": "gaseosas"}
    dairy = {"brand": "estrellaazul", "l1": "alimentos", "l2": "lacteos"}
    rows = {
        "categories": [
            {"slug": "alimentos", "level": 1, "names": ["Alimentos"]},
            {"slug": "bebidas", "level": 1, "names": ["Bebidas"], "keywords": ["refresco"]},
            {"slug": "restaurantes", "level": 1, "names": ["Restaurantes"]},
            {"slug": "lacteos", "level": 2, "parent": "alimentos", "keywords": ["leche", "queso"]},
            {"slug": "gaseosas", "level": 2, "parent": "bebidas", "keywords": ["soda"]},
            {"slug": "comida_rapida", "level": 2, "parent": "restaurantes", "keywords": ["hamburguesa"]},
        ],
        "brands": [
            {"slug": "cocacola", "name": "Coca-Cola", "aliases": ["Coca Cola"], "l1": "bebidas", "l2": "gaseosas"},
            {"slug": "estrellaazul", "name": "Estrella Azul", "l1": "alimentos"},
            {"slug": "estrella", "name": "Estrella"},
            {"slug": "rey", "name": "Rey"},
        ],
        "products": [
            {"code": "COCA-600", "name": "Coca Cola", "size": "600 ml"} | coca,
            {"code": "COCA-2L", "name": "Coca Cola", "size": "2 L"} | coca,
            {"code": "ZERO-600", "name": "Coca Cola Zero", "size": "600 ml"} | coca,
            {
                "code": "LECHE-EA",
                "name": "Leche Entera Estrella Azul",
                "aliases": [f"{RUC}|LCHEA"],
                "size": "1 L",
                "gtin": "4006381333931",
            }
            | dairy,
            {"code": "QUESO-EA", "name": "Queso Amarillo Estrella Azul"} | dairy,
        ],
        "issuers": [
            {"ruc": [RUC], "brand": "superxtra", "l1": "alimentos", "names": ["Super Xtra"]},
            {"brand": "donlee", "l1": "restaurantes", "names": ["Restaurante Don Lee"]},
            {"l1": "restaurantes", "names": ["Restaurante"]},
        ],
    }
    return build_catalogue(Rows.model_validate(rows), {"ent": "entera"})


def test_a_known_name_is_exact_with_its_brand_and_categories(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "COCA COLA 600ML (7%)")
    assert line.code == Guess("COCA-600", "exact", 1.0)
    assert line.brand == Guess("cocacola", "exact", 1.0)
    assert line.l1 == Guess("bebidas", "exact", 1.0)
    assert line.l2 == Guess("gaseosas", "exact", 1.0)


def test_lost_and_added_spaces_do_not_matter(catalogue: Catalogue) -> None:
    assert match_line(catalogue, "COCACOLA ZERO 600 ml").code == Guess("ZERO-600", "exact", 1.0)


def test_a_size_that_is_not_in_the_catalogue_gives_no_code_but_what_its_sizes_share(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "Coca Cola 3L")
    assert line.code is None
    assert line.brand == Guess("cocacola", "exact", 1.0)
    assert line.l2 == Guess("gaseosas", "exact", 1.0)


def test_a_name_of_several_sizes_without_its_own_gives_no_code(catalogue: Catalogue) -> None:
    assert match_line(catalogue, "Coca Cola").code is None


def test_a_spelling_learned_from_one_shop_counts_there_only(catalogue: Catalogue) -> None:
    assert match_line(catalogue, "LCHEA", RUC).code == Guess("LECHE-EA", "exact", 1.0)
    assert match_line(catalogue, "LCHEA").code is None


def test_a_printed_gtin_that_the_catalogue_knows_decides(catalogue: Catalogue) -> None:
    assert match_line(catalogue, "4006381333931 XYZ").code == Guess("LECHE-EA", "exact", 1.0)
    assert match_line(catalogue, "036000291452 XYZ").code is None


def test_a_near_name_is_fuzzy_with_its_score(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "LECHE ENTRA ESTRELLA AZUL 1L")
    assert line.code is not None
    assert (line.code.value, line.code.source) == ("LECHE-EA", "fuzzy")
    assert 0.86 <= line.code.score < 1


def test_a_near_name_of_another_size_is_another_product(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "LECHE ENTRA ESTRELLA AZUL 2L")
    assert line.code is None
    assert line.brand == Guess("estrellaazul", "brand", 0.95)


def test_tied_candidates_give_what_they_agree_on(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "ESTRELLA AZUL AMARILLO ENTERA")
    assert line.code is None
    assert line.brand is not None
    assert line.brand.value == "estrellaazul"
    assert line.l2 is not None
    assert line.l2.value == "lacteos"


def test_a_line_without_a_brand_is_not_given_one(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "Queso Amarillo")
    assert line.code is None
    assert line.brand is None
    assert line.l2 is not None
    assert line.l2.value == "lacteos"


def test_the_longest_brand_whose_words_stand_in_order_wins(catalogue: Catalogue) -> None:
    assert match_line(catalogue, "Yogurt Estrella Azul").brand == Guess("estrellaazul", "brand", 0.95)
    assert match_line(catalogue, "Azul Estrella Yogurt").brand == Guess("estrella", "brand", 0.95)


def test_a_misread_long_brand_is_found_and_a_short_one_is_not(catalogue: Catalogue) -> None:
    found = match_line(catalogue, "Sirope COCACOLLA").brand
    assert found is not None
    assert (found.value, found.source) == ("cocacola", "fuzzy")
    assert found.score >= 0.9
    assert match_line(catalogue, "Sirope REYY").brand is None


def test_a_short_brand_must_be_one_word(catalogue: Catalogue) -> None:
    assert match_line(catalogue, "torta R EY").brand is None
    assert match_line(catalogue, "torta REY").brand == Guess("rey", "brand", 0.95)


def test_a_brand_gives_its_category_and_a_keyword_what_that_leaves_open(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "Leche condensada Estrella Azul")
    assert line.l1 is not None
    assert line.l1.value == "alimentos"
    assert line.l2 is not None
    assert line.l2.value == "lacteos"


def test_a_keyword_that_disagrees_with_the_brand_is_not_heard(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "Hamburguesa Estrella Azul")
    assert line.l1 == Guess("alimentos", "brand", 0.95)
    assert line.l2 is None


def test_a_keyword_gives_the_category_and_its_parent(catalogue: Catalogue) -> None:
    line = match_line(catalogue, "Hamburguesas dobles")
    assert line.l2 == Guess("comida_rapida", "keyword", 0.8)
    assert line.l1 == Guess("restaurantes", "keyword", 0.8)


def test_the_first_noun_tells_what_it_is(catalogue: Catalogue) -> None:
    assert match_line(catalogue, "Hamburguesa con queso").l2 == Guess("comida_rapida", "keyword", 0.8)


def test_a_hint_counts_only_where_nothing_else_knows(catalogue: Catalogue) -> None:
    hint = ProductHint(brand="Coca-Cola", category_l1="Bebidas", category_l2="gaseosas")
    alone = match_line(catalogue, "Xyzzy", hint=hint)
    assert alone.brand == Guess("cocacola", "hint", 0.6)
    assert alone.l1 == Guess("bebidas", "hint", 0.6)
    assert alone.l2 == Guess("gaseosas", "hint", 0.6)
    assert not alone.resolved
    against = match_line(catalogue, "Queso de cabra", hint=hint)
    assert against.l1 == Guess("alimentos", "keyword", 0.8)
    assert against.l2 == Guess("lacteos", "keyword", 0.8)


def test_a_hint_that_the_catalogue_does_not_know_or_that_contradicts_itself_is_nothing(catalogue: Catalogue) -> None:
    unknown = match_line(catalogue, "Xyzzy", hint=ProductHint(category_l1="juguetes", category_l2="muñecas"))
    assert (unknown.l1, unknown.l2) == (None, None)
    torn = match_line(catalogue, "Xyzzy", hint=ProductHint(category_l1="alimentos", category_l2="gaseosas"))
    assert (torn.l1, torn.l2) == (None, None)


def test_a_category_is_found_whatever_stands_between_its_words(catalogue: Catalogue) -> None:
    hint = ProductHint(category_l2="Comida Rapida")
    assert match_line(catalogue, "Xyzzy", hint=hint).l2 == Guess("comida_rapida", "hint", 0.6)


def test_a_line_that_no_rule_knows_is_unresolved(catalogue: Catalogue) -> None:
    assert not match_line(catalogue, "Xyzzy").resolved
    assert match_line(catalogue, "Queso").resolved
    assert not match_line(catalogue, "---").resolved


def test_an_issuer_is_known_by_its_ruc_whatever_its_name(catalogue: Catalogue) -> None:
    shop = match_issuer(catalogue, RUC, "Otro Nombre, S.A.")
    assert shop.brand == Guess("superxtra", "ruc", 1.0)
    assert shop.l1 == Guess("alimentos", "ruc", 1.0)


def test_an_issuer_is_known_by_its_name_without_the_company_form(catalogue: Catalogue) -> None:
    assert match_issuer(catalogue, None, "SUPER XTRA CENTRO, S.A.").brand == Guess("superxtra", "name", 1.0)
    assert match_issuer(catalogue, None, "Ferretería Sánchez, S.A.").brand is None
    assert match_issuer(catalogue, None, "S.A.").l1 is None


def test_a_part_of_a_shops_name_is_not_that_shop(catalogue: Catalogue) -> None:
    assert match_issuer(catalogue, None, "SUPER").brand is None
    assert match_issuer(catalogue, None, "RESTAURANTE").brand is None


def test_the_longest_known_name_wins_and_a_kind_of_shop_is_better_than_nothing(catalogue: Catalogue) -> None:
    assert match_issuer(catalogue, None, "Restaurante Don Lee, S.A.").brand == Guess("donlee", "name", 1.0)
    other = match_issuer(catalogue, None, "Restaurante Doña Ceci, S.A.")
    assert other.brand is None
    assert other.l1 == Guess("restaurantes", "name", 1.0)
