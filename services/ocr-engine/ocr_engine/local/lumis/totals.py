"""Which of the printed sums is the total and which the ITBMS: labels propose, arithmetic decides."""

from collections.abc import Sequence
from decimal import Decimal

from ocr_engine.local.found import Found, source_of
from ocr_engine.local.lumis.items import Items
from ocr_engine.local.lumis.labels import Kind
from ocr_engine.local.lumis.sums import Sum
from ocr_engine.local.page import Line
from shared.contracts.reading import Source
from shared.money import CENT, parse_amount

_LABELLED = 0.72
_PER_PROOF = 0.09
_PROVED = 0.99
_DISPUTED = 0.58
"""A printed total that no other figure supports, where there are some."""
_COMPUTED = 0.3
_LEFT_FOR_TAX = 0.87
"""Above a lone rate's line or a sum of rates that does not lead to the total, below one that does."""
_MOST_OF_A_KIND = 12
"""Sums of one kind that are combined: more than an invoice of many pages has, and a bound for hostile ones."""
_HIGHEST_RATE = Decimal("0.16")


class Totals:
    """The sums of one invoice, ready to be asked for its total and its tax."""

    def __init__(self, lines: Sequence[Line], sums: Sequence[Sum], items: Items) -> None:
        self._lines = lines
        self._sums = sums
        self._taken_off = sum(items.discounts, Decimal(0)) + self._last(Kind.DISCOUNT, absolute=True)
        amounts = [item.amount.value for item in items.items if item.amount]
        self._items = sum(amounts, Decimal(0)) if amounts else None
        self._tolerance = CENT * max(1, (len(amounts) + 1) // 2)

    def total(self) -> list[Found]:
        """Candidates of the total; one that is nowhere printed is only a weak one."""
        proofs = self._proofs()
        found = []
        for each in self._of(Kind.TOTAL):
            agreeing = sum(any(abs(value - each.amount) <= self._tolerance for value in kind) for kind in proofs)
            weight = min(_PROVED, _LABELLED + _PER_PROOF * agreeing) if agreeing or not any(proofs) else _DISPUTED
            weight = (weight + 0.0002 * each.line) * (0.5 + 0.5 * each.span.score)
            found.append(self._found(each, min(weight, _PROVED)))
        printed = {each.value for each in found}
        for kind in proofs:
            computed = [value for value in kind if value > 0 and f"{value:f}" not in printed]
            found += [Found(f"{value:f}", "", _COMPUTED, None, "computed") for value in computed]
        return found

    def tax(self, total: Decimal | None) -> list[Found]:
        """Candidates of the whole ITBMS: printed as such, else added up over the rates, else none where none is due."""
        found = []
        rates = self._rates()
        for each in self._of(Kind.TAX_TOTAL):
            proved = bool(rates) and abs(sum(rates, Decimal(0)) - each.amount) <= CENT
            proved = proved or (
                total is not None and any(abs(base + each.amount - total) <= self._tolerance for base in self._bases())
            )
            weight = (0.97 if proved else 0.8) + 0.0001 * each.line
            found.append(self._found(each, min(weight, _PROVED) * (0.5 + 0.5 * each.span.score)))
        by_rate = self._by_rate()
        left = self._left_for_tax(total)
        if left is not None and not any(parse_amount(each.value) == left for each in found) and left != sum(rates):
            # A rate's line was not recognised; base and total still say what the tax was.
            found.append(Found(f"{left:f}", "", _LEFT_FOR_TAX, None, "computed"))
        if len(by_rate) == 1 and not found:
            found.append(
                self._found(by_rate[0], (0.95 if left in {None, *rates} else 0.7) * (0.5 + 0.5 * by_rate[0].span.score))
            )
        elif by_rate:
            added = sum((each.amount for each in by_rate), Decimal(0))
            raw = " + ".join(f"{each.amount:f}" for each in by_rate)
            found.append(
                Found(
                    f"{added:f}",
                    raw,
                    0.9 if left in {None, added} else 0.7,
                    by_rate[-1].span,
                    "computed",
                    by_rate[-1].line,
                )
            )
        if not found and total is not None and any(abs(base - total) <= CENT for base in self._bases()):
            found.append(Found("0.00", "", 0.6, None, "computed"))
        return found

    def _left_for_tax(self, total: Decimal | None) -> Decimal | None:
        """What total and untaxed sum leave for the tax, where a subtotal and the lines agree on that sum."""
        if total is None or self._items is None:
            return None
        base = self._items - self._taken_off
        agreed = any(
            abs(each.amount - self._items) <= CENT or abs(each.amount - base) <= CENT
            for each in self._of(Kind.SUBTOTAL)
        )
        left = total - base
        return left if agreed and 0 < left <= base * _HIGHEST_RATE else None

    def reconciles(self, total: Decimal | None, tax: Decimal | None) -> bool:
        """True where the lines lead to the total, with the tax on top or within."""
        if total is None or self._items is None:
            return False
        base = self._items - self._taken_off
        return any(abs(base + extra - total) <= self._tolerance for extra in (tax or Decimal(0), Decimal(0)))

    def _proofs(self) -> list[set[Decimal]]:
        """What the total should be, by kind of evidence: printed sums, lines, money handed over."""
        tax = self._tax_values()
        extra = self._last(Kind.TIP) + self._last(Kind.OTHER_TAX) + self._last(Kind.ROUNDING)
        subtotals = set(list(dict.fromkeys(each.amount for each in self._of(Kind.SUBTOTAL)))[-_MOST_OF_A_KIND:])
        by_sums = {value + one for value in subtotals for one in tax}
        by_sums |= {value + extra - self._taken_off for value in by_sums}
        bases = self._by_label(Kind.BASE)
        if bases:
            by_sums |= {sum(bases, Decimal(0)) + one for one in tax}
        lines = set()
        if self._items is not None:
            base = self._items - self._taken_off
            lines = {base, *(base + one for one in tax), *(base + one + extra for one in tax)}
        paid = self._by_label(Kind.PAYMENT)
        handed = set()
        if paid:
            change = self._last(Kind.CHANGE)
            handed = {sum(paid, Decimal(0)) - change, *(value - change for value in paid)}
        return [by_sums, lines, handed]

    def _bases(self) -> set[Decimal]:
        bases = {each.amount - self._taken_off for each in self._of(Kind.SUBTOTAL)} | {
            each.amount for each in self._of(Kind.SUBTOTAL)
        }
        if self._items is not None:
            bases.add(self._items - self._taken_off)
        return bases

    def _tax_values(self) -> set[Decimal]:
        values = set(list(dict.fromkeys(each.amount for each in self._of(Kind.TAX_TOTAL)))[-_MOST_OF_A_KIND:])
        rates = self._rates()
        if rates:
            values.add(sum(rates, Decimal(0)))
        return values or {Decimal(0)}

    def _rates(self) -> list[Decimal]:
        return [each.amount for each in self._by_rate()]

    def _by_rate(self) -> list[Sum]:
        """The tax at each rate, each label once: a paper may repeat it in a summary."""
        return list({each.label.casefold(): each for each in self._of(Kind.TAX)}.values())

    def _by_label(self, kind: Kind) -> list[Decimal]:
        return list({each.label.casefold(): each.amount for each in self._of(kind)}.values())

    def _of(self, kind: Kind) -> list[Sum]:
        return [each for each in self._sums if each.kind is kind]

    def _last(self, kind: Kind, *, absolute: bool = False) -> Decimal:
        found = self._of(kind)
        amount = found[-1].amount if found else Decimal(0)
        return abs(amount) if absolute else amount

    def _found(self, each: Sum, weight: float) -> Found:
        source: Source = source_of(self._lines[each.line])
        return Found(f"{each.amount:f}", each.span.text, weight, each.span, source, each.line)
