"""What stands on a drawn GST invoice: its figures worked out forward, and the truth that a reader should find."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Any, Literal

from tests.support.gst_papers.goods import GOODS, TRADERS, Trader

CENT = Decimal("0.01")
HUNDRED = Decimal(100)

Discounts = Literal["none", "percent", "two", "plus", "amount"]
TaxColumns = Literal["none", "pairs", "amounts", "cells", "rate", "rate_amount", "igst_pair"]


@dataclass(frozen=True)
class Style:
    """A layout and what is on it; the seed decides goods, parties and figures."""

    seed: int
    file: Literal["pdf", "photo", "poor", "scan"] = "pdf"
    inter: bool = False
    prices_with_tax: bool = False
    discounts: Discounts = "none"
    header_discount: str | None = None
    """`5%` or rupees."""
    charges: tuple[str, ...] = ()
    tcs: str | None = None
    rounded: bool = True
    lines: int = 4
    free: bool = False
    qr: bool = False
    ship_to: bool = False
    reverse_charge: bool = False
    summary: Literal["none", "below", "next"] = "none"
    letterhead: Literal["centre", "left", "grid", "sold_by"] = "left"
    columns: TaxColumns = "rate"
    totals: Literal["right", "rows", "box"] = "right"
    words: int = 0
    """Which of the wordings of labels and headings."""
    sign: str = "₹"
    ruled: bool = True
    serif: bool = False
    breaks_after: int = 0
    """Lines of goods on the first page, with a sum carried forward; 0: all."""
    amounts_last: bool = True
    """Whether the last column is with tax where there are tax columns."""


@dataclass(frozen=True)
class Goods:
    """A line of the invoice."""

    name: str
    hsn: str
    unit: str
    qty: Decimal
    rate: Decimal
    """As printed."""
    d1: Decimal
    d2: Decimal
    gst: Decimal
    gross: Decimal
    taxable: Decimal

    @property
    def tax(self) -> Decimal:
        """IGST, or both halves."""
        return cents(self.taxable * self.gst / HUNDRED)

    @property
    def half(self) -> Decimal:
        """CGST, and SGST again."""
        return cents(self.taxable * self.gst / 2 / HUNDRED)


@dataclass
class Invoice:
    """An invoice with all its figures."""

    style: Style
    seller: Trader
    buyer: Trader
    other: Trader
    number: str
    date: dt.date
    goods: list[Goods]
    cut: Decimal = Decimal(0)
    charges: list[tuple[str, Decimal, Decimal]] = field(default_factory=list)
    """Label, amount without tax, rate."""
    nets: dict[Decimal, Decimal] = field(default_factory=dict)
    """Rate → value that is taxed by it."""
    tcs: Decimal = Decimal(0)
    round_off: Decimal = Decimal(0)
    total: Decimal = Decimal(0)

    @property
    def lines_total(self) -> Decimal:
        """All lines without tax."""
        return sum((each.taxable for each in self.goods), Decimal(0))

    @property
    def taxable(self) -> Decimal:
        """What is taxed."""
        return sum(self.nets.values(), Decimal(0))

    def tax_at(self, rate: Decimal) -> tuple[Decimal, Decimal]:
        """CGST (and SGST again) or nothing, and IGST or nothing, at a rate."""
        if self.style.inter:
            return Decimal(0), cents(self.nets[rate] * rate / HUNDRED)
        return cents(self.nets[rate] * rate / 2 / HUNDRED), Decimal(0)

    @property
    def gst(self) -> Decimal:
        """All tax."""
        return sum((half * 2 + igst for half, igst in map(self.tax_at, self.nets)), Decimal(0))

    def by_hsn(self) -> dict[tuple[str, Decimal], Decimal]:
        """HSN and rate → value, for the summary; only where no discount or charge changes the lines' values."""
        found: dict[tuple[str, Decimal], Decimal] = defaultdict(Decimal)
        for each in self.goods:
            found[each.hsn, each.gst] += each.taxable
        return dict(found)


def cents(value: Decimal) -> Decimal:
    """Rounded to paise, half up."""
    return value.quantize(CENT, ROUND_HALF_UP)


def make_invoice(style: Style) -> Invoice:
    """The invoice of a style; always the same one."""
    rng = Random(f"gst-{style.seed}")
    seller, buyer, other = _parties(style, rng)
    goods = [_goods(style, each, rng) for each in rng.sample(GOODS, style.lines)]
    if style.free:
        first = goods[0]
        zero = Decimal("0.00")
        goods.append(
            Goods("Gift Key Chain (free)", "73269099", "NOS", Decimal(5), zero, zero, zero, first.gst, zero, zero)
        )
    number = rng.choice(("INV/24-25/", "GST-", "SE/2425/", "A", "KH", "2024-25/")) + str(rng.randint(101, 9899))
    date = dt.date(2024, 4, 1) + dt.timedelta(days=rng.randint(0, 480))
    invoice = Invoice(style, seller, buyer, other, number, date, goods)
    _settle(invoice, rng)
    return invoice


def _parties(style: Style, rng: Random) -> tuple[Trader, Trader, Trader]:
    seller = rng.choice(TRADERS)
    others = [each for each in TRADERS if each is not seller]
    buyer, other = rng.sample(others, 2)
    if not style.inter:
        buyer = Trader(
            buyer.name, buyer.street, buyer.area, seller.city, seller.state, seller.code, seller.pin, buyer.pan
        )
    return seller, buyer, other


def _goods(style: Style, row: tuple[str, str, str, str, str], rng: Random) -> Goods:
    name, hsn, unit, price, gst = row
    rate = Decimal(gst)
    qty = Decimal(rng.choice((1, 2, 3, 5, 8, 10, 12, 24, 36, 60, 125)))
    if unit in {"KGS", "MTR"}:
        qty += Decimal(rng.choice(("0.500", "0.250", "0.000")))
    printed = Decimal(price)
    if style.prices_with_tax:
        printed = Decimal(round(printed * (HUNDRED + rate) / HUNDRED)).quantize(CENT)
    d1 = Decimal(rng.choice(("5", "10", "12.5", "7.5"))) if style.discounts != "none" else Decimal(0)
    d2 = Decimal(rng.choice(("2", "3", "5"))) if style.discounts in {"two", "plus"} else Decimal(0)
    value = qty * printed / ((HUNDRED + rate) / HUNDRED if style.prices_with_tax else 1)
    taxable = cents(value * (HUNDRED - d1) * (HUNDRED - d2) / HUNDRED / HUNDRED)
    return Goods(name, hsn, unit, qty, printed, d1, d2, rate, cents(value), taxable)


def _settle(invoice: Invoice, rng: Random) -> None:
    style = invoice.style
    nets: dict[Decimal, Decimal] = defaultdict(Decimal)
    for each in invoice.goods:
        nets[each.gst] += each.taxable
    nets = {rate: value for rate, value in nets.items() if value}
    if style.header_discount:
        nets = _reduced(invoice, nets, style.header_discount)
    main = max(nets, key=lambda rate: (nets[rate], rate))
    for label in style.charges:
        amount = Decimal(rng.choice((150, 250, 400, 525, 980))).quantize(CENT)
        invoice.charges.append((label, amount, main))
        nets[main] += amount
    invoice.nets = dict(sorted(nets.items()))
    before = invoice.taxable + invoice.gst
    if style.tcs:
        invoice.tcs = cents(before * Decimal(style.tcs) / HUNDRED)
        before += invoice.tcs
    invoice.total = before.quantize(Decimal(1), ROUND_HALF_UP).quantize(CENT) if style.rounded else before
    invoice.round_off = invoice.total - before


def _reduced(invoice: Invoice, nets: dict[Decimal, Decimal], told: str) -> dict[Decimal, Decimal]:
    whole = sum(nets.values(), Decimal(0))
    if told.endswith("%"):
        cuts = {rate: cents(value * Decimal(told[:-1]) / HUNDRED) for rate, value in nets.items()}
    else:
        cuts = {rate: cents(value * Decimal(told) / whole) for rate, value in nets.items()}
        largest = max(nets, key=lambda rate: nets[rate])
        cuts[largest] += Decimal(told) - sum(cuts.values(), Decimal(0))
    invoice.cut = sum(cuts.values(), Decimal(0))
    return {rate: value - cuts[rate] for rate, value in nets.items()}


def truth(invoice: Invoice) -> dict[str, Any]:
    """What a reading of the paper should hold, in canonical texts; None is what the paper does not print."""
    style = invoice.style
    return {
        "fields": {
            "supplier_name": invoice.seller.name,
            "supplier_gstin": invoice.seller.gstin,
            "buyer_gstin": invoice.buyer.gstin,
            "invoice_number": invoice.number,
            "invoice_date": invoice.date.isoformat(),
            "place_of_supply_state_code": invoice.buyer.code,
            "round_off": invoice.round_off or None,
            "tcs_amount": invoice.tcs or None,
            "printed_gst_total": invoice.gst,
            "printed_grand_total": invoice.total,
            "reverse_charge": "false" if style.reverse_charge else None,
        },
        "items": [
            {
                "name": each.name,
                "hsn": each.hsn,
                "qty": each.qty,
                "uom": each.unit,
                "rate_printed": each.rate,
                "gst_rate": each.gst,
            }
            for each in invoice.goods
        ],
        "charges": [amount for _, amount, _ in invoice.charges],
        "discount": invoice.cut or None,
        "party": {
            "party_name": invoice.buyer.name,
            "party_pincode": invoice.buyer.pin,
            "party_city": invoice.buyer.city,
        },
    }
