"""Amounts of read fields, and fields of computed amounts. What was printed is never changed. Pure."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from reconciler.values import Values
from shared.contracts.reading import ReadField
from shared.money import CENT, to_cents

Row = Mapping[str, ReadField]

HUNDRED = Decimal(100)
_HIGHEST_RATE = HUNDRED
"""Percent: no tax on goods takes more than their price."""
_MOST_RATES = 8
_LESS_SURE = 0.8
"""Of what follows from read values: it is never surer than they are."""


def amount(row: Row, key: str) -> Decimal | None:
    """A field's number; None where there is none, or none that is believed."""
    return Values(row).amount(key)


def rates(row: Row, key: str = "tax_rates") -> tuple[Decimal, ...] | None:
    """Percents such as `9,12`; None where none is read, or one of them is no rate of a tax."""
    text = row[key].value if key in row else None
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")[:_MOST_RATES]]
    found = [amount({key: ReadField(value=part)}, key) for part in parts]
    known = tuple(each for each in found if each is not None and abs(each) < _HIGHEST_RATE)
    return known if len(known) == len(parts) else None


def computed(value: Decimal, row: Row, *of: str) -> ReadField:
    """A field that nobody printed, in cents; as sure as the least sure of the fields that it follows from."""
    sure = [row[key].confidence for key in of if key in row]
    confidence = round(_LESS_SURE * min(sure), 4) if sure else 0.0
    return ReadField(value=f"{to_cents(value):f}", confidence=confidence, source="computed")


def missing(row: Row, key: str) -> bool:
    """Whether nothing was read."""
    return key not in row or row[key].value is None


def near(one: Decimal, other: Decimal, parts: int = 1) -> bool:
    """Whether two amounts are one but for rounding, a cent for each part that was rounded by itself."""
    return abs(one - other) <= CENT * max(1, parts)


def added(amounts: Iterable[Decimal]) -> Decimal:
    """The sum."""
    return sum(amounts, Decimal(0))
