"""An invoice's tags: what the lines and the issuer gave, kept where it is sure enough for its kind."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from shared.contracts.lumis import LumisOutcome
from shared.contracts.tags import Tag, TagKind
from shared.panama import dv_fits, normalize_ruc
from tagger.catalogue import Catalogue
from tagger.match import Guess, LineMatch, match_issuer, match_line

LEAST_SCORE: dict[TagKind, float] = {
    "product_code": 0.9,
    "product_l1": 0.6,
    "product_l2": 0.6,
    "product_brand": 0.85,
    "issuer_ruc": 0.85,
    "issuer_brand_name": 0.85,
    "issuer_l1": 0.6,
}
"""A tag is made from this confidence on (Lumis API, section 11)."""

PANAMA_TIME = timezone(timedelta(hours=-5))
"""All year; Panama has no summer time."""

_NAME_LENGTH = 100
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Tagging:
    """What an invoice gave: its tags in a fixed order, and the lines that no rule knows."""

    tags: tuple[Tag, ...]
    unresolved: Mapping[str, str]
    """Cleaned name without spaces, to the name as printed."""


def tag_invoice(catalogue: Catalogue, outcome: LumisOutcome) -> Tagging:
    """The tags of a complete invoice; one per (kind, value), with its best score."""
    extracted = outcome.extracted
    ruc = normalize_ruc(extracted.ruc or "")
    lines = []
    for position, product in enumerate(extracted.products):
        hint = outcome.hints[position] if position < len(outcome.hints) else None
        lines.append((product.name, match_line(catalogue, product.name, ruc, hint)))
    best: dict[str, Tag] = {}
    for kind, guess in (*_issuer_guesses(catalogue, outcome, ruc), *_line_guesses(line for _, line in lines)):
        if guess is None or guess.score < LEAST_SCORE[kind]:
            continue
        tag = Tag(kind=kind, value=guess.value, source=guess.source, score=guess.score)
        known = best.get(str(tag))
        if known is None or tag.score > known.score:
            best[str(tag)] = tag
    unresolved = {
        line.name.glued[:_NAME_LENGTH]: name[:_NAME_LENGTH]
        for name, line in lines
        if line.name.words and not line.resolved
    }
    return Tagging(tuple(best[key] for key in sorted(best)), unresolved)


def bought_on(printed: str | None, received_at: datetime) -> datetime:
    """The day of purchase as its midnight in UTC.

    The invoice's date, or the upload day in Panama where that is missing, no date, or in the future.
    """
    upload_day = received_at.astimezone(PANAMA_TIME).date()
    day = _parse_day(printed or "") or upload_day
    day = min(day, upload_day)
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _parse_day(text: str) -> date | None:
    if not _ISO_DATE.fullmatch(text.strip()):
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _issuer_guesses(catalogue: Catalogue, outcome: LumisOutcome, ruc: str) -> Iterator[tuple[TagKind, Guess | None]]:
    extracted = outcome.extracted
    # A RUC that its DV does not fit was misread, or is somebody else's.
    if ruc and dv_fits(ruc, (extracted.dv or "").strip()):
        yield "issuer_ruc", Guess(ruc, "ruc", 1.0)
    issuer = match_issuer(catalogue, ruc, extracted.issuer_name)
    yield "issuer_brand_name", issuer.brand
    yield "issuer_l1", issuer.l1


def _line_guesses(lines: Iterator[LineMatch]) -> Iterator[tuple[TagKind, Guess | None]]:
    for line in lines:
        yield "product_code", line.code
        yield "product_brand", line.brand
        yield "product_l1", line.l1
        yield "product_l2", line.l2
