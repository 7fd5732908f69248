"""The Lumis schema: an invoice of Panama with its five mandatory fields (Lumis API, sections 3, 5 and 12)."""

from decimal import Decimal
from typing import Literal

from pydantic import Field

from shared.contracts.message import Contract

LUMIS = "lumis"
"""The schema's name in uploads and readings."""

HEADER_FIELDS = ("ruc", "dv", "invoice_number", "total", "issuer_name", "issuer_address", "date", "tot_itbms", "cufe")
ITEM_FIELDS = ("name", "quantity", "unit_price", "total_price")
HINT_FIELDS = ("brand", "category_l1", "category_l2")
"""Optional per item: a model's hints for the tagger, never shown to the client."""

FieldKey = Literal["ruc", "dv", "invoice_number", "total", "products"]
"""The five mandatory fields, in the order in which clients are told of them."""


class Product(Contract):
    """One line of an invoice; money in balboas."""

    name: str
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    total_price: Decimal | None = None


class ProductHint(Contract):
    """What a model guessed about the product on the same position; counts only where the catalogue knows it."""

    brand: str | None = None
    category_l1: str | None = None
    category_l2: str | None = None


class ExtractedData(Contract):
    """The nine keys that clients keep and send back; always all present, None where nothing was read."""

    ruc: str | None = None
    dv: str | None = None
    invoice_number: str | None = None
    total: Decimal | None = None
    products: tuple[Product, ...] = ()
    issuer_name: str | None = None
    issuer_address: str | None = None
    date: str | None = None
    tot_itbms: Decimal | None = None


class MissingField(Contract):
    """A mandatory field that was not found, in the words that the client shows."""

    field_name: str
    field_key: FieldKey
    description: str


class Retry(Contract):
    """A second look at a paper for some of its fields."""

    searched: tuple[FieldKey, ...] = Field(min_length=1, max_length=5)
    """In the client's order, each once."""
    previous: ExtractedData | None = None
    """What the client had from the answer before; None where it sent nothing."""


class LumisOutcome(Contract):
    """What the reconciler made of a reading under the schema `lumis`."""

    schema_name: Literal["lumis"] = "lumis"
    complete: bool
    extracted: ExtractedData
    missing_fields: tuple[MissingField, ...] = ()
    cufe: str | None = None
    cufe_source: Literal["printed", "generated"] | None = None
    invoice_id: str | None = None
    """hash(user_id, ruc, invoice_number); None while mandatory fields are missing, because nothing is stored then."""
    duplicate_of: str | None = None
    """request_id of the first upload of the same paper by the same user."""
    warnings: tuple[str, ...] = ()
    hints: tuple[ProductHint, ...] = ()
    """Empty, or one per product."""
    searched_fields: tuple[FieldKey, ...] | None = None
    """Set on a retry: what was looked for."""
    found_all_searched: bool | None = None
    """Set on a retry: each searched field was found. Without `previous` this alone decides (section 6)."""
