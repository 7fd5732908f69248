"""Dates as printed in Spanish, English, Malay, Portuguese, German, French, Italian or Dutch."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ocr_engine.local.spelling import fold, repair_digits

_MONTHS = {
    1: "ene enero jan january janeiro januari januar janner janvier janv gennaio gen",
    2: "feb febrero february fev fevereiro februari februar fevrier fevr febbraio",
    3: "mar marzo march marco mac marz maerz mrz mars maart mrt",
    4: "abr abril apr april avril avr aprile",
    5: "may mayo mai maio mei maggio mag",
    6: "jun junio june junho juni juin giugno giu",
    7: "jul julio july julho julai juli juillet juil luglio lug",
    8: "ago agosto aug august ogos ogo augustus aout",
    9: "sep sept set septiembre setiembre september setembro septembre settembre",
    10: "oct octubre october out outubro okt oktober octobre ottobre ott",
    11: "nov noviembre november novembro novembre",
    12: "dic diciembre dec december dez dezembro dis disember dezember decembre dicembre",
}
_MONTH = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_NUMERIC = re.compile(
    r"(?<![\d/.-])(?<!\d[.,] )(\d{1,4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})"
    r"(?:(?![\d-])(?!\.\d)|(?=\d{1,2}:\d{2}))"
)
_COMPACT = re.compile(r"(?<!\d)(20[0-4]\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?!\d)")
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:o|ro|st|nd|rd|th)?[\s./-]*(?:de\s+|of\s+)?({_NAMES})(?![a-z])\.?[\s,./'-]*"
    r"(?:de[l]?\s+)?(\d{4}|\d{2})(?!\d|:\d)"
)
_MONTH_FIRST = re.compile(rf"\b({_NAMES})\b\.?[\s-]*(\d{{1,2}})(?:st|nd|rd|th)?[,\s-]+(?:de[l]?\s+)?(\d{{4}})(?!\d)")
_CJK = re.compile(r"(\d{4})\s?[年]\s?(\d{1,2})\s?[月]\s?(\d{1,2})\s?[日]")
_BROKEN = re.compile(r"(?<![\d/.-])(\d{2})([-/. ])(\d{2})([-/. ])(\d{4}|\d{2})(?![\d.,/-])")
"""A sign between the figures got lost: `05 02-18`. Too like other numbers to be read where a whole date stands."""
_CENTURY = 2000
_PIVOT = 70
"""Two digits of a year above it are of the last century."""
_LAST_MONTH = 12


@dataclass(frozen=True)
class PrintedDate:
    """A date and where it stands in the text."""

    value: dt.date
    start: int
    end: int
    other: dt.date | None = None
    """What it is with the month first, where both readings make a date; None where the order is plain."""


def find_dates(text: str, *, month_first: bool = False) -> Iterator[PrintedDate]:
    """Every date in a line; a time glued to its end (`26-12-202521:03`) is no hindrance.

    Day before month, unless that cannot be or `month_first` says otherwise.
    """
    folded = fold(repair_digits(text))
    for hit in _NUMERIC.finditer(folded):
        yield from _numeric(hit, month_first=month_first)
    for pattern, order in ((_DAY_FIRST, (3, 2, 1)), (_MONTH_FIRST, (3, 1, 2)), (_CJK, (1, 2, 3))):
        for hit in pattern.finditer(folded):
            year, month, day = (hit[group] for group in order)
            value = _date(year, _MONTH.get(month) or int(month), int(day))
            if value:
                yield PrintedDate(value, *hit.span())


def find_doubtful_dates(text: str) -> Iterator[PrintedDate]:
    """Dates that lost a sign (`05 02-18`) or never had one (`20180502`), for a document on which no other stands."""
    folded = fold(repair_digits(text))
    for hit in _BROKEN.finditer(folded):
        if (hit[2], hit[4]) != (" ", " "):
            value = _date(hit[5], int(hit[3]), int(hit[1]))
            if value:
                yield PrintedDate(value, *hit.span())
    for hit in _COMPACT.finditer(folded):
        value = _date(hit[1], int(hit[2]), int(hit[3]))
        if value:
            yield PrintedDate(value, *hit.span())


def month_comes_first(texts: Iterable[str]) -> bool | None:
    """The document's order by those of its dates that allow only one; None where none decides."""
    month = day = 0
    for text in texts:
        for hit in _NUMERIC.finditer(fold(repair_digits(text))):
            first, second = hit[1], hit[3]
            if len(first) <= 2:  # noqa: PLR2004 - longer is a year
                month += int(first) <= _LAST_MONTH < int(second)
                day += int(second) <= _LAST_MONTH < int(first)
    return None if month == day else month > day


def _numeric(hit: re.Match[str], *, month_first: bool) -> Iterator[PrintedDate]:
    first, second, third = hit[1], hit[3], hit[4]
    if len(first) == 4:  # noqa: PLR2004 - a year
        value = _date(first, int(second), int(third)) if len(third) <= 2 else None  # noqa: PLR2004
        if value:
            yield PrintedDate(value, *hit.span())
        return
    if len(first) > 2:  # noqa: PLR2004 - neither a year nor a day
        return
    day_month = _date(third, int(second), int(first))
    month_day = _date(third, int(first), int(second))
    chosen, other = (month_day, day_month) if month_first else (day_month, month_day)
    value = chosen or other
    if value:
        yield PrintedDate(value, *hit.span(), other if chosen and other != chosen else None)


def _date(year: str, month: int, day: int) -> dt.date | None:
    full = int(year)
    if len(year) == 2:  # noqa: PLR2004 - two digits of a year
        full += _CENTURY - (100 if full > _PIVOT else 0)
    try:
        return dt.date(full, month, day)
    except ValueError:
        return None
