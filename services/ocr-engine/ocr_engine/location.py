"""Places for a model's values: each is looked for among the words that the local engine saw. Pure."""

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rapidfuzz import fuzz

from ocr_engine.evidence import Word, enclosing_box
from shared.contracts.reading import Box, ReadField, Reading
from shared.money import parse_amount

_LONGEST_RUN = 24
"""Words."""
_ALIKE = 88
_SHORTEST_ALIKE = 6
"""Characters; a shorter text must match exactly."""
_SAME_LINE = 0.6
"""In word heights: how far the next word of a run may stand above or below."""
_DATE_FORMS = (
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%d/%m/%y",
    "%d-%m-%y",
    "%m/%d/%Y",
    "%m-%d-%Y",
)
_MONTHS = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)
_AMOUNT_FIELDS = frozenset({"total", "tot_itbms", "unit_price", "total_price"})
_LAST_ON_PAPER = frozenset({"total", "tot_itbms"})
_NAME = "name"


@dataclass(frozen=True)
class _Seen:
    """The words, and each word's text as compared."""

    words: Sequence[Word]
    texts: Sequence[str]


def locate(reading: Reading, words: Sequence[Word]) -> Reading:
    """The reading with page and box for every value that has none and is found among the words.

    Amounts are looked for in their printed variants, dates in the usual forms; an item's figures on its name's line.
    A value that is not on the paper as such stays without a box.
    """
    if not words:
        return reading
    seen = _Seen(words, [_plain(word.text) for word in words])
    fields = {key: _located(key, field, seen, None) for key, field in reading.fields.items()}
    items = []
    after = 0
    for item in reading.items:
        placed, after = _located_item(item, seen, after)
        items.append(placed)
    tables = {
        name: tuple({key: _located(key, field, seen, None) for key, field in row.items()} for row in rows)
        for name, rows in reading.tables.items()
    }
    return reading.model_copy(update={"fields": fields, "items": tuple(items), "tables": tables})


def _located_item(item: dict[str, ReadField], seen: _Seen, after: int) -> tuple[dict[str, ReadField], int]:
    """The name first, from where the item before ended; then the figures, nearest to it."""
    name = item.get(_NAME, ReadField())
    start = _first_run(name, seen, after)
    if start is None:
        start = _first_run(name, seen, 0)
    placed = dict(item)
    anchor = None
    if start is not None:
        run = _run_at(start, _variants(_NAME, name)[0], seen) or [start]
        placed[_NAME] = _placed(name, [seen.words[index] for index in run])
        anchor, after = run[-1], run[-1] + 1
    for key, field in item.items():
        if key != _NAME and anchor is not None:
            placed[key] = _located(key, field, seen, anchor)
    return placed, after


def _located(key: str, field: ReadField, seen: _Seen, anchor: int | None) -> ReadField:
    if field.value is None or field.box is not None:
        return field
    runs = list(_runs(_variants(key, field), seen))
    if anchor is not None:
        runs = [run for run in runs if _beside(seen.words[run[0]], seen.words[anchor])]
        runs.sort(key=lambda run: abs(run[0] - anchor))
    elif key in _LAST_ON_PAPER:
        runs.reverse()
    return _placed(field, [seen.words[index] for index in runs[0]]) if runs else field


def _first_run(field: ReadField, seen: _Seen, after: int) -> int | None:
    if field.value is None:
        return None
    return next((run[0] for run in _runs(_variants(_NAME, field), seen) if run[0] >= after), None)


def _placed(field: ReadField, words: Sequence[Word]) -> ReadField:
    if field.box is not None:
        return field
    box: Box = enclosing_box([word.box for word in words], words[0].aspect)
    return field.model_copy(update={"page": words[0].page, "box": box})


def _runs(variants: Sequence[str], seen: _Seen) -> Iterator[list[int]]:
    """Runs of words that spell one of the variants, exact ones first, each start once."""
    for exact in (True, False):
        for variant in variants:
            for start in range(len(seen.texts)):
                run = _run_at(start, variant, seen, exact=exact)
                if run:
                    yield run


def _run_at(start: int, wanted: str, seen: _Seen, *, exact: bool = False) -> list[int] | None:
    """The words from `start` on that together spell `wanted`; None where they do not."""
    if not wanted or not seen.texts[start]:
        return None
    text = ""
    run: list[int] = []
    best: tuple[float, list[int]] | None = None
    for index in range(start, min(start + _LONGEST_RUN, len(seen.texts))):
        if run and not _continues(seen.words[run[-1]], seen.words[index]):
            break
        text += seen.texts[index]
        run.append(index)
        if text == wanted:
            return run
        if exact and not wanted.startswith(text):
            return None
        if not exact and len(wanted) >= _SHORTEST_ALIKE and not wanted.isdigit():
            score = fuzz.ratio(text, wanted)
            if score >= _ALIKE and (best is None or score > best[0]):
                best = (score, list(run))
        if len(text) > 1.3 * len(wanted) + 3:
            break
    return best[1] if best else None


def _continues(before: Word, word: Word) -> bool:
    """On the same line, or at the start of the next (a wrapped name or address)."""
    if before.page != word.page:
        return False
    below = word.box[1] - before.box[1]
    return -before.box[3] * _SAME_LINE < below < before.box[3] * 2.5


def _beside(word: Word, anchor: Word) -> bool:
    """On the anchor's line, or the one above or below it."""
    return word.page == anchor.page and abs(word.box[1] - anchor.box[1]) < 2 * anchor.box[3]


def _variants(key: str, field: ReadField) -> list[str]:
    """The ways in which a value may be printed, as compared: what the model saw, the value, other forms of it."""
    value = field.value or ""
    found = [field.raw, value]
    amount = parse_amount(value) if key in _AMOUNT_FIELDS or key == "quantity" else None
    if amount is not None:
        found += _amount_forms(amount, money=key in _AMOUNT_FIELDS)
    if key == "date":
        found += _date_forms(value)
    plain = [_plain(text) for text in found]
    return [text for text in dict.fromkeys(plain) if text]


def _amount_forms(amount: Decimal, *, money: bool) -> list[str]:
    cents = f"{amount:,.2f}"
    forms = [cents, cents.replace(",", ""), cents.replace(",", "").replace(".", ",")]
    if amount == amount.to_integral_value() and not money:
        forms += [f"{amount:.0f}", f"{amount:.3f}"]
    return forms


def _date_forms(value: str) -> list[str]:
    try:
        date = dt.date.fromisoformat(value)
    except ValueError:
        return []
    month = _MONTHS[date.month - 1]
    words = [f"{date.day:02} de {month} de {date.year}", f"{date.day} de {month} de {date.year}"]
    words += [f"{date.day:02} {month[:3]} {date.year}", f"{date.day:02}-{month[:3]}-{date.year}"]
    return [date.strftime(form) for form in _DATE_FORMS] + words


def _plain(text: str) -> str:
    """For comparing: lower case, no accents, no spaces, no currency, no punctuation at the ends."""
    folded = "".join(
        character for character in unicodedata.normalize("NFKD", text) if not unicodedata.combining(character)
    ).lower()
    compact = re.sub(r"\s+|b/\.?|\$", "", folded)
    return compact.strip(".:;,()[]*#")
