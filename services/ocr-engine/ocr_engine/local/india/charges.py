"""Freight, packing and the like: what they are, and the rate that the printed taxes show for them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from ocr_engine.local.india.items import Tables
from ocr_engine.local.india.kinds import Kind
from ocr_engine.local.india.totals import Totals
from ocr_engine.local.page import Span
from ocr_engine.local.table.figure import rates_in

_HUNDRED = Decimal(100)
_PAISE = Decimal("0.02")
_MOST = 6
"""Charges of which every combination is tried."""


@dataclass(frozen=True)
class Charge:
    """A charge; `rate` is printed beside it, or follows from the printed taxes (`inferred`)."""

    label: str
    value: Decimal
    span: Span
    line: int
    rate: Decimal | None
    inferred: bool = False
    tax: Decimal | None = None
    with_tax: Decimal | None = None


def charges_of(tables: Tables, totals: Totals) -> tuple[Charge, ...]:
    """The charges among the goods and among the sums, in this order."""
    found = [
        Charge(
            item.name,
            figure.value,
            figure.span,
            item.line,
            item.gst_rate,
            tax=item.tax,
            with_tax=item.total.value if item.total and item.net else None,
        )
        for item in tables.charges
        if (figure := item.net or item.amount) is not None
    ]
    found += [
        Charge(each.label, each.value, each.span, each.line, next(rates_in(each.label), None))
        for each in totals.charges
    ]
    for each in totals.charge_taxes:
        owner = max((place for place, one in enumerate(found) if one.line <= each.line), default=None)
        if owner is not None:
            found[owner] = replace(found[owner], tax=each.value)
    unknown = [place for place, each in enumerate(found) if each.rate is None]
    inferred = dict(_inferred([found[place] for place in unknown], tables, totals)) if unknown else {}
    return tuple(
        replace(each, rate=inferred[key], inferred=True)
        if each.rate is None and (key := unknown.index(place)) in inferred
        else each
        for place, each in enumerate(found)
    )


def _inferred(charges: list[Charge], tables: Tables, totals: Totals) -> Iterator[tuple[int, Decimal]]:
    """Charges that make up what a rate's printed tax is of, beyond the lines of that rate."""
    if len(charges) > _MOST:
        return
    whole = sum((figure.value for item in tables.items if (figure := item.net or item.amount)), Decimal(0))
    cut = sum((abs(each.value) for each in totals.discounts), Decimal(0))
    left = (whole - cut) / whole if whole > cut else Decimal(1)
    free = list(range(len(charges)))
    for rate, tax in taxes_by_rate(totals).items():
        if not rate:
            continue
        lines = [item.net or item.amount for item in tables.items if item.gst_rate == rate]
        beyond = tax * _HUNDRED / rate - sum((each.value for each in lines if each), Decimal(0)) * left
        slack = _PAISE * (1 + _HUNDRED / rate)
        chosen = next(
            (
                group
                for size in range(1, len(free) + 1)
                for group in combinations(free, size)
                if abs(sum((charges[place].value for place in group), Decimal(0)) - beyond) <= slack
            ),
            (),
        )
        free = [place for place in free if place not in chosen]
        yield from ((place, rate) for place in chosen)


def taxes_by_rate(totals: Totals) -> dict[Decimal, Decimal]:
    """Whole rate → printed tax, where the labels of the sums tell rates."""
    found: dict[Decimal, Decimal] = {}
    for kind, rows in totals.taxes.items():
        for row in rows:
            if row.rate is not None and kind is not Kind.CESS:
                rate = row.rate * (1 if kind is Kind.IGST else 2)
                found[rate] = found.get(rate, Decimal(0)) + row.value
    return found
