"""Lines worked out by hand: price modes, discounts, what the Amount column means, figures that are missing."""

import pytest

from tests.support.gst_pages import Case, check, invoice, line

WITH, WITHOUT = "WITH_TAX", "WITHOUT_TAX"
NONE: frozenset[str] = frozenset()

CASES = [
    # 10 x 100 = 1000; 18 % of it 180.
    Case("plain", invoice(line(10, 100, 18, 1000), total=1180), "1180", "180", ["1000"], modes=[WITHOUT]),
    # 10 x 118 printed, paid 1180: 1180 / 1.18 = 1000, tax 180.
    Case("prices_with_tax", invoice(line(10, 118, 18, 1180), total=1180), "1180", "180", ["1000"], modes=[WITH]),
    # 999 / 1.18 = 846.610... = 846.61; half of 18 % is 76.1949 = 76.19, twice 152.38; 998.99, and 0.01 to 999.
    Case(
        "a_price_with_tax_that_does_not_divide",
        invoice(line(1, 999, 18, 999), total=999),
        "999",
        "152.38",
        ["846.61"],
        round_off="0.01",
        modes=[WITH],
    ),
    # 105 x 4 = 420 with 5 %: 400; 112 x 5 = 560 with 12 %: 500; tax 20 + 60.
    Case(
        "prices_with_tax_of_two_rates",
        invoice(line(4, 105, 5, 420), line(5, 112, 12, 560), sub=900, gst=80, total=980),
        "980",
        "80",
        ["400", "500"],
        modes=[WITH, WITH],
    ),
    # 1000 x 0.9 x 0.95 = 855; 18 % is 153.90.
    Case("two_discounts", invoice(line(10, 100, 18, 855, d1=10, d2=5), total="1008.90"), "1008.90", "153.90", ["855"]),
    # 1000 x 0.9 x 0.95 = 855, less 2 x 10 = 835; tax 150.30.
    Case(
        "two_discounts_and_rupees_per_unit",
        invoice(line(10, 100, 18, 835, d1=10, d2=5, flat=2), total="985.30"),
        "985.30",
        "150.30",
        ["835"],
    ),
    # 100 units at 12.50 = 1250, less 0.75 each = 1175; 5 % is 58.75, by halves 29.38 + 29.38 = 58.76.
    Case(
        "rupees_per_unit_alone",
        invoice(line(100, "12.50", 5, 1175, flat="0.75"), total="1233.76"),
        "1233.76",
        "58.76",
        ["1175"],
    ),
    # The discount is printed as an amount: 1000 - 150 = 850; tax 153.
    Case("a_discount_in_rupees", invoice(line(10, 100, 18, 850, off=150), total=1003), "1003", "153", ["850"]),
    # The column is before discounts: 1000; 10 % off is 900; tax 162.
    Case(
        "the_amount_column_is_gross",
        invoice(line(10, 100, 18, 1000, d1=10), sub=900, gst=162, total=1062),
        "1062",
        "162",
        ["900"],
    ),
    # The column includes tax: 1000 x 1.18 = 1180, though prices are without.
    Case(
        "the_amount_column_includes_tax",
        invoice(line(10, 100, 18, 1180), sub=1000, gst=180, total=1180),
        "1180",
        "180",
        ["1000"],
        modes=[WITHOUT],
    ),
    # Prices include tax (118), the column does not (1000).
    Case(
        "prices_with_tax_and_amounts_without",
        invoice(line(10, 118, 18, 1000), total=1180),
        "1180",
        "180",
        ["1000"],
        modes=[WITH],
    ),
    # 118 x 10 with tax less 10 %: 1062 with tax, 900 without; tax 162.
    Case(
        "a_discount_on_prices_with_tax",
        invoice(line(10, 118, 18, 1062, d1=10), sub=900, gst=162, total=1062),
        "1062",
        "162",
        ["900"],
        modes=[WITH],
    ),
    # Both columns without tax; the first price includes it: 118 -> 100 x 10 = 1000; the second does not: 50 x 4 = 200.
    Case(
        "the_amount_column_proves_the_mode_per_line",
        invoice(line(10, 118, 18, 1000), line(4, 50, 18, 200), sub=1200, gst=216, total=1416),
        "1416",
        "216",
        ["1000", "200"],
        modes=[WITH, WITHOUT],
    ),
    # Where a line's own taxes are 9 + 9 on 100, its price of 118 includes them.
    Case(
        "the_lines_own_taxes_prove_the_mode",
        invoice(line(1, 118, 18, cgst=9, sgst=9), total=118),
        "118",
        "18",
        ["100"],
        modes=[WITH],
    ),
    # The same per line: 118 with 9 + 9 includes tax, 100 with 9 + 9 does not.
    Case(
        "the_lines_own_taxes_prove_the_mode_per_line",
        invoice(line(1, 118, 18, cgst=9, sgst=9), line(1, 100, 18, cgst=9, sgst=9), total=236),
        "236",
        "36",
        ["100", "100"],
        modes=[WITH, WITHOUT],
    ),
    # The paper is said to be WITHOUT_TAX, but its total shows otherwise.
    Case(
        "a_mode_that_is_stated_wrongly",
        invoice(line(10, 118, 18, 1180, mode=WITHOUT), sub=1000, gst=180, total=1180),
        "1180",
        "180",
        ["1000"],
        modes=[WITH],
    ),
    # The paper says WITH_TAX and prints no totals: 1180 / 1.18 = 1000.
    Case(
        "a_mode_that_the_paper_states",
        invoice(line(10, 118, 18, 1180, mode=WITH)),
        "1180",
        "180",
        ["1000"],
        modes=[WITH],
        codes=frozenset({"NO_ANCHORS"}),
    ),
    # No quantity: 500 / 50 = 10.
    Case(
        "a_missing_quantity",
        invoice(line(None, 50, 18, 500), total=590),
        "590",
        "90",
        ["500"],
        codes=frozenset({"QTY_DERIVED"}),
    ),
    # No rate: 500 / 10 = 50.
    Case(
        "a_missing_price",
        invoice(line(10, None, 18, 500), total=590),
        "590",
        "90",
        ["500"],
        codes=frozenset({"PRICE_DERIVED"}),
    ),
    # An amount alone is the line.
    Case(
        "an_amount_alone",
        invoice(line(None, None, 18, 500), total=590),
        "590",
        "90",
        ["500"],
    ),
    # A price alone is taken once.
    Case(
        "a_price_alone",
        invoice(line(None, 500, 18), total=590),
        "590",
        "90",
        ["500"],
        codes=frozenset({"QTY_DERIVED"}),
    ),
    # Nothing on the second line: it counts as nothing and is told.
    Case(
        "a_line_without_figures",
        invoice(line(1, 500, 18, 500), line(None, None, 18), total=590),
        "590",
        "90",
        ["500", None],
        codes=frozenset({"LINE_INCOMPLETE"}),
    ),
    # Two for 200, one free: 200 + 0; tax 36.
    Case(
        "a_free_item",
        invoice(line(2, 100, 18, 200), line(1, 0, 18, 0), total=236),
        "236",
        "36",
        ["200", "0.00"],
    ),
    # All of it discounted: 50 x 100 % off = 0.
    Case(
        "a_line_discounted_whole",
        invoice(line(2, 100, 18, 200), line(1, 50, 18, 0, d1=100), total=236),
        "236",
        "36",
        ["200", "0.00"],
    ),
    # 1000 sold, 200 taken back: 800 and 144.
    Case(
        "a_returned_line",
        invoice(line(10, 100, 18, 1000), line(-2, 100, 18, -200), sub=800, gst=144, total=944),
        "944",
        "144",
        ["1000", "-200"],
    ),
    # A credit note: everything negative.
    Case("a_credit_note", invoice(line(-3, 100, 5, -300), total=-315), "-315", "-15", ["-300"]),
    # 1.375 kg x 240 = 330; 5 % is 16.50.
    Case("a_weighed_quantity", invoice(line("1.375", 240, 5, 330), total="346.50"), "346.50", "16.50", ["330"]),
    # 3 x 33.33 = 99.99, but the line prints 100.00 (33.3333 each): the printed amount is the finer one. Tax 18.
    Case("a_price_rounded_on_paper", invoice(line(3, "33.33", 18, 100), total=118), "118", "18", ["100"]),
    # The amount is misread (1800 for 1000) while total, subtotal and tax bear out quantity times rate.
    Case(
        "a_misread_amount",
        invoice(line(10, 100, 18, 1800), sub=1000, gst=180, total=1180),
        "1180",
        "180",
        ["1000"],
        codes=frozenset({"LINE_MISMATCH"}),
    ),
    # The quantity is misread (1 for 10) while all totals bear out the amount.
    Case(
        "a_misread_quantity",
        invoice(line(1, 100, 18, 1000), sub=1000, gst=180, total=1180),
        "1180",
        "180",
        ["1000"],
        codes=frozenset({"LINE_MISMATCH"}),
    ),
    # On one line the quantity is misread (1 for 10), on another the amount (5000 for 500): 1000 + 500 + 20.
    Case(
        "a_misread_quantity_and_a_misread_amount",
        invoice(
            line(1, 100, 18, 1000), line(10, 50, 18, 5000), line(2, 10, 18, 20), sub=1520, gst="273.60", total="1793.60"
        ),
        "1793.60",
        "273.60",
        ["1000", "500", "20"],
        codes=frozenset({"LINE_MISMATCH"}),
    ),
    # The rate column is a list price that the amounts do not come from: they stand, and the mode is the plain one.
    Case(
        "prices_that_have_nothing_to_do_with_the_amounts",
        invoice(line(10, 150, 18, 1000), line(5, 80, 18, 300), sub=1300, gst=234, total=1534),
        "1534",
        "234",
        ["1000", "300"],
        modes=[WITHOUT, WITHOUT],
        codes=frozenset({"LINE_MISMATCH"}),
    ),
    # Indian grouping, signs of currency, percent signs: 1,00,000.00 x 2 = 2,00,000; 18 % is 36,000.
    Case(
        "numbers_as_india_writes_them",
        invoice(line("2 Nos", "₹ 1,00,000.00", "18%", "2,00,000.00"), total="Rs. 2,36,000.00/-"),
        "236000",
        "36000",
        ["200000"],
    ),
    # 300 lines of 7 x 12.35 = 86.45; half of 12 % is 5.187 = 5.19, twice 10.38; in all 25935 + 3114 = 29049.
    Case(
        "three_hundred_lines",
        invoice(*[line(7, "12.35", 12, "86.45")] * 300, sub=25935, gst=3114, total=29049),
        "29049",
        "3114",
        ["86.45"] * 300,
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_lines_are_read_as_the_page_bears_out(case: Case) -> None:
    check(case)
