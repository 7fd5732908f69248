"""Discounts on the invoice: before or after tax, spread over the rates pro rata or as the printed tax shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.india.lines import LineSet, Rates
from reconciler.india.page import Cut, Page
from reconciler.india.rates import implied
from reconciler.india.scale import WHOLE, half_up, part, percent, tax_of

Net = Mapping[Rates, int]
IN_PERCENT = "discount_in_percent"
"""In a strategy's name: a discount that is not said to be rupees is a percent."""
_EXACT = 2
"""Paise by which a tax may miss the one that a spread is fitted to."""


@dataclass(frozen=True, slots=True)
class Reduced:
    """The buckets after the discounts, in paise."""

    name: str
    net: Net
    before_tax: int
    after_tax: int
    departures: int


def reductions(page: Page, lines: LineSet) -> Iterator[Reduced]:
    """Every way of taking the discounts off, the literal one first."""
    gross = {rates: bucket.ex for rates, bucket in lines.buckets.items()}
    if not page.cuts:
        yield Reduced("", gross, 0, 0, 0)
        return
    inclusive = sum(bucket.ex + bucket.tax + bucket.cess for bucket in lines.buckets.values()) + lines.fixed_cess
    for cuts, name in ((page.cuts, ""), (page.cuts_in_percent, IN_PERCENT)):
        if not cuts:
            return
        net, taken = _before(cuts, gross)
        late = "+".join(filter(None, (name, "discount_after_tax")))
        before = Reduced(name, net, taken, 0, bool(name) + page.cuts_after_tax)
        after = Reduced(late, gross, 0, _off(cuts, inclusive), bool(name) + (not page.cuts_after_tax))
        yield from (after, before) if page.cuts_after_tax else (before, after)
        fitted = _fitted(page, gross, taken) if cuts is page.cuts else None
        if fitted is not None and fitted != net:
            yield Reduced("discount_fitted_to_tax", fitted, taken, 0, 1 + before.departures)


def spread(amount: int, balances: Net) -> dict[Rates, int]:
    """An amount pro rata to the balances, its last paise to the largest of them."""
    if not balances:
        return {}
    weights = {rates: max(balance, 0) for rates, balance in balances.items()}
    largest = max(weights, key=lambda rates: weights[rates])
    total = sum(weights.values())
    if total == 0:
        return {rates: amount if rates == largest else 0 for rates in balances}
    shares = {rates: half_up(amount * weight, total) for rates, weight in weights.items()}
    shares[largest] += amount - sum(shares.values())
    return shares


def _before(cuts: Sequence[Cut], gross: Net) -> tuple[dict[Rates, int], int]:
    balances, taken = dict(gross), 0
    for cut in cuts:
        amount = part(sum(balances.values()), cut.value) if cut.is_percent else cut.value
        shares = spread(amount, balances)
        balances = {rates: balance - shares[rates] for rates, balance in balances.items()}
        taken += amount if balances else 0
    return balances, taken


def _off(cuts: Sequence[Cut], total: int) -> int:
    left = total
    for cut in cuts:
        left -= part(left, cut.value) if cut.is_percent else cut.value
    return total - left


def _fitted(page: Page, gross: Net, taken: int) -> dict[Rates, int] | None:
    """The absolute discounts laid on the rates that the tax summary, or the printed tax, shows them to lie on."""
    if all(cut.is_percent for cut in page.cuts) or len(gross) < len(("one", "other")):
        return None
    balances, by_percents = _before([cut for cut in page.cuts if cut.is_percent], gross)
    amount = taken - by_percents  # what is left of them after the percents that follow them
    return _by_table(page, balances, amount) or _by_tax(page, balances, amount)


def _by_table(page: Page, balances: Net, amount: int) -> dict[Rates, int] | None:
    of_rate: dict[int, int] = {}
    for row in page.table:
        rate = implied(row.tax or 0, row.taxable or 0)
        if row.taxable is not None:
            key = percent(rate) or 0
            of_rate[key] = of_rate.get(key, 0) + row.taxable
    net = {rates: of_rate.get(rates[0], balance) for rates, balance in balances.items()}
    left = sum(balances.values()) - sum(net.values())
    if not of_rate or abs(left - amount) > page.slack:
        return None
    largest = max(net, key=lambda rates: net[rates])
    return {**net, largest: net[largest] + left - amount}  # the table says where it lies, not how much it is


def _by_tax(page: Page, balances: Net, amount: int) -> dict[Rates, int] | None:
    if page.gst_total is None:
        return None
    halves = not page.igst
    tax = {rates: tax_of(balance, rates[0], halves=halves) for rates, balance in balances.items()}
    of_charges = sum(extra.tax or tax_of(extra.ex or 0, extra.rate or 0, halves=halves) for extra in page.extras)
    needed = sum(tax.values()) + of_charges - page.gst_total
    # One rate alone is the plainest explanation; only then a mixture of the lowest and the highest.
    for rates, balance in balances.items():
        if balance >= amount and abs(part(amount, rates[0]) - needed) <= _EXACT:
            return {each: value - amount if each == rates else value for each, value in balances.items()}
    low, high = min(balances), max(balances)
    if low[0] == high[0]:
        return None
    on_high = half_up(needed * WHOLE - amount * low[0], high[0] - low[0])
    on_low = amount - on_high
    if not (0 <= on_high <= balances[high] and 0 <= on_low <= balances[low]):
        return None
    return {**balances, low: balances[low] - on_low, high: balances[high] - on_high}
