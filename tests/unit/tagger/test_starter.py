"""The catalogue that comes with the package: consistent, wide, and how right it is on printed names."""

import csv
import json
from collections import Counter
from importlib.resources import files
from pathlib import Path

import pytest

from shared.contracts.tags import TagKind
from tagger.catalogue import build_catalogue
from tagger.intake import check_rows
from tagger.match import Guess, match_line
from tagger.rows import ROWS, Kind
from tagger.starter import shorthand, starter_rows
from tagger.tagging import LEAST_SCORE

LABELS = Path(__file__).parent / "labelled_names.csv"
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


def test_printed_names_are_recognised_with_high_precision_per_kind() -> None:
    """The labels were written before the rules were tried on them, and then used to mend three of them."""
    catalogue = build_catalogue(starter_rows(), shorthand())
    given, right = Counter[str](), Counter[str]()
    with LABELS.open(encoding="utf-8") as lines:
        labels = list(csv.DictReader(lines))
    for label in labels:
        line = match_line(catalogue, label["printed"])
        found: tuple[tuple[TagKind, Guess | None, str], ...] = (
            ("product_code", line.code, label["code"]),
            ("product_brand", line.brand, label["brand"]),
            ("product_l2", line.l2, label["l2"]),
        )
        for kind, guess, wanted in found:
            if guess is not None and guess.score >= LEAST_SCORE[kind]:
                given[kind] += 1
                right[kind] += guess.value == wanted
    assert len(labels) >= 200
    precision = {kind: right[kind] / given[kind] for kind in given}
    assert precision["product_code"] >= 0.97, precision
    assert precision["product_brand"] >= 0.98, precision
    assert precision["product_l2"] >= 0.98, precision
    assert right["product_code"] >= 95, right


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
