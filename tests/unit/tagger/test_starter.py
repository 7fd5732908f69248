"""The catalogue that comes with the package: consistent, wide, and how right it is on printed names."""

import json
from collections import Counter
from importlib.resources import files

import pytest

from shared.contracts.tags import TagKind
from tagger.catalogue import build_catalogue
from tagger.intake import check_rows
from tagger.match import Guess, match_line
from tagger.rows import ROWS, Kind
from tagger.starter import shorthand, starter_rows
from tests.benchmarks.bench_tags import labels, measure

PROMISED = {
    "alimentos", "bebidas", "lacteos", "panaderia", "carnes", "frutas_verduras", "snacks", "limpieza",
    "cuidado_personal", "farmacia", "hogar", "ferreteria", "ropa", "electronica", "combustible", "restaurantes",
    "comida_rapida", "servicios", "hospedaje", "transporte", "oficina", "mascotas",
}  # fmt: skip


@pytest.mark.parametrize("kind", ROWS)
def test_every_starter_row_would_pass_an_import(kind: Kind) -> None:
    rows = getattr(starter_rows(), kind)
    assert check_rows(kind, [row.model_dump() for row in rows], starter_rows()).bad == ()


def test_the_promised_categories_are_there_and_every_second_level_has_its_parent() -> None:
    categories = {row.slug: row for row in starter_rows().categories}
    assert categories.keys() >= PROMISED
    assert categories["lacteos"].parent == "alimentos"
    assert categories["comida_rapida"].parent == "restaurantes"


def test_no_keyword_stands_for_two_categories_and_no_ruc_is_invented() -> None:
    words = Counter(word for row in starter_rows().categories for word in row.keywords)
    assert [word for word, times in words.items() if times > 1] == []
    assert [row for row in starter_rows().issuers if row.ruc] == []


def test_every_product_is_found_by_its_own_name_and_size() -> None:
    catalogue = build_catalogue(starter_rows(), shorthand())
    lost = [
        product.code
        for product in starter_rows().products
        if (match_line(catalogue, f"{product.name} {product.size or ''}").code or Guess("", "", 0)).value
        != product.code
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("part", "least", "precision"),
    [
        ("tuned", 200, {"product_code": 0.97, "product_brand": 0.98, "product_l1": 0.98, "product_l2": 0.98}),
        ("held_out", 60, {"product_code": 0.95, "product_brand": 0.95}),
    ],
)
def test_printed_names_are_recognised_with_high_precision_per_kind(
    part: str, least: int, precision: dict[TagKind, float]
) -> None:
    """What the parts are, and their figures: `python -m tests.benchmarks.bench_tags`."""
    names = labels(part)
    assert len(names) >= least
    scores = measure(build_catalogue(starter_rows(), shorthand()), names)
    for kind, promised in precision.items():
        assert scores[kind].precision >= promised, scores[kind].wrong
    assert scores["product_code"].recall >= 0.7


def test_every_label_is_of_the_catalogue_and_no_name_stands_twice() -> None:
    rows = starter_rows()
    codes, brands = {row.code for row in rows.products}, {row.slug for row in rows.brands}
    parents = {row.slug: row.parent for row in rows.categories}
    assert Counter(label["printed"] for label in labels()).most_common(1)[0][1] == 1
    for label in labels():
        assert label["code"] in codes | {""}
        assert label["brand"] in brands | {""}
        assert label["l1"] in parents.keys() | {""}
        assert not label["l2"] or parents[label["l2"]] == label["l1"]


def test_the_list_of_slugs_for_prompts_is_the_catalogues() -> None:
    rows = starter_rows().categories
    children: dict[str, list[str]] = {}
    for row in rows:
        if row.level == 1 and row.keywords:
            children.setdefault(row.slug, [])
    for row in rows:
        if row.parent is not None:
            children[row.parent].append(row.slug)
    assert json.loads((files("tagger") / "starter" / "category_slugs.json").read_text(encoding="utf-8")) == children
