"""Tax worked out by hand: the split by states, rates and when they were in force, cess, reverse charge, rounding."""

import datetime as dt
from decimal import Decimal

import pytest

from reconciler.india.gstin import check_character, fault, pan_of, state_code
from reconciler.india.rates import in_force, snapped
from reconciler.india.units import uqc
from tests.support.gst_pages import OTHER_STATE, SAME_STATE, Case, Row, check, invoice, line, solve

THOUSAND = line(10, 100, 18, 1000)


def split(page: Row) -> list[Decimal | None]:
    gst = solve(page).document.items[0].gst
    return [gst.cgst, gst.sgst, gst.igst]


CASES = [
    # 7.75 and 3.35: 5 % by halves is 0.19 (0.19375) twice = 0.38, and 0.08 (0.08375) twice = 0.16: in all 0.54.
    Case(
        "tax_rounded_line_by_line",
        invoice(line(1, "7.75", 5, "7.75"), line(1, "3.35", 5, "3.35"), gst="0.54", total="11.64"),
        "11.64",
        "0.54",
    ),
    # On the total 11.10 it is 0.2775 = 0.28 twice = 0.56.
    Case(
        "tax_rounded_on_the_rates_total",
        invoice(line(1, "7.75", 5, "7.75"), line(1, "3.35", 5, "3.35"), gst="0.56", total="11.66"),
        "11.66",
        "0.56",
    ),
    # 1250 at 28 % is 350, cess of 12 % is 150: 1750.
    Case("cess_by_rate", invoice(line(1, 1250, 28, 1250, cess_rate=12), total=1750), "1750", "500"),
    # Cess as an amount alone: 1000 + 280 + 41.70.
    Case("cess_as_an_amount", invoice(line(10, 100, 28, 1000, cess="41.70"), total="1321.70"), "1321.70", "321.70"),
    # The price includes 28 % and 12 %: 1400 / 1.40 = 1000; 280 + 120.
    Case(
        "cess_inside_the_price",
        invoice(line(1, 1400, 28, 1400, cess_rate=12), sub=1000, gst=280, total=1400),
        "1400",
        "400",
        ["1000"],
    ),
    # The printed GST total may leave cess out or not.
    Case("cess_in_the_printed_gst", invoice(line(1, 1250, 28, 1250, cess_rate=12), gst=500, total=1750), "1750", "500"),
    # Gutkha: 28 % of 1000 is 280, cess of 204 % is 2040.
    Case(
        "cess_above_the_value_by_rate_and_amount",
        invoice(line(10, 100, 28, 1000, cess_rate=204, cess=2040), sub=1000, total=3320),
        "3320",
        "2320",
    ),
    Case("cess_above_the_value_by_rate", invoice(line(10, 100, 28, 1000, cess_rate=204), total=3320), "3320", "2320"),
    # Cigarettes: 5 % and so much a stick, 900 in all: 1000 + 280 + 900.
    Case(
        "cess_that_its_rate_alone_does_not_make",
        invoice(line(1, 1000, 28, 1000, cess_rate=5, cess=900), total=2180),
        "2180",
        "1180",
        codes=frozenset({"LINE_TAX_MISMATCH"}),
    ),
    Case(
        "cess_that_its_rate_does_not_make_without_a_total",
        invoice(line(1, 1000, 28, 1000, cess_rate=5, cess=900, mode="WITHOUT_TAX")),
        "2180",
        "1180",
        codes=frozenset({"LINE_TAX_MISMATCH", "NO_ANCHORS"}),
    ),
    # Coal: 400 a tonne reads as a rate, which no cess has: 10,000 + 500 + 4000.
    Case(
        "cess_whose_rate_is_none",
        invoice(line(10, 1000, 5, 10000, cess_rate=400, cess=4000), total=14500),
        "14500",
        "4500",
        codes=frozenset({"LINE_TAX_MISMATCH"}),
    ),
    # The amount is misread (120), as the total shows: 1000 + 280 + 120.
    Case(
        "cess_whose_amount_is_misread",
        invoice(line(10, 100, 28, 1000, cess_rate=12, cess=1200), total=1400),
        "1400",
        "400",
        codes=frozenset({"LINE_TAX_MISMATCH"}),
    ),
    # Prices with tax: 1400 / 1.40 = 1000, and 120 of cess beside the rate.
    Case(
        "cess_by_rate_and_amount_inside_the_price",
        invoice(line(1, 1400, 28, 1400, cess_rate=12, cess=120), sub=1000, gst=280, total=1400),
        "1400",
        "400",
        ["1000"],
    ),
    # 10 % off the invoice lowers both: 900 + 252 + 108, where the line has what the rate made of it after that.
    Case(
        "cess_of_a_line_after_the_invoices_discount",
        invoice(
            line(1, 1000, 28, 1000, cess_rate=12, cess=108), discounts=[{"type": "PERCENT", "value": 10}], total=1260
        ),
        "1260",
        "360",
    ),
    # Goods that come back: all figures are negative, whichever sign the cess has.
    Case(
        "cess_of_a_credit_note",
        invoice(line(-1, 1000, 28, -1000, cess_rate=12, cess=120), total=-1400),
        "-1400",
        "-400",
    ),
    # Reverse charge: 180 is named, and not in the total.
    Case(
        "reverse_charge",
        invoice(THOUSAND, head={"reverse_charge": True}, gst=180, total=1000),
        "1000",
        "180",
        codes=frozenset({"REVERSE_CHARGE"}),
    ),
    # Some include it all the same.
    Case(
        "reverse_charge_with_the_tax_in_the_total",
        invoice(THOUSAND, head={"reverse_charge": "yes"}, gst=180, total=1180),
        "1180",
        "180",
        codes=frozenset({"REVERSE_CHARGE"}),
    ),
    # A bill of supply has no tax.
    Case("no_tax_at_all", invoice(line(3, 50, 0, 150), total=150), "150", "0.00"),
    # 5 % on 400 and 18 % on 600: 20 + 108.
    Case("mixed_slabs", invoice(line(4, 100, 5, 400), line(6, 100, 18, 600), gst=128, total=1128), "1128", "128"),
    # 0.25 % of 80,000 is 200: a slab, not a quarter.
    Case("rough_stones", invoice(line(1, 80000, "0.25", 80000), total=80200), "80200", "200"),
    # 3 % of 52,000 is 1560.
    Case("gold", invoice(line("10", 5200, 3, 52000), total=53560), "53560", "1560"),
    # 0.1 % of 250,000 is 250.
    Case("merchant_exporter", invoice(line(1, 250000, "0.1", 250000), total=250250), "250250", "250"),
    # 0.18 is a fraction of 18 %.
    Case("a_rate_as_a_fraction", invoice(line(10, 100, "0.18", 1000), total=1180), "1180", "180"),
    # No rate, but 90 + 90 on 1000 are 18 %.
    Case(
        "a_rate_from_the_lines_taxes",
        invoice(line(10, 100, None, 1000, cgst=90, sgst=90), total=1180),
        "1180",
        "180",
        codes=frozenset({"RATE_DERIVED"}),
    ),
    # The rate reads 9, which is CGST's alone.
    Case(
        "a_rate_that_is_cgsts_alone",
        invoice(line(10, 100, 9, 1000, cgst=90, sgst=90), total=1180),
        "1180",
        "180",
        codes=frozenset({"RATE_DERIVED"}),
    ),
    # No rate, but the tax summary has one for this HSN code: 25 + 25 on 1000.
    Case(
        "a_rate_from_the_tax_summary",
        invoice(
            line(10, 100, None, 1000, hsn="1006"),
            total=1050,
            table=[{"hsn": "1006", "taxable": 1000, "cgst": 25, "sgst": 25}],
        ),
        "1050",
        "50",
        codes=frozenset({"RATE_DERIVED"}),
    ),
    # The summary's last row is a row of its own, of the line without an HSN code: 1000 at 5 %, 1000 at 18 %.
    Case(
        "a_last_row_of_the_summary_that_is_no_sum",
        invoice(
            line(1, 1000, None, 1000, hsn="1001"),
            line(1, 1000, None, 1000),
            total=2230,
            table=[{"hsn": "1001", "taxable": 1000, "igst": 50}, {"hsn": "", "taxable": 1000, "igst": 180}],
        ),
        "2230",
        "230",
        codes=frozenset({"RATE_DERIVED"}),
    ),
    # A row that adds up the others, tax and all; one whose tax is misread as no rate's; and one that says what it is.
    *(
        Case(
            f"a_last_row_of_the_summary_that_is_the_sum_{tax}",
            invoice(
                line(1, 1000, 5, 1000, hsn="1001"),
                line(1, 1000, 18, 1000, hsn="1002"),
                gst=230,
                total=2230,
                table=[
                    {"hsn": "1001", "taxable": 1000, "igst": 50},
                    {"hsn": "1002", "taxable": 1000, "igst": 180},
                    {"hsn": label, "taxable": 2000, "igst": tax},
                ],
            ),
            "2230",
            "230",
        )
        for label, tax in (("", 230), ("", 280), ("Total", 360))
    ),
    # No rate, but 120 on 1000 in the totals.
    Case(
        "a_rate_from_the_totals",
        invoice(line(10, 100, None, 1000), sub=1000, gst=120, total=1120),
        "1120",
        "120",
        codes=frozenset({"RATE_DERIVED"}),
    ),
    # No rate, but 180 between subtotal and total.
    Case(
        "a_rate_from_what_is_between_subtotal_and_total",
        invoice(line(10, 100, None, 1000), sub=1000, total=1180),
        "1180",
        "180",
        codes=frozenset({"RATE_DERIVED"}),
    ),
    # IGST of 0.37 at 18 %: 0.0666 = 0.07; by halves it would be 0.06.
    Case(
        "igst_is_rounded_once",
        invoice(line(1, "0.37", 18, "0.37"), head=OTHER_STATE, gst="0.07", total="0.44"),
        "0.44",
        "0.07",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_tax_is_computed_as_the_rules_have_it(case: Case) -> None:
    check(case)


def test_a_supply_within_a_state_is_taxed_in_halves_and_one_across_states_as_igst() -> None:
    assert split(invoice(THOUSAND, head=SAME_STATE)) == [90, 90, 0]
    assert split(invoice(THOUSAND, head=OTHER_STATE)) == [0, 0, 180]


def test_without_a_place_of_supply_the_buyers_state_decides() -> None:
    head = {"supplier_gstin": "27AAPFU0939F1ZV", "buyer_gstin": "29AAGCB7383J1Z4"}
    assert split(invoice(THOUSAND, head=head)) == [0, 0, 180]


def test_printed_igst_within_a_state_stands_and_is_told() -> None:
    page = invoice(line(10, 100, 18, 1000, igst=180), head=SAME_STATE, total=1180)
    assert split(page) == [0, 0, 180]
    assert [finding.code for finding in solve(page).findings] == ["SPLIT_AGAINST_STATES"]


@pytest.mark.parametrize(
    ("rate", "day", "hsn", "expected"),
    [
        ("12", "2025-09-21", "6109", True),
        ("12", "2025-09-22", "6109", False),
        ("28", "2025-09-22", "8703", False),
        ("28", "2025-10-01", "2402", True),
        ("28", "2026-02-01", "2402", False),
        ("40", "2025-09-21", "2202", False),
        ("40", "2025-09-22", "2202", True),
        ("40", "2026-02-01", "2402", True),
        ("18", "2026-02-01", "2403", True),
        ("1.5", "2022-07-17", "7102", False),
        ("1.5", "2022-07-18", "7102", True),
        ("18", "2017-07-01", None, True),
    ],
)
def test_a_rate_is_judged_by_the_invoices_date(rate: str, day: str, hsn: str | None, expected: bool) -> None:
    assert in_force(Decimal(rate), dt.date.fromisoformat(day), hsn, None) is expected
    page = invoice(line(1, 100, rate, 100, hsn=hsn), head={"invoice_date": day})
    codes = {finding.code for finding in solve(page).findings}
    assert ("RATE_NOT_IN_FORCE" not in codes) is expected


@pytest.mark.parametrize(
    ("printed", "meant"),
    [
        ("0.18", "18"),
        ("0.05", "5"),
        ("0.25", "0.25"),
        ("0.1", "0.1"),
        ("0.015", "1.5"),
        ("17.9", "18"),
        ("27.5", "28"),
        ("19.5", "19.5"),
        ("9", "9"),
        ("40", "40"),
        ("1800", "100"),
        ("-5", "0"),
    ],
)
def test_a_printed_rate_means_a_slab_where_one_is_near(printed: str, meant: str) -> None:
    assert snapped(Decimal(printed)) == Decimal(meant)


def test_check_characters_are_those_of_real_numbers_and_unmask_the_published_ones() -> None:
    assert fault("27AAPFU0939F1ZV") is None
    assert check_character("27AABCT1234C1Z") == "W"
    assert check_character("27AABCU9603R1Z") == "N"
    assert fault("27AABCU9603R1ZM") == "CHECK_DIGIT"
    assert fault("55AAPFU0939F1ZV") == "STATE"
    assert fault("27AAPFU0939F1Z") == "FORM"
    assert pan_of("27 aapfu0939f1zv") == "AAPFU0939F"


@pytest.mark.parametrize(
    ("printed", "code"),
    [("27", "27"), ("7", "07"), ("27-Maharashtra", "27"), ("Tamil Nadu (33)", "33"), ("Delhi", "07"), ("Mars", None)],
)
def test_a_place_of_supply_is_known_by_code_or_name(printed: str, code: str | None) -> None:
    assert state_code(printed) == code


@pytest.mark.parametrize(
    ("printed", "code", "known"),
    [("Pcs.", "PCS", True), ("kg", "KGS", True), ("Nos", "NOS", True), ("MT", "MTS", True), ("zzz", "OTH", False)],
)
def test_units_become_codes(printed: str, code: str, known: bool) -> None:
    assert uqc(printed) == (code, known)
