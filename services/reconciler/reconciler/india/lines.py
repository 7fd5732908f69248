"""The lines under each way of reading them: prices with or without tax, and what the Amount column means."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import compress, product
from typing import Literal

from reconciler.india.page import Line, Page
from reconciler.india.scale import KEPT_ALL, MICRO, WHOLE, half_up, part, tax_of, without_tax
from shared.contracts.india.gst_v4 import PriceMode

Column = Literal["net", "gross", "inclusive"]
"""The Amount column: after discounts without tax, before discounts, or after discounts with tax."""
Trust = Literal["either", "amounts", "rates"]
"""Where both are there but differ: the one that is plausible, the Amount column, or quantity times rate."""

_NATURAL: dict[PriceMode, Column] = {"WITHOUT_TAX": "net", "WITH_TAX": "inclusive"}
_MODES: tuple[PriceMode, ...] = ("WITHOUT_TAX", "WITH_TAX")
_COLUMNS: tuple[Column, ...] = ("net", "inclusive", "gross")
_TRUSTS: tuple[Trust, ...] = ("either", "amounts", "rates")
_MOST_ODD = 8
"""Lines whose columns disagree, of which every combination is tried."""
_TAX_SLACK = 5
"""Paise by which a line's printed taxes may differ: each component is rounded, some before and some after others."""

Rates = tuple[int, int]
"""GST and cess, in 1/10000 percent."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Lines of one rate, in paise."""

    ex: int
    tax: int
    """Rounded line by line."""
    cess: int


@dataclass(frozen=True, slots=True)
class LineSet:
    """Every line's value without tax, under one way of reading them."""

    name: str
    modes: Sequence[PriceMode]
    columns: Sequence[Column]
    ex: Sequence[int | None]
    agreed: Sequence[bool]
    """Whether quantity times rate and the Amount column do not contradict each other, by line."""
    contradicted: int
    """How many of the lines' columns disagree with it."""
    distance: int
    """By how many paise they do."""
    departures: int
    order: int
    buckets: dict[Rates, Bucket]
    fixed_cess: int

    @property
    def total(self) -> int:
        """Of all lines, without tax."""
        return sum(bucket.ex for bucket in self.buckets.values())

    @property
    def price_mode(self) -> str:
        """The mode that all lines have, or `MIXED`."""
        first = self.modes[0] if self.modes else "WITHOUT_TAX"
        return first if all(mode == first for mode in self.modes) else "MIXED"


@dataclass(frozen=True, slots=True)
class _Way:
    """One way of reading all lines."""

    name: str
    modes: Sequence[PriceMode]
    columns: Sequence[Column]
    trust: Trust
    order: int
    trusts: Sequence[Trust] = ()
    """Line by line, where the lines differ in it."""


@dataclass(slots=True)
class _Values:
    """One line under every way of reading it: from quantity and rate, and from the Amount column."""

    computed: dict[PriceMode, int | None]
    amounts: dict[tuple[PriceMode, Column], int | None]
    taxed: dict[PriceMode, bool]
    """Whether quantity times rate bears the line's printed taxes out."""
    slack: int

    def agree(self, mode: PriceMode, column: Column) -> bool | None:
        """Whether both ways give the same; None where one of them is missing."""
        computed, amount = self.computed[mode], self.amounts[mode, column]
        return None if computed is None or amount is None else abs(computed - amount) <= self.slack


def line_sets(page: Page) -> list[LineSet]:
    """Every way of reading the lines that gives other figures, the literal one first, then by what contradicts them."""
    values = [_values(line, halves=not page.igst) for line in page.lines]
    found: dict[tuple[int | None, ...], LineSet] = {}
    for candidate in _candidates(page, values):
        ex = tuple(candidate.ex)
        same = found.get(ex, candidate)
        # Two ways with the same values are one; the page's columns are understood as the better of the two has them.
        distance = min(same.distance, candidate.distance)
        found[ex] = replace(min(same, candidate, key=_doubt), distance=distance)
    literal, *others = found.values()
    return [literal, *sorted(others, key=lambda each: each.contradicted)]


def _doubt(lines: LineSet) -> tuple[int, int, int]:
    return lines.contradicted, lines.departures, lines.order


def _candidates(page: Page, values: Sequence[_Values]) -> Iterator[LineSet]:
    stated: list[PriceMode] = [line.stated or "WITHOUT_TAX" for line in page.lines]
    yield _line_set(page, values, _Way("as_is", stated, [_NATURAL[mode] for mode in stated], "either", 0))
    has_amounts = any(line.amount is not None for line in page.lines)
    for mode, column in _worth_trying(page, values):
        order = 1 + _MODES.index(mode)
        columns = [column] * len(values)
        modes: list[PriceMode] = [mode] * len(values)
        mixed = [_proven(each, mode, column) for each in values]
        base = f"from_printed_{mode.lower()}"
        named = base if column == _NATURAL[mode] or not has_amounts else f"{base}+amount_{column}"
        for trust in _trusts(values, modes, column):
            yield _line_set(page, values, _Way(_trusted(named, trust), modes, columns, trust, order))
        trusts = _fitted_trusts(page, values, modes, column)
        if trusts:
            yield _line_set(page, values, _Way(f"{named}+trust_by_line", modes, columns, "either", order, trusts))
        if mixed != modes:
            for trust in _trusts(values, mixed, column):
                both = "from_printed_per_line" + (f"+amount_{column}" if has_amounts else "")
                both = _trusted(both, trust)
                yield _line_set(page, values, _Way(both, mixed, columns, trust, 2 + order))
    fitted = () if has_amounts else _fitted_modes(page, values)
    if fitted:
        yield _line_set(
            page, values, _Way("from_printed_per_line", fitted, ["net"] * len(values), "either", 2 + len(_MODES))
        )


def _worth_trying(page: Page, values: Sequence[_Values]) -> list[tuple[PriceMode, Column]]:
    """Modes and meanings of the Amount column that some line bears out; all of them where no line bears out any."""
    if not any(line.amount is not None for line in page.lines):
        return [(mode, "net") for mode in _MODES]
    discounted = any(line.discounted for line in page.lines)
    pairs = [(mode, column) for column in _COLUMNS if column != "gross" or discounted for mode in _MODES]
    comparable = any(each.agree(*pairs[0]) is not None for each in values)
    borne_out = [pair for pair in pairs if any(each.agree(*pair) for each in values)]
    return borne_out if comparable and borne_out else pairs


def _trusts(values: Sequence[_Values], modes: Sequence[PriceMode], column: Column) -> tuple[Trust, ...]:
    """Whom to trust is a question only where the column and quantity times rate differ, be it by a paisa."""
    for each, mode in zip(values, modes, strict=True):
        computed, amount = each.computed[mode], each.amounts[mode, column]
        if computed is not None and amount is not None and computed != amount:
            return _TRUSTS
    return _TRUSTS[:1]


def _fitted_trusts(
    page: Page, values: Sequence[_Values], modes: Sequence[PriceMode], column: Column
) -> tuple[Trust, ...]:
    """For a few lines whose columns disagree: which of them are right in the Amount and which in quantity times rate.

    The printed subtotal, or else the sum of the tax summary, tells; nothing where neither is there or none fits.
    """
    odd = [index for index, each in enumerate(values) if each.agree(modes[index], column) is False]
    sums = [row.taxable or 0 for row in page.table]
    target = sum(sums) if page.subtotal is None and sums else page.subtotal
    if not 1 < len(odd) <= _MOST_ODD or target is None:
        return ()
    target -= sum(extra.ex or 0 for extra in page.extras if extra.taxable is not False)
    target += sum(cut.value for cut in page.cuts if not cut.is_percent)
    computed = [values[index].computed[modes[index]] or 0 for index in odd]
    steps = [
        (values[index].amounts[modes[index], column] or 0) - rate for index, rate in zip(odd, computed, strict=True)
    ]
    rest = sum(
        _chosen(line, each, mode, column, "either") or 0
        for index, (line, each, mode) in enumerate(zip(page.lines, values, modes, strict=True))
        if index not in odd
    )
    missing = target - rest - sum(computed)
    chosen = min(product((False, True), repeat=len(odd)), key=lambda taken: abs(missing - sum(compress(steps, taken))))
    if abs(missing - sum(compress(steps, chosen))) > page.slack:
        return ()
    of_line: dict[int, Trust] = {
        index: "amounts" if taken else "rates" for index, taken in zip(odd, chosen, strict=True)
    }
    return tuple(of_line.get(index, "either") for index in range(len(values)))


def _fitted_modes(page: Page, values: Sequence[_Values]) -> tuple[PriceMode, ...]:
    """For a few lines without an Amount of which nothing tells the price mode: the modes that make the subtotal.

    Nothing where one mode for all makes it, where several mixtures do, or where none does.
    """
    unclear = [
        index
        for index, (line, each) in enumerate(zip(page.lines, values, strict=True))
        if line.stated is None and not any(each.taxed.values()) and None not in each.computed.values()
    ]
    if not 1 < len(unclear) <= _MOST_ODD or page.subtotal is None or any(cut.is_percent for cut in page.cuts):
        return ()
    modes = [_proven(each, line.stated or "WITHOUT_TAX", "net") for line, each in zip(page.lines, values, strict=True)]
    found: set[tuple[PriceMode, ...]] = set()
    for chosen in product(_MODES, repeat=len(unclear)):
        for index, mode in zip(unclear, chosen, strict=True):
            modes[index] = mode
        total = sum(each.computed[mode] or 0 for each, mode in zip(values, modes, strict=True))
        if _makes_subtotal(page, total):
            found.add(tuple(modes))
    only = found.pop() if len(found) == 1 else ()
    return only if len(set(only)) > 1 else ()


def _makes_subtotal(page: Page, items: int) -> bool:
    cuts = sum(cut.value for cut in page.cuts)
    charges = sum(extra.ex or 0 for extra in page.extras if extra.taxable is not False)
    meanings = (items + less + more for less in (0, -cuts) for more in (0, charges))
    return any(abs((page.subtotal or 0) - each) <= page.slack for each in meanings)


def _trusted(name: str, trust: Trust) -> str:
    return name if trust == "either" else f"{name}+trust_{trust}"


def _proven(values: _Values, mode: PriceMode, column: Column) -> PriceMode:
    """The mode that the line's own columns, its Amount or else its taxes, prove; else the one given."""
    other: PriceMode = "WITH_TAX" if mode == "WITHOUT_TAX" else "WITHOUT_TAX"
    if values.agree(mode, column) is None:
        return other if values.taxed[other] and not values.taxed[mode] else mode
    return other if values.agree(other, column) and not values.agree(mode, column) else mode


def _line_set(page: Page, values: Sequence[_Values], way: _Way) -> LineSet:
    ex: list[int | None] = []
    agreed: list[bool] = []
    contradicted = distance = departures = fixed_cess = 0
    sums: dict[Rates, list[int]] = {}
    trusts = way.trusts or (way.trust,) * len(values)
    for line, each, mode, column, trust in zip(page.lines, values, way.modes, way.columns, trusts, strict=True):
        value = _chosen(line, each, mode, column, trust)
        ex.append(value)
        departures += (mode != (line.stated or "WITHOUT_TAX")) + (line.amount is not None and column != _NATURAL[mode])
        agreed.append(each.agree(mode, column) is not False)
        if value is None:
            continue
        if not agreed[-1]:
            contradicted += 1
            distance += abs((each.computed[mode] or 0) - (each.amounts[mode, column] or 0))
        tax = tax_of(value, line.rate, halves=not page.igst)
        if line.tax is not None and not page.cuts:
            contradicted += abs(tax - line.tax) > _TAX_SLACK
            distance += abs(tax - line.tax)
        bucket = sums.setdefault((line.rate, line.cess_rate), [0, 0, 0])
        bucket[0] += value
        bucket[1] += tax
        bucket[2] += part(value, line.cess_rate)
        fixed_cess += line.cess
    return LineSet(
        name=way.name,
        modes=way.modes,
        columns=way.columns,
        ex=ex,
        agreed=agreed,
        contradicted=contradicted,
        distance=distance,
        departures=min(departures, 1) + bool(way.trusts or way.trust != "either"),
        order=way.order,
        buckets={rates: Bucket(*sums[rates]) for rates in sorted(sums)},
        fixed_cess=fixed_cess,
    )


def _chosen(line: Line, values: _Values, mode: PriceMode, column: Column, trust: Trust) -> int | None:
    """The line's value.

    Where both ways of getting it are there and differ, a printed amount is believed, but not one that is the gross
    while a discount exists, and not above what quantity and rate give.
    """
    computed, amount = values.computed[mode], values.amounts[mode, column]
    if computed is None or amount is None:
        return next((value for value in (amount, computed, line.hint) if value is not None), None)
    if trust != "either":
        return amount if trust == "amounts" else computed
    if abs(computed - amount) <= values.slack:
        return amount
    if amount > computed or (line.discounted and values.agree(mode, "gross")):
        return computed
    return amount


def _adds_up(line: Line, computed: int | None) -> bool:
    """Whether the computed value with its tax is the printed amount to the paisa: then it is the exact one."""
    if computed is None:
        return False
    total = computed + part(computed, line.cess_rate) + line.cess
    return line.amount in {total + tax_of(computed, line.rate, halves=halves) for halves in (True, False)}


def _values(line: Line, *, halves: bool) -> _Values:
    computed: dict[PriceMode, int | None] = {mode: _computed(line, mode) for mode in _MODES}
    amounts: dict[tuple[PriceMode, Column], int | None] = {}
    inclusive = None if line.amount is None else without_tax(line.amount - line.cess, line.rate + line.cess_rate)
    for mode in _MODES:
        amounts[mode, "net"] = line.amount
        amounts[mode, "inclusive"] = computed[mode] if _adds_up(line, computed[mode]) else inclusive
        amounts[mode, "gross"] = _of_gross(line, mode, inclusive)
    per_unit = abs(line.qty or 0) // (2 * MICRO)
    taxed = {mode: _is_taxed(line, value, halves=halves) for mode, value in computed.items()}
    return _Values(computed, amounts, taxed, 1 + min(per_unit, abs(line.amount or 0) // 200))


def _is_taxed(line: Line, value: int | None, *, halves: bool) -> bool:
    if line.tax is None or value is None:
        return False
    return abs(tax_of(value, line.rate, halves=halves) - line.tax) <= _TAX_SLACK


def _computed(line: Line, mode: PriceMode) -> int | None:
    """Quantity times unit price less the discounts, without tax: in one division, so that nothing is rounded before.

    A quantity or a price of 0 beside an amount is one that was not read.
    """
    if line.qty is None or line.price is None or (line.amount and not (line.qty and line.price)):
        return None
    value = line.qty * line.price * line.kept
    off = line.flat * line.qty * KEPT_ALL
    if mode == "WITHOUT_TAX":
        return half_up((value - off) * 100, MICRO * MICRO * KEPT_ALL) - line.cut
    whole = WHOLE + line.rate + line.cess_rate
    value = half_up((value * WHOLE - off * whole) * 100, MICRO * MICRO * KEPT_ALL * whole)
    return value - without_tax(line.cut + line.cess, line.rate + line.cess_rate)


def _of_gross(line: Line, mode: PriceMode, inclusive: int | None) -> int | None:
    """The value that follows from an amount before discounts; None where there is none to take off."""
    if line.amount is None or inclusive is None or not line.discounted:
        return None
    amount, cut = line.amount, line.cut
    if mode == "WITH_TAX":
        amount, cut = inclusive, without_tax(line.cut, line.rate + line.cess_rate)
    return half_up(amount * line.kept, KEPT_ALL) - half_up(line.flat * (line.qty or 0) * 100, MICRO * MICRO) - cut
