"""GST rates: which exist, from when to when, and what a printed or misread rate stands for.

Sources: the rate schedules of 2017, the changes of 18 July 2022 (cut diamonds), of 22 September 2025 (12 and 28 end,
40 begins, tobacco and pan masala stay) and of 1 February 2026 (tobacco at 40, biris at 18).
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

BEGIN = dt.date(2017, 7, 1)
"""The first day of GST."""
_REFORM = dt.date(2025, 9, 22)
_TOBACCO_REFORM = dt.date(2026, 2, 1)
_ONE_DAY = dt.timedelta(days=1)
_TOBACCO_NAMES = ("pan masala", "gutkha", "tobacco", "cigar", "zarda", "khaini", "hookah", "bidi", "biri", "beedi")


@dataclass(frozen=True)
class Slab:
    """A rate (a percent) and the days, both included, on which it was in force; for tobacco alone where it says so."""

    rate: Decimal
    first: dt.date
    last: dt.date | None = None
    tobacco: bool = False


def _slab(rate: str, first: dt.date = BEGIN, last: dt.date | None = None, *, tobacco: bool = False) -> Slab:
    return Slab(Decimal(rate), first, last, tobacco)


SLABS: tuple[Slab, ...] = (
    _slab("0"),
    _slab("0.1", dt.date(2017, 10, 23)),
    _slab("0.25"),
    _slab("1"),
    _slab("1.5", dt.date(2022, 7, 18)),
    _slab("3"),
    _slab("5"),
    _slab("6"),
    _slab("7.5"),
    _slab("12", last=_REFORM - _ONE_DAY),
    _slab("18"),
    _slab("28", last=_REFORM - _ONE_DAY),
    _slab("28", _REFORM, _TOBACCO_REFORM - _ONE_DAY, tobacco=True),
    _slab("40", _REFORM),
)
RATES = frozenset(slab.rate for slab in SLABS)
_SCALED = {rate / 100: rate for rate in RATES if rate and rate / 100 not in RATES}
_TARGETS = tuple(Decimal(rate) for rate in (0, 3, 5, 12, 18, 28, 40))
"""What a rate is rounded to; the special rates count only where they stand exactly."""
_HALVES = frozenset(rate / 2 for rate in RATES)
"""The rate of CGST alone is not a misread slab."""
_REACH = Decimal("0.75")
_NEAR = Decimal("0.06")


def snapped(rate: Decimal) -> Decimal:
    """The rate that a printed one means: a fraction is scaled (0.18 is 18), a near one rounded, others kept (19.5).

    0.25 and 0.1 are rates of their own, never fractions. The result lies between 0 and 100.
    """
    rate = min(max(rate, Decimal(0)), Decimal(100))
    if rate in RATES:
        return rate
    if rate in _SCALED:
        return _SCALED[rate]
    if rate in _HALVES:
        return rate
    nearest = min(_TARGETS, key=lambda each: abs(each - rate))
    reach = _REACH if nearest else _NEAR
    return nearest if abs(nearest - rate) <= reach else rate


def implied(tax: int, taxable: int) -> Decimal | None:
    """The slab that a printed tax (paise) is of a taxable value (paise); None where it is of none.

    The tax may be off by a paisa per component, which weighs more on small values.
    """
    if taxable == 0 or tax == 0 or (tax < 0) != (taxable < 0):
        return None
    rate = Decimal(100 * tax) / Decimal(taxable)
    slack = min(max(Decimal(200) / abs(Decimal(taxable)), Decimal("0.02")), Decimal("0.1"))
    nearest = min(RATES, key=lambda each: abs(each - rate))
    return nearest if nearest and abs(nearest - rate) <= slack else None


def in_force(rate: Decimal, day: dt.date, hsn: str | None, name: str | None) -> bool:
    """Whether a rate was in force on a day for such goods. Also true before GST, where there is nothing to judge by."""
    if day < BEGIN:
        return True
    return any(
        slab.rate == rate
        and slab.first <= day
        and (slab.last is None or day <= slab.last)
        and (not slab.tobacco or is_tobacco(hsn, name))
        for slab in SLABS
    )


def is_tobacco(hsn: str | None, name: str | None) -> bool:
    """Tobacco (chapter 24) or pan masala (2106 90 20), by code or, where the code is short, by name."""
    code = "".join(filter(str.isdigit, hsn or ""))
    if code.startswith(("24", "21069020")):
        return True
    return (not code or "21069020".startswith(code)) and any(word in (name or "").lower() for word in _TOBACCO_NAMES)
