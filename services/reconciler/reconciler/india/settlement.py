"""From lines, discounts and charges to the grand total: tax, TCS, round-off, and how well it all fits the page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reconciler.india import anchors
from reconciler.india.anchors import Sums
from reconciler.india.charges import Charged
from reconciler.india.discounts import Reduced
from reconciler.india.lines import LineSet, Rates
from reconciler.india.page import Page
from reconciler.india.scale import half_up, part, tax_of

BEFORE_TCS = "grand_total_before_tcs"
TAXABLE = "taxable_ex_tax"
"""What TCS may be taken of."""
REVERSE_CHARGE_UNMARKED = "reverse_charge_unmarked"
"""In a strategy's name: the tax is the buyer's to pay, although no mark says so."""

_LARGEST_ROUND_OFF = 102
"""Paise: a rupee, and what rounding of components may add."""
_LARGEST_PRINTED = 9999
"""Paise: the portal's bound."""
_COMMON_ROUND_OFF = 50
_RUPEE = 100
_AGREED = 5
"""Paise by which a printed round-off may miss the one that is needed."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One strategy carried through, in paise."""

    name: str
    lines: LineSet
    reduced: Reduced
    charged: Charged
    sums: Sums
    tcs: int
    tcs_base: str
    round_off: int
    round_off_printed: bool
    grand_total: int
    error: int
    contradicted: Sequence[str]
    distance: int
    departures: int

    @property
    def implied_round_off(self) -> int:
        """The size of a round-off that is not printed.

        A total of whole rupees bears out any common one as well as another, but less than none at all.
        """
        size = 0 if self.round_off_printed else abs(self.round_off)
        return min(size, 1) if size <= _COMMON_ROUND_OFF and self.grand_total % _RUPEE == 0 else size

    @property
    def score(self) -> tuple[int, int, int, int, int, int, int]:
        """Compared in turn, lower is better.

        Contradicted anchors; an unprinted round-off above half a rupee; the error; the distance from the anchors; the
        round-off where none is printed; departures from the literal page; the fixed order of the price modes.
        """
        unprinted = self.implied_round_off
        needs_much = int(unprinted > _COMMON_ROUND_OFF)
        order = self.lines.order
        return len(self.contradicted), needs_much, self.error, self.distance, unprinted, self.departures, order


@dataclass(frozen=True, slots=True)
class _Way:
    name: str
    lines: LineSet
    reduced: Reduced
    charged: Charged
    departures: int


@dataclass(frozen=True, slots=True)
class _Taxed:
    name: str
    item_tax: int
    gst: int
    departures: int


def settlements(page: Page, lines: LineSet, reduced: Reduced, charged: Charged) -> Iterator[Trial]:
    """Every way of rounding tax, of taking TCS and, under reverse charge, of leaving the tax out."""
    cess = _cess(lines, reduced)
    for taxed in _taxes(page, lines, reduced, charged):
        sums = Sums(
            items=lines.total,
            reduced=sum(reduced.net.values()),
            taxable_charges=charged.taxable,
            charges=charged.ex,
            item_tax=taxed.item_tax,
            gst=taxed.gst,
            cess=cess,
        )
        for payable, odd in _payable(page, sums, reduced.after_tax):
            tax = taxed.gst + cess if payable else 0
            due = sums.reduced + sums.charges + tax - reduced.after_tax
            for tcs_base, tcs, misfit in _tcs(page, due, sums.reduced + sums.taxable_charges):
                extra = [odd] if odd else []
                extra += [f"tcs_on_{tcs_base}"] if misfit else []
                name = "+".join(filter(None, (lines.name, reduced.name, charged.name, taxed.name, *extra)))
                departures = lines.departures + reduced.departures + charged.departures + taxed.departures + len(extra)
                yield _trial(page, _Way(name, lines, reduced, charged, departures), sums, (tcs, tcs_base), due)


def _payable(page: Page, sums: Sums, after_tax: int) -> list[tuple[bool, str]]:
    """Whether the supplier collects the tax, and the name of what departs from the page.

    Reverse charge that is not marked is tried only on supplies that fall under it, where the printed total is the value
    without tax and the printed tax, if any, is right: else a misread total would be taken for one.
    """
    if page.reverse_charge:
        return [(False, ""), (True, "reverse_charge_included")]
    found = [(True, "")]
    if page.may_be_reverse_charge and page.grand_total is not None and sums.gst:
        printed = page.printed_tax
        without = sums.reduced + sums.charges - after_tax + page.tcs_amount
        is_right = page.subtotal is not None
        if printed is not None:
            is_right = anchors.nearest(printed, anchors.gst_meanings(sums, page)) <= page.slack
        if is_right and abs(page.grand_total - without) <= _LARGEST_ROUND_OFF:
            found.append((False, REVERSE_CHARGE_UNMARKED))
    return found


def _trial(page: Page, way: _Way, sums: Sums, tcs: tuple[int, str], due: int) -> Trial:
    before = due + tcs[0]
    round_off, is_printed = _round_off(page, before)
    total = before + round_off
    error = 0 if page.grand_total is None else abs(total - page.grand_total)
    contradicted, distance = anchors.contradictions(page, sums)
    if error > page.slack:
        contradicted.append(anchors.TOTAL)
    if page.tcs_amount and abs(tcs[0] - page.tcs_amount) >= _RUPEE:
        contradicted.append(anchors.TCS)
    if way.lines.contradicted:
        contradicted.append(anchors.COLUMNS)
    return Trial(
        name=way.name,
        lines=way.lines,
        reduced=way.reduced,
        charged=way.charged,
        sums=sums,
        tcs=tcs[0],
        tcs_base=tcs[1],
        round_off=round_off,
        round_off_printed=is_printed,
        grand_total=total,
        error=error,
        contradicted=contradicted,
        distance=distance + way.lines.distance,
        departures=way.departures,
    )


def _cess(lines: LineSet, reduced: Reduced) -> int:
    total = lines.fixed_cess
    for rates, bucket in lines.buckets.items():
        net = reduced.net[rates]
        total += bucket.cess if net == bucket.ex else part(net, rates[1])
    return total


def _taxes(page: Page, lines: LineSet, reduced: Reduced, charged: Charged) -> Iterator[_Taxed]:
    """Tax rounded line by line, and on the total of each rate (with the charges of that rate), where they differ."""
    halves = not page.igst
    by_line = sum(bucket.tax for bucket in lines.buckets.values())
    if any(reduced.net[rates] != bucket.ex for rates, bucket in lines.buckets.items()):
        by_line = _by_line_after_discount(page, lines, reduced, halves=halves)
    gst = by_line + sum(charge.tax for charge in charged.charges)
    yield _Taxed("", by_line, gst, 0)
    values: dict[int, int] = {}
    for rates, net in reduced.net.items():
        values[rates[0]] = values.get(rates[0], 0) + net
    by_rate = sum(tax_of(value, rate, halves=halves) for rate, value in values.items())
    apart = 0
    for charge in charged.charges:
        rate = charge.rate.exact
        if rate in values and charge.tax == charge.rate.tax(charge.ex, halves=halves):
            values[rate] += charge.ex
        else:
            apart += charge.tax
    total = sum(tax_of(value, rate, halves=halves) for rate, value in values.items()) + apart
    if total != gst:
        yield _Taxed("tax_per_rate", by_rate, total, 1)
    printed = page.printed_tax
    if printed is not None and printed not in {gst, total} and abs(printed - gst) <= page.slack:
        by_hsn = _by_hsn(page, lines, reduced, halves=halves)
        if by_hsn not in {by_line, by_rate}:
            yield _Taxed("tax_per_hsn", by_hsn, by_hsn + gst - by_line, 1)


def _by_hsn(page: Page, lines: LineSet, reduced: Reduced, *, halves: bool) -> int:
    """Tax rounded on the total of each HSN code at each rate, as the rows of a tax summary have it."""
    values: dict[tuple[str, Rates], int] = {}
    for line, ex in zip(page.lines, lines.ex, strict=True):
        key = line.hsn, (line.rate, line.cess_rate)
        values[key] = values.get(key, 0) + (ex or 0)
    return sum(
        _tax_of_share(value, reduced.net[rates], lines.buckets[rates].ex, rates[0], halves=halves)
        for (_, rates), value in values.items()
        if rates in lines.buckets
    )


def _by_line_after_discount(page: Page, lines: LineSet, reduced: Reduced, *, halves: bool) -> int:
    total = 0
    for line, ex in zip(page.lines, lines.ex, strict=True):
        rates = (line.rate, line.cess_rate)
        if ex is None:
            continue
        gross = lines.buckets[rates].ex
        net = reduced.net[rates]
        total += _tax_of_share(ex, net, gross, line.rate, halves=halves)
    return total


def _tax_of_share(ex: int, net: int, gross: int, rate: int, *, halves: bool) -> int:
    """Tax on a line's part of what its bucket is after discounts, the part itself not rounded."""
    if gross == 0:
        return 0
    sign, gross = (1, gross) if gross > 0 else (-1, -gross)
    parts = 2 if halves else 1
    return parts * half_up(sign * ex * net * rate, parts * 10**6 * gross)


def _tcs(page: Page, due: int, taxable: int) -> list[tuple[str, int, bool]]:
    """Base, amount, and whether that base departs from the page; the page's own comes first.

    Its own is the one that makes the printed amount, else the one it names, else the total with tax, as is the custom.
    """
    stated = TAXABLE if "taxable" in (page.tcs_base or "").lower() else BEFORE_TCS
    if not page.tcs_rate:
        return [(stated, page.tcs_amount, False)]
    other = TAXABLE if stated == BEFORE_TCS else BEFORE_TCS
    bases = {BEFORE_TCS: due, TAXABLE: taxable}
    computed = {base: part(bases[base], page.tcs_rate) for base in (stated, other)}
    # TCS is often rounded to the rupee, up or down.
    near = [base for base in computed if page.tcs_amount and abs(computed[base] - page.tcs_amount) < _RUPEE]
    own, second = (other, stated) if near == [other] else (stated, other)
    found = [(base, page.tcs_amount if base in near else computed[base], base != own) for base in (own, second)]
    return found if found[0][1] != found[1][1] else found[:1]


def _round_off(page: Page, before: int) -> tuple[int, bool]:
    """The round-off, and whether it is the printed one; without a printed total none is made up.

    A printed one counts where it is the one needed, or where it makes whole rupees of what was computed.
    """
    printed = page.round_off or 0
    if page.grand_total is None:
        return (printed, True) if abs(printed) <= _LARGEST_PRINTED else (0, False)
    needed = page.grand_total - before
    if printed and abs(printed) <= _LARGEST_PRINTED and abs(needed - printed) <= _AGREED:
        return printed, True
    makes_whole = printed and (before + printed) % _RUPEE == 0 and abs(printed) <= _LARGEST_ROUND_OFF
    if makes_whole and abs(needed) > _LARGEST_ROUND_OFF:
        return printed, True
    return (needed, False) if abs(needed) <= _LARGEST_ROUND_OFF else (0, False)
