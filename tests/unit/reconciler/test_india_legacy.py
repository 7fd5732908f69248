"""Legacy documents: four ways of putting the figures together, texts everywhere, matched within 0.05."""

import json
from pathlib import Path
from typing import Any

import pytest

from reconciler.schemas.india_legacy import complete
from shared.contracts.india import LegacyDocument

DATA = Path(__file__).parents[2] / "data" / "india"
ITEM = {"quantity": "10", "price": "100.00", "discount_rate": "0", "tax_rate": "18"}
BEFORE, AFTER = "before_tax", "after_tax"


def solve(voucher: dict[str, Any], *items: dict[str, Any], party: dict[str, Any] | None = None) -> dict[str, Any]:
    document = {"voucher": voucher, "items": list(items or (ITEM,)), "party": party or {}}
    return complete(LegacyDocument.model_validate(document)).to_json()


def told(voucher: dict[str, Any], *items: dict[str, Any]) -> dict[str, Any]:
    reconciliation: dict[str, Any] = solve(voucher, *items)["voucher"]["reconciliation"]
    return reconciliation


def charge(amount: str, rate: str = "18", *, inclusive: bool = False, **more: Any) -> dict[str, Any]:
    return {"name": "Freight", "amount": amount, "tax_rate": rate, "amount_includes_tax": inclusive, **more}


def test_the_published_example_does_not_add_up() -> None:
    # 10 x 1000 = 10,000 and 1,800; freight 500 and 90: 12,390, printed 11,800.
    document = json.loads((DATA / "legacy_published_example.json").read_text())
    shown = complete(LegacyDocument.model_validate(document)).to_json()
    reconciliation = shown["voucher"].pop("reconciliation")
    assert reconciliation == {
        "status": "unmatched",
        "method": {"discount_mode": "before_tax", "charges_inclusive": False},
        "computed_grand_total": "12390.00",
        "difference": "590.00",
        "items_taxable_total": "10000.00",
        "items_tax_total": "1800.00",
        "charges_taxable_total": "500.00",
        "charges_tax_total": "90.00",
    }
    del document["voucher"]["reconciliation"]
    assert shown == document


@pytest.mark.parametrize(
    ("voucher", "total", "method"),
    [
        # 1000 + 180.
        ({"total_invoice_amount": "1180.00"}, "1180.00", (BEFORE, False)),
        # (1000 - 100) x 1.18 = 1062.
        ({"invoice_discount": "100", "total_invoice_amount": "1062"}, "1062.00", (BEFORE, False)),
        # 1180 - 100: the total shows that tax was not lowered.
        ({"invoice_discount": "100", "total_invoice_amount": "1080"}, "1080.00", (AFTER, False)),
        # 10 % of 1000.
        ({"invoice_discount": "10%", "total_invoice_amount": "1,062.00"}, "1062.00", (BEFORE, False)),
        # Freight 100 + 18.
        ({"additional_charges": [charge("100")], "total_invoice_amount": "1298"}, "1298.00", (BEFORE, False)),
        # Freight 118 with its tax in it, as the flag says.
        (
            {"additional_charges": [charge("118", inclusive=True)], "total_invoice_amount": "1298"},
            "1298.00",
            (BEFORE, True),
        ),
        # The same without the flag: the total shows it.
        ({"additional_charges": [charge("118")], "total_invoice_amount": "1298"}, "1298.00", (BEFORE, True)),
        # `9+9` is 18.
        ({"additional_charges": [charge("100", "9+9")], "total_invoice_amount": "1298"}, "1298.00", (BEFORE, False)),
        # Its own keys: 100 without tax, 12 of tax.
        (
            {"additional_charges": [charge("", "", ex_tax="100", gst_amount="12")], "total_invoice_amount": "1292"},
            "1292.00",
            (BEFORE, False),
        ),
        # A deposit that bears no tax.
        (
            {"additional_charges": [charge("50", "", taxable=False)], "total_invoice_amount": "1230"},
            "1230.00",
            (BEFORE, False),
        ),
        # No rate: none is taken, unless the total shows that of the goods.
        ({"additional_charges": [charge("100", "")], "total_invoice_amount": "1280"}, "1280.00", (BEFORE, False)),
        ({"additional_charges": [charge("100", "")], "total_invoice_amount": "1298"}, "1298.00", (BEFORE, False)),
        # Discount after tax and freight with tax in it: 1180 - 100 + 118.
        (
            {"invoice_discount": "100", "additional_charges": [charge("118")], "total_invoice_amount": "1198"},
            "1198.00",
            (AFTER, True),
        ),
        # 1180.00 - 0.40 printed as round-off.
        ({"round_off": "-0.40", "total_invoice_amount": "1179.60"}, "1179.60", (BEFORE, False)),
        # 0.05 off is still matched.
        ({"total_invoice_amount": "1180.05"}, "1180.00", (BEFORE, False)),
    ],
)
def test_the_way_that_makes_the_printed_total_is_found(
    voucher: dict[str, Any], total: str, method: tuple[str, bool]
) -> None:
    found = told(voucher)
    assert (found["status"], found["computed_grand_total"]) == ("matched", total)
    assert (found["method"]["discount_mode"], found["method"]["charges_inclusive"]) == method


def test_a_total_six_paise_off_is_unmatched() -> None:
    found = told({"total_invoice_amount": "1180.06"})
    assert (found["status"], found["difference"]) == ("unmatched", "0.06")


def test_without_a_printed_total_nothing_is_matched() -> None:
    found = told({"total_invoice_amount": ""})
    assert (found["status"], found["difference"], found["computed_grand_total"]) == ("unmatched", "", "1180.00")


def test_the_stated_discount_mode_stands_where_nothing_matches() -> None:
    voucher = {"invoice_discount": "100", "invoice_discount_mode": "after_tax", "total_invoice_amount": "5000"}
    assert told(voucher)["method"]["discount_mode"] == AFTER


def test_line_discounts_and_mixed_rates_add_up() -> None:
    # 2 x 200 x 0.9 = 360 at 5 %: 18; 3 x 100 = 300 at 12 %: 36; 714.
    items = [
        {"quantity": "2", "price": "200", "discount_rate": "10", "tax_rate": "5"},
        {"quantity": "3", "price": "100", "discount_rate": "", "tax_rate": "12%"},
    ]
    found = told({"total_invoice_amount": "714"}, *items)
    assert (found["status"], found["items_taxable_total"], found["items_tax_total"]) == ("matched", "660.00", "54.00")


def test_texts_are_made_canonical_and_the_pan_comes_from_the_gstin() -> None:
    shown = solve(
        {"invoice_date": "2024-01-15", "invoice_due_date": "30 Jan 2024", "total_invoice_amount": "Rs. 1,180.00"},
        {"quantity": 10, "price": "₹100", "tax_rate": "0.18", "name": None},
        party={"party_gstin_number": "27aabcu9603r1zm"},
    )
    assert (shown["voucher"]["invoice_date"], shown["voucher"]["invoice_due_date"]) == ("15-01-2024", "30-01-2024")
    assert shown["voucher"]["total_invoice_amount"] == "1180.00"
    assert (shown["items"][0]["price"], shown["items"][0]["tax_rate"], shown["items"][0]["name"]) == (
        "100.00",
        "18",
        "",
    )
    assert shown["party"]["party_pan_number"] == "AABCU9603R"
    assert shown["voucher"]["reconciliation"]["status"] == "matched"
