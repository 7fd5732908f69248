"""The twenty drawn GST invoices: each row another layout, tax mode and set of figures."""

from tests.support.gst_papers.invoice import Style

STYLES: tuple[Style, ...] = (
    Style(1, columns="rate", totals="right", letterhead="left"),
    Style(
        2,
        columns="none",
        totals="rows",
        letterhead="grid",
        words=1,
        sign="",
        summary="below",
        charges=("Freight Charges",),
    ),
    Style(3, columns="pairs", letterhead="centre", words=2, sign="Rs.", discounts="percent", ship_to=True),
    Style(4, columns="igst_pair", inter=True, letterhead="centre", words=3, qr=True, summary="next", sign=""),
    Style(5, columns="amounts", letterhead="left", totals="box", words=1, discounts="two", ruled=False, serif=True),
    Style(
        6, columns="rate", prices_with_tax=True, words=2, letterhead="sold_by", sign="₹", amounts_last=False, lines=3
    ),
    Style(
        7,
        columns="none",
        totals="rows",
        inter=True,
        letterhead="grid",
        words=1,
        sign="",
        tcs="0.1",
        summary="below",
        qr=True,
    ),
    Style(
        8,
        columns="rate_amount",
        inter=True,
        discounts="plus",
        words=3,
        letterhead="centre",
        charges=("Packing & Forwarding",),
    ),
    Style(9, file="scan", columns="rate", letterhead="left", words=1, sign=""),
    Style(10, file="photo", columns="pairs", letterhead="centre", words=2, sign="", lines=3),
    Style(11, columns="cells", letterhead="left", words=2, header_discount="5%", rounded=True, sign="Rs."),
    Style(
        12,
        columns="rate",
        lines=12,
        breaks_after=7,
        letterhead="centre",
        words=3,
        header_discount="750.00",
        ship_to=True,
    ),
    Style(
        13, columns="amounts", free=True, letterhead="grid", words=0, discounts="amount", reverse_charge=True, sign=""
    ),
    Style(
        14, file="scan", columns="none", totals="rows", inter=True, letterhead="grid", words=1, sign="", summary="below"
    ),
    # The next six were not looked at while the first rules were written.
    Style(
        21, columns="pairs", totals="box", letterhead="sold_by", words=3, sign="", summary="next", lines=6, ship_to=True
    ),
    Style(
        22,
        columns="rate_amount",
        letterhead="grid",
        words=0,
        discounts="percent",
        tcs="1",
        charges=("Freight", "Insurance"),
    ),
    Style(23, columns="cells", inter=True, letterhead="centre", words=1, ruled=False, sign="Rs.", qr=True, free=True),
    Style(
        24,
        columns="none",
        totals="rows",
        letterhead="left",
        words=2,
        header_discount="3%",
        sign="",
        summary="below",
        serif=True,
    ),
    Style(
        25, file="photo", columns="rate", letterhead="grid", words=3, inter=True, sign="", charges=("Courier Charges",)
    ),
    Style(
        26, columns="igst_pair", inter=True, prices_with_tax=True, letterhead="left", words=2, lines=14, breaks_after=9
    ),
)
UNSEEN = STYLES[14:]
"""Those kept apart while the first rules were written; one heading that touched its neighbour was mended since."""
