"""A legacy document's figures: four ways of putting them together, and whether one of them makes the printed total.

Each is tried with the tax rounded line by line; where none makes the total, with the tax rounded in other ways.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain, product

from reconciler.india.charges import Charged, average, settle
from reconciler.india.discounts import Net, spread
from reconciler.india.page import Extra
from reconciler.india.rates import snapped
from reconciler.india.scale import MICRO, WHOLE, half_up, micro, paise, part, percent, rupees, tax_of
from shared.contracts.india.figures import amount_of, percent_of
from shared.contracts.india.legacy import (
    LegacyCharge,
    LegacyDocument,
    LegacyItem,
    LegacyMethod,
    LegacyReconciliation,
)

_TOLERANCE = 5
"""Paise by which a matched total may be off."""


@dataclass(frozen=True, slots=True)
class _Rounding:
    """How tax is rounded: on each line or on each rate's total, in one or as CGST and SGST by themselves."""

    per_rate: bool
    halves: bool


_LITERAL = _Rounding(per_rate=False, halves=False)
_OTHERS = (
    _Rounding(per_rate=False, halves=True),
    _Rounding(per_rate=True, halves=False),
    _Rounding(per_rate=True, halves=True),
)


@dataclass(frozen=True, slots=True)
class _Bill:
    """The printed figures; values and taxes by rate, in paise and 1/10000 percent."""

    net: Net
    taxes: Mapping[_Rounding, int]
    """Of all items, before a discount on the invoice."""
    discount: int
    discount_is_percent: bool
    charges: Sequence[LegacyCharge]
    round_off: int
    total: int | None


@dataclass(frozen=True, slots=True)
class _Result:
    after_tax: bool
    inclusive: bool
    taxable: int
    tax: int
    charges_taxable: int
    charges_tax: int
    total: int


def reconcile(document: LegacyDocument) -> LegacyReconciliation:
    """How the figures come together: the first way, in the order of likelihood, that makes the printed total.

    Other roundings of the tax are less likely than any other way. Where none does, the way that the paper states
    stands, with what is left over: the total is not bent to fit.
    """
    bill = _bill(document)
    mode = document.voucher.invoice_discount_mode
    literal = list(_results(bill, mode, _LITERAL))
    matched = _match(bill, chain(literal, *(_results(bill, mode, rounding) for rounding in _OTHERS)))
    best = matched or literal[0]
    return LegacyReconciliation(
        status="matched" if matched else "unmatched",
        method=LegacyMethod(
            discount_mode="after_tax" if best.after_tax else "before_tax",
            charges_inclusive=best.inclusive,
        ),
        computed_grand_total=_text(best.total),
        difference="" if bill.total is None else _text(abs(best.total - bill.total)),
        items_taxable_total=_text(best.taxable),
        items_tax_total=_text(best.tax),
        charges_taxable_total=_text(best.charges_taxable),
        charges_tax_total=_text(best.charges_tax),
    )


def rate_of(text: str) -> Decimal | None:
    """A tax rate as printed: `18`, `18%`, `9+9`, `0.18`."""
    rate = percent_of(text)
    return None if rate is None else snapped(rate)


def _match(bill: _Bill, results: Iterable[_Result]) -> _Result | None:
    total = bill.total
    return None if total is None else next((each for each in results if abs(each.total - total) <= _TOLERANCE), None)


def _results(bill: _Bill, stated_mode: str, rounding: _Rounding) -> Iterator[_Result]:
    flags = [charge.amount_includes_tax for charge in bill.charges]
    after_first = "after" in stated_mode.lower()
    modes = (after_first, not after_first) if bill.discount else (after_first,)
    # Flags that differ from charge to charge are a way of their own, the literal one.
    inclusions = list(dict.fromkeys([tuple(flags), (False,) * len(flags), (True,) * len(flags)]))
    unknown_rate = any(_rate(charge) is None for charge in bill.charges)
    for inherit, after, inclusion in product((False, True) if unknown_rate else (False,), modes, inclusions):
        yield _result(bill, inclusion, rounding, after=after, inherit=inherit)


def _result(bill: _Bill, inclusion: Sequence[bool], rounding: _Rounding, *, after: bool, inherit: bool) -> _Result:
    value = sum(bill.net.values())
    net, tax, taken = bill.net, bill.taxes[rounding], 0
    if bill.discount and not after:
        amount = part(value, bill.discount) if bill.discount_is_percent else bill.discount
        shares = spread(amount, net)
        net = {rates: balance - shares[rates] for rates, balance in net.items()}
        tax = _per_rate(net, halves=rounding.halves)
    taxable = sum(net.values())
    if bill.discount and after:
        taken = part(taxable + tax, bill.discount) if bill.discount_is_percent else bill.discount
    goods = average(net if inherit else {})
    pairs = zip(bill.charges, inclusion, strict=True)
    extras = [_extra(index, charge, inclusive=inclusive) for index, (charge, inclusive) in enumerate(pairs)]
    settled = [settle(extra, goods, "exclusive", halves=rounding.halves) for extra in extras]
    charged = Charged("", [charge for charge in settled if charge], 0)
    charges_tax = sum(charge.tax for charge in charged.charges)
    total = taxable + tax - taken + charged.ex + charges_tax + bill.round_off
    return _Result(after, bool(inclusion) and all(inclusion), taxable, tax, charged.ex, charges_tax, total)


def _bill(document: LegacyDocument) -> _Bill:
    voucher = document.voucher
    net: dict[tuple[int, int], int] = {}
    in_one = in_halves = 0
    for item in document.items:
        rates, value = (percent(rate_of(item.tax_rate)) or 0, 0), _value(item)
        net[rates] = net.get(rates, 0) + value
        in_one += tax_of(value, rates[0], halves=False)
        in_halves += tax_of(value, rates[0], halves=True)
    by_rate = (_per_rate(net, halves=halves) for halves in (False, True))
    is_percent = "%" in voucher.invoice_discount
    discount = percent_of(voucher.invoice_discount) if is_percent else amount_of(voucher.invoice_discount)
    scaled = abs((percent(discount) if is_percent else paise(discount)) or 0)
    return _Bill(
        net={rates: net[rates] for rates in sorted(net)},
        taxes=dict(zip((_LITERAL, *_OTHERS), (in_one, in_halves, *by_rate), strict=True)),
        discount=min(scaled, WHOLE) if is_percent else scaled,
        discount_is_percent=is_percent,
        charges=voucher.additional_charges,
        round_off=paise(amount_of(voucher.round_off)) or 0,
        total=paise(amount_of(voucher.total_invoice_amount)),
    )


def _per_rate(net: Net, *, halves: bool) -> int:
    return sum(tax_of(value, rates[0], halves=halves) for rates, value in net.items())


def _value(item: LegacyItem) -> int:
    """Quantity times price less the discount; a quantity that was not read counts as 1."""
    price, qty = micro(amount_of(item.price)), micro(amount_of(item.quantity))
    off = min(abs(percent(percent_of(item.discount_rate)) or 0), WHOLE)
    value = (MICRO if qty is None else qty) * (price or 0) * (WHOLE - off)
    return half_up(value * 100, MICRO * MICRO * WHOLE)


def _rate(charge: LegacyCharge) -> Decimal | None:
    told = rate_of(charge.tax_rate)
    if told is None:
        other = charge.gst_rate if charge.gst_rate is not None else charge.gst_rate_hint
        told = None if other is None else snapped(other)
    return told


def _extra(index: int, charge: LegacyCharge, *, inclusive: bool) -> Extra:
    """The charge as v4 has it; `amount` is with or without tax as this way has it, unless the v4 keys say."""
    amount, rate = paise(amount_of(charge.amount)), _rate(charge)
    ex, inc = paise(charge.ex_tax), paise(charge.inc_tax)
    if ex is None and inc is None:
        ex, inc = (None, amount) if inclusive else (amount, None)
    return Extra(index, ex, inc, paise(charge.gst_amount), None if rate is None else percent(rate), charge.taxable)


def _text(amount: int) -> str:
    return format(rupees(amount), "f")
