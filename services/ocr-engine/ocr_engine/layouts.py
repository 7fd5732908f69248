"""A supplier's layout, learnt from corrections: by which label and where each corrected field stands. Pure.

What is kept is labels and places, never a value: the value is read off the next paper, or nothing is changed.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from rapidfuzz import fuzz

from ocr_engine.comparison import Compared, Verdict, canonical, same
from ocr_engine.evidence import Word
from ocr_engine.printed import Kind, Printed, Values, kind_of
from ocr_engine.proof import candidate_of
from shared.contracts.extract import Correction
from shared.contracts.reading import Box, Candidate, ReadField, Reading, Source

MOST_ANCHORS = 4
"""Kept of a field; the least trusted goes first."""
CERTAIN: frozenset[Source] = frozenset({"qr", "cufe", "xml"})
"""Sources whose values no memory changes."""

_FIRST_TRUST = 0.7
_LEAST_TRUST = 0.4
"""A memory that is trusted less changes nothing."""
_GAIN = 0.3
_LOSS = 0.45
_ALIKE = 85
_SHORT_LABEL = 4
"""Letters; a shorter label must be the same."""
_NEAR = 0.015
"""How far a value without any label may stand from where it stood."""
_ACROSS = 0.35
"""Of a step down in a step sideways: tables grow downwards, columns stay."""
_OTHER_PAGE = 1.0
_SAME_PLACE = 0.01
_MOST_CANDIDATES = 6
_MOST_PLACES = 3
"""Places of one value on one paper that are learnt; later papers tell the right ones from the others."""
_COMPACT = frozenset({"supplier_vat", "client_vat", "iban", "swift_code", "aba"})
"""Codes that a reading holds without what parts their groups, which may be parted otherwise on the next paper."""
_SHORTER, _LONGER = 0.7, 1.4
"""Lengths of a code beside the one that was learnt."""
_NAME_X, _NAME_Y = 0.05, 0.1
"""How far a name may stand from where it stood: any words are a name by their looks, so a label is not enough."""
_BARE_NAME = 0.005
"""Likewise without a label: a letterhead stays where it is."""


@dataclass(frozen=True)
class Anchor:
    """Where a field stands: the label before it, the one above it, the place; and how far that is trusted (0-1)."""

    left: str
    above: str
    page: int
    from_last: int
    """Pages from the last one: sums stand on the last."""
    x: float
    y: float
    parts: int = 1
    shape: str = ""
    """Of a code: `A9-9` for `F2024-17`; what is of another shape is another thing. Of a name: whether it has digits."""
    length: int = 0
    month_first: bool = False
    trust: float = _FIRST_TRUST


@dataclass(frozen=True)
class Layout:
    """What is remembered of one supplier's papers: by field, its anchors, the most trusted first."""

    anchors: Mapping[str, tuple[Anchor, ...]] = field(default_factory=dict)


def recalled(reading: Reading, words: Sequence[Word], layout: Layout, source: Source) -> tuple[Reading, list[str]]:
    """The reading with the values that stand where the layout says they do, and the fields that this changed.

    A value that was read before stays as a candidate. A field without a trusted anchor, whose place holds nothing of
    its kind, or whose value a certain source gave, is left as it was read. `source`: what the words come from.
    """
    values = Values(words)
    fields, changed = dict(reading.fields), []
    for key, anchors in layout.anchors.items():
        before = fields.get(key)
        if before is None or before.source in CERTAIN:
            continue
        chosen = _voted(key, anchors, values)
        if chosen is None or (before.value is not None and same(key, before.value, chosen[0].value)):
            continue
        fields[key] = _raised(key, before, *chosen, source=source)
        changed.append(key)
    return reading.model_copy(update={"fields": fields}), changed


def learnt(
    layout: Layout,
    reading: Reading,
    words: Sequence[Word],
    found: Sequence[Compared],
    corrections: Iterable[Correction],
) -> Layout:
    """The layout after a user's corrections of a paper that was read so, with these words.

    Anchors that lead to the right value gain trust and those that lead to another lose it. A value that was read wrong
    or missed, and to which no anchor leads, is looked for on the paper: where it stands is a new anchor, unless another
    field was read there (a total without tax is its own subtotal, and teaches nothing of where either stands).
    """
    values = Values(words)
    marks = {each.key: each for each in corrections}
    anchors = dict(layout.anchors)
    wrong = {each.key for each in found if each.verdict is not Verdict.RIGHT}
    owned = {key: field.box for key, field in reading.fields.items() if field.box is not None and key not in wrong}
    for each in found:
        kind = kind_of(each.key)
        if kind is None or each.key not in marks:
            continue
        judged = [_judged(each, anchor, values) for anchor in anchors.get(each.key, ())]
        kept = [anchor for anchor, _ in judged]
        if each.verdict in {Verdict.WRONG, Verdict.MISSED} and not any(hit for _, hit in judged):
            others = [box for key, box in owned.items() if kind_of(key) is kind]
            kept += _new_anchors(each, marks[each.key], _places(each, kind, values, others), values)
        if kept:
            kept.sort(key=lambda anchor: -anchor.trust)
            anchors[each.key] = tuple(kept[:MOST_ANCHORS])
    return Layout(anchors)


def _judged(each: Compared, anchor: Anchor, values: Values) -> tuple[Anchor, bool]:
    """The anchor, trusted by where it leads on this paper; and whether that is the right value."""
    chosen = _chosen(each.key, anchor, values)
    if chosen is None:
        return anchor, False
    right = each.correct is not None and same(each.key, chosen.value, each.correct)
    trust = anchor.trust + (1 - anchor.trust) * _GAIN if right else anchor.trust * _LOSS
    return replace(anchor, trust=round(trust, 4)), right


def _places(each: Compared, kind: Kind, values: Values, others: Sequence[Box]) -> list[Printed]:
    """Where the right value is printed and no other field stands, the likeliest place first."""
    correct = canonical(each.key, each.correct or "")
    places = [
        place
        for place in values.of_any_length(kind)
        if canonical(each.key, place.value) == correct
        and not any(_apart(place, None, box) < _SAME_PLACE for box in others)
    ]
    if kind is Kind.AMOUNT:
        places.reverse()  # a sum is printed last
    return sorted(places, key=lambda place: not place.left)


def _new_anchors(each: Compared, mark: Correction, places: Sequence[Printed], values: Values) -> list[Anchor]:
    """Anchors at the place that the user marked, else at the first ones."""
    correct = each.correct or ""
    if mark.box is not None and places:
        box, page = mark.box, mark.page
        places = [min(places, key=lambda place: _apart(place, page, box))]
    anchors = [_anchor(each.key, place, values) for place in places[:_MOST_PLACES]]
    leads = ((anchor, _chosen(each.key, anchor, values)) for anchor in anchors)
    # One that leads elsewhere on the very paper that it was learnt from tells nothing.
    return [anchor for anchor, lead in leads if lead is not None and same(each.key, lead.value, correct)]


def _apart(place: Printed, page: int | None, box: Box) -> float:
    other = _OTHER_PAGE if page is not None and page != place.page else 0.0
    return abs(place.box[0] - box[0]) + abs(place.box[1] - box[1]) + other


def _anchor(key: str, place: Printed, values: Values) -> Anchor:
    value = _value(key, place)
    return Anchor(
        left=place.left,
        above=place.above,
        page=place.page,
        from_last=values.last_page - place.page,
        x=place.x,
        y=place.y,
        parts=place.parts,
        shape=_digits(value) if kind_of(key) is Kind.NAME else _shape(value) if kind_of(key) is Kind.CODE else "",
        length=len(value) if kind_of(key) is Kind.CODE else 0,
        month_first=place.month_first,
    )


def _value(key: str, place: Printed) -> str:
    """What is printed, as a reading holds it."""
    return re.sub(r"[\W_]", "", place.value) if key in _COMPACT else place.value


def _digits(value: str) -> str:
    return "9" if any(map(str.isdigit, value)) else ""


def _shape(value: str) -> str:
    """A text with its letters as `A`, small ones as `a`, and each run of digits as `9`: `F-9` for `F-2024`."""
    return "".join(
        "9" if run.isdigit() else re.sub(r"[^\W\d_]", lambda letter: "a" if letter[0].islower() else "A", run)
        for run in re.findall(r"\d+|\D+", value)
    )


def _voted(key: str, anchors: Sequence[Anchor], values: Values) -> tuple[Printed, float] | None:
    """The value to which the most trusted anchors lead, and their trust."""
    votes: dict[str, tuple[Printed, float]] = {}
    for anchor in anchors:
        chosen = _chosen(key, anchor, values) if anchor.trust >= _LEAST_TRUST else None
        if chosen is not None:
            name = canonical(key, chosen.value)
            first, trust = votes.get(name, (chosen, 0.0))
            votes[name] = (first, trust + anchor.trust)
    return max(votes.values(), key=lambda vote: vote[1], default=None)


def _chosen(key: str, anchor: Anchor, values: Values) -> Printed | None:
    """The value to which an anchor leads: under its label, the nearest to its place; without a label, at its place."""
    kind = kind_of(key)
    if kind is None:
        return None
    last, is_compact = values.last_page, key in _COMPACT
    labelled = bool(anchor.left or anchor.above)
    printed = values.of(kind, parts=anchor.parts, month_first=anchor.month_first)
    fitting = [
        place
        for place in (values.of_any_length(kind) if is_compact else printed)
        if _looks(key, place, anchor) and (_has_label(place, anchor) if labelled else _stands_at(place, anchor))
    ]

    def distance(place: Printed) -> tuple[bool, float, int]:
        other_page = place.page != anchor.page and last - place.page != anchor.from_last
        apart = abs(place.x - anchor.x) + _ACROSS * abs(place.y - anchor.y) + _OTHER_PAGE * other_page
        return bool(anchor.above) and not _alike(place.above, anchor.above), apart, -place.parts

    return min(fitting, key=distance, default=None)


def _has_label(place: Printed, anchor: Anchor) -> bool:
    if anchor.left:
        return _alike(place.left, anchor.left)
    return not place.left and _alike(place.above, anchor.above)


def _looks(key: str, place: Printed, anchor: Anchor) -> bool:
    """Whether what is printed looks like the field's values: dates in order, codes of one shape, names in place."""
    match kind_of(key):
        case Kind.DATE:
            return not place.is_other
        case Kind.CODE:
            value = _value(key, place)
            alike = _SHORTER * anchor.length <= len(value) <= _LONGER * anchor.length
            return alike and _shape(value) == anchor.shape
        case Kind.NAME:
            most_x, most_y = (_NAME_X, _NAME_Y) if anchor.left or anchor.above else (_BARE_NAME, _BARE_NAME)
            near = abs(place.x - anchor.x) < most_x and abs(place.y - anchor.y) < most_y
            return near and _digits(place.value) == anchor.shape
    return True


def _stands_at(place: Printed, anchor: Anchor) -> bool:
    near = abs(place.x - anchor.x) < _NEAR and abs(place.y - anchor.y) < _NEAR
    return near and place.page == anchor.page and not place.left


def _alike(one: str, other: str) -> bool:
    short = min(len(one), len(other)) < _SHORT_LABEL
    return one == other if short else fuzz.ratio(one, other) >= _ALIKE


def _raised(key: str, before: ReadField, place: Printed, trust: float, *, source: Source) -> ReadField:
    """The field with the remembered place's value; what was read before stays as a candidate."""
    value = _value(key, place)
    value = value.upper() if key in _COMPACT else value
    taken = Candidate(
        value=value,
        raw=place.raw,
        confidence=round(0.6 + 0.35 * min(trust, 1.0), 4),
        page=place.page,
        box=place.box,
        source=source,
    )
    own = candidate_of(before, min(before.confidence, taken.confidence - 0.05))
    others = [each for each in before.candidates if not same(key, each.value, value)]
    others = [each for each in others if own is None or each.value != own.value]
    candidates = (taken, *((own,) if own else ()), *others)[:_MOST_CANDIDATES]
    return ReadField(**taken.model_dump(), candidates=candidates)
