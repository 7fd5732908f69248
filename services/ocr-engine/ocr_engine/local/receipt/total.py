"""Which amount of a receipt is its total: labels propose, arithmetic decides."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product
from statistics import median

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Line
from ocr_engine.local.receipt.labels import Kind
from ocr_engine.local.receipt.sums import Amounts, Sum, aligned
from shared.money import CENT

_LABEL = {Kind.FINAL: 3.0, Kind.TOTAL: 2.3, Kind.SUBTOTAL: 1.0, Kind.PAYMENT: 0.9, Kind.COUNT: 0.3, Kind.TAX: 0.0}
"""How much a label speaks for its amount being the total; kinds that are not here are never it."""
_CHANGE, _PAID, _SUMS, _TAXES = 1.6, 0.7, 0.9, 0.8
_BEYOND_CASH = 1.5
_POINTLESS = 1.4
_LATER = 0.03
_AGAIN = 0.15
_REPEATED = 0.4
_LARGE = 1.25
_LARGER = 0.3
_PROVED = (0.78, 0.95, 0.985, 0.99)
"""Confidence by the number of kinds of arithmetic that lead to the value."""
_UNLABELLED, _COMPUTED = 0.55, 0.7
_MOST_OF_A_KIND = 5
"""Amounts of one kind that are combined: what a receipt may have, and a bound for hostile ones."""
_CLOSE = 0.45
_DISPUTED = 0.75


@dataclass(frozen=True)
class Proofs:
    """The values that the total should have, by kind of arithmetic."""

    change: frozenset[Decimal]
    """Money handed over less the change."""
    paid: frozenset[Decimal]
    sums: frozenset[Decimal]
    """Goods or subtotal with tax, service, rounding and discount."""
    taxes: frozenset[Decimal]
    """Bases and taxes of the tax table."""

    def kinds(self, value: Decimal) -> int:
        """How many kinds of arithmetic lead to this value."""
        return sum(value in each for each in (self.change | self.paid, self.sums, self.taxes))


def find_total(lines: Sequence[Line], amounts: Amounts) -> list[Found]:
    """Candidates of the total, each value once, the likeliest first in weight."""
    usual = median(line.height for line in lines) if lines else 1.0
    proofs = proofs_of(amounts, usual)
    scored: dict[Decimal, tuple[float, Sum]] = {}
    counts: dict[Decimal, int] = {}
    for each in amounts.sums:
        if each.kind not in _LABEL or each.amount <= 0:
            continue
        score = _score(each, proofs, amounts, lines[each.line].height / usual)
        counts[each.amount] = counts.get(each.amount, 0) + (each.kind in {Kind.FINAL, Kind.TOTAL})
        if each.amount not in scored or score > scored[each.amount][0]:
            scored[each.amount] = (score, each)
    if not any(each.kind in {Kind.FINAL, Kind.TOTAL, Kind.SUBTOTAL} for _, each in scored.values()):
        scored |= _unlabelled(lines, amounts, proofs, scored)
    ranked = sorted(
        ((score + _AGAIN * min(counts.get(value, 0), 3), each) for value, (score, each) in scored.items()),
        key=lambda pair: -pair[0],
    )
    printed = [
        Found(
            f"{each.amount:f}",
            each.span.text,
            _confidence(place, score, each, proofs, ranked),
            each.span,
            source_of(lines[each.line]),
            each.line,
        )
        for place, (score, each) in enumerate(ranked)
    ]
    return [*printed, *_computed(proofs, scored)]


def _computed(proofs: Proofs, printed: Mapping[Decimal, object]) -> list[Found]:
    """What both the money handed over and the sums lead to, where it is printed nowhere as it should be."""
    values = proofs.change & (proofs.sums | proofs.taxes)
    if any(value in proofs.change for value in printed):
        return []
    return [Found(f"{value:f}", "", _COMPUTED, None, "computed") for value in sorted(values) if value > 0]


def _unlabelled(
    lines: Sequence[Line], amounts: Amounts, proofs: Proofs, known: Mapping[Decimal, object]
) -> dict[Decimal, tuple[float, Sum]]:
    """Amounts without a known label, for a receipt on which no total is named: those printed twice or proved."""
    counts = Counter(money.amount for _, money in amounts.all)
    found = {}
    for index, money in amounts.all:
        value = money.amount
        if value > 0 and value not in known and (counts[value] > 1 or proofs.kinds(value)):
            each = Sum(Kind.COUNT, value, "", lines[index].span().part(money.start, money.end), index)
            found[value] = (_score(each, proofs, amounts, 1.0) + _REPEATED * min(counts[value], 4), each)
    return found


def proofs_of(amounts: Amounts, height: float) -> Proofs:
    """What arithmetic says of the total."""

    def of(kind: Kind) -> list[Decimal]:
        return list(dict.fromkeys(each.amount for each in amounts.sums if each.kind is kind))[:_MOST_OF_A_KIND]

    payments, change = of(Kind.PAYMENT), [abs(value) for value in of(Kind.CHANGE)]
    handed = {*payments, sum(payments, Decimal(0))} - {Decimal(0)}
    returned = {paid - back for paid in handed for back in change if back < paid}
    goods = [each.amount for each in amounts.goods]
    column = [each.amount for each in aligned(amounts.goods, height)]
    parts = of(Kind.SUBTOTAL)
    bases = {*parts, *map(sum, combinations(parts, 2)), sum(goods, Decimal(0)), sum(column, Decimal(0))} - {Decimal(0)}
    taxes = of(Kind.TAX)
    service, discount, rounding = of(Kind.SERVICE), of(Kind.DISCOUNT), of(Kind.ROUNDING)
    sums = {
        base + tax + extra - less + rounded
        for base, tax, extra, less, rounded in product(
            bases, _choices(taxes), _choices(service), _choices([abs(value) for value in discount]), _signed(rounding)
        )
    }
    rows = [row[:2] for row in amounts.taxes]
    table = {sum((sum(row, Decimal(0)) for row in rows), Decimal(0))} if rows else set()
    table |= {value + rounded for value in table for rounded in _signed(rounding)}
    gross = [row[2] for row in amounts.taxes if len(row) > 2 and abs(row[0] + row[1] - row[2]) <= CENT]  # noqa: PLR2004 - net, tax, gross
    table |= {sum(gross, Decimal(0))} if gross else set()
    nothing_back = not any(change)
    return Proofs(
        frozenset(returned),
        frozenset(handed) if nothing_back else frozenset(),
        frozenset(sums),
        frozenset(table),
    )


def _choices(values: Sequence[Decimal]) -> set[Decimal]:
    """None of them, one of them, all of them."""
    return {Decimal(0), *values, sum(values, Decimal(0))}


def _signed(values: Iterable[Decimal]) -> set[Decimal]:
    """A rounding either way: its sign is often lost."""
    return {Decimal(0), *(sign * value for value in values for sign in (1, -1))}


def _score(each: Sum, proofs: Proofs, amounts: Amounts, height: float) -> float:
    """What speaks for an amount; `height` is its line's over the usual."""
    value = each.amount
    score = _LABEL[each.kind] + _LATER * (each.line - amounts.first_sum)
    score += _CHANGE * (value in proofs.change) + _PAID * (value in proofs.paid)
    score += _SUMS * (value in proofs.sums) + _TAXES * (value in proofs.taxes)
    if proofs.change and value > max(proofs.change):
        score -= _BEYOND_CASH
    if height > _LARGE:
        score += _LARGER
    return score - _POINTLESS * each.pointless


def _confidence(place: int, score: float, each: Sum, proofs: Proofs, ranked: Sequence[tuple[float, Sum]]) -> float:
    proved = proofs.kinds(each.amount)
    sure = _PROVED[proved] if each.kind in {Kind.FINAL, Kind.TOTAL} or proved > 1 else _UNLABELLED + 0.1 * proved
    if place:
        return max(0.05, min(0.45, sure) - 0.1 * (ranked[0][0] - score))
    if len(ranked) > 1 and ranked[0][0] - ranked[1][0] < _CLOSE and proved < 2:  # noqa: PLR2004 - one proof alone
        sure *= _DISPUTED
    return sure * (0.6 + 0.4 * each.span.score)
