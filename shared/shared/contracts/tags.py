"""Lumimatch: the tags that a buyer gets from an invoice (Lumis API, section 11)."""

from typing import ClassVar, Literal

from shared.contracts.message import Contract, Event
from shared.contracts.reading import Confidence

TagKind = Literal[
    "product_code", "product_l1", "product_l2", "product_brand", "issuer_ruc", "issuer_brand_name", "issuer_l1"
]


class Tag(Contract):
    """One tag, written `kind:value`."""

    kind: TagKind
    value: str
    source: str
    """The rule that gave it: `exact`, `fuzzy`, `brand`, `keyword`, `hint`, `ruc`, `name`."""
    score: Confidence

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"


class UserTagged(Event):
    """tagger: an invoice gave its buyer these tags (empty where the catalogue knows nothing of it)."""

    NAME: ClassVar[str] = "user.tagged.v1"

    user_id: str
    invoice_id: str
    tags: tuple[Tag, ...]
