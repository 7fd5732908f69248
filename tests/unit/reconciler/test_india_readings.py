"""Ways of reading a page that are easily taken for others: worked out by hand."""

from decimal import Decimal

import pytest

from tests.support.gst_pages import SAME_STATE, Case, check, invoice, line, solve

CARRIAGE = line(1, 25000, 5, 25000, hsn="996511")

CASES = [
    # The lorry's tax is the buyer's: 25000, with 1250 named beside it, and no mark on the page.
    Case(
        "reverse_charge_without_a_mark",
        invoice(CARRIAGE, sub=25000, gst=1250, total=25000),
        "25000",
        "1250",
        codes=frozenset({"REVERSE_CHARGE_UNMARKED"}),
    ),
    # The same without any tax named: the subtotal shows that the price holds none.
    Case(
        "reverse_charge_without_a_mark_or_a_tax",
        invoice(CARRIAGE, sub=25000, total=25000),
        "25000",
        "1250",
        codes=frozenset({"REVERSE_CHARGE_UNMARKED"}),
    ),
    # Goods on which nobody else owes the tax: the total is misread, and stays so.
    Case(
        "a_total_without_tax_on_other_goods",
        invoice(line(10, 100, 18, 1000), sub=1000, gst=180, total=1000),
        "1180",
        "180",
        error="180",
        codes=frozenset({"TOTAL_MISMATCH"}),
    ),
    # Where the page says that there is no reverse charge, there is none.
    Case(
        "reverse_charge_denied",
        invoice(CARRIAGE, sub=25000, gst=1250, total=25000, head={"reverse_charge": False}),
        "26250",
        "1250",
        error="1250",
        codes=frozenset({"TOTAL_MISMATCH"}),
    ),
    # Halves of 2.5 %. By code: 6.92 x 2.5 % = 0.17 and 1.77 x 2.5 % = 0.04, twice 0.21. By line it would be twice 0.23
    # (0.10 + 0.08 + 0.01 + 0.04), on the whole rate's 8.69 twice 0.22.
    Case(
        "tax_rounded_on_each_hsn_code",
        invoice(
            line(1, "3.89", 5, "3.89", hsn="1006"),
            line(1, "3.03", 5, "3.03", hsn="1006"),
            line(1, "0.22", 5, "0.22", hsn="1905"),
            line(1, "1.55", 5, "1.55", hsn="1905"),
            sub="8.69",
            gst="0.42",
            total="9.11",
            head=SAME_STATE,
        ),
        "9.11",
        "0.42",
    ),
    # No rate is read, no subtotal printed: 1180 - 180 = 1000 is the value, 18 % the rate.
    Case(
        "a_rate_from_the_total_and_its_tax",
        invoice(line(10, 100, None, 1000), gst=180, total=1180),
        "1180",
        "180",
        codes=frozenset({"RATE_DERIVED"}),
    ),
    # 2639.48 less 263.95 is 2375.53, tax 50.54 + 245.64; the total needs 0.29 to be whole; after tax it would need
    # 0.28. A paisa less says nothing: the page's own order stands.
    Case(
        "a_percent_before_tax_where_a_round_off_would_fit_both",
        invoice(
            line(4, "280.79", 5, "1123.16"),
            line(4, "379.08", 18, "1516.32"),
            discounts=[{"label": "Trade", "type": "PERCENT", "value": 10, "order": 1}],
            total=2672,
        ),
        "2672",
        "296.18",
        taxable="2375.53",
        off="263.95",
        round_off="0.29",
    ),
    # 50 off the goods at 18 %, and then a tenth of all: 540 x 0.9 = 486, 310 x 0.9 = 279; 24.30 + 50.22 of tax.
    Case(
        "rupees_laid_on_one_rate_before_a_percent",
        invoice(
            line(1, 540, 5, 540),
            line(1, 360, 18, 360),
            discounts=[
                {"label": "Special", "type": "ABSOLUTE", "value": 50, "order": 1},
                {"label": "Trade", "type": "PERCENT", "value": 10, "order": 2},
            ],
            sub=765,
            gst="74.52",
            total="839.52",
        ),
        "839.52",
        "74.52",
        taxable="765",
        off="135",
    ),
    # A tenth of 1000, however it is written: the type is missing, the sign stands in the value, or it is a fraction.
    *(
        Case(
            name,
            invoice(line(10, 100, 18, 1000), discounts=[{"label": "Trade", **discount}], gst=162, total=1062),
            "1062",
            "162",
            off="100",
        )
        for name, discount in (
            ("a_discount_without_a_type", {"value": 10}),
            ("a_discount_with_its_sign", {"value": "10%"}),
            ("a_discount_as_a_fraction", {"type": "PERCENT", "value": "0.1"}),
        )
    ),
    # Half a percent is no fraction where the total bears it out: 995 + 179.10.
    Case(
        "half_a_percent",
        invoice(
            line(10, 100, 18, 1000), discounts=[{"label": "Cash", "type": "PERCENT", "value": "0.5"}], total="1174.10"
        ),
        "1174.10",
        "179.10",
        off="5",
    ),
    # 0.1 % of 118000 written as a fraction.
    Case(
        "tcs_as_a_fraction",
        invoice(line(100, 1000, 18, 100000), tcs={"rate": "0.001", "amount": 118}, total=118118),
        "118118",
        "18000",
        tcs="118",
    ),
    # A summary of value and tax, or of value and value with tax: both tell the rate.
    *(
        Case(
            name,
            invoice(
                line(10, 100, None, 1000, hsn="8517"),
                table=[{"hsn": "8517", "taxable": 1000, "total": total}],
                total=1180,
            ),
            "1180",
            "180",
            codes=frozenset({"RATE_DERIVED"}),
        )
        for name, total in (("a_summary_of_taxes_alone", 180), ("a_summary_with_totals_alone", 1180))
    ),
    Case(
        "a_summary_whose_tax_is_wrong",
        invoice(
            line(10, 100, 18, 1000, hsn="8517"), table=[{"hsn": "8517", "taxable": 1000, "total": 280}], total=1180
        ),
        "1180",
        "180",
        codes=frozenset({"HSN_TABLE_CONTRADICTED"}),
    ),
    # TCS of 1 % of the value is the printed 1000; of the total it would be 1180, which is nearer to the misread total.
    Case(
        "tcs_on_the_value_beside_a_wrong_total",
        invoice(line(100, 1000, 18, 100000), tcs={"rate": 1, "amount": 1000}, total=120000),
        "119000",
        "18000",
        tcs="1000",
        error="1000",
        codes=frozenset({"TOTAL_MISMATCH"}),
    ),
    # 2 x 118 with tax is 200, 3 x 200 without is 600: only so do they make the subtotal.
    Case(
        "prices_with_and_without_tax_told_apart_by_the_subtotal",
        invoice(line(2, 118, 18), line(3, 200, 18), sub=800, gst=144, total=944),
        "944",
        "144",
        ex=["200", "600"],
        modes=["WITH_TAX", "WITHOUT_TAX"],
    ),
    # Either line may be the one with tax: the page as it stands is kept, and the disagreement told.
    Case(
        "two_mixtures_that_make_the_same_subtotal",
        invoice(line(1, 118, 18), line(1, 118, 18), sub=218, total="257.24"),
        "278.48",
        "42.48",
        error="21.24",
        modes=["WITHOUT_TAX", "WITHOUT_TAX"],
        codes=frozenset({"SUBTOTAL_CONTRADICTED", "TOTAL_MISMATCH", "PRICE_MODE_AMBIGUOUS"}),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_page_is_read_as_all_of_it_bears_out(case: Case) -> None:
    check(case)


@pytest.mark.parametrize(
    ("ex", "tax", "rate"), [("333.33", "60.00", "18"), ("123.45", "6.18", "5"), ("200", "31", "15.5")]
)
def test_a_charges_rate_follows_from_its_tax_and_is_a_slab_where_it_is_near_one(ex: str, tax: str, rate: str) -> None:
    page = invoice(line(1, 1000, 12, 1000), charges=[{"label": "Freight", "ex_tax": ex, "gst_amount": tax}])
    (charge,) = solve(page).document.charges
    assert (charge.gst_rate_hint, charge.gst_amount) == (Decimal(rate), Decimal(tax))


def test_a_discount_is_shown_as_it_was_understood() -> None:
    page = invoice(line(10, 100, 18, 1000), discounts=[{"label": "Trade", "value": 10}], gst=162, total=1062)
    (discount,) = solve(page).document.header_discounts
    assert (discount.type, discount.value, discount.order) == ("PERCENT", Decimal(10), 1)
    assert discount.after_tax is None
