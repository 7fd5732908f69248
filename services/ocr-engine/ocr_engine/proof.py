"""Values that something proves over what was read: the proven one is taken, the others stay as candidates. Pure."""

from shared.contracts.reading import Candidate, ReadField, Source
from shared.money import parse_amount


def same_value(one: str, other: str) -> bool:
    """Whether two values say the same: as text, or as numbers."""
    amounts = parse_amount(one), parse_amount(other)
    return one == other or (None not in amounts and amounts[0] == amounts[1])


def candidate_of(field: ReadField, confidence: float) -> Candidate | None:
    """The field's chosen value as a candidate, None where it has none."""
    if field.value is None or field.source is None:
        return None
    return Candidate(
        value=field.value, raw=field.raw, confidence=confidence, page=field.page, box=field.box, source=field.source
    )


def proven(before: ReadField, value: str, source: Source, confidence: float) -> ReadField:
    """The field with a proven value; the place of the printed one is kept where it says the same."""
    match = next((each for each in before.candidates if same_value(each.value, value)), None)
    if before.value is not None and same_value(before.value, value):
        match = match or candidate_of(before, before.confidence)
    taken = Candidate(
        value=value,
        raw=match.raw if match else "",
        confidence=confidence,
        page=match.page if match else None,
        box=match.box if match else None,
        source=source,
    )
    own = candidate_of(before, before.confidence)
    others = [each for each in (*((own,) if own else ()), *before.candidates) if each.value != value]
    return ReadField(**taken.model_dump(), candidates=(taken, *dict.fromkeys(others)))
