"""Totals worked out by hand: header discounts, charges, TCS, round-off, and printed totals that are wrong."""

from typing import Any

import pytest

from tests.support.gst_pages import Case, Row, check, invoice, line


def percent(value: object, order: int | None = None, **more: Any) -> Row:
    return {"label": "Trade", "type": "PERCENT", "value": value, "order": order, **more}


def rupees(value: object, order: int | None = None, **more: Any) -> Row:
    return {"label": "Special", "type": "ABSOLUTE", "value": value, "order": order, **more}


def freight(ex: object = None, rate: object = None, **more: Any) -> Row:
    return {"label": "Freight", "ex_tax": ex, "gst_rate_hint": rate, **more}


THOUSAND = line(10, 100, 18, 1000)

DISCOUNTS = [
    # 10 % of 1000: 900; tax 162.
    Case("a_percent_off", invoice(THOUSAND, discounts=[percent(10)], total=1062), "1062", "162", off="100"),
    # 1000 x 0.9 x 0.95 = 855, 145 off; tax 153.90.
    Case(
        "two_percents_in_turn",
        invoice(THOUSAND, discounts=[percent(10, 1), percent(5, 2)], total="1008.90"),
        "1008.90",
        "153.90",
        off="145",
    ),
    # (1000 - 100) x 0.9 = 810: 190 off; tax 145.80.
    Case(
        "rupees_before_a_percent",
        invoice(THOUSAND, discounts=[percent(10, 2), rupees(100, 1)], total="955.80"),
        "955.80",
        "145.80",
        off="190",
    ),
    # 1000 x 0.9 - 100 = 800: 200 off; tax 144. The order matters.
    Case(
        "a_percent_before_rupees",
        invoice(THOUSAND, discounts=[percent(10, 1), rupees(100, 2)], total=944),
        "944",
        "144",
        off="200",
    ),
    # 50 over 540 at 5 % and 360 at 18 %: 30 and 20; 510 x 5 % = 25.50, 340 x 18 % = 61.20.
    Case(
        "rupees_spread_pro_rata",
        invoice(line(1, 540, 5, 540), line(1, 360, 18, 360), discounts=[rupees(50)], total="936.70"),
        "936.70",
        "86.70",
        off="50",
        taxable="850",
    ),
    # The same 50 on the goods at 18 % alone: 540 x 5 % = 27, 310 x 18 % = 55.80, and so the printed tax has it.
    Case(
        "rupees_laid_on_one_rate_as_the_printed_tax_shows",
        invoice(
            line(1, 540, 5, 540), line(1, 360, 18, 360), discounts=[rupees(50)], sub=850, gst="82.80", total="932.80"
        ),
        "932.80",
        "82.80",
        off="50",
        taxable="850",
    ),
    # 100 off the end: tax stays 180; 1180 - 100 = 1080. Before tax it would be 1062.
    Case(
        "a_discount_after_tax",
        invoice(THOUSAND, discounts=[rupees(100)], gst=180, total=1080),
        "1080",
        "180",
        off="0",
        taxable="1000",
        codes=frozenset({"AFTER_TAX_DISCOUNT"}),
    ),
    # Line discount first (900), then the invoice's 10 %: 810; tax 145.80.
    Case(
        "a_line_discount_and_a_header_discount",
        invoice(line(10, 100, 18, 900, d1=10), discounts=[percent(10)], total="955.80"),
        "955.80",
        "145.80",
        items="900",
        off="90",
    ),
    # Prices with tax, 1180 = 1000 + 180; 10 % off the value: 900 + 162.
    Case(
        "a_header_discount_on_prices_with_tax",
        invoice(line(10, 118, 18, 1180), discounts=[percent(10)], sub=900, gst=162, total=1062),
        "1062",
        "162",
        off="100",
    ),
]

CHARGES = [
    # 500 at 18 %: 90; 1000 + 500 + 180 + 90.
    Case(
        "a_charge_with_its_rate",
        invoice(THOUSAND, charges=[freight(500, 18)], total=1770),
        "1770",
        "270",
        charges="500",
    ),
    # No rate: that of the goods, 18 %.
    Case("a_charge_takes_the_goods_rate", invoice(THOUSAND, charges=[freight(100)], total=1298), "1298", "198"),
    # Goods 1000 at 18 and 1000 at 12: average 15; 100 x 15 % = 15; tax 180 + 120 + 15.
    Case(
        "a_charge_takes_the_average_rate",
        invoice(THOUSAND, line(10, 100, 12, 1000), charges=[freight(100)], sub=2100, gst=315, total=2415),
        "2415",
        "315",
        taxable="2100",
    ),
    # The average counts after discounts: 10 % off both leaves 900 and 900, still 15.
    Case(
        "the_average_is_of_what_discounts_leave",
        invoice(
            THOUSAND, line(10, 100, 12, 1000), discounts=[percent(10)], charges=[freight(100)], gst=285, total=2185
        ),
        "2185",
        "285",
    ),
    # 118 with tax is 100 + 18.
    Case(
        "a_charge_with_tax_in_it", invoice(THOUSAND, charges=[freight(rate=18, inc_tax=118)], total=1298), "1298", "198"
    ),
    # 118 in the only column, and the totals show that tax is in it.
    Case(
        "a_single_amount_that_includes_tax",
        invoice(THOUSAND, charges=[freight(118, 18)], sub=1100, gst=198, total=1298),
        "1298",
        "198",
        charges="100",
    ),
    # A deposit is not taxable: 1180 + 50; it is in the total and not in the taxable value.
    Case(
        "a_charge_that_is_not_taxable",
        invoice(THOUSAND, charges=[freight(50, taxable=False)], sub=1000, gst=180, total=1230),
        "1230",
        "180",
        charges="50",
        taxable="1000",
    ),
    # The paper shows no tax on it: 1180 + 50.
    Case(
        "a_charge_that_the_totals_show_untaxed",
        invoice(THOUSAND, charges=[freight(50)], sub=1000, gst=180, total=1230),
        "1230",
        "180",
        charges="50",
        taxable="1000",
    ),
    # 500 and 60 of tax are 12 %, whatever the goods have.
    Case("a_charge_with_its_tax", invoice(THOUSAND, charges=[freight(500, gst_amount=60)], total=1740), "1740", "240"),
    # `9+9` is 18.
    Case("a_rate_in_two_halves", invoice(THOUSAND, charges=[freight(100, "9+9")], total=1298), "1298", "198"),
]

ENDS = [
    # 1180 x 0.1 % = 1.18.
    Case("tcs_on_the_total", invoice(THOUSAND, tcs={"rate": "0.1"}, total="1181.18"), "1181.18", "180", tcs="1.18"),
    # 1000 x 1 % = 10: the total shows that the base is the taxable value.
    Case("tcs_on_the_taxable_value", invoice(THOUSAND, tcs={"rate": 1}, total=1190), "1190", "180", tcs="10"),
    # 1 % of 1180 is 11.80, rounded up to 12 on paper.
    Case(
        "tcs_rounded_to_the_rupee",
        invoice(THOUSAND, tcs={"rate": 1, "amount": 12}, total=1192),
        "1192",
        "180",
        tcs="12",
    ),
    # An amount alone is taken as it is.
    Case(
        "tcs_without_a_rate", invoice(THOUSAND, tcs={"amount": "11.80"}, total="1191.80"), "1191.80", "180", tcs="11.80"
    ),
    # 1003 x 1.05: tax 50.15, by halves 25.08 twice = 50.16; 1053.16, and -0.16 to 1053.
    Case("rounded_down", invoice(line(1, 1003, 5, 1003), total=1053), "1053", "50.16", round_off="-0.16"),
    # 1010 x 5 % = 50.50: 1060.50, half a rupee up to 1061.
    Case(
        "half_a_rupee_up",
        invoice(line(1, 1010, 5, 1010), round_off="0.50", total=1061),
        "1061",
        "50.50",
        round_off="0.50",
    ),
    # The same, down.
    Case(
        "half_a_rupee_down",
        invoice(line(1, 1010, 5, 1010), round_off="-0.50", total=1060),
        "1060",
        "50.50",
        round_off="-0.50",
    ),
    # A printed sign that is wrong is not believed: -0.16 is needed.
    Case(
        "a_round_off_with_the_wrong_sign",
        invoice(line(1, 1003, 5, 1003), round_off="0.16", total=1053),
        "1053",
        "50.16",
        round_off="-0.16",
        codes=frozenset({"ROUND_OFF_CONTRADICTED"}),
    ),
    # 0.70 is needed and not printed: told.
    Case(
        "a_large_round_off_that_is_not_printed",
        invoice(line(1, 1006, 5, 1006), sub=1006, total=1057),
        "1057",
        "50.30",
        round_off="0.70",
        codes=frozenset({"ROUND_OFF_IMPLIED"}),
    ),
    # Beyond a rupee, but printed: 1180 - 5.
    Case("a_large_printed_round_off", invoice(THOUSAND, round_off=-5, total=1175), "1175", "180", round_off="-5"),
    # Without a printed total none is made up, but a printed one is kept: 1053.16 - 0.16.
    Case(
        "a_round_off_without_a_total",
        invoice(line(1, 1003, 5, 1003), round_off="-0.16", gst="50.16"),
        "1053",
        "50.16",
        round_off="-0.16",
    ),
    # -0.00 is 0.00.
    Case("a_negative_zero", invoice(THOUSAND, round_off="-0.00", total=1180), "1180", "180"),
]

WRONG = [
    # Digits of the total swapped: 1810 for 1180. The computed total stands.
    Case(
        "a_wrong_total",
        invoice(THOUSAND, sub=1000, gst=180, total=1810),
        "1180",
        "180",
        error="630",
        codes=frozenset({"TOTAL_MISMATCH"}),
    ),
    # A wrong subtotal beside a right total.
    Case(
        "a_wrong_subtotal",
        invoice(THOUSAND, sub=1100, gst=180, total=1180),
        "1180",
        "180",
        codes=frozenset({"SUBTOTAL_CONTRADICTED"}),
    ),
    # A wrong GST total beside a right total.
    Case(
        "a_wrong_gst_total",
        invoice(THOUSAND, sub=1000, gst=108, total=1180),
        "1180",
        "180",
        codes=frozenset({"GST_TOTAL_CONTRADICTED"}),
    ),
    # A tax summary that was misread: 1010 for 1000.
    Case(
        "a_wrong_tax_summary",
        invoice(
            THOUSAND,
            gst=180,
            total=1180,
            table=[{"hsn": "8517", "taxable": 1010, "cgst": 90, "sgst": 90, "total": 180}],
        ),
        "1180",
        "180",
        codes=frozenset({"HSN_TABLE_CONTRADICTED"}),
    ),
    # The summary holds the freight: 1500; its total is inclusive; its last row adds up. All of it agrees.
    Case(
        "a_summary_with_charges_and_a_row_of_sums",
        invoice(
            THOUSAND,
            charges=[freight(500, 18)],
            sub=1500,
            gst=270,
            total=1770,
            table=[
                {"hsn": "8517", "taxable": 1500, "cgst": 135, "sgst": 135, "total": 1770},
                {"hsn": "Total", "taxable": 1500, "cgst": 135, "sgst": 135, "total": 1770},
            ],
        ),
        "1770",
        "270",
    ),
    # With a wrong total, the printed round-off still makes whole rupees: 1053.16 - 0.16.
    Case(
        "a_round_off_beside_a_wrong_total",
        invoice(line(1, 1003, 5, 1003), round_off="-0.16", sub=1003, gst="50.16", total=1530),
        "1053",
        "50.16",
        round_off="-0.16",
        error="477",
        codes=frozenset({"TOTAL_MISMATCH"}),
    ),
    # No line at all: nothing is copied from the total.
    Case(
        "no_lines",
        invoice(total=1180),
        "0.00",
        "0.00",
        error="1180",
        codes=frozenset({"NO_ITEMS", "TOTAL_MISMATCH"}),
    ),
    # Nothing at all.
    Case("nothing", invoice(), "0.00", "0.00", codes=frozenset({"NO_ITEMS", "NO_ANCHORS"})),
]


@pytest.mark.parametrize("case", DISCOUNTS + CHARGES + ENDS + WRONG, ids=str)
def test_totals_are_computed_and_compared(case: Case) -> None:
    check(case)
