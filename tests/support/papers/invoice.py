"""An invented invoice: lines, ITBMS per rate, totals, and what a reader should find on it."""

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal
from random import Random
from typing import Any, Literal

from shared.money import json_number, to_cents
from tests.support.papers.goods import CUSTOMERS, GOODS, ISSUERS, LONG_SUFFIX, Good, Issuer, Trade
from tests.support.papers.taxpayer import RucForm, Till, make_cufe, make_ruc, qr_address

Kind = Literal["fiscal", "tape", "page"]
"""`fiscal`: a fiscal printer's tape. `tape`, `page`: a CAFE on tape or on a letter page, with QR and CUFE."""

OmittedField = Literal["ruc", "dv", "invoice_number", "date", "total", "products"]

RATES = (0, 7, 10, 15)
ZERO = Decimal(0)


Quality = Literal["clean", "good", "poor"]
"""`clean`: as scanned. `good`: a careful photo. `poor`: skewed 3-5 degrees, in shadow, small, badly compressed."""

FileFormat = Literal["png", "jpg", "pdf", "scan"]
"""`pdf` has a text layer and no photo's faults; `scan` is a PDF that holds only a picture."""


@dataclass(frozen=True)
class Paper:
    """What to draw; the same paper is always drawn the same."""

    kind: Kind
    seed: int
    quality: Quality = "clean"
    file_format: FileFormat = "jpg"
    omitted: tuple[OmittedField, ...] = ()
    rotated: Literal[0, 90, 180, 270] = 0
    """Degrees clockwise that the whole picture is turned."""
    mode: Literal[1, 2] = 1
    """2: two captures of the paper that overlap, joined in one picture."""
    trade: Trade | None = None
    lines: int | None = None
    goods: tuple[str, ...] = ()
    """Exactly these of the trade's goods, in this order, instead of some by chance."""
    ruc_form: RucForm | None = None
    two_line: bool = False
    """Quantity and unit price stand on a line of their own above the name (tapes)."""
    wrapped: bool = False
    """One name is too long for its line."""
    discount: bool = False


@dataclass(frozen=True)
class Line:
    """One line; money in balboas before ITBMS, the discount as a positive amount."""

    name: str
    quantity: int
    unit_price: Decimal
    rate: int
    discount: Decimal = ZERO

    @property
    def amount(self) -> Decimal:
        """Quantity times unit price, before the discount."""
        return to_cents(self.quantity * self.unit_price)

    @property
    def itbms(self) -> Decimal:
        """ITBMS of this line alone, in cents."""
        return to_cents((self.amount - self.discount) * self.rate / 100)


@dataclass(frozen=True)
class Invoice:
    """Everything that a paper may show."""

    kind: Kind
    issuer: Issuer
    till: Till
    number: str
    issued: dt.datetime
    customer: tuple[str, str]
    lines: tuple[Line, ...]
    payment: str
    tendered: Decimal = ZERO
    cufe: str | None = None
    qr: str | None = None

    @property
    def subtotal(self) -> Decimal:
        """The lines before discounts and ITBMS."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def discount(self) -> Decimal:
        """All discounts together, positive."""
        return sum((line.discount for line in self.lines), ZERO)

    def base(self, rate: int) -> Decimal:
        """What is taxed at a rate."""
        return sum((line.amount - line.discount for line in self.lines if line.rate == rate), ZERO)

    def itbms(self, rate: int) -> Decimal:
        """ITBMS of a rate: a CAFE rounds line by line, a fiscal printer once per rate."""
        if self.kind == "fiscal":
            return to_cents(self.base(rate) * rate / 100)
        return sum((line.itbms for line in self.lines if line.rate == rate), ZERO)

    @property
    def tot_itbms(self) -> Decimal:
        """ITBMS of all rates."""
        return sum((self.itbms(rate) for rate in RATES), ZERO)

    @property
    def total(self) -> Decimal:
        """What is paid."""
        return self.subtotal - self.discount + self.tot_itbms


def make_invoice(paper: Paper) -> Invoice:
    """The invoice of a paper; the same kind, seed and contents always give the same one."""
    rng = Random(f"{paper.kind}-{paper.seed}")
    issuer = rng.choice([issuer for issuer in ISSUERS if paper.trade in {None, issuer.trade}])
    ruc, dv = make_ruc(rng, paper.ruc_form)
    till = Till(ruc, dv, branch=f"{rng.randrange(4):04}", point=f"{rng.randrange(1, 8):03}")
    opening = dt.datetime(2022, 1, 3, 7, 30, tzinfo=dt.UTC) + dt.timedelta(days=rng.randrange(1500))
    issued = opening + dt.timedelta(minutes=rng.randrange(60 * 13))
    number, cufe = _fiscal_number(rng), None
    if paper.kind != "fiscal":
        number = f"{rng.randrange(100, 400000):010}"
        cufe = make_cufe(till, issued.date(), number, security=f"{rng.randrange(10**9):09}")
    return _paid(
        Invoice(
            kind=paper.kind,
            issuer=issuer,
            till=till,
            number=number,
            issued=issued,
            customer=rng.choice(CUSTOMERS),
            lines=_lines(rng, issuer.trade, paper),
            payment=rng.choice(("Efectivo", "Tarjeta", "Clave", "Yappy")),
            cufe=cufe,
            qr=qr_address(cufe, rng) if cufe else None,
        )
    )


def truth(invoice: Invoice, omitted: tuple[OmittedField, ...] = ()) -> dict[str, Any]:
    """What a reader should find: numbers as JSON numbers, None (or no products) for what the paper does not show."""
    shown = set(RATES) if "total" not in omitted else set()
    return {
        "ruc": None if "ruc" in omitted else invoice.till.ruc,
        "dv": None if {"dv", "ruc"} & set(omitted) else invoice.till.dv,
        "invoice_number": None if "invoice_number" in omitted else invoice.number,
        "date": None if "date" in omitted else f"{invoice.issued:%Y-%m-%d}",
        "total": json_number(invoice.total) if shown else None,
        "tot_itbms": json_number(invoice.tot_itbms) if shown else None,
        "products": [] if "products" in omitted else [_product(line) for line in invoice.lines],
        "discount": json_number(invoice.discount),
        "issuer_name": invoice.issuer.name,
        "issuer_address": invoice.issuer.address,
        "cufe": invoice.cufe if shows_cufe(invoice, omitted) else None,
    }


def shows_cufe(invoice: Invoice, omitted: tuple[OmittedField, ...]) -> bool:
    """A CUFE would give away the fields that it holds, so it goes with any of them."""
    return invoice.cufe is not None and not {"ruc", "dv", "invoice_number", "date"} & set(omitted)


def _product(line: Line) -> dict[str, Any]:
    return {
        "name": line.name,
        "quantity": line.quantity,
        "unit_price": json_number(line.unit_price),
        "total_price": json_number(line.amount),
    }


def _fiscal_number(rng: Random) -> str:
    if rng.random() < 0.5:
        return f"{rng.randrange(1000, 99999):08}"
    return f"{rng.randrange(1, 9):03}-{rng.randrange(1, 9):03}-{rng.randrange(100000, 400000)}"


def _lines(rng: Random, trade: Trade, paper: Paper) -> tuple[Line, ...]:
    goods = GOODS[trade]
    picked = rng.sample(goods, min(len(goods), paper.lines or rng.randrange(3, 8)))
    if paper.goods:
        named = {good.name: good for good in goods}
        picked = [named[name] for name in paper.goods]
    long_one = rng.randrange(len(picked)) if paper.wrapped else -1
    cut_one = rng.randrange(len(picked)) if paper.discount else -1
    return tuple(
        _line(rng, good, LONG_SUFFIX[trade] if place == long_one else "", cut=place == cut_one)
        for place, good in enumerate(picked)
    )


def _line(rng: Random, good: Good, suffix: str, *, cut: bool) -> Line:
    price = Decimal(good.cents + rng.randrange(-9, 31)) / 100
    quantity = rng.choice((1, 1, 1, 2, 2, 3, 6))
    name = f"{good.name} {suffix}".strip()
    off = to_cents(quantity * price * rng.choice((5, 10, 15)) / 100) if cut else ZERO
    return Line(name=name, quantity=quantity, unit_price=price, rate=good.rate, discount=off)


def _paid(invoice: Invoice) -> Invoice:
    """Cash is given in round notes, so that the greatest number on the paper is not the total."""
    note = Decimal(20 if invoice.total > 40 else 5)
    given = (invoice.total / note).to_integral_value(rounding="ROUND_CEILING") * note
    return replace(invoice, tendered=given if invoice.payment == "Efectivo" else invoice.total)
