"""Places for values that have none: each is looked for among the words of the page. Pure."""

from collections.abc import Callable, Mapping, Sequence

from ocr_engine.evidence import Word, enclosing_box
from ocr_engine.local.invoice.words import Kind, kind_of
from ocr_engine.sight import Run, Sight
from shared.contracts.reading import Box, Candidate, ReadField, Reading
from shared.money import parse_amount

_AMOUNTS = frozenset(
    {"total", "tot_itbms", "unit_price", "total_price", "quantity", "subtotal", "total_tax_amount", "discount"}
    | {"base", "amount", "rate", "tax_rates"}
)
_PERCENTS = frozenset({"rate", "tax_rates", "discount"})
_DATES = frozenset({"date", "due_date"})
_CODES = frozenset(
    {"ruc", "cufe", "supplier_vat", "client_vat", "invoice_id", "invoice_number", "bill_reference", "payment_ref"}
    | {"iban", "swift_code", "aba", "number", "phone", "mobile", "product"}
)
_SITES = frozenset({"email", "website"})
_NOWHERE = frozenset({"type", "supplier_country", "country", "qr_bill", "brand", "category_l1", "category_l2"})
"""Not printed as such; two letters of a country stand in every text."""
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$", "INR": "₹", "JPY": "¥", "CNY": "¥", "PEN": "S/", "PAB": "B/."}
_LABELS = {
    "total": (Kind.TOTAL, Kind.DUE),
    "tot_itbms": (Kind.TAX,),
    "subtotal": (Kind.NET, Kind.LINES, Kind.BASE),
    "total_tax_amount": (Kind.TAX,),
}
"""What the words beside a sum say that it is, the likeliest first; of those alike the last on the paper is taken."""
_NAMES = ("name", "description")
"""Of an item: what is looked for first, wherever it stands."""
_RAREST_FIRST = ("total_price", "subtotal", "total", "base", "amount", "unit_price", "quantity", "rate")
_MOST_CANDIDATES = 5
_MOST_PLACES = 40
"""Of a figure, that are compared with those of another one."""
_NEAR = 200
"""Words between two that may stand on one line, or on lines beside each other."""


def locate(reading: Reading, words: Sequence[Word]) -> Reading:
    """The reading with page and box for every value that has none and is found among the words.

    Amounts and dates are found however they are printed, codes without their spaces and points; an item's figures on
    its name's line. A computed value stands nowhere; one that is not on the paper stays without a box.
    """
    if not words:
        return reading
    sight = Sight(words)
    items = []
    after = 0
    for item in reading.items:
        placed, after = _located_item(item, sight, after)
        items.append(placed)
    tables = {name: tuple(_located_figures(row, sight) for row in rows) for name, rows in reading.tables.items()}
    return reading.model_copy(
        update={
            "fields": _located_row(reading.fields, sight),
            "items": tuple(items),
            "tables": tables,
        }
    )


def _located_row(row: Mapping[str, ReadField], sight: Sight) -> dict[str, ReadField]:
    return {key: _located(key, field, sight, None) for key, field in row.items()}


def _located_figures(row: Mapping[str, ReadField], sight: Sight) -> dict[str, ReadField]:
    """A table's row: figures that stand beside one another, or codes by themselves."""
    anchor = _line_of(row, sight, 0)
    if anchor is not None:
        return {key: _located(key, field, sight, anchor) for key, field in row.items()}
    return {key: field if key in _PERCENTS else _located(key, field, sight, None) for key, field in row.items()}


def _located_item(item: dict[str, ReadField], sight: Sight, after: int) -> tuple[dict[str, ReadField], int]:
    """The name first, from where the item before ended; then the figures, nearest to it."""
    key = next((each for each in _NAMES if each in item), _NAMES[0])
    name = item.get(key, ReadField())
    runs = _runs(key, name.value, name.raw, sight) if name.value is not None else []
    anchor = next((run for run in runs if run[0] >= after), runs[0] if runs else None)
    placed = dict(item)
    if anchor is not None:
        placed[key] = _placed(name, anchor, sight)
    else:
        anchor = _line_of(item, sight, after)
    if anchor is None:
        return placed, after
    for each, field in item.items():
        if each != key:
            placed[each] = _located(each, field, sight, anchor)
    return placed, anchor[-1] + 1


def _line_of(item: Mapping[str, ReadField], sight: Sight, after: int) -> Run | None:
    """Where most of an item's figures stand beside one another, if its name is not found."""
    figures = [
        runs
        for key in _RAREST_FIRST
        if (field := item.get(key)) is not None
        and field.value is not None
        and (runs := _runs(key, field.value, field.raw, sight))
    ]
    figures = [sorted(runs, key=lambda run: (run[0] < after, run))[:_MOST_PLACES] for runs in figures]
    best: tuple[int, bool, Run] | None = None
    for run in figures[0] if len(figures) > 1 else ():
        beside = sum(any(_is_beside(other, run, sight) for other in runs) for runs in figures[1:])
        rank = (beside, run[0] >= after, run)
        if beside and (best is None or rank[:2] > best[:2]):
            best = rank
    return best[2] if best else None


def _is_beside(run: Run, other: Run, sight: Sight) -> bool:
    away = sight.on_line(run, other)
    return away is not None and away < 1 and run != other


def _located(key: str, field: ReadField, sight: Sight, anchor: Run | None) -> ReadField:
    """The field with the places of its value and of its candidates."""
    box, page = field.box, field.page
    if field.value is not None and box is None and field.source != "computed":
        page, box = _place(key, field.value, field.raw, sight, anchor) or (page, None)
    candidates = tuple(
        each.model_copy(update={"page": page, "box": box})
        if each.box is None and each.value == field.value and box is not None
        else _located_candidate(key, each, sight, anchor)
        for each in field.candidates[:_MOST_CANDIDATES]
    )
    if box == field.box and candidates == field.candidates[:_MOST_CANDIDATES]:
        return field
    rest = field.candidates[_MOST_CANDIDATES:]
    return field.model_copy(update={"page": page, "box": box, "candidates": (*candidates, *rest)})


def _located_candidate(key: str, candidate: Candidate, sight: Sight, anchor: Run | None) -> Candidate:
    if candidate.box is not None or candidate.source == "computed":
        return candidate
    place = _place(key, candidate.value, candidate.raw, sight, anchor)
    return candidate.model_copy(update={"page": place[0], "box": place[1]}) if place else candidate


def _place(key: str, value: str, raw: str, sight: Sight, anchor: Run | None) -> tuple[int, Box] | None:
    runs = _runs(key, value, raw, sight)
    if anchor is not None:
        runs = [run for run in runs if abs(run[0] - anchor[0]) <= _NEAR]
        near = [
            (away, abs(run[0] - anchor[0]), run) for run in runs if (away := sight.on_line(run, anchor)) is not None
        ]
        runs = [run for _, _, run in sorted(near)]
    elif key in _LABELS:
        runs = sorted(runs, key=lambda run: (_rank(_LABELS[key], sight.label(run)), -run[0]))
    return _box(runs[0], sight) if runs else None


def _rank(kinds: Sequence[Kind], label: str) -> int:
    kind = kind_of(label)
    return kinds.index(kind) if kind in kinds else len(kinds)


def _placed(field: ReadField, run: Run, sight: Sight) -> ReadField:
    if field.box is not None:
        return field
    page, box = _box(run, sight)
    return field.model_copy(update={"page": page, "box": box})


def _box(run: Run, sight: Sight) -> tuple[int, Box]:
    words = [sight.words[index] for index in run]
    return words[0].page, enclosing_box([word.box for word in words], words[0].aspect)


def _runs(key: str, value: str, raw: str, sight: Sight) -> list[Run]:
    """Where a value may stand, in reading order, by the first way of looking that finds any."""
    if key in _NOWHERE:
        return []
    if key in _AMOUNTS and (amount := parse_amount(value)) is not None:
        return sight.percents(amount) if key in _PERCENTS else sight.amounts(amount)
    if key in _DATES:
        return sight.dates(value) or sight.spelled(raw)
    if key == "currency":
        return _currency_runs(value, raw, sight)
    found = (way(text) for way in _ways(key, sight) for text in dict.fromkeys((raw, value)))
    return next((runs for runs in found if runs), [])


def _ways(key: str, sight: Sight) -> tuple[Callable[[str], list[Run]], ...]:
    if key in _CODES:
        return (sight.spelled, sight.coded, *((sight.alike,) if key == "cufe" else ()))
    if key in _SITES:
        return sight.spelled, sight.containing
    return (sight.spelled,) if key == "dv" else (sight.spelled, sight.wrapped, sight.alike, sight.begun)


def _currency_runs(value: str, raw: str, sight: Sight) -> list[Run]:
    """The currency's code or sign, by itself or at an amount."""
    for mark in dict.fromkeys((raw.strip(), value, _SIGNS.get(value, ""))):
        if mark and not any(map(str.isdigit, mark)):
            found: list[Run] = [(index,) for index, word in enumerate(sight.words) if _holds(word.text, mark)]
            if found:
                return found
    return []


def _holds(text: str, mark: str) -> bool:
    """Whether a word is the mark, but for an amount's signs."""
    return mark in text and not any(map(str.isalpha, text.replace(mark, "", 1)))
