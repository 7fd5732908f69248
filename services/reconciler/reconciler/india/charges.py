"""Charges on the invoice: freight, packing, insurance. Their rate is printed, or that of the goods they came with."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from reconciler.india.discounts import Net
from reconciler.india.page import Extra, Page
from reconciler.india.rates import implied
from reconciler.india.scale import WHOLE, half_up, percent

Meaning = Literal["exclusive", "inclusive", "untaxed"]
"""What a charge's only amount is."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate as a fraction: the average over the goods may be no whole number of ten-thousandths."""

    numerator: int
    denominator: int = 1

    def tax(self, ex: int, *, halves: bool) -> int:
        """Tax on an amount without tax."""
        if halves:
            return 2 * half_up(ex * self.numerator, 2 * WHOLE * self.denominator)
        return half_up(ex * self.numerator, WHOLE * self.denominator)

    def ex(self, inc: int) -> int:
        """What an amount with tax is without it."""
        return half_up(inc * WHOLE * self.denominator, WHOLE * self.denominator + self.numerator)

    @property
    def exact(self) -> int | None:
        """In 1/10000 percent, where it is a whole number of them."""
        return self.numerator // self.denominator if self.numerator % self.denominator == 0 else None

    @property
    def rounded(self) -> int:
        """In 1/10000 percent."""
        return half_up(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Settled:
    """A charge with all its figures, in paise."""

    index: int
    ex: int
    tax: int
    rate: Rate
    taxable: bool


@dataclass(frozen=True, slots=True)
class Charged:
    """All charges under one meaning of those that show a single amount."""

    name: str
    charges: Sequence[Settled]
    departures: int

    @property
    def ex(self) -> int:
        """Of all charges."""
        return sum(charge.ex for charge in self.charges)

    @property
    def taxable(self) -> int:
        """Of the taxable ones."""
        return sum(charge.ex for charge in self.charges if charge.taxable)


def chargings(page: Page, net: Net) -> Iterator[Charged]:
    """Every way of understanding the charges, the literal one first."""
    goods = average(net)
    meanings: list[Meaning] = ["exclusive"]
    unclear = [extra for extra in page.extras if _is_unclear(extra)]
    if any((goods if extra.rate is None else Rate(extra.rate)).numerator for extra in unclear):
        meanings.append("inclusive")
        if any(extra.rate is None for extra in unclear):
            meanings.append("untaxed")
    for meaning in meanings:
        settled = [settle(extra, goods, meaning, halves=not page.igst) for extra in page.extras]
        name = "" if meaning == "exclusive" else f"charges_{meaning}"
        yield Charged(name, [charge for charge in settled if charge], int(meaning != "exclusive"))


def average(net: Net) -> Rate:
    """The goods' rate, weighed by their values after discounts; exact where there is one rate."""
    total = sum(net.values())
    if total <= 0:
        return Rate(max((rates[0] for rates in net), default=0) if len(net) == 1 else 0)
    return Rate(sum(value * rates[0] for rates, value in net.items()), total)


def _shown(tax: int, ex: int) -> Rate:
    """The rate that a charge's printed tax is of it: the slab where it is one, else the very share."""
    slab = implied(tax, ex)
    if slab is not None:
        return Rate(percent(slab) or 0)
    return Rate(tax * WHOLE, ex) if ex > 0 and tax >= 0 else Rate(0)


def _is_unclear(extra: Extra) -> bool:
    """Whether one amount is all that is known of it; the same amount in both columns is one amount."""
    single = extra.ex is not None and (extra.inc is None or extra.inc == extra.ex)
    return single and not extra.tax and extra.taxable is not False and extra.rate != 0


def settle(extra: Extra, goods: Rate, meaning: Meaning, *, halves: bool) -> Settled | None:
    """A charge's figures, under one meaning of a single amount; None where nothing was read of it."""
    inherited = extra.rate is None
    rate = goods if extra.rate is None else Rate(extra.rate)
    ex, inc, tax = extra.ex, extra.inc, extra.tax
    if extra.taxable is False or (meaning == "untaxed" and inherited and _is_unclear(extra)):
        only = inc if ex is None else ex
        return None if only is None else Settled(extra.index, only, 0, Rate(0), taxable=False)
    if _is_unclear(extra) and ex is not None:
        ex = rate.ex(ex) if meaning == "inclusive" else ex
        return Settled(extra.index, ex, rate.tax(ex, halves=halves), rate, taxable=True)
    if ex is None and inc is not None:
        ex = rate.ex(inc) if tax is None else inc - tax
        tax = inc - ex
    if ex is None and tax and rate.numerator:
        ex = half_up(tax * WHOLE * rate.denominator, rate.numerator)
    if ex is None:
        return None
    if tax is None or (not tax and inc not in {None, ex}):
        tax = rate.tax(ex, halves=halves) if inc is None else inc - ex
    if inherited and tax != rate.tax(ex, halves=halves):
        rate = _shown(tax, ex)
    return Settled(extra.index, ex, tax, rate, taxable=True)
