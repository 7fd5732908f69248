"""Whatever the seller's way of billing, an invoice that adds up is read back as the seller computed it."""

import json
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.india.engine import reconcile
from reconciler.schemas.india_legacy import complete
from shared.contracts.india import LegacyDocument, V4Document
from shared.contracts.india.gst_v4 import Charge, Discount, Gst, HeaderDiscount, HsnRow, Printed, RawLine, V4Item
from shared.contracts.india.legacy import LegacyCharge, LegacyItem, LegacyVoucher
from tests.support.gst_invoices import Billing, Ware, bill, printed

_MODELS = (V4Document, V4Item, RawLine, Gst, Discount, HeaderDiscount, Charge, Printed, HsnRow)
_LEGACY_MODELS = (LegacyDocument, LegacyVoucher, LegacyItem, LegacyCharge)
KEYS = st.sampled_from([key for model in (*_MODELS, *_LEGACY_MODELS) for key in model.model_fields])
WARES = st.builds(
    Ware,
    qty=st.decimals(min_value=1, max_value=500, places=0),
    price=st.decimals(min_value="10", max_value="9999.99", places=2),
    rate=st.sampled_from([Decimal(rate) for rate in ("0", "5", "12", "18", "28")]),
    d1=st.sampled_from([Decimal(0), Decimal(10), Decimal("7.5")]),
    d2=st.sampled_from([Decimal(0), Decimal(5)]),
)
BILLINGS = st.builds(
    Billing,
    wares=st.lists(WARES, min_size=1, max_size=6),
    with_tax=st.booleans(),
    igst=st.booleans(),
    column=st.sampled_from(["net", "inclusive", "none"]),
    discount=st.sampled_from([Decimal(0), Decimal("4.50")]),
    freight=st.none() | st.decimals(min_value=1, max_value=5000, places=2),
    freight_rate=st.sampled_from([Decimal(5), Decimal(18)]),
    tcs_rate=st.sampled_from([Decimal(0), Decimal("0.1")]),
    whole_rupees=st.booleans(),
    tax_per_rate=st.booleans(),
)


INVOICES = BILLINGS | BILLINGS.map(lambda billing: replace(billing, discount=Decimal(0), discount_pct=Decimal("12.5")))


def totals(document: V4Document) -> tuple[Decimal | None, ...]:
    told = document.totals
    return told.taxable_ex_tax, told.gst_total, document.tcs.amount, document.round_off, told.grand_total


@settings(max_examples=300, deadline=None)
@given(INVOICES)
def test_an_invoice_that_adds_up_gives_back_its_own_figures(billing: Billing) -> None:
    made = bill(billing)
    done = reconcile(printed(billing, made)).document
    assert done.reconciliation.error_absolute == 0
    assert totals(done) == (made.taxable, made.gst, made.tcs, made.round_off, made.total)
    assert tuple(item.totals.line_ex_tax for item in done.items) == made.lines


@settings(max_examples=100, deadline=None)
@given(INVOICES, st.randoms(use_true_random=False))
def test_the_order_of_the_lines_changes_nothing(billing: Billing, random: Random) -> None:
    document = printed(billing, bill(billing))
    order = random.sample(range(len(document.items)), len(document.items))
    shuffled = document.model_copy(update={"items": tuple(document.items[index] for index in order)})
    first, second = reconcile(document).document, reconcile(shuffled).document
    assert totals(first) == totals(second)
    assert tuple(first.items[index] for index in order) == second.items


@settings(max_examples=200, deadline=None)
@given(INVOICES, st.decimals(min_value=0, max_value=99999, places=2), st.booleans())
def test_the_error_is_never_above_that_of_the_literal_reading(
    billing: Billing, total: Decimal, only_total: bool
) -> None:
    document = printed(billing, bill(billing))
    anchors = {"grand_total": total} | ({"taxable_subtotal": None, "gst_total": None} if only_total else {})
    document = document.model_copy(update={"printed": document.printed.model_copy(update=anchors)})
    result = reconcile(document)
    assert result.trials[0].error <= result.literal.error
    assert abs((result.document.totals.grand_total or 0) - total) == result.document.reconciliation.error_absolute


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["18%", "9+9", "1e400"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=6),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)
@given(ANYTHING)
def test_no_json_whatever_raises(value: object) -> None:
    document = reconcile(V4Document.model_validate(value)).document
    json.dumps(document.to_json(), allow_nan=False)
    assert V4Document.model_validate_json(document.model_dump_json()) == document
    json.dumps(complete(LegacyDocument.model_validate(value)).to_json(), allow_nan=False)
