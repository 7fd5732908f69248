"""The day on which a receipt was issued."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from ocr_engine.local.dates import PrintedDate, find_dates, find_doubtful_dates
from ocr_engine.local.found import Found, source_of
from ocr_engine.local.page import Line
from ocr_engine.local.spelling import fold

_LABEL = re.compile(
    r"\b(?:[a-z]*date|dated?|dt|fecha|fec|tarikh|data|datum|giorno|emision|emitid[oa]|emissao|tgl|kaufdatum"
    r"|rechnungsdatum)\b\s*[:.]?"
)
_OTHER = re.compile(
    r"\b(?:expir\w*|exp|expiry|valid\w*|due|until|before|birth\w*|dob|member since|delivery|next|return by"
    r"|best before|venc\w*|"
    r"caduc\w*|hasta|vigencia|resolucion|autorizacion|validade|vencimento|gultig\w*|bis|ablauf|verfall|jusqu\w*"
    r"|echeance|"
    r"entrega|nacimiento|sampai|luput|warranty)\b"
)
_TIME = re.compile(r"\d{1,2}\s?[:.h]\s?\d{2}(?:\s?:\s?\d{2})?\s?(?:am|pm|hrs?|uhr)?\b")
_FIRST = dt.date(2000, 1, 1)
_PLAIN, _DOUBTFUL = 0.78, 0.5
_LABELLED, _WITH_TIME, _AGAIN = 0.14, 0.05, 0.05
_OTHERS, _IMPLAUSIBLE, _EITHER = 0.45, 0.5, 0.08
_LATER = 0.001


def find_day(lines: Sequence[Line], today: dt.date, *, month_first: bool) -> list[Found]:
    """Candidates of the date. A day after `today` or before 2000 hardly is; the other reading of `05/06` is one too."""
    printed = [
        (index, each) for index, line in enumerate(lines) for each in find_dates(line.text, month_first=month_first)
    ]
    base = _PLAIN
    if not printed:
        base = _DOUBTFUL
        printed = [(index, each) for index, line in enumerate(lines) for each in find_doubtful_dates(line.text)]
    counts = Counter(each.value for _, each in printed)
    return list(_weighed(lines, printed, counts, base, today))


def _weighed(
    lines: Sequence[Line],
    printed: Iterable[tuple[int, PrintedDate]],
    counts: Counter[dt.date],
    base: float,
    today: dt.date,
) -> Iterator[Found]:
    for index, each in printed:
        line = lines[index]
        weight = base + _context(lines, index, each) + _AGAIN * (min(counts[each.value], 3) - 1) - _LATER * index
        if not _FIRST <= each.value <= today + dt.timedelta(days=1):
            weight -= _IMPLAUSIBLE
        if each.other is not None:
            weight -= _EITHER
        span = line.span().part(each.start, each.end)
        weight = min(weight, 0.98) * (0.6 + 0.4 * span.score)
        raw = line.text[each.start : each.end]
        yield Found(each.value.isoformat(), raw, weight, span, source_of(line), index)
        if each.other is not None:
            yield Found(each.other.isoformat(), raw, weight / 3, span, source_of(line), index)


def _context(lines: Sequence[Line], index: int, each: PrintedDate) -> float:
    """What the words before the date on its line, or alone on the line above, say of it."""
    text = fold(lines[index].text)
    before = text[: each.start]
    weight = _WITH_TIME if _TIME.search(text[each.end :]) or _TIME.search(before) else 0.0
    if _OTHER.search(before) or _OTHER.search(text[each.end : each.end + 12]):
        return weight - _OTHERS
    above = fold(lines[index - 1].text) if index and not before.strip() else ""
    if _LABEL.search(before) or _LABEL.fullmatch(above.strip()):
        weight += _LABELLED
    return weight - (_OTHERS if _OTHER.fullmatch(above.strip()) else 0.0)
