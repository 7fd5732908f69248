"""Synthetic GST invoices, computed forward with Decimals under a chosen way of billing, then printed.

The sums here are written from the rules of a bill, not from the engine, so that each checks the other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from shared.contracts.india import V4Document


@dataclass(frozen=True)
class Ware:
    """A line as the seller knows it."""

    qty: Decimal
    price: Decimal
    rate: Decimal
    d1: Decimal = Decimal(0)
    d2: Decimal = Decimal(0)


@dataclass(frozen=True)
class Billing:
    """How the seller bills."""

    wares: Sequence[Ware]
    with_tax: bool = False
    igst: bool = False
    column: Literal["net", "inclusive", "none"] = "net"
    discount_pct: Decimal = Decimal(0)
    discount: Decimal = Decimal(0)
    freight: Decimal | None = None
    freight_rate: Decimal = Decimal(18)
    tcs_rate: Decimal = Decimal(0)
    whole_rupees: bool = True
    tax_per_rate: bool = False


@dataclass(frozen=True)
class Bill:
    """The seller's own figures."""

    lines: tuple[Decimal, ...]
    taxable: Decimal
    gst: Decimal
    tcs: Decimal
    round_off: Decimal
    total: Decimal


def r2(amount: Decimal, step: str = "0.01") -> Decimal:
    return amount.quantize(Decimal(step), rounding=ROUND_HALF_UP)


def tax(value: Decimal, rate: Decimal, *, igst: bool) -> Decimal:
    return r2(value * rate / 100) if igst else 2 * r2(value * rate / 200)


def bill(billing: Billing) -> Bill:
    """Compute the invoice forward."""
    lines = tuple(_value(ware, with_tax=billing.with_tax) for ware in billing.wares)
    items = sum(lines, Decimal(0))
    cut = billing.discount + r2(items * billing.discount_pct / 100)
    gross: dict[Decimal, Decimal] = {}
    for ware, value in zip(billing.wares, lines, strict=True):
        gross[ware.rate] = gross.get(ware.rate, Decimal(0)) + value
    net = _spread(gross, cut) if cut else gross
    taxable = items - cut + (billing.freight or 0)
    gst = _tax_per_rate(billing, net) if billing.tax_per_rate else _tax_per_line(billing, lines, gross, net)
    tcs = r2((taxable + gst) * billing.tcs_rate / 100)
    before = taxable + gst + tcs
    total = r2(before, "1") if billing.whole_rupees else before
    return Bill(lines, taxable, gst, tcs, total - before, total)


def _tax_per_rate(billing: Billing, net: dict[Decimal, Decimal]) -> Decimal:
    values = dict(net)
    if billing.freight is not None:
        values[billing.freight_rate] = values.get(billing.freight_rate, Decimal(0)) + billing.freight
    return sum((tax(value, rate, igst=billing.igst) for rate, value in values.items()), Decimal(0))


def _tax_per_line(
    billing: Billing, lines: Sequence[Decimal], gross: dict[Decimal, Decimal], net: dict[Decimal, Decimal]
) -> Decimal:
    pairs = list(zip(billing.wares, lines, strict=True))
    parts = [value * net[ware.rate] / gross[ware.rate] if gross[ware.rate] else value for ware, value in pairs]
    taxes = [tax(value, ware.rate, igst=billing.igst) for ware, value in zip(billing.wares, parts, strict=True)]
    if billing.freight is not None:
        taxes.append(tax(billing.freight, billing.freight_rate, igst=billing.igst))
    return sum(taxes, Decimal(0))


def _value(ware: Ware, *, with_tax: bool) -> Decimal:
    value = ware.qty * ware.price * (1 - ware.d1 / 100) * (1 - ware.d2 / 100)
    return r2(value / (1 + ware.rate / 100)) if with_tax else r2(value)


def _spread(by_rate: dict[Decimal, Decimal], cut: Decimal) -> dict[Decimal, Decimal]:
    total = sum(by_rate.values(), Decimal(0))
    shares = {rate: r2(cut * value / total) for rate, value in by_rate.items()}
    largest = max(sorted(by_rate), key=lambda rate: by_rate[rate])
    shares[largest] += cut - sum(shares.values(), Decimal(0))
    return {rate: value - shares[rate] for rate, value in by_rate.items()}


def _amount(ware: Ware, value: Decimal, billing: Billing) -> Decimal | None:
    if billing.column == "none":
        return None
    return value if billing.column == "net" else value + tax(value, ware.rate, igst=billing.igst)


def printed(billing: Billing, made: Bill) -> V4Document:
    """The invoice as a model reads it off the paper."""
    return V4Document.model_validate(
        {
            "doc_level": {"place_of_supply_state_code": "29", "supplier_gstin": "27AAPFU0939F1ZV"}
            if billing.igst
            else {},
            "items": [
                {
                    "name": f"ware {index}",
                    "qty": ware.qty,
                    "gst": {"rate": ware.rate},
                    "discount": {"d1_pct": ware.d1 or None, "d2_pct": ware.d2 or None},
                    "raw": {"rate_printed": ware.price, "amount_printed": _amount(ware, value, billing)},
                }
                for index, (ware, value) in enumerate(zip(billing.wares, made.lines, strict=True))
            ],
            "header_discounts": _header_discounts(billing),
            "charges": _charges(billing),
            "tcs": {"rate": billing.tcs_rate or None, "amount": made.tcs or None},
            "round_off": made.round_off or None,
            "printed": {"taxable_subtotal": made.taxable, "gst_total": made.gst, "grand_total": made.total},
        }
    )


def _header_discounts(billing: Billing) -> list[dict[str, Any]]:
    rows = []
    if billing.discount_pct:
        rows.append({"label": "Trade", "type": "PERCENT", "value": billing.discount_pct, "order": 1})
    if billing.discount:
        rows.append({"label": "Special", "type": "ABSOLUTE", "value": billing.discount, "order": 2})
    return rows


def _charges(billing: Billing) -> list[dict[str, Any]]:
    if billing.freight is None:
        return []
    return [{"label": "Freight", "ex_tax": billing.freight, "gst_rate_hint": billing.freight_rate}]
