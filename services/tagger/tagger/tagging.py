"""An invoice's tags: what the lines and the issuer gave, kept where it is sure enough for its kind."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone

from pydantic import BaseModel, ConfigDict

from shared.contracts.lumis import LumisOutcome, ProductHint
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


class Purchase(BaseModel):
    """What an invoice's tags are made of; kept with them to make them anew, so personal data."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    ruc: str | None = None
    dv: str | None = None
    issuer_name: str | None = None
    names: tuple[str, ...] = ()
    """Of the products, as printed."""
    hints: tuple[ProductHint, ...] = ()
    """Empty, or one per product."""

    @classmethod
    def of(cls, outcome: LumisOutcome) -> "Purchase":
        """The part of a complete invoice that matters here."""
        extracted = outcome.extracted
        return cls(
            ruc=extracted.ruc,
            dv=extracted.dv,
            issuer_name=extracted.issuer_name,
            names=tuple(product.name for product in extracted.products),
            hints=outcome.hints,
        )


@dataclass(frozen=True)
class Tagging:
    """What an invoice gave: its tags in a fixed order, and the lines that no rule knows."""

    tags: tuple[Tag, ...]
    unresolved: Mapping[str, str]
    """Cleaned name without spaces, to the name as printed."""


def tag_invoice(catalogue: Catalogue, purchase: Purchase) -> Tagging:
    """The tags of a complete invoice; one per (kind, value), with its best score."""
    ruc = normalize_ruc(purchase.ruc or "")
    lines = []
    for position, name in enumerate(purchase.names):
        hint = purchase.hints[position] if position < len(purchase.hints) else None
        lines.append((name, match_line(catalogue, name, ruc, hint)))
    guesses = (*_issuer_guesses(catalogue, purchase, ruc), *_line_guesses(line for _, line in lines))
    tags = best_of(
        Tag(kind=kind, value=guess.value, source=guess.source, score=guess.score)
        for kind, guess in guesses
        if guess is not None and guess.score >= LEAST_SCORE[kind]
    )
    unresolved = {
        line.name.glued[:_NAME_LENGTH]: name[:_NAME_LENGTH]
        for name, line in lines
        if line.name.words and not line.resolved
    }
    return Tagging(tags, unresolved)


def best_of(tags: Iterable[Tag]) -> tuple[Tag, ...]:
    """Each tag once, with its best score, in a fixed order."""
    best: dict[str, Tag] = {}
    for tag in tags:
        known = best.get(str(tag))
        if known is None or tag.score > known.score:
            best[str(tag)] = tag
    return tuple(best[key] for key in sorted(best))


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


def _issuer_guesses(catalogue: Catalogue, purchase: Purchase, ruc: str) -> Iterator[tuple[TagKind, Guess | None]]:
    # A RUC that its DV does not fit was misread, or is somebody else's.
    if ruc and dv_fits(ruc, (purchase.dv or "").strip()):
        yield "issuer_ruc", Guess(ruc, "ruc", 1.0)
    issuer = match_issuer(catalogue, ruc, purchase.issuer_name)
    yield "issuer_brand_name", issuer.brand
    yield "issuer_l1", issuer.l1


def _line_guesses(lines: Iterator[LineMatch]) -> Iterator[tuple[TagKind, Guess | None]]:
    for line in lines:
        yield "product_code", line.code
        yield "product_brand", line.brand
        yield "product_l1", line.l1
        yield "product_l2", line.l2
