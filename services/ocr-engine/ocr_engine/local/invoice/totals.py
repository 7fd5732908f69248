"""Total, subtotal, tax and what is due: labels propose, arithmetic decides."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.invoice.items import Items
from ocr_engine.local.invoice.sums import Sum, TaxRow
from ocr_engine.local.invoice.words import Kind
from ocr_engine.local.page import Line
from shared.contracts.reading import Source
from shared.money import CENT

_LABELLED = 0.7
_UNDER_HEADING = 0.55
_AS_DUE = 0.5
_PER_PROOF = 0.1
_PROVED = 0.99
_BY_PROOFS = ((3.0, 0.99), (2.0, 0.97), (1.0, 0.93), (0.0, 0.85))
"""Confidence by how much proves a total."""
_DISPUTED = 0.6
_MAY_HOLD_TAX = 0.6
_COMPUTED = 0.45
_LED_TO = 0.7
_HIGHEST_TAX = Decimal("0.3")
_MOST_AMOUNTS = 300
_LEAST = 0.3


@dataclass(frozen=True)
class Totals:
    """The sums chosen together, each with its candidates."""

    total: list[Found]
    subtotal: list[Found]
    tax: list[Found]
    rows: tuple[TaxRow, ...]


class Ledger:
    """The figures of one invoice, ready to be asked which belong together."""

    def __init__(
        self, lines: Sequence[Line], sums: Sequence[Sum], rows: Sequence[TaxRow], items: Items, printed: Sequence[Sum]
    ) -> None:
        spread = [range(first, last + 1) for first, last in items.spread]
        self._lines = lines
        self._sums = _without_parts([each for each in sums if not any(each.line in part for part in spread)])
        self._rows = [row for row in rows if not any(row.line in part for part in spread)]
        self._items = items
        self._printed = [each for each in printed if not any(each.line in part for part in spread)]
        self._tolerance = CENT * max(2, len(items.items) // 2)

    def totals(self) -> Totals:
        """The joint choice."""
        total = self._with_confidence(sorted(self._totals(), key=lambda each: -each.weight))
        amount = Decimal(total[0].value) if total else None
        net, tax = self._pair(amount) or (None, None)
        return Totals(total, self._subtotals(amount, net), self._taxes(amount, tax), self._tax_rows(amount, net))

    def _totals(self) -> list[Found]:
        found = []
        for each in self._sums:
            base = {Kind.TOTAL: _LABELLED, Kind.DUE: _AS_DUE, Kind.NET: _LEAST, Kind.LINES: _LEAST}.get(each.kind)
            if base is None:
                continue
            if each.column:
                base = min(base, _UNDER_HEADING)
            proofs = self._proofs(each.amount, gross=each.kind in {Kind.TOTAL, Kind.DUE})
            weight = base + _PER_PROOF * proofs + 0.0005 * each.line / max(1, len(self._lines))
            if not each.amount:
                weight -= 0.3
            found.append(self._found(each, weight))
        if any(each.kind in {Kind.TOTAL, Kind.DUE} for each in self._sums):
            return found
        return [*self._computed(), *found]

    def _with_confidence(self, ranked: list[Found]) -> list[Found]:
        """The candidates, the first as sure as its proofs make it; one that the printed sums speak against is not."""
        if not ranked or ranked[0].source == "computed":
            return ranked
        best = ranked[0]
        proofs = self._proofs(Decimal(best.value), gross=True)
        score = best.span.score if best.span else 1.0
        if proofs:
            sure = next(sure for least, sure in _BY_PROOFS if proofs >= least) * (0.5 + 0.5 * score)
            return [replace(best, weight=max(best.weight, sure)), *ranked[1:]]
        disputed = any(self._nets()) and any(self._tax_values())
        second = ranked[1].weight if len(ranked) > 1 else 0.0
        return [replace(best, weight=max(min(best.weight, _DISPUTED), second)), *ranked[1:]] if disputed else ranked

    def _proofs(self, amount: Decimal, *, gross: bool) -> float:
        nets, taxes = self._nets(), self._tax_values()
        with_tax = any(abs(net + tax - amount) <= self._tolerance for net in nets for tax in taxes if tax)
        untaxed = not any(taxes) and any(abs(net - amount) <= self._tolerance for net in nets)
        paid = self._of(Kind.PREPAID)
        due = self._of(Kind.DUE)
        settled = gross and any(
            abs(amount - abs(one.amount) - other.amount) <= CENT for one in paid if one.amount for other in due
        )
        same = gross and any(other.amount == amount for other in due)
        return 2.0 * with_tax + 1.0 * untaxed + self._by_lines(amount) + 1.0 * settled + 0.5 * same

    def _by_lines(self, amount: Decimal) -> float:
        """How well the lines lead to the amount, charges and discounts included: 1 with the tax or without any.

        Lines that add up to it though there is a tax may hold the tax, or be the net.
        """
        lines = self._items.total
        if lines is None:
            return 0.0
        taxes = [tax for tax in self._tax_values() if tax]
        bases = {lines, lines + self._extra()}
        if any(abs(base + tax - amount) <= self._tolerance for base in bases for tax in taxes):
            return 1.0
        alone = any(abs(base - amount) <= self._tolerance for base in bases)
        return (_MAY_HOLD_TAX if taxes else 1.0) if alone else 0.0

    def _extra(self) -> Decimal:
        charges = {each.amount for each in self._of(Kind.CHARGE)}
        discounts = {-abs(each.amount) for each in self._of(Kind.DISCOUNT)}
        return sum(charges, Decimal(0)) + sum(discounts, Decimal(0))

    def _nets(self) -> set[Decimal]:
        nets = {each.amount for each in self._sums if each.kind in {Kind.NET, Kind.LINES}}
        bases = {each.amount for each in self._of(Kind.BASE)}
        nets |= bases
        printed = [row.base for row in self._unique() if row.base is not None]
        if printed:
            nets.add(sum(printed, Decimal(0)))
        if self._items.total is not None:
            nets.add(self._items.total)
        return nets

    def _tax_values(self) -> set[Decimal]:
        values = {each.amount for each in self._of(Kind.TAX)}
        rows = self._unique()
        if rows:
            values.add(sum((row.amount for row in rows), Decimal(0)))
        return values

    def _unique(self) -> list[TaxRow]:
        """Each rate once."""
        return list({row.rate: row for row in self._rows}.values())

    def _pair(self, total: Decimal | None) -> tuple[Decimal, Decimal] | None:
        """Net and tax that lead to the total: the surest of both by label, an exact sum before a rounded one."""
        if total is None:
            return None
        best: tuple[float, tuple[Decimal, Decimal]] | None = None
        for net, sure_net in self._weighed_nets().items():
            for tax, sure_tax in self._weighed_taxes().items():
                off = abs(net + tax - total)
                weight = sure_net + sure_tax + (off == 0) + 0.2 * bool(tax)
                if off <= self._tolerance and (best is None or weight > best[0]):
                    best = weight, (net, tax)
        return best[1] if best else None

    def _weighed_nets(self) -> dict[Decimal, float]:
        nets: dict[Decimal, float] = {}
        for each in self._sums:
            sure = {Kind.NET: 2.0, Kind.LINES: 1.5, Kind.BASE: 0.5}.get(each.kind)
            if sure is not None:
                nets[each.amount] = max(nets.get(each.amount, 0.0), sure)
        printed = [row.base for row in self._unique() if row.base is not None]
        if printed:
            added = sum(printed, Decimal(0))
            nets[added] = nets.get(added, 0.5) + 1.0
        lines = self._items.total
        if lines is not None:
            for value in {lines, lines + self._extra()}:
                nets[value] = nets.get(value, 0.3) + 0.5
        return nets

    def _weighed_taxes(self) -> dict[Decimal, float]:
        taxes: dict[Decimal, float] = {Decimal(0): 0.0}
        for each in self._of(Kind.TAX):
            sure = 1.0 if any(map(str.isdigit, each.label)) else 2.0
            taxes[each.amount] = max(taxes.get(each.amount, 0.0), sure)
        rows = self._unique()
        if rows:
            added = sum((row.amount for row in rows), Decimal(0))
            taxes[added] = taxes.get(added, 0.5) + 1.0
        return taxes

    def _subtotals(self, total: Decimal | None, net: Decimal | None) -> list[Found]:
        found = []
        for each in self._sums:
            base = {Kind.NET: 0.75, Kind.LINES: 0.6, Kind.BASE: 0.45}.get(each.kind)
            if base is not None:
                fits = net is not None and each.amount == net
                found.append(self._found(each, _PROVED if fits else base))
        lines = self._items.total
        if net is not None and all(Decimal(each.value) != net for each in found):
            found.append(Found(_plain(net), "", 0.8, None, "computed"))
        elif not found and lines is not None and total is not None and abs(lines) <= abs(total) + CENT:
            found.append(Found(_plain(lines), "", 0.6, None, "computed"))
        return found

    def _taxes(self, total: Decimal | None, tax: Decimal | None) -> list[Found]:
        found = []
        for each in self._of(Kind.TAX):
            fits = tax is not None and each.amount == tax
            found.append(self._found(each, _PROVED if fits else 0.5))
        rows = self._unique()
        added = sum((row.amount for row in rows), Decimal(0))
        if rows and all(Decimal(each.value) != added for each in found):
            last = rows[-1]
            weight = 0.95 if added == tax else 0.6
            found.append(Found(_plain(added), "", weight, last.span, "computed", last.line))
        if tax is not None and all(Decimal(each.value) != tax for each in found):
            found.append(Found(_plain(tax), "", 0.6, None, "computed"))
        if not found and total is not None and self._by_lines(total):
            found.append(Found("0.00", "", 0.5, None, "computed"))
        return found

    def _tax_rows(self, total: Decimal | None, net: Decimal | None) -> tuple[TaxRow, ...]:
        rows = self._unique()
        if len(rows) == 1 and rows[0].base is None and net is not None and total is not None:
            row = rows[0]
            return (TaxRow(row.rate, row.amount, net, row.span, row.line),)
        return tuple(rows)

    def _computed(self) -> list[Found]:
        """A total under no known label: a printed amount that two others lead to, else net and tax, else the lines."""
        led = self._led_to()
        if led is not None:
            return [self._found(led, _LED_TO)]
        nets = [each.amount for each in self._sums if each.kind is Kind.NET]
        taxes = [each.amount for each in self._of(Kind.TAX)]
        if nets and taxes:
            return [Found(_plain(nets[-1] + taxes[-1]), "", _COMPUTED, None, "computed")]
        lines = self._items.total
        return [Found(_plain(lines), "", _COMPUTED, None, "computed")] if lines is not None else []

    def _led_to(self) -> Sum | None:
        """The largest printed amount that is the sum of two others, the smaller a plausible tax on the larger."""
        distinct = sorted({each.amount for each in self._printed if each.amount > 0}, reverse=True)[:_MOST_AMOUNTS]
        for total in distinct:
            for net in distinct:
                tax = total - net
                if net < total and tax in distinct and tax <= net * _HIGHEST_TAX:
                    return next(each for each in reversed(self._printed) if each.amount == total)
        return None

    def _of(self, kind: Kind) -> list[Sum]:
        return [each for each in self._sums if each.kind is kind]

    def _found(self, each: Sum, weight: float) -> Found:
        source: Source = source_of(self._lines[each.line])
        sure = min(max(weight, 0.05), _PROVED) * (0.5 + 0.5 * each.span.score)
        return Found(_plain(each.amount), each.span.text, sure, each.span, source, each.line)


def _without_parts(sums: Sequence[Sum]) -> list[Sum]:
    """The sums without those of a column whose last row adds up the others (the tax rate by rate)."""
    columns: dict[tuple[Kind, str], list[Sum]] = {}
    for each in sums:
        if each.column:
            columns.setdefault((each.kind, each.label), []).append(each)
    parts = {
        id(part)
        for column in columns.values()
        if len(column) > 2  # noqa: PLR2004 - two parts and their sum
        and sum((part.amount for part in column[:-1]), Decimal(0)) == column[-1].amount
        for part in column[:-1]
    }
    return [each for each in sums if id(each) not in parts]


def due(sums: Iterable[Sum]) -> Decimal | None:
    """What is still to be paid, where it is printed."""
    return next((each.amount for each in sums if each.kind is Kind.DUE), None)


def _plain(amount: Decimal) -> str:
    return f"{amount:f}"
