"""Short ways of writing what a model read off a GST invoice, and what the reconciler should make of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from reconciler.india.engine import Reconciled, reconcile
from shared.contracts.india import V4Document

Row = dict[str, Any]

SAME_STATE = {"supplier_gstin": "27AAPFU0939F1ZV", "place_of_supply_state_code": "27"}
OTHER_STATE = {"supplier_gstin": "27AAPFU0939F1ZV", "place_of_supply_state_code": "29"}


def line(qty: object, rate: object, gst: object, amount: object = None, **more: Any) -> Row:
    """One line as printed; `more` has `d1`, `d2`, `flat`, `off` (rupees), `mode`, `hsn`, `uom`, taxes, cess."""
    taxes = {key: more[key] for key in ("cgst", "sgst", "igst", "cess", "cess_rate") if key in more}
    return {
        "name": more.get("name", "ware"),
        "hsn": more.get("hsn"),
        "uom": more.get("uom"),
        "qty": qty,
        "gst": {"rate": gst, **taxes},
        "discount": {"d1_pct": more.get("d1"), "d2_pct": more.get("d2"), "flat_per_unit": more.get("flat")}
        | ({"amount": more["off"]} if "off" in more else {}),
        "raw": {"rate_printed": rate, "amount_printed": amount, "price_mode_detected": more.get("mode")},
    }


def invoice(*lines: Row, **more: Any) -> Row:
    """An invoice; `sub`, `gst`, `total` and `table` are printed totals, `head` is the doc_level."""
    return {
        "doc_level": more.get("head", {}),
        "items": list(lines),
        "header_discounts": more.get("discounts", []),
        "charges": more.get("charges", []),
        "tcs": more.get("tcs", {}),
        "round_off": more.get("round_off"),
        "printed": {
            "taxable_subtotal": more.get("sub"),
            "gst_total": more.get("gst"),
            "grand_total": more.get("total"),
            "hsn_tax_table": more.get("table", []),
        },
    }


@dataclass(frozen=True)
class Case:
    """A page, and the figures worked out by hand; only what is given is compared."""

    name: str
    page: Row
    total: str
    gst: str
    ex: Sequence[str | None] | None = None
    items: str | None = None
    off: str | None = None
    charges: str | None = None
    taxable: str | None = None
    tcs: str | None = None
    round_off: str = "0.00"
    error: str = "0.00"
    modes: Sequence[str] | None = None
    codes: frozenset[str] | None = field(default=frozenset())

    def __str__(self) -> str:
        return self.name


def solve(page: Row) -> Reconciled:
    """The engine's answer."""
    return reconcile(V4Document.model_validate(page))


def check(case: Case) -> None:
    """Compare the engine's answer with the figures of the case."""
    result = solve(case.page)
    document, totals = result.document, result.document.totals
    wanted = {
        "total": (case.total, totals.grand_total),
        "gst": (case.gst, totals.gst_total),
        "items": (case.items, totals.items_ex_tax),
        "off": (case.off, totals.header_discounts_ex_tax),
        "charges": (case.charges, totals.charges_ex_tax),
        "taxable": (case.taxable, totals.taxable_ex_tax),
        "tcs": (case.tcs, document.tcs.amount),
        "round_off": (case.round_off, document.round_off),
        "error": (case.error, document.reconciliation.error_absolute),
    }
    given = {key: (Decimal(hand), found) for key, (hand, found) in wanted.items() if hand is not None}
    assert {key: found for key, (_, found) in given.items()} == {key: hand for key, (hand, _) in given.items()}
    if case.ex is not None:
        values = [item.totals.line_ex_tax for item in document.items]
        assert values == [None if value is None else Decimal(value) for value in case.ex]
    if case.modes is not None:
        assert [item.raw.price_mode_detected for item in document.items] == list(case.modes)
    if case.codes is not None:
        assert {finding.code for finding in result.findings} == case.codes
