"""An invoice's tags: thresholds by kind, the issuer's RUC only with its DV, the day of purchase."""

from datetime import UTC, datetime

import pytest

from shared.contracts.lumis import ProductHint
from tagger.catalogue import build_catalogue
from tagger.rows import BrandRow, ProductRow
from tagger.starter import shorthand, starter_rows
from tagger.tagging import LEAST_SCORE, bought_on, tag_invoice
from tests.unit.tagger.conftest import Invoice

CATALOGUE = build_catalogue(starter_rows(), shorthand())
RECEIVED = datetime(2025, 1, 2, 3, 0, tzinfo=UTC)  # still 1 January in Panama


def test_the_thresholds_are_those_of_the_contract() -> None:
    assert LEAST_SCORE["product_code"] == 0.9
    assert LEAST_SCORE["product_brand"] == LEAST_SCORE["issuer_brand_name"] == 0.85
    assert LEAST_SCORE["product_l1"] == LEAST_SCORE["product_l2"] == LEAST_SCORE["issuer_l1"] == 0.6


def test_an_invoice_gives_all_seven_kinds() -> None:
    tagging = tag_invoice(CATALOGUE, Invoice().purchase)
    assert [str(tag) for tag in tagging.tags] == [
        "issuer_brand_name:superxtra",
        "issuer_l1:supermercados",
        "issuer_ruc:155751938-2-2024",
        "product_brand:cocacola",
        "product_code:COCACOLA-600ML",
        "product_l1:bebidas",
        "product_l2:gaseosas",
    ]


@pytest.mark.parametrize(("ruc", "dv"), [("155751938-2-2024", "67"), ("12345678", "66"), ("155751938-2-2024", "")])
def test_a_ruc_is_a_tag_only_when_its_dv_fits(ruc: str, dv: str) -> None:
    tagging = tag_invoice(CATALOGUE, Invoice(("x",), ruc=ruc, dv=dv).purchase)
    assert not [tag for tag in tagging.tags if tag.kind == "issuer_ruc"]


def test_a_rucs_tag_is_written_in_one_way() -> None:
    tagging = tag_invoice(CATALOGUE, Invoice(("x",), ruc=" pe-842-3681 ", dv="51").purchase)
    assert "issuer_ruc:PE-842-3681" in [str(tag) for tag in tagging.tags]


def test_several_lines_of_one_thing_are_one_tag_with_its_best_score() -> None:
    tagging = tag_invoice(CATALOGUE, Invoice(("Soda mediana", "COCA COLA 600ML", "Soda grande")).purchase)
    (drinks,) = [tag for tag in tagging.tags if str(tag) == "product_l2:gaseosas"]
    assert (drinks.source, drinks.score) == ("exact", 1.0)


def test_a_hint_alone_gives_a_category_and_never_a_brand() -> None:
    hint = ProductHint(brand="Coca-Cola", category_l1="bebidas", category_l2="gaseosas")
    tagging = tag_invoice(CATALOGUE, Invoice(("Qwertyuiop",), hints=(hint,)).purchase)
    given = {str(tag): tag.source for tag in tagging.tags if tag.kind.startswith("product")}
    assert given == {"product_l1:bebidas": "hint", "product_l2:gaseosas": "hint"}
    assert tagging.unresolved == {"qwertyuiop": "Qwertyuiop"}


def test_a_nearly_right_name_gives_its_brand_but_not_its_code() -> None:
    product = {"code": "Q", "name": "Queso Amarillo Zarzuela", "brand": "marcazeta", "l1": "alimentos", "l2": "lacteos"}
    rows = starter_rows().model_copy(
        update={
            "products": (ProductRow.model_validate(product),),
            "brands": (BrandRow(slug="marcazeta", name="Marca Zeta"),),
        }
    )
    catalogue = build_catalogue(rows, shorthand())
    tagging = tag_invoice(catalogue, Invoice(("Qeo Amrlo Zarzuela",)).purchase)
    given = {tag.kind: tag for tag in tagging.tags if tag.kind.startswith("product")}
    assert set(given) == {"product_brand", "product_l1", "product_l2"}
    assert given["product_l2"].source == "fuzzy"
    assert 0.86 <= given["product_l2"].score < 0.9


def test_an_unknown_issuer_and_unknown_lines_give_no_tag() -> None:
    invoice = Invoice(("Qwertyuiop", "", "---"), issuer="Zzyzx, S.A.", dv="00")
    tagging = tag_invoice(CATALOGUE, invoice.purchase)
    assert tagging.tags == ()
    assert list(tagging.unresolved.values()) == ["Qwertyuiop"]


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("2024-12-15", (2024, 12, 15)),
        ("2025-01-01", (2025, 1, 1)),
        ("2025-01-02", (2025, 1, 1)),
        ("2099-01-01", (2025, 1, 1)),
        ("2024-02-30", (2025, 1, 1)),
        ("15/12/2024", (2025, 1, 1)),
        ("", (2025, 1, 1)),
        (None, (2025, 1, 1)),
    ],
)
def test_the_day_is_the_invoices_or_the_upload_day_in_panama(printed: str | None, day: tuple[int, int, int]) -> None:
    assert bought_on(printed, RECEIVED) == datetime(*day, tzinfo=UTC)
