"""Legacy documents: four ways of putting the figures together, texts everywhere, matched within 0.05."""

import json
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random
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


LITERAL, BY_HALVES, BY_RATE, BY_RATE_IN_HALVES = (False, False), (False, True), (True, False), (True, True)


def long_bill(lines: int, seed: int, *, per_rate: bool, halves: bool) -> tuple[list[dict[str, Any]], Decimal, Decimal]:
    """Items, their value and their tax to the paisa: line by line or on each rate's total, in one or in halves."""

    def rounded(amount: Decimal) -> Decimal:
        return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)

    random, items, taxed = Random(seed), [], []
    for _ in range(lines):
        quantity, price, rate = random.randint(1, 9), Decimal(random.randint(100, 90000)) / 100, random.choice([5, 18])
        items.append({"quantity": str(quantity), "price": str(price), "tax_rate": str(rate)})
        taxed.append((rate, quantity * price))
    value = sum((each for _, each in taxed), Decimal(0))
    if per_rate:
        taxed = [(rate, sum((each for of, each in taxed if of == rate), Decimal(0))) for rate in (5, 18)]
    count = 2 if halves else 1
    return items, value, sum((count * rounded(each * rate / 100 / count) for rate, each in taxed), Decimal(0))


@pytest.mark.parametrize("rounding", [LITERAL, BY_HALVES, BY_RATE, BY_RATE_IN_HALVES])
@pytest.mark.parametrize("lines", [40, 100])
def test_a_long_bill_is_matched_however_its_tax_is_rounded(lines: int, rounding: tuple[bool, bool]) -> None:
    per_rate, halves = rounding
    for seed in range(20):
        items, value, tax = long_bill(lines, seed, per_rate=per_rate, halves=halves)
        found = told({"total_invoice_amount": str(value + tax)}, *items)
        assert found["status"] == "matched"
        assert abs(Decimal(found["items_tax_total"]) - tax) <= Decimal("0.05")


def test_the_tax_of_a_long_bill_within_a_state_is_the_printed_one() -> None:
    items, value, tax = long_bill(40, 0, per_rate=False, halves=True)
    found = told({"total_invoice_amount": str(value + tax)}, *items)
    assert (found["status"], found["difference"], found["items_tax_total"]) == ("matched", "0.00", str(tax))


def test_a_discounts_tax_in_halves_is_matched() -> None:
    # 0.50 is left of each: 9 % is 2.25 paise twice = 4, 13 % is 6, up to 37 %: 18; rounded in one they are 8 more.
    items = [{"quantity": "1", "price": "1.00", "tax_rate": str(rate)} for rate in range(9, 38, 4)]
    found = told({"invoice_discount": "4.00", "total_invoice_amount": "4.88"}, *items)
    assert (found["status"], found["items_taxable_total"], found["items_tax_total"]) == ("matched", "4.00", "0.88")


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
