"""Dates as printed in Spanish, English or Portuguese, day before month unless that cannot be."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass

from ocr_engine.local.spelling import fold, repair_digits

_MONTHS = {
    1: "ene enero jan january janeiro",
    2: "feb febrero february fev fevereiro",
    3: "mar marzo march marco",
    4: "abr abril apr april",
    5: "may mayo mai maio",
    6: "jun junio june junho",
    7: "jul julio july julho",
    8: "ago agosto aug august",
    9: "sep sept set septiembre setiembre september setembro",
    10: "oct octubre october out outubro",
    11: "nov noviembre november novembro",
    12: "dic diciembre dec december dez dezembro",
}
_MONTH = {name: number for number, names in _MONTHS.items() for name in names.split()}
_NAMES = "|".join(sorted(_MONTH, key=len, reverse=True))
_NUMERIC = re.compile(r"(?<![\d/.-])(\d{1,4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{4}|\d{2})(?:(?![\d-])|(?=\d{2}:\d{2}))")
_DAY_FIRST = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:o|ro)?[\s./-]*(?:de\s+|of\s+)?({_NAMES})\b\.?[\s,./-]*(?:de[l]?\s+)?(\d{{4}}|\d{{2}})(?!\d)"
)
_MONTH_FIRST = re.compile(rf"\b({_NAMES})\b\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(?:de[l]?\s+)?(\d{{4}})(?!\d)")
_CENTURY = 2000
_LAST_MONTH = 12


@dataclass(frozen=True)
class PrintedDate:
    """A date and where it stands in the text."""

    value: dt.date
    start: int
    end: int


def find_dates(text: str) -> Iterator[PrintedDate]:
    """Every date in a line; a time glued to its end (`26-12-202521:03`) is no hindrance."""
    folded = fold(repair_digits(text))
    for hit in _NUMERIC.finditer(folded):
        value = _of_numbers(hit[1], hit[3], hit[4])
        if value:
            yield PrintedDate(value, *hit.span())
    for hit in _DAY_FIRST.finditer(folded):
        value = _date(hit[3], _MONTH[hit[2]], int(hit[1]))
        if value:
            yield PrintedDate(value, *hit.span())
    for hit in _MONTH_FIRST.finditer(folded):
        value = _date(hit[3], _MONTH[hit[1]], int(hit[2]))
        if value:
            yield PrintedDate(value, *hit.span())


def _of_numbers(first: str, second: str, third: str) -> dt.date | None:
    if len(first) == 4:  # noqa: PLR2004 - a year
        return _date(first, int(second), int(third)) if len(third) <= 2 else None  # noqa: PLR2004
    if len(first) > 2:  # noqa: PLR2004 - neither a year nor a day
        return None
    if int(second) > _LAST_MONTH:
        first, second = second, first
    return _date(third, int(second), int(first))


def _date(year: str, month: int, day: int) -> dt.date | None:
    full = int(year) + (_CENTURY if len(year) == 2 else 0)  # noqa: PLR2004 - two digits of a year
    try:
        return dt.date(full, month, day)
    except ValueError:
        return None
